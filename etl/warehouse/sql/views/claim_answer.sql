-- one row per claim root and payer: what receivers answered, its first adjudication and what became of it
with sending as (
    select k.root_id, c.transaction_set_id, c.segment, c.submission_date
    from claim as c
    join root as k on k.patient_control_number = c.patient_control_number
    where c.submission_date <= $as_of and not c.is_predetermination
    union all
    select k.root_id, a.transaction_set_id, a.segment, a.submission_date
    from claim_sent_again as a
    join claim as c on c.claim_id = a.claim_id
    join root as k on k.patient_control_number = c.patient_control_number
    where a.submission_date <= $as_of and not c.is_predetermination
),

-- what was rejected with its whole file or batch; a 277CA says it of claims, the others only that none was read
rejection as (
    select
        k.root_id, x.rejected_on, x.transaction_set_id, x.segment, x.sent_set_id, x.sent_segment, x.submission_date,
        x.kind = '277CA' as is_acknowledgement
    from rejected_sending as x
    join claim as c on c.claim_id = x.claim_id
    join root as k on k.patient_control_number = c.patient_control_number
    where x.rejected_on <= $as_of and not c.is_predetermination
),

-- it holds until the claim is sent again
overtaken as (
    select distinct x.sent_set_id, x.sent_segment
    from rejection as x
    join sending as s
        on
            s.root_id = x.root_id
            and (
                s.submission_date > x.submission_date
                or (s.submission_date = x.submission_date and s.transaction_set_id > x.sent_set_id)
                or (s.transaction_set_id = x.sent_set_id and s.segment > x.sent_segment)
            )
),

said as (
    select
        k.root_id, a.acknowledged_date as day, a.transaction_set_id, a.segment, r.bucket = 'rejected' as is_rejection,
        true as is_acknowledgement, false as is_overtaken
    from acknowledgement as a
    join root as k on k.patient_control_number = a.patient_control_number
    left join reference_acknowledgement_category as r on r.code = a.category_code
    where a.acknowledged_date <= $as_of
    union all
    select
        x.root_id, x.rejected_on, x.transaction_set_id, x.segment, true, x.is_acknowledgement, o.sent_set_id is not null
    from rejection as x
    left join overtaken as o on o.sent_set_id = x.sent_set_id and o.sent_segment = x.sent_segment
),

answer as (
    select
        root_id, bool_or(is_acknowledgement) as is_acknowledged, bool_or(is_rejection and is_acknowledgement) as is_rejected,
        arg_max(is_rejection, (day, transaction_set_id, segment)) filter (where not is_overtaken) as is_last_rejection
    from said
    group by root_id
),

sent_twice as (select root_id from sending group by root_id having count(*) > 1),

numbered as (
    select root_id, submission_date, row_number() over (partition by root_id order by submission_date) as place
    from sending
    where root_id in (select root_id from sent_twice)
),

again as (select root_id, submission_date from numbered where place = 2),

first_adjudication as (select * from adjudication where is_initial),

denied as (
    select root_id, payer_id, bool_or(is_overturned) as is_overturned, min(overturned_on) as overturned_on
    from denied_line
    group by root_id, payer_id
),

pair as (
    select root_id, payer_id, true as is_billed_payer from claim_root
    union all
    select a.root_id, a.payer_id, false
    from first_adjudication as a
    where not exists (select 1 from claim_root as c where c.root_id = a.root_id and c.payer_id = a.payer_id)
)

select
    x.root_id, x.payer_id, x.is_billed_payer,
    coalesce(n.is_acknowledged, false) as is_acknowledged, coalesce(n.is_rejected, false) as is_rejected,
    coalesce(n.is_last_rejection, false) as is_last_answer_rejection,
    coalesce(g.submission_date <= coalesce(a.payment_date, g.submission_date), false) as is_sent_again,
    a.root_id is not null as is_adjudicated, a.payment_date as first_remit_date, a.charge_amount as first_charge_amount,
    a.paid_amount as first_paid_amount, a.allowed_amount as first_allowed_amount,
    coalesce(a.denied_amount, 0) as denied_amount,
    coalesce(a.is_denied, false) as is_denied, coalesce(a.is_zero_pay, false) as is_zero_pay,
    coalesce(a.is_denied and not a.is_zero_pay, false) as is_partial_pay,
    coalesce(d.is_overturned, false) as is_overturned, d.overturned_on
from pair as x
left join answer as n on n.root_id = x.root_id
left join again as g on g.root_id = x.root_id
left join first_adjudication as a on a.root_id = x.root_id and a.payer_id = x.payer_id
left join denied as d on d.root_id = a.root_id and d.payer_id = a.payer_id
