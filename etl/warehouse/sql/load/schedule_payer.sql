-- one row per payer of the allowed schedule that no claim and no remittance names: how many rows wait for it
select s.payer, count(*) as rows_waiting
from allowed_schedule as s
where
    s.payer not in (select spelled_as from payer_key)
    and s.payer not in (select payer_id from payer)
    and upper(s.payer) not in (select upper(payer_name) from payer where payer_name is not null)
group by s.payer
order by s.payer
