-- one row per claim payment looked at whose number is no one claim's (`stray`): by day or charge where several visits bear it,
-- else by its similar number, the payer's number, or the visit
-- a method takes a claim only when exactly one fits, and never against the member id

-- the number as it was sent is that of several visits
with bearer as (
    select
        s.claim_payment_id, s.patient_control_number as sent_number, s.payer_claim_control_number, c.patient_control_number,
        k.root_id, c.charge_amount = s.charge_amount as has_charge, s.service_date is not null as has_day,
        coalesce(
            s.service_from <= c.service_date and s.service_date >= coalesce(c.service_from, c.service_date), false
        ) as on_day
    from stray as s
    join claim_visit as v on v.sent_number = s.patient_control_number
    join claim as c on c.claim_id = v.claim_id
    join root as k on k.patient_control_number = c.patient_control_number
    where
        ltrim(v.sent_number, '0') <> ''
        and not coalesce(c.member_key <> s.member_key and c.name_key <> s.name_key, false)
),

-- a day that is no visit's is a visit whose claim did not come
of_number as (
    select
        claim_payment_id, any_value(sent_number) as sent_number,
        any_value(payer_claim_control_number) as payer_claim_control_number, bool_or(has_day) as has_day,
        count(distinct root_id) filter (where on_day or not has_day) as candidates,
        count(distinct root_id) filter (where on_day) as on_day,
        count(distinct root_id) filter (where has_charge and (on_day or not has_day)) as with_charge,
        min(patient_control_number) filter (where on_day) as number_on_day,
        min(patient_control_number) filter (where has_charge and (on_day or not has_day)) as number_with_charge
    from bearer
    group by claim_payment_id
),

told as (
    select
        *,
        case when on_day = 1 then 'number_and_day' when with_charge = 1 then 'number_and_charge' end as match_method,
        case when on_day = 1 then number_on_day when with_charge = 1 then number_with_charge end as visit_number
    from of_number
),

-- a reversal without a day is told by what it reverses, which bears the same payer's number
sibling as (
    select sent_number, payer_claim_control_number, visit_number from told
    union all
    select p.patient_control_number, p.payer_claim_control_number, m.patient_control_number
    from payment_match as m
    join claim_payment as p on p.claim_payment_id = m.claim_payment_id
    where
        m.match_method in ('number_and_day', 'number_and_charge')
        and m.claim_payment_id not in (select claim_payment_id from looked_at)
),

by_sibling as (
    select t.claim_payment_id, count(distinct k.root_id) as candidates, min(o.visit_number) as visit_number
    from told as t
    join sibling as o
        on o.sent_number = t.sent_number and o.payer_claim_control_number = t.payer_claim_control_number
    join root as k on k.patient_control_number = o.visit_number
    where not t.has_day
    group by t.claim_payment_id
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

fitting as (
    select
        s.claim_payment_id, s.patient_control_number as own_number, s.payer_claim_control_number,
        case
            when b.candidates = 1 then 'sibling'
            when t.match_method is not null then t.match_method
            when t.candidates > 0 and n.candidates = 1 then 'payer_claim_control_number'
            when t.candidates > 0 then 'ambiguous'
            when a.candidates = 1 and a.is_confirmed and t.candidates is null then 'similar_control_number'
            when n.candidates = 1 then 'payer_claim_control_number'
            when n.candidates > 1 then 'ambiguous'
            when v.candidates = 1 and r.claim_payment_id is null then 'member_date_charge'
            when v.candidates > 0 then 'ambiguous'
            else 'none'
        end as method,
        b.visit_number as number_of_sibling, t.visit_number as number_of_visit, a.patient_control_number as number_alike,
        n.patient_control_number as number_of_payer, v.patient_control_number as number_of_day,
        coalesce(nullif(t.candidates, 0), n.candidates, v.candidates, 0) as candidates
    from stray as s
    left join told as t on t.claim_payment_id = s.claim_payment_id
    left join by_sibling as b on b.claim_payment_id = s.claim_payment_id
    left join resembling as a on a.claim_payment_id = s.claim_payment_id
    left join named_by_payer as n on n.claim_payment_id = s.claim_payment_id
    left join visit as v on v.claim_payment_id = s.claim_payment_id
    left join rival as r on r.claim_payment_id = s.claim_payment_id
)

select
    claim_payment_id, case method when 'sibling' then 'payer_claim_control_number' else method end as match_method,
    case when method in ('sibling', 'number_and_day', 'number_and_charge', 'similar_control_number') then 1 else candidates end
        as candidates,
    case
        when method = 'sibling' then number_of_sibling
        when method in ('number_and_day', 'number_and_charge') then number_of_visit
        when method = 'similar_control_number' then number_alike
        when method = 'payer_claim_control_number' then number_of_payer
        when method = 'member_date_charge' then number_of_day
        when ltrim(own_number, '0') = ''
            then own_number || '/' || coalesce(payer_claim_control_number, cast(claim_payment_id as varchar))
        else own_number
    end as patient_control_number
from fitting
