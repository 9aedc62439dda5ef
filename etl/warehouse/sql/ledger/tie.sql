-- one row: does every cent that a remittance paid stand in the ledger of claims, and every patient's posting
select
    (select coalesce(sum(paid_amount), 0) from claim_payment) as paid_by_remittances,
    (select coalesce(sum(insurance_paid_amount), 0) from claim_balance) as paid_on_claims,
    (select coalesce(sum(insurance_paid_amount), 0) from claim_balance where not is_sent) as paid_without_claim,
    (select count(*) from claim_balance where not is_sent) as claims_never_sent,
    (
        select count(*) from patient_transaction
        where claim_id not in (select patient_control_number from root)
    ) as postings_without_claim,
    (
        select coalesce(sum(case kind when 'refund' then -amount else amount end), 0) from patient_transaction
        where claim_id not in (select patient_control_number from root)
    ) as posted_without_claim
