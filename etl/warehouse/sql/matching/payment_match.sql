-- one row per claim payment looked at whose number is no claim's: by its similar number, the payer's number, or the visit
-- a method takes a claim only when exactly one fits, and never against the member id
with stray as (
    select
        claim_payment_id, patient_control_number, payer_claim_control_number, member_key, service_date,
        abs(charge_amount) as charge_amount,
        ltrim(translate(upper(patient_control_number), ' -_./#', ''), '0') as plain_number
    from claim_payment
    where
        claim_payment_id in (select claim_payment_id from looked_at)
        and patient_control_number not in (select patient_control_number from claim)
),

-- the number written otherwise (case, punctuation, leading zeros), and the charge or the member agrees
alike as (
    select patient_control_number, member_key, charge_amount, plain_number
    from (
        select
            patient_control_number, member_key, charge_amount,
            ltrim(translate(upper(patient_control_number), ' -_./#', ''), '0') as plain_number
        from claim
    )
    where plain_number in (select plain_number from stray where plain_number <> '')
),

resembling as (
    select
        s.claim_payment_id, count(distinct k.root_id) as candidates, min(a.patient_control_number) as patient_control_number,
        coalesce(bool_or(a.charge_amount = s.charge_amount or a.member_key = s.member_key), false) as is_confirmed
    from stray as s
    join alike as a on a.plain_number = s.plain_number
    join root as k on k.patient_control_number = a.patient_control_number
    group by s.claim_payment_id
),

-- the payer's number as a matched payment, an acknowledgement or a replacement's REF*F8 carries it
payer_number as (
    select payer_claim_control_number, patient_control_number, member_key
    from claim_payment
    union all
    select payer_claim_control_number, patient_control_number, null from acknowledgement
    union all
    select original_reference, patient_control_number, member_key from claim
),

named_by_payer as (
    select
        s.claim_payment_id, count(distinct k.root_id) as candidates, min(c.patient_control_number) as patient_control_number
    from stray as s
    join payer_number as n
        on
            n.payer_claim_control_number = s.payer_claim_control_number
            -- two payers may use the same number, for different people
            and not coalesce(n.member_key <> s.member_key, false)
    join claim as c on c.patient_control_number = n.patient_control_number
    join root as k on k.patient_control_number = c.patient_control_number
    where not coalesce(c.member_key <> s.member_key, false)
    group by s.claim_payment_id
),

visit as (
    select
        s.claim_payment_id, count(distinct k.root_id) as candidates, min(c.patient_control_number) as patient_control_number
    from stray as s
    join claim as c
        on c.member_key = s.member_key and c.service_date = s.service_date and c.charge_amount = s.charge_amount
    join root as k on k.patient_control_number = c.patient_control_number
    group by s.claim_payment_id
),

-- two payments under different numbers cannot both be the one visit
rival as (
    select distinct s.claim_payment_id
    from stray as s
    join claim_payment as p
        on
            p.member_key = s.member_key and p.service_date = s.service_date and abs(p.charge_amount) = s.charge_amount
            and p.patient_control_number <> s.patient_control_number
    where
        p.claim_payment_id in (select claim_payment_id from stray union all select claim_payment_id from payment_match)
        and p.patient_control_number not in (select patient_control_number from claim)
),

found as (
    select
        s.claim_payment_id, s.patient_control_number, s.payer_claim_control_number,
        case
            when a.candidates = 1 and a.is_confirmed then 'similar_control_number'
            when n.candidates = 1 then 'payer_claim_control_number'
            when n.candidates > 1 then 'ambiguous'
            when v.candidates = 1 and r.claim_payment_id is null then 'member_date_charge'
            when v.candidates > 0 then 'ambiguous'
            else 'none'
        end as match_method,
        coalesce(case when a.candidates = 1 and a.is_confirmed then 1 end, n.candidates, v.candidates, 0) as candidates,
        coalesce(
            case when a.candidates = 1 and a.is_confirmed then a.patient_control_number end,
            n.patient_control_number, v.patient_control_number
        ) as matched_number
    from stray as s
    left join resembling as a on a.claim_payment_id = s.claim_payment_id
    left join named_by_payer as n on n.claim_payment_id = s.claim_payment_id
    left join visit as v on v.claim_payment_id = s.claim_payment_id
    left join rival as r on r.claim_payment_id = s.claim_payment_id
)

select
    claim_payment_id, match_method, candidates,
    case
        when match_method not in ('ambiguous', 'none') then matched_number
        when patient_control_number = '0' then '0/' || coalesce(payer_claim_control_number, cast(claim_payment_id as varchar))
        else patient_control_number
    end as patient_control_number
from found
