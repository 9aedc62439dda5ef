-- who the patients are, as a claim or a claim payment names them: on its way to the identity file, which has the same columns
CREATE TEMP TABLE person (
    identity_key BIGINT NOT NULL,
    patient_last_name VARCHAR,
    patient_first_name VARCHAR,
    patient_birth_date DATE,
    member_id VARCHAR,
    subscriber_last_name VARCHAR,
    subscriber_first_name VARCHAR,
    patient_address VARCHAR,
    patient_city VARCHAR,
    patient_zip VARCHAR,
    corrected_last_name VARCHAR,
    corrected_first_name VARCHAR,
    corrected_member_id VARCHAR
);

-- whom a claim or claim payment named that is taken out again
CREATE TEMP TABLE gone_person (identity_key BIGINT NOT NULL);
