-- one row per line of a standing adjudication of which, by the day, something later of its payer stands instead, or nothing
-- an answer to some lines replaces these; a reversal of some lines takes these back; a line with a negative charge is itself such a reversal
with line as (
    select
        a.root_id, a.payer_id, a.payment_order, a.claim_payment_id as adjudication_id, l.claim_payment_id, l.place, l.line_number,
        l.charge_amount, l.never_amount, l.patient_owed_amount,
        case when l.denial_amount > 0 then least(l.denial_amount, greatest(l.charge_amount, 0)) else 0 end as denied_amount,
        c.payer_claim_control_number
    from adjudication as a
    join (select distinct root_id, payer_id from partial_answer) as x on x.root_id = a.root_id and x.payer_id = a.payer_id
    join adjudication_part as p on p.adjudication_id = a.claim_payment_id
    join payment_line as l on l.claim_payment_id = p.claim_payment_id
    join claim_payment as c on c.claim_payment_id = l.claim_payment_id
    where a.is_standing
),

answer as (
    select p.root_id, p.payer_id, p.payment_order, p.is_reversal, c.payer_claim_control_number, l.line_number
    from partial_answer as p
    join claim_payment as c on c.claim_payment_id = p.claim_payment_id
    join payment_line as l on l.claim_payment_id = p.claim_payment_id
),

gone as (
    select l.claim_payment_id, l.place
    from line as l
    join answer as a
        on
            a.root_id = l.root_id and a.payer_id = l.payer_id and a.line_number = l.line_number
            and a.payment_order > l.payment_order
            and (not a.is_reversal or a.payer_claim_control_number is not distinct from l.payer_claim_control_number)
    union
    select claim_payment_id, place from line where charge_amount < 0
)

select
    l.root_id, l.adjudication_id, l.claim_payment_id, l.place, l.line_number, l.never_amount, l.patient_owed_amount,
    cast(l.denied_amount as decimal(18, 2)) as denied_amount
from line as l
join gone as g on g.claim_payment_id = l.claim_payment_id and g.place = l.place
