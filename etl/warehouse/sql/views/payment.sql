-- one row per claim payment: its claim root, payer, day, and the version of the claim that it answers
with dated as (
    select
        p.claim_payment_id, p.remittance_id, k.root_id, r.payment_date, p.status_code, p.status_code = '22' as is_reversal,
        p.patient_control_number, p.charge_amount, p.paid_amount, y.payer_id as remitting_payer_id,
        m.match_method, r.trace_number, r.transaction_set_id
    from claim_payment as p
    join remittance as r on r.remittance_id = p.remittance_id
    left join payer_key as y on y.spelled_as = coalesce(r.payer_id, upper(r.payer_name))
    left join payment_match as m on m.claim_payment_id = p.claim_payment_id
    join root as k on k.patient_control_number = coalesce(m.patient_control_number, p.patient_control_number)
),

version as (
    select k.root_id, c.claim_id, c.submission_date, y.payer_id, c.payer_responsibility
    from claim as c
    left join payer_key as y on y.spelled_as = coalesce(c.payer_id, upper(c.payer_name))
    join root as k on k.patient_control_number = c.patient_control_number
    where k.root_id in (select root_id from dated)
),

only_version as (
    select root_id, min(claim_id) as claim_id, min(payer_id) as payer_id, min(payer_responsibility) as payer_responsibility
    from version
    group by root_id
    having count(*) = 1
),

-- of several versions the last one sent by the day of the payment, else the first
chosen as (
    select
        d.claim_payment_id, v.claim_id, v.payer_id, v.payer_responsibility,
        row_number() over (
            partition by d.claim_payment_id
            order by v.submission_date <= d.payment_date desc,
                case when v.submission_date <= d.payment_date then v.submission_date end desc,
                case when v.submission_date <= d.payment_date then v.claim_id end desc,
                v.submission_date, v.claim_id
        ) as place
    from dated as d
    join version as v on v.root_id = d.root_id
    where d.root_id not in (select root_id from only_version)
),

reversing as (select distinct remittance_id, root_id from dated where is_reversal),

-- several remittances of a day: a payer would reverse what it takes back, so what paid less came before what paid more;
-- else their payers and trace numbers decide, not the order of loading
crowded as (
    select root_id, payment_date from dated group by root_id, payment_date having min(remittance_id) < max(remittance_id)
),

of_day as (
    select
        d.root_id, d.remittance_id, d.payment_date, d.remitting_payer_id, sum(d.paid_amount) as paid_amount,
        min(coalesce(d.trace_number, '')) as trace_number, min(d.transaction_set_id) as transaction_set_id
    from dated as d
    join crowded as c on c.root_id = d.root_id and c.payment_date = d.payment_date
    group by d.root_id, d.remittance_id, d.payment_date, d.remitting_payer_id
),

place_in_day as (
    select
        o.root_id, o.remittance_id,
        row_number() over (
            partition by o.root_id, o.payment_date
            order by coalesce(o.remitting_payer_id, ''), o.paid_amount, length(o.trace_number), o.trace_number, t.content_hash, o.remittance_id
        ) - 1 as place
    from of_day as o
    join transaction_set as t on t.transaction_set_id = o.transaction_set_id
)

select
    d.claim_payment_id, d.remittance_id, d.root_id, d.payment_date, d.status_code, d.is_reversal,
    d.patient_control_number, d.charge_amount, d.paid_amount,
    -- an id that no claim was sent to is the billed payer's other id, unless it says that it pays after another
    case
        when
            b.payer_id is null and d.status_code in ('2', '3', '20', '21')
            and coalesce(o.payer_responsibility, a.payer_responsibility, 'P') = 'P'
            then coalesce(d.remitting_payer_id, o.payer_id, a.payer_id, 'unknown')
        else coalesce(b.payer_id, o.payer_id, a.payer_id, d.remitting_payer_id, 'unknown')
    end as payer_id,
    coalesce(o.claim_id, a.claim_id) as answered_claim_id,
    coalesce(
        d.match_method, case when coalesce(o.claim_id, a.claim_id) is null then 'none' else 'patient_control_number' end
    ) as match_method,
    -- by day; on a day first what is not taken back there, and the primary payer, then by place, then as they came. A
    -- number, because a row_number over all payments would have to sort them
    date_diff('day', date '1900-01-01', d.payment_date) * 100000000000000
    + case when t.root_id is null then 0 else 30000000000000 end
    + case
        when d.status_code in ('2', '20') then 10000000000000 when d.status_code in ('3', '21') then 20000000000000 else 0
    end
    + coalesce(least(i.place, 999), 0) * 10000000000
    + d.claim_payment_id as payment_order
from dated as d
left join reversing as t on t.remittance_id = d.remittance_id and t.root_id = d.root_id
left join place_in_day as i on i.remittance_id = d.remittance_id and i.root_id = d.root_id
left join only_version as o on o.root_id = d.root_id
left join chosen as a on a.claim_payment_id = d.claim_payment_id and a.place = 1
left join payer as b on b.payer_id = d.remitting_payer_id and b.is_billed
