-- people who stand as coder and as biller in the last staff file that names them
with named as (
    select file_id, content ->> 'staff_id' as staff_id, content ->> 'role' as role
    from side_row
    where table_name = 'staff'
),

last as (
    select staff_id, max(file_id) as file_id from named group by staff_id
)

select f.name as file, n.staff_id as claim_id,
    n.staff_id || ' as ' || string_agg(distinct n.role, ' and as ') as found, 'one row a person' as expected,
    'The last row counts. Write one row with the role both, and load the file again.' as fix
from named as n
join last as l on l.staff_id = n.staff_id and l.file_id = n.file_id
join source_file as f on f.file_id = n.file_id
group by f.name, n.staff_id
having count(distinct n.role) > 1
