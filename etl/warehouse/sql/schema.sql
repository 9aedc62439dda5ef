-- Every table of the warehouse. Each row of X12 keeps the file and the segment it came from.
-- Money is DECIMAL(18,2). Comments name the X12 element. SCHEMA.md is generated from this file.
-- Control numbers differ from row to row: to compress them takes a tenth of a load's time and makes a large warehouse a
-- twentieth smaller, so they are kept as they are.

-- what arrived -------------------------------------------------------------------------------------------------------

CREATE TABLE source_file (
    file_id BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    byte_count BIGINT NOT NULL CHECK (byte_count >= 0),
    kind VARCHAR NOT NULL,
    loaded_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE source_file IS 'One row per file whose content was loaded';
COMMENT ON COLUMN source_file.file_id IS 'Key';
COMMENT ON COLUMN source_file.name IS 'File name without its folder';
COMMENT ON COLUMN source_file.sha256 IS 'SHA-256 of the bytes: the same bytes are never loaded twice';
COMMENT ON COLUMN source_file.byte_count IS 'Size in bytes';
COMMENT ON COLUMN source_file.kind IS 'x12, fhir, or the tables that it filled';
COMMENT ON COLUMN source_file.loaded_at IS 'When it was loaded (UTC)';

CREATE TABLE transaction_set (
    transaction_set_id BIGINT NOT NULL,
    file_id BIGINT NOT NULL,
    segment BIGINT NOT NULL CHECK (segment > 0),
    kind VARCHAR NOT NULL,
    version VARCHAR,
    sender_id VARCHAR,
    receiver_id VARCHAR,
    interchange_control_number VARCHAR,
    interchange_date DATE,
    group_control_number VARCHAR,
    set_control_number VARCHAR,
    batch_reference VARCHAR,
    content_hash VARCHAR NOT NULL
);
COMMENT ON TABLE transaction_set IS 'One row per transaction set (ST to SE) that was loaded, and per TA1';
COMMENT ON COLUMN transaction_set.transaction_set_id IS 'Key';
COMMENT ON COLUMN transaction_set.file_id IS 'Its file';
COMMENT ON COLUMN transaction_set.segment IS 'Position of its ST (or TA1) segment in the file, counted from 1';
COMMENT ON COLUMN transaction_set.kind IS 'ST01: 837, 835, 277, 999, 997; or TA1; claim or remittance when the rows came in a table or FHIR resources';
COMMENT ON COLUMN transaction_set.version IS 'GS08 (or ST03): implementation guide; the column map''s name for tables, FHIR for resources';
COMMENT ON COLUMN transaction_set.sender_id IS 'ISA06';
COMMENT ON COLUMN transaction_set.receiver_id IS 'ISA08';
COMMENT ON COLUMN transaction_set.interchange_control_number IS 'ISA13';
COMMENT ON COLUMN transaction_set.interchange_date IS 'ISA09';
COMMENT ON COLUMN transaction_set.group_control_number IS 'GS06';
COMMENT ON COLUMN transaction_set.set_control_number IS 'ST02 (TA101 of a TA1)';
COMMENT ON COLUMN transaction_set.batch_reference IS 'BHT03 of an 837 or 277: the number by which a 277CA names the batch that it answers';
COMMENT ON COLUMN transaction_set.content_hash IS 'Hash of the segments between ST and SE, whatever their separators: the same content is never loaded twice';

CREATE TABLE issue (
    issue_id BIGINT NOT NULL,
    file_name VARCHAR NOT NULL,
    path VARCHAR,
    sha256 VARCHAR,
    segment BIGINT,
    severity VARCHAR NOT NULL CHECK (severity IN ('rejected', 'quarantined', 'flagged', 'duplicate')),
    rule VARCHAR NOT NULL,
    found VARCHAR,
    expected VARCHAR,
    fix VARCHAR,
    claims BIGINT NOT NULL DEFAULT 0 CHECK (claims >= 0),
    claim_payments BIGINT NOT NULL DEFAULT 0 CHECK (claim_payments >= 0),
    control_hash VARCHAR,
    first_claim_hash VARCHAR,
    claims_hash VARCHAR,
    repeats_file_id BIGINT,
    reported_at TIMESTAMP NOT NULL,
    closed_at TIMESTAMP,
    closed_by_file_id BIGINT
);
COMMENT ON TABLE issue IS 'One row per thing a load could not take as it was; flagged content is loaded, the rest is not';
COMMENT ON COLUMN issue.issue_id IS 'Key: the number that `cleanclaim quarantine` names it by';
COMMENT ON COLUMN issue.file_name IS 'File name without its folder';
COMMENT ON COLUMN issue.path IS 'Where the file, or the archive that holds it, was (may be PHI: folders may name people); null for standard input';
COMMENT ON COLUMN issue.sha256 IS 'SHA-256 of the file';
COMMENT ON COLUMN issue.segment IS 'Position of the segment (X12) or row (tables) in the file, counted from 1';
COMMENT ON COLUMN issue.severity IS 'rejected: whole file; quarantined: a transaction set or row; flagged: loaded, look at it; duplicate: seen before';
COMMENT ON COLUMN issue.rule IS 'Short name of what was broken';
COMMENT ON COLUMN issue.found IS 'What stood there (never a name or member id)';
COMMENT ON COLUMN issue.expected IS 'What should have stood there';
COMMENT ON COLUMN issue.fix IS 'What to do';
COMMENT ON COLUMN issue.claims IS 'CLM segments that this keeps out';
COMMENT ON COLUMN issue.claim_payments IS 'CLP segments that this keeps out';
COMMENT ON COLUMN issue.control_hash IS 'Hash of ST01, ISA06, ISA13, ISA09 and ST02 of a quarantined transaction set: the mended one mostly bears them too';
COMMENT ON COLUMN issue.first_claim_hash IS 'Hash of its first CLM01 or CLP01';
COMMENT ON COLUMN issue.claims_hash IS 'Hash of ST01 and of all its CLM01 with CLM05-3, or CLP01 with TRN02';
COMMENT ON COLUMN issue.repeats_file_id IS 'Of a duplicate: the file that it repeats';
COMMENT ON COLUMN issue.reported_at IS 'When (UTC)';
COMMENT ON COLUMN issue.closed_at IS 'When what was quarantined came mended (UTC); null while it needs a person';
COMMENT ON COLUMN issue.closed_by_file_id IS 'The file that it came mended in';

-- claims sent (837) ---------------------------------------------------------------------------------------------------

CREATE TABLE claim (
    claim_id BIGINT NOT NULL,
    transaction_set_id BIGINT NOT NULL,
    segment BIGINT NOT NULL CHECK (segment > 0),
    submission_date DATE,
    patient_control_number VARCHAR NOT NULL USING COMPRESSION uncompressed,
    claim_type VARCHAR NOT NULL CHECK (claim_type IN ('professional', 'institutional', 'dental')),
    charge_amount DECIMAL(18,2) NOT NULL,
    is_predetermination BOOLEAN NOT NULL DEFAULT false,
    place_of_service VARCHAR,
    type_of_bill VARCHAR,
    frequency_code VARCHAR NOT NULL,
    original_reference VARCHAR,
    prior_authorization VARCHAR,
    referral_number VARCHAR,
    payer_responsibility VARCHAR,
    claim_filing_code VARCHAR,
    payer_name VARCHAR,
    payer_id VARCHAR,
    billing_name VARCHAR,
    billing_npi VARCHAR,
    rendering_npi VARCHAR,
    referring_npi VARCHAR,
    facility_name VARCHAR,
    facility_npi VARCHAR,
    identity_key BIGINT,
    member_key BIGINT,
    name_key BIGINT,
    patient_age INTEGER,
    patient_relationship_code VARCHAR,
    patient_sex VARCHAR,
    patient_zip3 VARCHAR,
    service_from DATE,
    service_date DATE,
    fingerprint BIGINT
);
COMMENT ON TABLE claim IS 'One row per CLM segment: an original claim, a replacement, a void or a resend';
COMMENT ON COLUMN claim.claim_id IS 'Key, in file order';
COMMENT ON COLUMN claim.transaction_set_id IS 'Its transaction set';
COMMENT ON COLUMN claim.segment IS 'Position of CLM in the file, counted from 1';
COMMENT ON COLUMN claim.submission_date IS 'BHT04';
COMMENT ON COLUMN claim.patient_control_number IS 'CLM01; where several visits bear the same, CLM01/first day of service, as where it is empty or zeros (claim_visit has what was sent)';
COMMENT ON COLUMN claim.claim_type IS 'From the implementation guide in GS08: professional (X222), institutional (X223), dental (X224)';
COMMENT ON COLUMN claim.charge_amount IS 'CLM02';
COMMENT ON COLUMN claim.is_predetermination IS 'CLM19 is PB: asks what would be paid for a service not yet given; in no measure';
COMMENT ON COLUMN claim.place_of_service IS 'CLM05-1 of a professional or dental claim';
COMMENT ON COLUMN claim.type_of_bill IS '0 + CLM05-1 + frequency of an institutional claim';
COMMENT ON COLUMN claim.frequency_code IS 'CLM05-3: 1 original, 7 replacement, 8 void';
COMMENT ON COLUMN claim.original_reference IS 'REF*F8: the payer''s control number of the claim that is replaced or voided';
COMMENT ON COLUMN claim.prior_authorization IS 'REF*G1';
COMMENT ON COLUMN claim.referral_number IS 'REF*9F';
COMMENT ON COLUMN claim.payer_responsibility IS 'SBR01: P primary, S secondary, T tertiary';
COMMENT ON COLUMN claim.claim_filing_code IS 'SBR09';
COMMENT ON COLUMN claim.payer_name IS 'NM103 of NM1*PR in loop 2010BB, as spelled';
COMMENT ON COLUMN claim.payer_id IS 'NM109 of NM1*PR in loop 2010BB';
COMMENT ON COLUMN claim.billing_name IS 'NM103 of NM1*85';
COMMENT ON COLUMN claim.billing_npi IS 'NM109 of NM1*85';
COMMENT ON COLUMN claim.rendering_npi IS 'NM109 of NM1*82 (institutional: NM1*71 attending when no 82); of the claim, else of its first line, else the billing provider';
COMMENT ON COLUMN claim.referring_npi IS 'NM109 of NM1*DN or NM1*P3';
COMMENT ON COLUMN claim.facility_name IS 'NM103 of NM1*77, else of NM1*85';
COMMENT ON COLUMN claim.facility_npi IS 'NM109 of NM1*77, else of NM1*85';
COMMENT ON COLUMN claim.identity_key IS 'Keyed hash of all that names the patient: the key of their row in the identity file';
COMMENT ON COLUMN claim.member_key IS 'Keyed hash of the member id (NM109 of NM1*IL)';
COMMENT ON COLUMN claim.name_key IS 'Keyed hash of the patient''s last name and first initial (NM1*QC, else the subscriber)';
COMMENT ON COLUMN claim.patient_age IS 'Whole years on the day of service (DMG02 of the patient), 90 for all who are older';
COMMENT ON COLUMN claim.patient_relationship_code IS 'What the patient is to the subscriber: PAT01 of a dependent (01 spouse, 19 child ...), else SBR02 (18 self)';
COMMENT ON COLUMN claim.patient_sex IS 'DMG03 of the patient';
COMMENT ON COLUMN claim.patient_zip3 IS 'First three digits of the patient''s ZIP code (N403); 000 where 20,000 people or fewer share them';
COMMENT ON COLUMN claim.service_from IS 'First day of service: least line date, or statement-from (DTP*434)';
COMMENT ON COLUMN claim.service_date IS 'Last day of service: greatest line date, or statement-through (DTP*434)';
COMMENT ON COLUMN claim.fingerprint IS 'Keyed hash of a checksum of its billing, subscriber, patient and claim loops without HL: a claim sent again unchanged has the same';

CREATE TABLE claim_sent_again (
    claim_id BIGINT NOT NULL,
    transaction_set_id BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    submission_date DATE
);
COMMENT ON TABLE claim_sent_again IS 'One row per CLM that repeats a claim unchanged: the claim is kept once, as it was sent first, this says when it came again';
COMMENT ON COLUMN claim_sent_again.claim_id IS 'The claim that it repeats';
COMMENT ON COLUMN claim_sent_again.transaction_set_id IS 'The transaction set in which it came again';
COMMENT ON COLUMN claim_sent_again.segment IS 'Position of CLM in that file, counted from 1';
COMMENT ON COLUMN claim_sent_again.submission_date IS 'BHT04 of that transaction set';

CREATE TABLE diagnosis (
    claim_id BIGINT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    qualifier VARCHAR NOT NULL,
    diagnosis_code VARCHAR NOT NULL
);
COMMENT ON TABLE diagnosis IS 'One row per diagnosis of a claim';
COMMENT ON COLUMN diagnosis.claim_id IS 'Its claim';
COMMENT ON COLUMN diagnosis.sequence IS 'Order among the diagnoses of the claim that a pointer can name (principal is 1); other kinds follow';
COMMENT ON COLUMN diagnosis.qualifier IS 'HI0x-1: ABK principal, ABF other, ABJ admitting, APR reason for visit, ABN external cause (BK, BF ... ICD-9)';
COMMENT ON COLUMN diagnosis.diagnosis_code IS 'HI0x-2, without a dot';

CREATE TABLE claim_code (
    claim_id BIGINT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    qualifier VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    from_date DATE,
    through_date DATE,
    amount DECIMAL(18,2)
);
COMMENT ON TABLE claim_code IS 'One row per code of a claim that is no diagnosis: procedures, DRG, conditions, occurrences, values of a hospital';
COMMENT ON COLUMN claim_code.claim_id IS 'Its claim';
COMMENT ON COLUMN claim_code.sequence IS 'Order among these codes of the claim';
COMMENT ON COLUMN claim_code.qualifier IS 'HI0x-1: BBR principal procedure, BBQ other (BR, BQ ICD-9), DR DRG, BG condition, BH occurrence, BI occurrence span, BE value, BP and BO anesthesia';
COMMENT ON COLUMN claim_code.code IS 'HI0x-2, without a dot';
COMMENT ON COLUMN claim_code.from_date IS 'HI0x-4: its day, or the first of a span';
COMMENT ON COLUMN claim_code.through_date IS 'HI0x-4: the last day of a span';
COMMENT ON COLUMN claim_code.amount IS 'HI0x-5: the amount (or number of days, units) of a value code';

CREATE TABLE service_line (
    claim_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL CHECK (line_number > 0),
    segment BIGINT NOT NULL,
    procedure_qualifier VARCHAR,
    procedure_code VARCHAR,
    modifier_1 VARCHAR,
    modifier_2 VARCHAR,
    modifier_3 VARCHAR,
    modifier_4 VARCHAR,
    revenue_code VARCHAR,
    charge_amount DECIMAL(18,2) NOT NULL,
    unit_code VARCHAR,
    units DECIMAL(18,3),
    place_of_service VARCHAR,
    diagnosis_pointer VARCHAR,
    oral_cavity_codes VARCHAR,
    service_from DATE,
    service_date DATE,
    line_control_number VARCHAR
);
COMMENT ON TABLE service_line IS 'One row per LX segment of a claim';
COMMENT ON COLUMN service_line.claim_id IS 'Its claim';
COMMENT ON COLUMN service_line.line_number IS 'Order within the claim, counted from 1';
COMMENT ON COLUMN service_line.segment IS 'Position of LX in the file, counted from 1';
COMMENT ON COLUMN service_line.procedure_qualifier IS 'SV101-1 or SV202-1: HC for CPT and HCPCS';
COMMENT ON COLUMN service_line.procedure_code IS 'SV101-2, SV202-2 or SV301-2';
COMMENT ON COLUMN service_line.modifier_1 IS 'First modifier';
COMMENT ON COLUMN service_line.modifier_2 IS 'Second modifier';
COMMENT ON COLUMN service_line.modifier_3 IS 'Third modifier';
COMMENT ON COLUMN service_line.modifier_4 IS 'Fourth modifier';
COMMENT ON COLUMN service_line.revenue_code IS 'SV201';
COMMENT ON COLUMN service_line.charge_amount IS 'SV102, SV203 or SV302';
COMMENT ON COLUMN service_line.unit_code IS 'SV103 or SV204: UN units, MJ minutes, DA days';
COMMENT ON COLUMN service_line.units IS 'SV104, SV205 or SV306';
COMMENT ON COLUMN service_line.place_of_service IS 'SV105 or SV303, else the claim''s';
COMMENT ON COLUMN service_line.diagnosis_pointer IS 'SV107 (SV311 dental): sequences of diagnoses, parted by :';
COMMENT ON COLUMN service_line.oral_cavity_codes IS 'SV304 of a dental line: up to five areas of the mouth, parted by :';
COMMENT ON COLUMN service_line.service_from IS 'First day of DTP*472, else the claim''s';
COMMENT ON COLUMN service_line.service_date IS 'Last day of DTP*472, else the claim''s';
COMMENT ON COLUMN service_line.line_control_number IS 'REF*6R';

CREATE TABLE tooth (
    claim_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL CHECK (line_number > 0),
    segment BIGINT NOT NULL,
    tooth_code VARCHAR NOT NULL,
    surface_codes VARCHAR
);
COMMENT ON TABLE tooth IS 'One row per tooth of a dental service line (TOO)';
COMMENT ON COLUMN tooth.claim_id IS 'Its claim';
COMMENT ON COLUMN tooth.line_number IS 'Its line of the claim';
COMMENT ON COLUMN tooth.segment IS 'Position of TOO in the file, counted from 1';
COMMENT ON COLUMN tooth.tooth_code IS 'TOO02: the number of a tooth (1 to 32) or the letter of a milk tooth';
COMMENT ON COLUMN tooth.surface_codes IS 'TOO03: up to five surfaces, parted by :';

CREATE TABLE other_payer (
    claim_id BIGINT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    segment BIGINT NOT NULL,
    payer_responsibility VARCHAR,
    patient_relationship_code VARCHAR,
    claim_filing_code VARCHAR,
    payer_name VARCHAR,
    payer_id VARCHAR,
    paid_amount DECIMAL(18,2),
    noncovered_amount DECIMAL(18,2),
    patient_liability_amount DECIMAL(18,2),
    adjudication_date DATE,
    payer_claim_control_number VARCHAR
);
COMMENT ON TABLE other_payer IS 'One row per further payer that a claim names (837 loop 2320, an SBR within the claim)';
COMMENT ON COLUMN other_payer.claim_id IS 'Its claim';
COMMENT ON COLUMN other_payer.sequence IS 'Order within the claim, counted from 1';
COMMENT ON COLUMN other_payer.segment IS 'Position of SBR in the file, counted from 1';
COMMENT ON COLUMN other_payer.payer_responsibility IS 'SBR01: P primary, S secondary, T tertiary';
COMMENT ON COLUMN other_payer.patient_relationship_code IS 'SBR02: what the patient is to this payer''s subscriber';
COMMENT ON COLUMN other_payer.claim_filing_code IS 'SBR09';
COMMENT ON COLUMN other_payer.payer_name IS 'NM103 of NM1*PR in loop 2330B, as spelled';
COMMENT ON COLUMN other_payer.payer_id IS 'NM109 of NM1*PR in loop 2330B';
COMMENT ON COLUMN other_payer.paid_amount IS 'AMT*D: what this payer paid for the claim; null when it has not answered';
COMMENT ON COLUMN other_payer.noncovered_amount IS 'AMT*A8';
COMMENT ON COLUMN other_payer.patient_liability_amount IS 'AMT*EAF: what it leaves to the patient';
COMMENT ON COLUMN other_payer.adjudication_date IS 'DTP*573 of loop 2330B';
COMMENT ON COLUMN other_payer.payer_claim_control_number IS 'REF*F8 of loop 2330B';

CREATE TABLE other_payer_line (
    claim_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL CHECK (line_number > 0),
    segment BIGINT NOT NULL,
    payer_id VARCHAR,
    paid_amount DECIMAL(18,2) NOT NULL,
    procedure_qualifier VARCHAR,
    procedure_code VARCHAR,
    modifier_1 VARCHAR,
    modifier_2 VARCHAR,
    modifier_3 VARCHAR,
    modifier_4 VARCHAR,
    revenue_code VARCHAR,
    units DECIMAL(18,3),
    bundled_line_number VARCHAR,
    adjudication_date DATE,
    patient_liability_amount DECIMAL(18,2)
);
COMMENT ON TABLE other_payer_line IS 'One row per answer of another payer to a service line (837 loop 2430, SVD)';
COMMENT ON COLUMN other_payer_line.claim_id IS 'Its claim';
COMMENT ON COLUMN other_payer_line.line_number IS 'Its line of the claim';
COMMENT ON COLUMN other_payer_line.segment IS 'Position of SVD in the file, counted from 1';
COMMENT ON COLUMN other_payer_line.payer_id IS 'SVD01: the payer_id of an other_payer of the claim';
COMMENT ON COLUMN other_payer_line.paid_amount IS 'SVD02';
COMMENT ON COLUMN other_payer_line.procedure_qualifier IS 'SVD03-1';
COMMENT ON COLUMN other_payer_line.procedure_code IS 'SVD03-2: the code that it paid, which may be another than was sent';
COMMENT ON COLUMN other_payer_line.modifier_1 IS 'SVD03-3';
COMMENT ON COLUMN other_payer_line.modifier_2 IS 'SVD03-4';
COMMENT ON COLUMN other_payer_line.modifier_3 IS 'SVD03-5';
COMMENT ON COLUMN other_payer_line.modifier_4 IS 'SVD03-6';
COMMENT ON COLUMN other_payer_line.revenue_code IS 'SVD04';
COMMENT ON COLUMN other_payer_line.units IS 'SVD05';
COMMENT ON COLUMN other_payer_line.bundled_line_number IS 'SVD06: the line (LX01) into which it was bundled';
COMMENT ON COLUMN other_payer_line.adjudication_date IS 'DTP*573';
COMMENT ON COLUMN other_payer_line.patient_liability_amount IS 'AMT*EAF';

CREATE TABLE other_payer_adjustment (
    claim_id BIGINT NOT NULL,
    line_number INTEGER,
    payer_id VARCHAR,
    sequence INTEGER NOT NULL,
    segment BIGINT NOT NULL,
    group_code VARCHAR NOT NULL,
    carc VARCHAR NOT NULL,
    amount DECIMAL(18,2) NOT NULL,
    quantity DECIMAL(18,3)
);
COMMENT ON TABLE other_payer_adjustment IS 'One row per reason/amount/quantity triplet of another payer''s CAS (837 loops 2320 and 2430)';
COMMENT ON COLUMN other_payer_adjustment.claim_id IS 'Its claim';
COMMENT ON COLUMN other_payer_adjustment.line_number IS 'Its line of the claim; null for a claim-level adjustment';
COMMENT ON COLUMN other_payer_adjustment.payer_id IS 'The payer who adjusted: NM109 of loop 2330B, SVD01 for a line';
COMMENT ON COLUMN other_payer_adjustment.sequence IS 'Order within the file';
COMMENT ON COLUMN other_payer_adjustment.segment IS 'Position of CAS in the file, counted from 1';
COMMENT ON COLUMN other_payer_adjustment.group_code IS 'CAS01';
COMMENT ON COLUMN other_payer_adjustment.carc IS 'CAS02, 05, 08, 11, 14, 17; unknown when the amount has none';
COMMENT ON COLUMN other_payer_adjustment.amount IS 'CAS03, 06, 09, 12, 15, 18';
COMMENT ON COLUMN other_payer_adjustment.quantity IS 'CAS04, 07, 10, 13, 16, 19';

CREATE TABLE other_payer_remark (
    claim_id BIGINT NOT NULL,
    sequence INTEGER NOT NULL,
    payer_id VARCHAR,
    segment BIGINT NOT NULL,
    remark_code VARCHAR NOT NULL
);
COMMENT ON TABLE other_payer_remark IS 'One row per remark code of another payer of a claim (837 loop 2320, MIA and MOA)';
COMMENT ON COLUMN other_payer_remark.claim_id IS 'Its claim';
COMMENT ON COLUMN other_payer_remark.sequence IS 'The other_payer of the claim that said it';
COMMENT ON COLUMN other_payer_remark.payer_id IS 'NM109 of its loop 2330B';
COMMENT ON COLUMN other_payer_remark.segment IS 'Position of MIA or MOA in the file, counted from 1';
COMMENT ON COLUMN other_payer_remark.remark_code IS 'MOA03-07, MIA05 and MIA20-23';

CREATE TABLE other_payer_amount (
    claim_id BIGINT NOT NULL,
    sequence INTEGER NOT NULL,
    payer_id VARCHAR,
    segment BIGINT NOT NULL,
    kind VARCHAR NOT NULL,
    amount DECIMAL(18,2) NOT NULL
);
COMMENT ON TABLE other_payer_amount IS 'One row per amount that another payer of a claim stated in MIA or MOA (837 loop 2320); none is part of a balance';
COMMENT ON COLUMN other_payer_amount.claim_id IS 'Its claim';
COMMENT ON COLUMN other_payer_amount.sequence IS 'The other_payer of the claim that stated it';
COMMENT ON COLUMN other_payer_amount.payer_id IS 'NM109 of its loop 2330B';
COMMENT ON COLUMN other_payer_amount.segment IS 'Position of MIA or MOA in the file, counted from 1';
COMMENT ON COLUMN other_payer_amount.kind IS 'The element: MIA04 DRG amount, MOA02 HCPCS amount ...';
COMMENT ON COLUMN other_payer_amount.amount IS 'The element that kind names';

-- what the payer answered (835) ---------------------------------------------------------------------------------------

CREATE TABLE remittance (
    remittance_id BIGINT NOT NULL,
    transaction_set_id BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    payment_date DATE,
    deposit_amount DECIMAL(18,2) NOT NULL,
    payment_method VARCHAR,
    trace_number VARCHAR,
    originator_id VARCHAR,
    payer_name VARCHAR,
    payer_id VARCHAR,
    payee_name VARCHAR,
    payee_npi VARCHAR
);
COMMENT ON TABLE remittance IS 'One row per 835 transaction set: one payment, or notice of none';
COMMENT ON COLUMN remittance.remittance_id IS 'Key, in file order';
COMMENT ON COLUMN remittance.transaction_set_id IS 'Its transaction set';
COMMENT ON COLUMN remittance.segment IS 'Position of ST in the file, counted from 1';
COMMENT ON COLUMN remittance.payment_date IS 'BPR16, else DTM*405';
COMMENT ON COLUMN remittance.deposit_amount IS 'BPR02; negative when BPR03 is D';
COMMENT ON COLUMN remittance.payment_method IS 'BPR04: ACH, CHK, NON ...';
COMMENT ON COLUMN remittance.trace_number IS 'TRN02';
COMMENT ON COLUMN remittance.originator_id IS 'TRN03';
COMMENT ON COLUMN remittance.payer_name IS 'N102 of N1*PR, as spelled';
COMMENT ON COLUMN remittance.payer_id IS 'N104 of N1*PR, else REF*2U, else TRN03';
COMMENT ON COLUMN remittance.payee_name IS 'N102 of N1*PE';
COMMENT ON COLUMN remittance.payee_npi IS 'N104 of N1*PE when N103 is XX';

CREATE TABLE claim_payment (
    claim_payment_id BIGINT NOT NULL,
    remittance_id BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    patient_control_number VARCHAR NOT NULL USING COMPRESSION uncompressed,
    status_code VARCHAR NOT NULL,
    charge_amount DECIMAL(18,2) NOT NULL,
    paid_amount DECIMAL(18,2) NOT NULL,
    patient_responsibility_amount DECIMAL(18,2),
    claim_filing_code VARCHAR,
    payer_claim_control_number VARCHAR USING COMPRESSION uncompressed,
    facility_code VARCHAR,
    frequency_code VARCHAR,
    identity_key BIGINT,
    member_key BIGINT,
    name_key BIGINT,
    corrected_member_key BIGINT,
    forwarded_payer_name VARCHAR,
    forwarded_payer_id VARCHAR,
    priority_payer_name VARCHAR,
    priority_payer_id VARCHAR,
    original_reference VARCHAR,
    drg_code VARCHAR,
    rendering_npi VARCHAR,
    service_from DATE,
    service_date DATE,
    received_date DATE,
    coverage_expires_date DATE
);
COMMENT ON TABLE claim_payment IS 'One row per CLP segment';
COMMENT ON COLUMN claim_payment.claim_payment_id IS 'Key, in file order';
COMMENT ON COLUMN claim_payment.remittance_id IS 'Its remittance';
COMMENT ON COLUMN claim_payment.segment IS 'Position of CLP in the file, counted from 1';
COMMENT ON COLUMN claim_payment.patient_control_number IS 'CLP01';
COMMENT ON COLUMN claim_payment.status_code IS 'CLP02: 1 to 3 as primary, secondary, tertiary; 4 denied; 19 to 21 the same and forwarded; 22 reversal; 23 not ours, forwarded; 25 predetermination';
COMMENT ON COLUMN claim_payment.charge_amount IS 'CLP03';
COMMENT ON COLUMN claim_payment.paid_amount IS 'CLP04';
COMMENT ON COLUMN claim_payment.patient_responsibility_amount IS 'CLP05';
COMMENT ON COLUMN claim_payment.claim_filing_code IS 'CLP06';
COMMENT ON COLUMN claim_payment.payer_claim_control_number IS 'CLP07';
COMMENT ON COLUMN claim_payment.facility_code IS 'CLP08';
COMMENT ON COLUMN claim_payment.frequency_code IS 'CLP09';
COMMENT ON COLUMN claim_payment.identity_key IS 'Keyed hash of all that names the patient: the key of their row in the identity file';
COMMENT ON COLUMN claim_payment.member_key IS 'Keyed hash of the member id (NM109 of NM1*IL, else of NM1*QC)';
COMMENT ON COLUMN claim_payment.name_key IS 'Keyed hash of the patient''s last name and first initial (NM1*QC)';
COMMENT ON COLUMN claim_payment.corrected_member_key IS 'Keyed hash of the member id to send next time (NM109 of NM1*74)';
COMMENT ON COLUMN claim_payment.forwarded_payer_name IS 'NM103 of NM1*TT: the payer to whom the claim was forwarded';
COMMENT ON COLUMN claim_payment.forwarded_payer_id IS 'NM109 of NM1*TT';
COMMENT ON COLUMN claim_payment.priority_payer_name IS 'NM103 of NM1*PR: the payer who should have been asked first';
COMMENT ON COLUMN claim_payment.priority_payer_id IS 'NM109 of NM1*PR';
COMMENT ON COLUMN claim_payment.original_reference IS 'REF*F8: the payer''s control number of the claim that this one corrects';
COMMENT ON COLUMN claim_payment.drg_code IS 'CLP11';
COMMENT ON COLUMN claim_payment.rendering_npi IS 'NM109 of NM1*82';
COMMENT ON COLUMN claim_payment.service_from IS 'DTM*232, else the least line date';
COMMENT ON COLUMN claim_payment.service_date IS 'DTM*233, else the greatest line date, else DTM*232';
COMMENT ON COLUMN claim_payment.received_date IS 'DTM*050';
COMMENT ON COLUMN claim_payment.coverage_expires_date IS 'DTM*036: the day on which the coverage ended';

CREATE TABLE service_payment (
    service_payment_id BIGINT NOT NULL,
    claim_payment_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL CHECK (line_number > 0),
    segment BIGINT NOT NULL,
    procedure_qualifier VARCHAR,
    procedure_code VARCHAR,
    modifier_1 VARCHAR,
    modifier_2 VARCHAR,
    modifier_3 VARCHAR,
    modifier_4 VARCHAR,
    revenue_code VARCHAR,
    charge_amount DECIMAL(18,2) NOT NULL,
    paid_amount DECIMAL(18,2) NOT NULL,
    allowed_amount DECIMAL(18,2),
    units DECIMAL(18,3),
    submitted_procedure_code VARCHAR,
    submitted_modifiers VARCHAR,
    submitted_units DECIMAL(18,3),
    service_from DATE,
    service_date DATE,
    line_control_number VARCHAR
);
COMMENT ON TABLE service_payment IS 'One row per SVC segment';
COMMENT ON COLUMN service_payment.service_payment_id IS 'Key, in file order';
COMMENT ON COLUMN service_payment.claim_payment_id IS 'Its claim payment';
COMMENT ON COLUMN service_payment.line_number IS 'Order within the claim payment, counted from 1';
COMMENT ON COLUMN service_payment.segment IS 'Position of SVC in the file, counted from 1';
COMMENT ON COLUMN service_payment.procedure_qualifier IS 'SVC01-1';
COMMENT ON COLUMN service_payment.procedure_code IS 'SVC01-2 (null when SVC01-1 is NU: then it is the revenue code)';
COMMENT ON COLUMN service_payment.modifier_1 IS 'SVC01-3';
COMMENT ON COLUMN service_payment.modifier_2 IS 'SVC01-4';
COMMENT ON COLUMN service_payment.modifier_3 IS 'SVC01-5';
COMMENT ON COLUMN service_payment.modifier_4 IS 'SVC01-6';
COMMENT ON COLUMN service_payment.revenue_code IS 'SVC04, or SVC01-2 when SVC01-1 is NU';
COMMENT ON COLUMN service_payment.charge_amount IS 'SVC02';
COMMENT ON COLUMN service_payment.paid_amount IS 'SVC03';
COMMENT ON COLUMN service_payment.allowed_amount IS 'AMT*B6, as the payer states it; the measures compute their own';
COMMENT ON COLUMN service_payment.units IS 'SVC05';
COMMENT ON COLUMN service_payment.submitted_procedure_code IS 'SVC06-2: the code that was sent, when the payer changed it';
COMMENT ON COLUMN service_payment.submitted_modifiers IS 'SVC06-3 to SVC06-6, parted by :';
COMMENT ON COLUMN service_payment.submitted_units IS 'SVC07: the units that were sent, when the payer changed them';
COMMENT ON COLUMN service_payment.service_from IS 'DTM*150 or DTM*472';
COMMENT ON COLUMN service_payment.service_date IS 'DTM*151, DTM*472 or DTM*150';
COMMENT ON COLUMN service_payment.line_control_number IS 'REF*6R';

CREATE TABLE adjustment (
    claim_payment_id BIGINT NOT NULL,
    service_payment_id BIGINT,
    sequence INTEGER NOT NULL,
    segment BIGINT NOT NULL,
    group_code VARCHAR NOT NULL,
    carc VARCHAR NOT NULL,
    amount DECIMAL(18,2) NOT NULL,
    quantity DECIMAL(18,3)
);
COMMENT ON TABLE adjustment IS 'One row per reason/amount/quantity triplet of a CAS segment (a CAS holds up to six)';
COMMENT ON COLUMN adjustment.claim_payment_id IS 'Its claim payment';
COMMENT ON COLUMN adjustment.service_payment_id IS 'Its service payment; null for a claim-level adjustment';
COMMENT ON COLUMN adjustment.sequence IS 'Order within the file';
COMMENT ON COLUMN adjustment.segment IS 'Position of CAS in the file, counted from 1';
COMMENT ON COLUMN adjustment.group_code IS 'CAS01: CO, PR, OA, PI (CR in 4010)';
COMMENT ON COLUMN adjustment.carc IS 'CAS02, 05, 08, 11, 14, 17; unknown when the amount has none';
COMMENT ON COLUMN adjustment.amount IS 'CAS03, 06, 09, 12, 15, 18';
COMMENT ON COLUMN adjustment.quantity IS 'CAS04, 07, 10, 13, 16, 19';

CREATE TABLE remark (
    claim_payment_id BIGINT NOT NULL,
    service_payment_id BIGINT,
    code_list VARCHAR NOT NULL DEFAULT 'HE' CHECK (code_list IN ('HE', 'RX')),
    remark_code VARCHAR NOT NULL
);
COMMENT ON TABLE remark IS 'One row per remark code';
COMMENT ON COLUMN remark.claim_payment_id IS 'Its claim payment';
COMMENT ON COLUMN remark.service_payment_id IS 'Its service payment; null for a claim-level remark';
COMMENT ON COLUMN remark.code_list IS 'LQ01: HE remark codes (RARC), RX reject codes of pharmacies (NCPDP)';
COMMENT ON COLUMN remark.remark_code IS 'LQ*HE, LQ*RX, MOA03-07, MIA05 and MIA20-23';

CREATE TABLE stated_amount (
    claim_payment_id BIGINT NOT NULL,
    service_payment_id BIGINT,
    segment BIGINT NOT NULL,
    kind VARCHAR NOT NULL,
    amount DECIMAL(18,2) NOT NULL
);
COMMENT ON TABLE stated_amount IS 'One row per further amount that a payer states (AMT, MIA, MOA); none is part of the balance';
COMMENT ON COLUMN stated_amount.claim_payment_id IS 'Its claim payment';
COMMENT ON COLUMN stated_amount.service_payment_id IS 'Its service payment; null at claim level';
COMMENT ON COLUMN stated_amount.segment IS 'Position of the segment in the file, counted from 1';
COMMENT ON COLUMN stated_amount.kind IS 'AMT01 (AU covered, I interest, KH late filing ...), or the element of MIA or MOA: MIA04 DRG amount, MOA02 HCPCS amount ...';
COMMENT ON COLUMN stated_amount.amount IS 'AMT02, or the element that kind names';

CREATE TABLE provider_adjustment (
    remittance_id BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    provider_id VARCHAR,
    fiscal_period_date DATE,
    reason_code VARCHAR,
    reference VARCHAR,
    amount DECIMAL(18,2) NOT NULL
);
COMMENT ON TABLE provider_adjustment IS 'One row per reason/amount pair of a PLB segment; a positive amount lowers the deposit';
COMMENT ON COLUMN provider_adjustment.remittance_id IS 'Its remittance';
COMMENT ON COLUMN provider_adjustment.segment IS 'Position of PLB in the file, counted from 1';
COMMENT ON COLUMN provider_adjustment.provider_id IS 'PLB01';
COMMENT ON COLUMN provider_adjustment.fiscal_period_date IS 'PLB02';
COMMENT ON COLUMN provider_adjustment.reason_code IS 'PLB03-1: WO recoupment, FB forward balance, L6 interest ...';
COMMENT ON COLUMN provider_adjustment.reference IS 'PLB03-2';
COMMENT ON COLUMN provider_adjustment.amount IS 'PLB04, 06, 08, 10, 12, 14';

CREATE TABLE provider_summary (
    remittance_id BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    provider_id VARCHAR,
    facility_code VARCHAR,
    fiscal_period_date DATE,
    claim_count BIGINT,
    charge_amount DECIMAL(18,2),
    paid_amount DECIMAL(18,2),
    drg_amount DECIMAL(18,2)
);
COMMENT ON TABLE provider_summary IS 'One row per batch total (TS3, with its TS2); the payer''s own sums, counted nowhere';
COMMENT ON COLUMN provider_summary.remittance_id IS 'Its remittance';
COMMENT ON COLUMN provider_summary.segment IS 'Position of TS3 in the file, counted from 1';
COMMENT ON COLUMN provider_summary.provider_id IS 'TS301';
COMMENT ON COLUMN provider_summary.facility_code IS 'TS302';
COMMENT ON COLUMN provider_summary.fiscal_period_date IS 'TS303';
COMMENT ON COLUMN provider_summary.claim_count IS 'TS304';
COMMENT ON COLUMN provider_summary.charge_amount IS 'TS305';
COMMENT ON COLUMN provider_summary.paid_amount IS 'TS309 (004010)';
COMMENT ON COLUMN provider_summary.drg_amount IS 'TS201';

-- clearinghouse and payer front-end answers (277CA) ---------------------------------------------------------------------

CREATE TABLE acknowledgement (
    transaction_set_id BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    patient_control_number VARCHAR USING COMPRESSION uncompressed,
    category_code VARCHAR NOT NULL,
    status_code VARCHAR,
    entity_code VARCHAR,
    action_code VARCHAR,
    charge_amount DECIMAL(18,2),
    acknowledged_date DATE,
    payer_claim_control_number VARCHAR
);
COMMENT ON TABLE acknowledgement IS 'One row per status (STC composite) that a 277CA gives a claim';
COMMENT ON COLUMN acknowledgement.transaction_set_id IS 'Its transaction set';
COMMENT ON COLUMN acknowledgement.segment IS 'Position of STC in the file, counted from 1';
COMMENT ON COLUMN acknowledgement.patient_control_number IS 'TRN02 of loop 2200D; where several visits bear the same, the number of the visit (acknowledgement_visit has what was sent)';
COMMENT ON COLUMN acknowledgement.category_code IS 'STC01-1 (and STC10-1, STC11-1)';
COMMENT ON COLUMN acknowledgement.status_code IS 'STC01-2';
COMMENT ON COLUMN acknowledgement.entity_code IS 'STC01-3';
COMMENT ON COLUMN acknowledgement.action_code IS 'STC03: WQ accepted, U rejected';
COMMENT ON COLUMN acknowledgement.charge_amount IS 'STC04';
COMMENT ON COLUMN acknowledgement.acknowledged_date IS 'STC02, else BHT04';
COMMENT ON COLUMN acknowledgement.payer_claim_control_number IS 'REF*1K';

CREATE TABLE line_acknowledgement (
    transaction_set_id BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    patient_control_number VARCHAR,
    procedure_code VARCHAR,
    charge_amount DECIMAL(18,2),
    line_control_number VARCHAR,
    category_code VARCHAR NOT NULL,
    status_code VARCHAR,
    entity_code VARCHAR,
    action_code VARCHAR,
    acknowledged_date DATE
);
COMMENT ON TABLE line_acknowledgement IS 'One row per status that a 277CA gives a service line; the claim''s own status decides';
COMMENT ON COLUMN line_acknowledgement.transaction_set_id IS 'Its transaction set';
COMMENT ON COLUMN line_acknowledgement.segment IS 'Position of STC in the file, counted from 1';
COMMENT ON COLUMN line_acknowledgement.patient_control_number IS 'TRN02 of loop 2200D';
COMMENT ON COLUMN line_acknowledgement.procedure_code IS 'SVC01-2 of loop 2220D';
COMMENT ON COLUMN line_acknowledgement.charge_amount IS 'SVC02';
COMMENT ON COLUMN line_acknowledgement.line_control_number IS 'REF*FJ: REF*6R of the line that was sent';
COMMENT ON COLUMN line_acknowledgement.category_code IS 'STC01-1 (and STC10-1, STC11-1)';
COMMENT ON COLUMN line_acknowledgement.status_code IS 'STC01-2';
COMMENT ON COLUMN line_acknowledgement.entity_code IS 'STC01-3';
COMMENT ON COLUMN line_acknowledgement.action_code IS 'STC03';
COMMENT ON COLUMN line_acknowledgement.acknowledged_date IS 'STC02, else BHT04';

CREATE TABLE batch_acknowledgement (
    transaction_set_id BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    level VARCHAR NOT NULL CHECK (level IN ('source', 'receiver', 'provider')),
    reference VARCHAR,
    batch_reference VARCHAR,
    provider_npi VARCHAR,
    category_code VARCHAR,
    status_code VARCHAR,
    entity_code VARCHAR,
    action_code VARCHAR,
    charge_amount DECIMAL(18,2),
    acknowledged_date DATE,
    accepted_count BIGINT,
    rejected_count BIGINT,
    accepted_amount DECIMAL(18,2),
    rejected_amount DECIMAL(18,2)
);
COMMENT ON TABLE batch_acknowledgement IS 'One row per status that a 277CA gives a whole batch, and per level above the claims without any';
COMMENT ON COLUMN batch_acknowledgement.transaction_set_id IS 'Its transaction set';
COMMENT ON COLUMN batch_acknowledgement.segment IS 'Position of STC in the file, counted from 1; of HL where there is no STC';
COMMENT ON COLUMN batch_acknowledgement.level IS 'HL03: source (20, loop 2200A), receiver (21, 2200B: a batch), provider (19, 2200C: a billing provider''s part of it)';
COMMENT ON COLUMN batch_acknowledgement.reference IS 'TRN02 of this level';
COMMENT ON COLUMN batch_acknowledgement.batch_reference IS 'TRN02 of loop 2200B: BHT03 of the 837 that is answered';
COMMENT ON COLUMN batch_acknowledgement.provider_npi IS 'NM109 of NM1*85';
COMMENT ON COLUMN batch_acknowledgement.category_code IS 'STC01-1 (and STC10-1, STC11-1)';
COMMENT ON COLUMN batch_acknowledgement.status_code IS 'STC01-2';
COMMENT ON COLUMN batch_acknowledgement.entity_code IS 'STC01-3';
COMMENT ON COLUMN batch_acknowledgement.action_code IS 'STC03: WQ accepted, U rejected';
COMMENT ON COLUMN batch_acknowledgement.charge_amount IS 'STC04';
COMMENT ON COLUMN batch_acknowledgement.acknowledged_date IS 'STC02, else BHT04';
COMMENT ON COLUMN batch_acknowledgement.accepted_count IS 'QTY*90 or QTY*QA; this and the totals below stand in the first row of a level';
COMMENT ON COLUMN batch_acknowledgement.rejected_count IS 'QTY*AA or QTY*QC';
COMMENT ON COLUMN batch_acknowledgement.accepted_amount IS 'AMT*YU';
COMMENT ON COLUMN batch_acknowledgement.rejected_amount IS 'AMT*YY';

-- whether a receiver could read what was sent (TA1, 999, 997) ------------------------------------------------------------

CREATE TABLE interchange_acknowledgement (
    transaction_set_id BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    interchange_control_number VARCHAR,
    interchange_date DATE,
    status_code VARCHAR,
    error_code VARCHAR
);
COMMENT ON TABLE interchange_acknowledgement IS 'One row per TA1: the answer to an interchange';
COMMENT ON COLUMN interchange_acknowledgement.transaction_set_id IS 'Its own row in transaction_set';
COMMENT ON COLUMN interchange_acknowledgement.segment IS 'Position of TA1 in the file, counted from 1';
COMMENT ON COLUMN interchange_acknowledgement.interchange_control_number IS 'TA101: ISA13 of the interchange that is answered';
COMMENT ON COLUMN interchange_acknowledgement.interchange_date IS 'TA102: ISA09 of the interchange that is answered';
COMMENT ON COLUMN interchange_acknowledgement.status_code IS 'TA104: A accepted, E accepted with errors, R rejected';
COMMENT ON COLUMN interchange_acknowledgement.error_code IS 'TA105';

CREATE TABLE group_acknowledgement (
    transaction_set_id BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    functional_code VARCHAR,
    group_control_number VARCHAR,
    version VARCHAR,
    status_code VARCHAR,
    included_count BIGINT,
    received_count BIGINT,
    accepted_count BIGINT,
    error_codes VARCHAR
);
COMMENT ON TABLE group_acknowledgement IS 'One row per AK1 of a 999 or 997: the answer to a functional group';
COMMENT ON COLUMN group_acknowledgement.transaction_set_id IS 'Its transaction set';
COMMENT ON COLUMN group_acknowledgement.segment IS 'Position of AK1 in the file, counted from 1';
COMMENT ON COLUMN group_acknowledgement.functional_code IS 'AK101: HC for claims';
COMMENT ON COLUMN group_acknowledgement.group_control_number IS 'AK102: GS06 of the group that is answered';
COMMENT ON COLUMN group_acknowledgement.version IS 'AK103';
COMMENT ON COLUMN group_acknowledgement.status_code IS 'AK901: A accepted, E with errors, P in part, R rejected (M, W, X: rejected for security)';
COMMENT ON COLUMN group_acknowledgement.included_count IS 'AK902: transaction sets that the group claims to hold';
COMMENT ON COLUMN group_acknowledgement.received_count IS 'AK903';
COMMENT ON COLUMN group_acknowledgement.accepted_count IS 'AK904';
COMMENT ON COLUMN group_acknowledgement.error_codes IS 'AK905 to AK909, parted by blanks';

CREATE TABLE set_acknowledgement (
    transaction_set_id BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    group_control_number VARCHAR,
    set_kind VARCHAR,
    set_control_number VARCHAR,
    status_code VARCHAR,
    error_codes VARCHAR
);
COMMENT ON TABLE set_acknowledgement IS 'One row per AK2 of a 999 or 997: the answer to a transaction set';
COMMENT ON COLUMN set_acknowledgement.transaction_set_id IS 'Its transaction set (of the answer)';
COMMENT ON COLUMN set_acknowledgement.segment IS 'Position of AK2 in the file, counted from 1';
COMMENT ON COLUMN set_acknowledgement.group_control_number IS 'AK102 of the AK1 before it';
COMMENT ON COLUMN set_acknowledgement.set_kind IS 'AK201';
COMMENT ON COLUMN set_acknowledgement.set_control_number IS 'AK202: ST02 of the transaction set that is answered';
COMMENT ON COLUMN set_acknowledgement.status_code IS 'IK501 (AK501): A accepted, E with errors, R rejected (M, W, X: rejected for security)';
COMMENT ON COLUMN set_acknowledgement.error_codes IS 'IK502 to IK506, parted by blanks';

CREATE TABLE syntax_error (
    transaction_set_id BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    group_control_number VARCHAR,
    set_control_number VARCHAR,
    wrong_segment_id VARCHAR,
    wrong_segment BIGINT,
    loop_code VARCHAR,
    wrong_element VARCHAR,
    element_reference VARCHAR,
    error_code VARCHAR NOT NULL,
    patient_control_number VARCHAR
);
COMMENT ON TABLE syntax_error IS 'One row per IK3 (segment in error) and IK4 (element in error) of a 999, AK3 and AK4 of a 997';
COMMENT ON COLUMN syntax_error.transaction_set_id IS 'Its transaction set (of the answer)';
COMMENT ON COLUMN syntax_error.segment IS 'Position of IK3 or IK4 in the file, counted from 1';
COMMENT ON COLUMN syntax_error.group_control_number IS 'AK102 of the AK1 before it';
COMMENT ON COLUMN syntax_error.set_control_number IS 'AK202 of the AK2 before it';
COMMENT ON COLUMN syntax_error.wrong_segment_id IS 'IK301: the segment in error';
COMMENT ON COLUMN syntax_error.wrong_segment IS 'IK302: its position, counted from ST as 1';
COMMENT ON COLUMN syntax_error.loop_code IS 'IK303';
COMMENT ON COLUMN syntax_error.wrong_element IS 'IK401: the element in error, with its component behind a :; null for an IK3';
COMMENT ON COLUMN syntax_error.element_reference IS 'IK402';
COMMENT ON COLUMN syntax_error.error_code IS 'IK304 of a segment, IK403 of an element';
COMMENT ON COLUMN syntax_error.patient_control_number IS 'CTX*CLM01 below the IK3: the claim in which it is';

-- side files -------------------------------------------------------------------------------------------------------------

CREATE TABLE side_row (
    file_id BIGINT NOT NULL,
    table_name VARCHAR NOT NULL,
    row_number BIGINT NOT NULL,
    content JSON NOT NULL
);
COMMENT ON TABLE side_row IS 'One row per row of a side file as it came, so that a load can be taken back';
COMMENT ON COLUMN side_row.file_id IS 'Its file';
COMMENT ON COLUMN side_row.table_name IS 'The table that it went into';
COMMENT ON COLUMN side_row.row_number IS 'Order among the good rows of its file, counted from 0';
COMMENT ON COLUMN side_row.content IS 'Its cells as the file had them (may be PHI)';

CREATE TABLE work_log (
    claim_id VARCHAR NOT NULL,
    coder_id VARCHAR,
    biller_id VARCHAR,
    coded_at DATE,
    charge_entered_at DATE,
    submitted_at DATE,
    charge_amount DECIMAL(18,2)
);
COMMENT ON TABLE work_log IS 'work_log.csv: one row per claim, who did what when';
COMMENT ON COLUMN work_log.claim_id IS 'Patient control number';
COMMENT ON COLUMN work_log.coder_id IS 'Staff id of the coder';
COMMENT ON COLUMN work_log.biller_id IS 'Staff id of the biller';
COMMENT ON COLUMN work_log.coded_at IS 'Day the codes were final';
COMMENT ON COLUMN work_log.charge_entered_at IS 'Day the charge was entered';
COMMENT ON COLUMN work_log.submitted_at IS 'Day the claim was sent';
COMMENT ON COLUMN work_log.charge_amount IS 'Charge that was entered, when the log has it: what a claim not yet sent is worth';

CREATE TABLE staff (
    staff_id VARCHAR NOT NULL,
    role VARCHAR NOT NULL CHECK (role IN ('coder', 'biller', 'both')),
    team VARCHAR,
    employment VARCHAR CHECK (employment IN ('in_house', 'outsourced')),
    credential VARCHAR,
    hired_on DATE
);
COMMENT ON TABLE staff IS 'staff.csv: one row per person';
COMMENT ON COLUMN staff.staff_id IS 'Key';
COMMENT ON COLUMN staff.role IS 'coder, biller or both';
COMMENT ON COLUMN staff.team IS 'Team';
COMMENT ON COLUMN staff.employment IS 'in_house or outsourced';
COMMENT ON COLUMN staff.credential IS 'CPC, CCS, CPB ...';
COMMENT ON COLUMN staff.hired_on IS 'First day, when known';

CREATE TABLE coding_audit (
    claim_id VARCHAR NOT NULL,
    line_number INTEGER NOT NULL,
    auditor_id VARCHAR,
    audited_on DATE,
    field VARCHAR NOT NULL CHECK (field IN ('diagnosis', 'procedure', 'modifier', 'em_level', 'drg')),
    coded_value VARCHAR,
    audited_value VARCHAR
);
COMMENT ON TABLE coding_audit IS 'coding_audit.csv: one row per code that an auditor looked at';
COMMENT ON COLUMN coding_audit.claim_id IS 'Patient control number';
COMMENT ON COLUMN coding_audit.line_number IS 'Line of the claim; 0 for the claim';
COMMENT ON COLUMN coding_audit.auditor_id IS 'Who audited';
COMMENT ON COLUMN coding_audit.audited_on IS 'When';
COMMENT ON COLUMN coding_audit.field IS 'diagnosis, procedure, modifier, em_level, drg';
COMMENT ON COLUMN coding_audit.coded_value IS 'What the coder chose; null when the coder missed it';
COMMENT ON COLUMN coding_audit.audited_value IS 'What the auditor chose; null when the code should not be there';

CREATE TABLE patient_transaction (
    claim_id VARCHAR NOT NULL,
    date DATE NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('copay', 'patient_payment', 'refund', 'write_off', 'collections')),
    amount DECIMAL(18,2) NOT NULL
);
COMMENT ON TABLE patient_transaction IS 'patient_transactions.csv: one row per posting on the patient''s side';
COMMENT ON COLUMN patient_transaction.claim_id IS 'Patient control number';
COMMENT ON COLUMN patient_transaction.date IS 'Posting day';
COMMENT ON COLUMN patient_transaction.kind IS 'copay, patient_payment, refund, write_off, collections';
COMMENT ON COLUMN patient_transaction.amount IS 'Amount, positive';

CREATE TABLE appeal (
    claim_id VARCHAR NOT NULL,
    line_number INTEGER NOT NULL,
    sent_on DATE NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('appeal', 'corrected_claim', 'reconsideration')),
    outcome VARCHAR CHECK (outcome IN ('overturned', 'partly_overturned', 'upheld', 'withdrawn')),
    outcome_on DATE
);
COMMENT ON TABLE appeal IS 'appeal.csv: one row per appeal, corrected claim or request to reconsider that was sent';
COMMENT ON COLUMN appeal.claim_id IS 'Patient control number';
COMMENT ON COLUMN appeal.line_number IS 'Line of the claim; 0 for the claim';
COMMENT ON COLUMN appeal.sent_on IS 'Day it was sent';
COMMENT ON COLUMN appeal.kind IS 'appeal, corrected_claim, reconsideration';
COMMENT ON COLUMN appeal.outcome IS 'overturned, partly_overturned, upheld, withdrawn; null while it is open';
COMMENT ON COLUMN appeal.outcome_on IS 'Day of the outcome';

CREATE TABLE attribution (
    claim_id VARCHAR NOT NULL,
    line_number INTEGER NOT NULL,
    from_role VARCHAR,
    to_role VARCHAR NOT NULL,
    reason VARCHAR,
    decided_by VARCHAR,
    decided_on DATE NOT NULL
);
COMMENT ON TABLE attribution IS 'attribution.csv: one row per decision that a denial was another role''s to prevent than its code says';
COMMENT ON COLUMN attribution.claim_id IS 'Patient control number';
COMMENT ON COLUMN attribution.line_number IS 'Line of the claim; 0 for the claim';
COMMENT ON COLUMN attribution.from_role IS 'Whose denial it was counted as';
COMMENT ON COLUMN attribution.to_role IS 'Whose denial it is';
COMMENT ON COLUMN attribution.reason IS 'Why';
COMMENT ON COLUMN attribution.decided_by IS 'Staff id of who decided';
COMMENT ON COLUMN attribution.decided_on IS 'When';

-- made by the load ----------------------------------------------------------------------------------------------------------

CREATE TABLE allowed_schedule (
    payer VARCHAR NOT NULL,
    procedure_code VARCHAR NOT NULL,
    modifier VARCHAR,
    effective_from DATE NOT NULL,
    effective_to DATE,
    allowed_amount DECIMAL(18,2) NOT NULL
);
COMMENT ON TABLE allowed_schedule IS 'allowed_schedule.csv: one row per payer, procedure, modifier and time: what the contract allows';
COMMENT ON COLUMN allowed_schedule.payer IS 'Payer id, or name, as files or the payer map spell it';
COMMENT ON COLUMN allowed_schedule.procedure_code IS 'Procedure';
COMMENT ON COLUMN allowed_schedule.modifier IS 'Only lines with this modifier; null: lines for which no row with a modifier fits';
COMMENT ON COLUMN allowed_schedule.effective_from IS 'First day of service';
COMMENT ON COLUMN allowed_schedule.effective_to IS 'Last day of service; null while it holds';
COMMENT ON COLUMN allowed_schedule.allowed_amount IS 'Allowed for one unit, the patient''s share included';

CREATE TABLE root (
    patient_control_number VARCHAR NOT NULL USING COMPRESSION uncompressed,
    root_id BIGINT NOT NULL
);
COMMENT ON TABLE root IS 'One row per patient control number: the claim root that it belongs to';
COMMENT ON COLUMN root.patient_control_number IS 'CLM01 (or the number of one of its visits) or CLP01; where the payer sent 0 for none, 0/ and its own number (CLP07)';
COMMENT ON COLUMN root.root_id IS 'Key of the practice''s claim: the original, its replacements and its void';

CREATE TABLE claim_visit (
    claim_id BIGINT NOT NULL,
    sent_number VARCHAR NOT NULL
);
COMMENT ON TABLE claim_visit IS 'One row per claim whose CLM01 other visits bear too, or is empty or zeros: it is known by a number of its own';
COMMENT ON COLUMN claim_visit.claim_id IS 'The claim';
COMMENT ON COLUMN claim_visit.sent_number IS 'CLM01';

CREATE TABLE acknowledgement_visit (
    transaction_set_id BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    sent_number VARCHAR NOT NULL
);
COMMENT ON TABLE acknowledgement_visit IS 'One row per answer of a 277CA to a number that several visits bear';
COMMENT ON COLUMN acknowledgement_visit.transaction_set_id IS 'Its transaction set';
COMMENT ON COLUMN acknowledgement_visit.segment IS 'Position of STC in the file, counted from 1';
COMMENT ON COLUMN acknowledgement_visit.sent_number IS 'TRN02 of loop 2200D';

CREATE VIEW claim_as_sent AS
SELECT c.* REPLACE (coalesce(v.sent_number, c.patient_control_number) AS patient_control_number)
FROM claim AS c
LEFT JOIN claim_visit AS v ON v.claim_id = c.claim_id;
COMMENT ON VIEW claim_as_sent IS 'One row per claim, with CLM01 as it was sent';

CREATE TABLE rejected_sending (
    claim_id BIGINT NOT NULL,
    sent_set_id BIGINT NOT NULL,
    sent_segment BIGINT NOT NULL,
    submission_date DATE,
    kind VARCHAR NOT NULL CHECK (kind IN ('TA1', '999', '277CA')),
    transaction_set_id BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    rejected_on DATE
);
COMMENT ON TABLE rejected_sending IS 'One row per claim of a file, group, transaction set or batch that its receiver rejected as a whole';
COMMENT ON COLUMN rejected_sending.claim_id IS 'The claim';
COMMENT ON COLUMN rejected_sending.sent_set_id IS 'The transaction set in which it was sent';
COMMENT ON COLUMN rejected_sending.sent_segment IS 'Position of its CLM in that file';
COMMENT ON COLUMN rejected_sending.submission_date IS 'BHT04 of that transaction set';
COMMENT ON COLUMN rejected_sending.kind IS 'What rejected it: TA1, 999 (or 997), 277CA at the level of a batch';
COMMENT ON COLUMN rejected_sending.transaction_set_id IS 'The transaction set of the answer';
COMMENT ON COLUMN rejected_sending.segment IS 'Position of the answer in its file';
COMMENT ON COLUMN rejected_sending.rejected_on IS 'Day of the answer: ISA09, for a 277CA STC02 or BHT04';

CREATE TABLE payment_match (
    claim_payment_id BIGINT NOT NULL,
    match_method VARCHAR NOT NULL CHECK (match_method IN
        ('number_and_day', 'number_and_charge', 'similar_control_number', 'payer_claim_control_number', 'member_date_charge',
         'ambiguous', 'none')),
    candidates INTEGER NOT NULL CHECK (candidates >= 0),
    patient_control_number VARCHAR NOT NULL
);
COMMENT ON TABLE payment_match IS 'One row per claim payment whose CLP01 is the CLM01 of no claim: the claim it belongs to all the same, if one was found';
COMMENT ON COLUMN payment_match.claim_payment_id IS 'The claim payment';
COMMENT ON COLUMN payment_match.match_method IS 'What names the claim; ambiguous: several claims fit and none was taken; none: no claim fits';
COMMENT ON COLUMN payment_match.candidates IS 'Claims that fit; only a single one is taken';
COMMENT ON COLUMN payment_match.patient_control_number IS 'CLM01 of the claim; without one, the number of a root of its own: CLP01, CLP01 and the first day where several visits bear it, or 0/ and CLP07';

CREATE TABLE payer_alias (
    spelled_as VARCHAR NOT NULL,
    payer_id VARCHAR NOT NULL,
    payer_name VARCHAR
);
COMMENT ON TABLE payer_alias IS 'One row per id or name of the payer map (cleanclaim payers apply): which payer it means';
COMMENT ON COLUMN payer_alias.spelled_as IS 'A payer id as files carry it; where they carry none, the name in capitals';
COMMENT ON COLUMN payer_alias.payer_id IS 'The id that the payer has in every report';
COMMENT ON COLUMN payer_alias.payer_name IS 'The name that it has in every report; null: the one that is used most';

CREATE TABLE payer_limit (
    payer_id VARCHAR NOT NULL,
    filing_days INTEGER CHECK (filing_days > 0),
    corrected_days INTEGER CHECK (corrected_days > 0),
    appeal_days INTEGER CHECK (appeal_days > 0)
);
COMMENT ON TABLE payer_limit IS 'One row per payer of the limits file (cleanclaim limits apply): the days that its contract gives';
COMMENT ON COLUMN payer_limit.payer_id IS 'The id that the payer has in every report';
COMMENT ON COLUMN payer_limit.filing_days IS 'From the last day of service to the first submission; null: the default of its class';
COMMENT ON COLUMN payer_limit.corrected_days IS 'From the denial to a corrected claim; null: the default';
COMMENT ON COLUMN payer_limit.appeal_days IS 'From the denial to an appeal; null: the default of its class';

-- code lists (etl/reference) --------------------------------------------------------------------------------------------------

CREATE TABLE reference_carc (
    carc VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    category VARCHAR NOT NULL,
    owner VARCHAR NOT NULL,
    treatment VARCHAR NOT NULL
        CHECK (treatment IN ('patient_share', 'never', 'pending', 'denial', 'denial_if_nothing_allowed', 'duplicate')),
    follows_payment VARCHAR,
    preventable VARCHAR,
    recoverable VARCHAR,
    next_step VARCHAR
);
COMMENT ON TABLE reference_carc IS 'One row per claim adjustment reason code (CAS02), in our own words';
COMMENT ON COLUMN reference_carc.carc IS 'CAS02';
COMMENT ON COLUMN reference_carc.label IS 'What it says, in our own words';
COMMENT ON COLUMN reference_carc.category IS 'Denial category';
COMMENT ON COLUMN reference_carc.owner IS 'Denial owner: whose work could have prevented it';
COMMENT ON COLUMN reference_carc.treatment IS 'How an adjustment with this code counts (see GLOSSARY.md)';
COMMENT ON COLUMN reference_carc.follows_payment IS 'yes: follows payment (sequestration and the like), so it is part of allowed';
COMMENT ON COLUMN reference_carc.preventable IS 'yes, partly';
COMMENT ON COLUMN reference_carc.recoverable IS 'yes, maybe, rarely, no';
COMMENT ON COLUMN reference_carc.next_step IS 'What a biller does next';

CREATE TABLE reference_role (
    name VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    own_label VARCHAR NOT NULL
);
COMMENT ON TABLE reference_role IS 'One row per name of a role in attribution.csv or denial owner: whose a denial can be';
COMMENT ON COLUMN reference_role.name IS 'As it is written';
COMMENT ON COLUMN reference_role.role IS 'The role that it means';
COMMENT ON COLUMN reference_role.own_label IS 'Who that is, in our own words';

CREATE TABLE reference_icd10_chapter (
    first VARCHAR NOT NULL,
    last VARCHAR NOT NULL,
    chapter VARCHAR NOT NULL,
    own_label VARCHAR NOT NULL
);
COMMENT ON TABLE reference_icd10_chapter IS 'One row per chapter of ICD-10-CM';
COMMENT ON COLUMN reference_icd10_chapter.first IS 'First three-character category';
COMMENT ON COLUMN reference_icd10_chapter.last IS 'Last three-character category';
COMMENT ON COLUMN reference_icd10_chapter.chapter IS 'Number';
COMMENT ON COLUMN reference_icd10_chapter.own_label IS 'Name, in our own words';

CREATE TABLE reference_procedure_family (
    first VARCHAR NOT NULL,
    last VARCHAR NOT NULL,
    family VARCHAR NOT NULL
);
COMMENT ON TABLE reference_procedure_family IS 'One row per range of procedure codes';
COMMENT ON COLUMN reference_procedure_family.first IS 'First code';
COMMENT ON COLUMN reference_procedure_family.last IS 'Last code';
COMMENT ON COLUMN reference_procedure_family.family IS 'Name, in our own words';

CREATE TABLE reference_acknowledgement_category (
    code VARCHAR NOT NULL,
    own_label VARCHAR NOT NULL,
    bucket VARCHAR NOT NULL
);
COMMENT ON TABLE reference_acknowledgement_category IS 'One row per claim status category (STC01-1)';
COMMENT ON COLUMN reference_acknowledgement_category.code IS 'STC01-1';
COMMENT ON COLUMN reference_acknowledgement_category.own_label IS 'What it says, in our own words';
COMMENT ON COLUMN reference_acknowledgement_category.bucket IS 'received, accepted, rejected ...';

CREATE TABLE reference_syntax_error (
    element VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    own_label VARCHAR NOT NULL
);
COMMENT ON TABLE reference_syntax_error IS 'One row per error code of TA1, 999 and 997';
COMMENT ON COLUMN reference_syntax_error.element IS 'The element that holds it: TA105, AK905, IK502, IK304, IK403';
COMMENT ON COLUMN reference_syntax_error.code IS 'Its value';
COMMENT ON COLUMN reference_syntax_error.own_label IS 'What it says, in our own words';

CREATE TABLE rollup_state (
    name VARCHAR NOT NULL,
    view VARCHAR NOT NULL,
    date_column VARCHAR NOT NULL,
    grain VARCHAR NOT NULL,
    dims VARCHAR[] NOT NULL,
    counts VARCHAR[] NOT NULL,
    sums VARCHAR[] NOT NULL,
    first_day DATE,
    last_day DATE,
    row_count BIGINT NOT NULL,
    tight_rows BIGINT NOT NULL,
    view_rows BIGINT NOT NULL
);
COMMENT ON TABLE rollup_state IS 'One row per rollup: a table of sums made ahead, of which several rows may belong to one group';
COMMENT ON COLUMN rollup_state.name IS 'The table';
COMMENT ON COLUMN rollup_state.view IS 'The view whose rows it sums';
COMMENT ON COLUMN rollup_state.date_column IS 'The date column of the measures that it serves; for balances, the date from which they are aged';
COMMENT ON COLUMN rollup_state.grain IS 'day or month of the date column; age: its day, when it is not before first_day';
COMMENT ON COLUMN rollup_state.dims IS 'Its dimensions, columns of the table';
COMMENT ON COLUMN rollup_state.counts IS 'Conditions whose rows it counts, in the columns n0, n1 ...';
COMMENT ON COLUMN rollup_state.sums IS 'Amount and condition that it sums, in the columns s0, s1 ...';
COMMENT ON COLUMN rollup_state.first_day IS 'No row of the view is before this day; for balances, ages are told apart from this day on';
COMMENT ON COLUMN rollup_state.last_day IS 'No row of the view is after this day';
COMMENT ON COLUMN rollup_state.row_count IS 'Rows of the table';
COMMENT ON COLUMN rollup_state.tight_rows IS 'Its rows when each was one group, before loads added theirs';
COMMENT ON COLUMN rollup_state.view_rows IS 'Rows of the view when it was chosen how many dimensions the rollup carries';
CREATE TABLE reference_claim_filing_indicator (
    code VARCHAR NOT NULL,
    own_label VARCHAR NOT NULL,
    is_in_claim VARCHAR,
    is_in_remittance VARCHAR,
    default_payer_class VARCHAR
);
COMMENT ON TABLE reference_claim_filing_indicator IS 'One row per claim filing indicator (SBR09, CLP06), in our own words';
COMMENT ON COLUMN reference_claim_filing_indicator.code IS 'SBR09, CLP06';
COMMENT ON COLUMN reference_claim_filing_indicator.own_label IS 'What it says, in our own words';
COMMENT ON COLUMN reference_claim_filing_indicator.is_in_claim IS 'yes: may stand in SBR09';
COMMENT ON COLUMN reference_claim_filing_indicator.is_in_remittance IS 'yes: may stand in CLP06';
COMMENT ON COLUMN reference_claim_filing_indicator.default_payer_class IS 'Class whose limits hold where no contract is known';

CREATE TABLE reference_timely_filing_defaults (
    payer_class VARCHAR NOT NULL,
    days_default VARCHAR NOT NULL,
    days_range VARCHAR,
    clock VARCHAR,
    source VARCHAR
);
COMMENT ON TABLE reference_timely_filing_defaults IS 'One row per class of payers: the usual filing limit';
COMMENT ON COLUMN reference_timely_filing_defaults.payer_class IS 'Class of payers';
COMMENT ON COLUMN reference_timely_filing_defaults.days_default IS 'Days, as a number where it is one';
COMMENT ON COLUMN reference_timely_filing_defaults.days_range IS 'What is found in contracts';
COMMENT ON COLUMN reference_timely_filing_defaults.clock IS 'From when they count';
COMMENT ON COLUMN reference_timely_filing_defaults.source IS 'Where it says so';

CREATE TABLE reference_appeal_limit_defaults (
    payer_class VARCHAR NOT NULL,
    appeal_days INTEGER NOT NULL,
    source VARCHAR
);
COMMENT ON TABLE reference_appeal_limit_defaults IS 'One row per class of payers: the usual days from a denial to an appeal';
COMMENT ON COLUMN reference_appeal_limit_defaults.payer_class IS 'Class of payers';
COMMENT ON COLUMN reference_appeal_limit_defaults.appeal_days IS 'Days from the denial';
COMMENT ON COLUMN reference_appeal_limit_defaults.source IS 'Where it says so';

CREATE TABLE warehouse_state (
    data_through DATE,
    schema_version INTEGER NOT NULL,
    key_mark BIGINT
);
COMMENT ON TABLE warehouse_state IS 'One row: what the tables below were computed for';
COMMENT ON COLUMN warehouse_state.data_through IS 'The last day on which anything became known; the default as-of day';
COMMENT ON COLUMN warehouse_state.schema_version IS 'Version of this schema';
COMMENT ON COLUMN warehouse_state.key_mark IS 'Which key the hashes were made with (it does not tell the key)';
