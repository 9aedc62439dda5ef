-- people who worked in a role that staff.csv does not give them
with worked as (
    select coder_id as staff_id, 'coder' as role from work_log
    union all
    select biller_id, 'biller' from work_log
)

select w.staff_id as claim_id,
    w.staff_id || ', a ' || s.role || ' in staff.csv, as ' || w.role || ' of ' || count(*) || ' claims' as found,
    'the role that the person works in' as expected,
    'The claims count for the person in that role. Write the role both in staff.csv, or correct the work log.' as fix
from worked as w
join staff as s on s.staff_id = w.staff_id
where s.role not in (w.role, 'both')
group by w.staff_id, s.role, w.role
