-- people of the work log who are not in staff.csv, where there is one
with worked as (
    select coder_id as staff_id, 'coder' as role from work_log
    union all
    select biller_id, 'biller' from work_log
)

select w.staff_id as claim_id,
    w.staff_id || ', who worked on ' || count(*) || ' claims and is not in staff.csv' as found,
    'everybody of the work log in staff.csv' as expected,
    'Their claims count; team, employment and credential are unknown. Add them to staff.csv and load it.' as fix
from worked as w
where w.staff_id is not null
    and exists (select 1 from staff)
    and not exists (select 1 from staff as s where s.staff_id = w.staff_id)
group by w.staff_id
