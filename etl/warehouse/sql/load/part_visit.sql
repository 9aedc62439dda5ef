-- one row per part (a claim, or a claim payment) that follows no other: the number of its visit
-- A visit: parts of one kind and patient whose days of service meet. Of those that begin on one day the one with the least
-- mark is the first.

-- a person keeps the name or the member id when the other changes; two steps reach all who are told as one
with linked as (
    select
        *, case when member_key is null then name_key else min(name_key) over (partition by sent_number, member_key) end as link
    from part
    where not follows
),

person as (
    select *, min(link) over (partition by sent_number, name_key) as person from linked
),

met as (
    select
        *,
        coalesce(
            first_day <= max(last_day) over (
                partition by sent_number, person, kind order by first_day, last_day, part_id
                rows between unbounded preceding and 1 preceding
            ), false
        ) as meets_earlier
    from person
),

stay as (
    select
        *,
        sum(case when meets_earlier then 0 else 1 end) over (
            partition by sent_number, person, kind order by first_day, last_day, part_id
            rows between unbounded preceding and current row
        ) as stay
    from met
),

visit as (
    select
        sent_number, person, kind, stay, min(first_day) as visit_day,
        row_number() over (partition by sent_number, min(first_day) order by kind, min(mark), person, stay) as nth
    from stay
    group by sent_number, person, kind, stay
)

select
    s.part_id, s.sent_number, s.kind, s.first_day, s.last_day, s.mark, v.nth,
    s.sent_number || '/' || v.visit_day || case when v.nth = 1 then '' else '/' || v.nth end as visit_number
from stay as s
join visit as v on v.sent_number = s.sent_number and v.person = s.person and v.kind = s.kind and v.stay = s.stay
