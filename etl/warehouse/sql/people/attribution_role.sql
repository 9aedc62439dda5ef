-- decisions whose roles are none
select
    'a denial of claim ' || a.claim_id || ' moved from “' || coalesce(a.from_role, '') || '” to “' || a.to_role || '”' as found,
    'roles: ' || (select string_agg(distinct role, ', ' order by role) from reference_role) as expected,
    'It moves nothing. Correct the role and load the file again.' as fix
from attribution as a
left join reference_role as t on t.name = lower(a.to_role)
left join reference_role as f on f.name = lower(a.from_role)
where t.name is null or (a.from_role is not null and f.name is null)
group by a.claim_id, a.from_role, a.to_role
