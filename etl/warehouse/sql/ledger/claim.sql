-- one row per claim root: charge = paid + contractual + patient paid + to collections + written off + open - credit, by name
select
    l.root_id, coalesce(c.claim_number, n.patient_control_number) as claim_number, l.is_sent, l.is_void,
    l.since_date, strftime(l.since_date, '%Y-%m') as month,
    coalesce(l.payer_id, 'unknown') as payer_id, coalesce(y.payer_name, l.payer_id, 'unknown') as payer_name,
    l.charge_amount, l.insurance_paid_amount, l.contractual_amount, l.patient_paid_amount,
    l.collections_amount, l.write_off_amount,
    greatest(l.insurance_balance_amount, 0) as insurance_open_amount,
    greatest(l.patient_balance_amount, 0) as patient_open_amount,
    greatest(-l.insurance_balance_amount, 0) + greatest(-l.patient_balance_amount, 0) as credit_amount
from claim_balance as l
left join claim_root as c on c.root_id = l.root_id
left join (select root_id, min(patient_control_number) as patient_control_number from root group by root_id) as n
    on n.root_id = l.root_id
left join payer as y on y.payer_id = l.payer_id
where
    ($first is null or l.since_date >= $first) and ($last is null or l.since_date <= $last)
    and (len($payers) = 0 or l.payer_id in $payers or y.payer_name in $payers)
order by l.since_date, l.root_id
