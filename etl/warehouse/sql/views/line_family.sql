-- one row per procedure code of an answered line: its family
select k.procedure_code, r.family
from (select distinct procedure_code from payment_line where length(procedure_code) = 5) as k
join reference_procedure_family as r on k.procedure_code between r.first and r.last
