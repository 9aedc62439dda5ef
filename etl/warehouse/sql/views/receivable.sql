-- one row per claim root sent by the day, and side (insurance, patient): its balance, why it is open and since when
select
    *,
    side = 'insurance' and submission_date > $as_of - interval 90 day as is_recent_charge,
    date_diff('day', service_date, $as_of) as service_age_days,
    date_diff('day', submission_date, $as_of) as submission_age_days,
    date_diff('day', last_remit_date, $as_of) as remit_age_days
from claim_side
