"""Measures by payer as somebody would write them by hand on the same tables: what the benchmark compares ours with.

Parameters: $start and $end of the period (a flow), or $day (a balance).
"""

_PAYER = "coalesce(payer_name, 'unknown') as payer_name"
_PERIOD = "between $start and $end"

BY_HAND = {
    "initial_denial_rate": f"""
        select {_PAYER}, count(*) filter (where is_denied), count(*) from claim_outcome
        where is_adjudicated and first_remit_date {_PERIOD} group by 1""",
    "initial_denial_rate_every_cas": f"""
        select {_PAYER}, count(*) filter (where is_denied_every_cas), count(*) from denial_definition
        where answer_date {_PERIOD} group by 1""",
    "denied_amount_unpaid_line": f"""
        select {_PAYER}, sum(unpaid_amount) from denial_definition
        where answer_date {_PERIOD} group by 1""",
    "insurance_ar_amount": f"""
        select {_PAYER}, sum(insurance_balance_amount) from claim_balance
        where is_sent and insurance_balance_amount > 0 group by 1""",
    "patient_ar_amount": f"""
        select {_PAYER}, sum(patient_balance_amount) from claim_balance
        where is_sent and patient_balance_amount > 0 group by 1""",
    "days_in_ar": f"""
        select {_PAYER}, sum(greatest(insurance_balance_amount, 0) + greatest(patient_balance_amount, 0)),
            coalesce(sum(charge_amount) filter (where submission_date > $day - interval 90 day), 0) / 90
        from claim_balance where is_sent group by 1""",
    "days_in_ar_net": f"""
        with share as (
            select payer_id, 1 - sum(contractual_amount) / sum(charge_amount) as kept
            from claim_balance where is_sent and is_answered group by 1)
        select {_PAYER},
            sum((greatest(insurance_balance_amount, 0) + greatest(patient_balance_amount, 0))
                * case when is_answered then 1 else kept end),
            sum((charge_amount - contractual_amount) * case when is_answered then 1 else kept end)
                filter (where submission_date > $day - interval 90 day) / 90
        from claim_balance left join share using (payer_id) where is_sent group by 1""",
    "net_collection_rate": f"""
        select {_PAYER}, sum(insurance_paid_amount + patient_paid_amount), sum(charge_amount - contractual_amount)
        from claim_balance where is_sent and is_answered and submission_date {_PERIOD} group by 1""",
    "coder_denial_rate": f"""
        with own as (
            select distinct root_id, payer_id, true as is_own from denial_attribution where responsible_role = 'coder')
        select {_PAYER}, count(is_own), count(*) from claim_outcome left join own using (root_id, payer_id)
        where is_billed_payer and is_adjudicated and coder_id is not null and first_remit_date {_PERIOD} group by 1""",
    "biller_first_pass_rate": f"""
        with own as (
            select distinct root_id, payer_id, true as is_own from denial_attribution where responsible_role = 'biller')
        select {_PAYER}, count(*) filter (where not is_rejected and is_own is null), count(*)
        from claim_outcome left join own using (root_id, payer_id)
        where is_billed_payer and (is_adjudicated or is_rejected) and biller_id is not null
            and submission_date {_PERIOD}
        group by 1""",
    "attributed_denied_amount": f"""
        select {_PAYER}, sum(denied_amount) from denial_attribution where first_remit_date {_PERIOD} group by 1""",
    "denial_write_off_amount": f"""
        select {_PAYER}, sum(denial_write_off_amount) from patient_posting where posting_date {_PERIOD} group by 1""",
    "days_denial_to_resolution": f"""
        select {_PAYER}, sum(resolution_days), count(resolution_days) from denial_resolution
        where resolved_on {_PERIOD} group by 1""",
    "contract_variance_amount": f"""
        select {_PAYER}, sum(variance_amount) from contract_line where payment_date {_PERIOD} group by 1""",
    "insurance_paid_amount": f"""
        select {_PAYER}, sum(paid_amount) from cash where payment_date {_PERIOD} group by 1""",
}
