-- one row per person, role and day on which claims left their hands: how many (coded; sent for the first time)
with finished as (
    select coder_id as staff_id, 'coder' as role, coded_at as worked_on from work_log
    union all
    select biller_id as staff_id, 'biller' as role, submitted_at as worked_on from work_log
)

select
    f.staff_id, f.role, f.worked_on, count(*) as claims, max(coalesce(s.team, 'unknown')) as team,
    max(coalesce(s.employment, 'unknown')) as employment, max(coalesce(s.credential, 'unknown')) as credential,
    date_diff('day', max(s.hired_on), f.worked_on) as tenure_days
from finished as f
left join staff as s on s.staff_id = f.staff_id
where f.staff_id is not null and f.worked_on <= $as_of
group by f.staff_id, f.role, f.worked_on
