"""A practice of some twenty claims, drawn by hand: one for every case that a measure could count wrongly."""
# ruff: noqa: E501  (tables are wide)

TABLES = {
    "claim": """
    claim_id | submission_date | patient_control_number | charge_amount | frequency_code | original_reference | payer_id | service_date
    1  | 2026-01-05 | DEDUCTIBLE  | 100.00 | 1 |      | P1 | 2026-01-02
    2  | 2026-01-05 | PARTIAL     | 120.00 | 1 |      | P1 | 2026-01-02
    3  | 2026-01-05 | CLAIM-LEVEL | 200.00 | 1 |      | P1 | 2025-12-20
    4  | 2026-01-05 | APPEALED    | 150.00 | 1 |      | P1 | 2026-01-03
    5  | 2026-01-05 | CORRECTED   |  90.00 | 1 |      | P1 | 2026-01-03
    6  | 2026-01-05 | TWICE       |  60.00 | 1 |      | P1 | 2025-09-01
    7  | 2026-01-05 | REJECTED    |  75.00 | 1 |      | P2 | 2026-01-03
    8  | 2026-01-05 | RESENT      |  75.00 | 1 |      | P2 | 2026-01-03
    9  | 2026-01-06 | DUPLICATE   | 110.00 | 1 |      | P1 | 2026-01-04
    10 | 2026-01-06 | VOIDED      | 110.00 | 1 |      | P1 | 2026-01-04
    11 | 2026-01-06 | SECONDARY   | 100.00 | 1 |      | P1 | 2026-01-04
    12 | 2026-01-06 | COVERAGE    | 130.00 | 1 |      | P1 | 2026-01-04
    13 | 2026-01-06 | UNKNOWN     | 100.00 | 1 |      | P1 | 2026-01-04
    14 | 2026-01-06 | CO-1        | 100.00 | 1 |      | P2 | 2026-01-04
    15 | 2026-01-06 | BUNDLED     | 100.00 | 1 |      | P2 | 2026-01-04
    16 | 2026-01-06 | UNANSWERED  | 300.00 | 1 |      | P2 | 2026-01-04
    17 | 2026-01-06 | OVERPAID    | 100.00 | 1 |      | P2 | 2026-01-04
    18 | 2026-01-06 | ESTIMATE    | 100.00 | 1 |      | P2 | 2026-01-04
    19 | 2026-01-06 | CHAIN       |  80.00 | 1 |      | P1 | 2026-01-04
    20 | 2026-01-06 | TAKEN-BACK  |  65.00 | 1 |      | P1 | 2026-01-04
    21 | 2026-01-19 | RESENT      |  75.00 | 1 |      | P2 | 2026-01-03
    22 | 2026-02-02 | CORRECTED-2 |  90.00 | 7 | I5   | P1 | 2026-01-03
    23 | 2026-02-02 | DUPLICATE   | 110.00 | 1 |      | P1 | 2026-01-04
    24 | 2026-02-03 | CHAIN-2     |  80.00 | 7 | I19  | P1 | 2026-01-04
    25 | 2026-03-01 | VOIDED      | 110.00 | 8 | I10  | P1 | 2026-01-04
    26 | 2026-03-02 | CHAIN-3     |  85.00 | 7 | I19B | P1 | 2026-01-04
    27 | 2026-03-20 | LATE        |  40.00 | 1 |      | P1 | 2026-03-10
    """,
    "service_line": """
    claim_id | line_number | procedure_code | charge_amount | line_control_number
    1  | 1 | 99213 | 100.00 | A
    2  | 1 | 99213 |  80.00 | A
    2  | 2 | 97110 |  40.00 | B
    3  | 1 | 99213 | 100.00 |
    3  | 2 | 97110 |  60.00 |
    3  | 3 | 97140 |  40.00 |
    4  | 1 | 72148 | 150.00 | A
    5  | 1 | 99213 |  90.00 | A
    6  | 1 | 99213 |  60.00 | A
    9  | 1 | 99213 | 110.00 | A
    10 | 1 | 99213 | 110.00 | A
    11 | 1 | 99213 | 100.00 | A
    12 | 1 | 99213 | 130.00 | A
    13 | 1 | 99213 | 100.00 | A
    14 | 1 | 99213 | 100.00 | A
    15 | 1 | 97110 |  50.00 | A
    15 | 2 | 97140 |  50.00 | B
    19 | 1 | 99213 |  80.00 | A
    20 | 1 | 99213 |  65.00 | A
    22 | 1 | 99214 |  90.00 | A
    24 | 1 | 99213 |  80.00 | A
    26 | 1 | 99214 |  85.00 | A
    """,
    "remittance": """
    remittance_id | payment_date | deposit_amount | payer_id | trace_number
    1 | 2026-01-26 | 433.00 | P1 | T1
    2 | 2026-01-27 | 240.00 | P2 | T2
    3 | 2026-02-16 | 100.00 | P1 | T3
    4 | 2026-02-17 |  15.00 | P2 | T4
    5 | 2026-03-16 |  70.00 | P1 | T5
    """,
    "claim_payment": """
    claim_payment_id | remittance_id | patient_control_number | status_code | charge_amount | paid_amount | payer_claim_control_number
    1  | 1 | DEDUCTIBLE  | 1  |  100.00 |   0.00 | I1
    2  | 1 | PARTIAL     | 1  |  120.00 |  60.00 | I2
    3  | 1 | CLAIM-LEVEL | 4  |  200.00 |   0.00 | I3
    4  | 1 | APPEALED    | 1  |  150.00 |   0.00 | I4
    5  | 1 | CORRECTED   | 1  |   90.00 |   0.00 | I5
    6  | 1 | TWICE       | 1  |   60.00 |   0.00 | I6
    7  | 1 | DUPLICATE   | 1  |  110.00 |  88.00 | I9
    8  | 1 | VOIDED      | 1  |  110.00 | 100.00 | I10
    9  | 1 | SECONDARY   | 19 |  100.00 |  60.00 | I11
    10 | 1 | COVERAGE    | 1  |  130.00 |   0.00 | I12
    11 | 1 | UNKNOWN     | 1  |  100.00 |  60.00 | I13
    12 | 1 | CHAIN       | 1  |   80.00 |   0.00 | I19
    13 | 1 | TAKEN-BACK  | 1  |   65.00 |  40.00 | I20
    14 | 1 | STRANGER    | 1  |   25.00 |  25.00 | I99
    15 | 2 | CO-1        | 1  |  100.00 |  70.00 | J14
    16 | 2 | BUNDLED     | 1  |  100.00 |   0.00 | J15
    17 | 2 | OVERPAID    | 1  |  100.00 | 120.00 | J17
    18 | 2 | ESTIMATE    | 25 |  100.00 |   0.00 | J18
    19 | 2 | RESENT      | 1  |   75.00 |  50.00 | J8
    20 | 3 | APPEALED    | 22 | -150.00 |   0.00 | I4
    21 | 3 | APPEALED    | 1  |  150.00 | 100.00 | I4
    22 | 3 | TWICE       | 1  |   60.00 |   0.00 | I6B
    23 | 3 | CORRECTED-2 | 1  |   90.00 |  70.00 | I5B
    24 | 3 | DUPLICATE   | 1  |  110.00 |   0.00 | I9B
    25 | 3 | CHAIN-2     | 1  |   80.00 |   0.00 | I19B
    26 | 3 | TAKEN-BACK  | 22 |  -65.00 | -40.00 | I20
    27 | 4 | SECONDARY   | 2  |  100.00 |  15.00 | J11
    28 | 5 | CHAIN-3     | 1  |   85.00 |  70.00 | I19C
    """,
    "service_payment": """
    service_payment_id | claim_payment_id | line_number | procedure_code | charge_amount | paid_amount | line_control_number
    1  | 1  | 1 | 99213 |  100.00 |   0.00 | A
    2  | 2  | 1 | 97110 |   40.00 |   0.00 | B
    3  | 2  | 2 | 99213 |   80.00 |  60.00 | A
    4  | 4  | 1 | 72148 |  150.00 |   0.00 | A
    5  | 5  | 1 | 99213 |   90.00 |   0.00 | A
    6  | 6  | 1 | 99213 |   60.00 |   0.00 | A
    7  | 7  | 1 | 99213 |  110.00 |  88.00 | A
    8  | 8  | 1 | 99213 |  110.00 | 100.00 | A
    9  | 9  | 1 | 99213 |  100.00 |  60.00 | A
    10 | 10 | 1 | 99213 |  130.00 |   0.00 | A
    11 | 11 | 1 | 99213 |  100.00 |  60.00 | A
    12 | 12 | 1 | 99213 |   80.00 |   0.00 | A
    13 | 13 | 1 | 99213 |   65.00 |  40.00 | A
    14 | 15 | 1 | 99213 |  100.00 |  70.00 | A
    15 | 16 | 1 | 97110 |   50.00 |   0.00 | A
    16 | 16 | 2 | 97140 |   50.00 |   0.00 | B
    17 | 20 | 1 | 72148 | -150.00 |   0.00 | A
    18 | 21 | 1 | 72148 |  150.00 | 100.00 | A
    19 | 22 | 1 | 99213 |   60.00 |   0.00 | A
    20 | 23 | 1 | 99214 |   90.00 |  70.00 | A
    21 | 24 | 1 | 99213 |  110.00 |   0.00 | A
    22 | 25 | 1 | 99213 |   80.00 |   0.00 | A
    23 | 26 | 1 | 99213 |  -65.00 | -40.00 | A
    24 | 27 | 1 | 99213 |  100.00 |  15.00 | A
    25 | 28 | 1 | 99214 |   85.00 |  70.00 | A
    """,
    "adjustment": """
    claim_payment_id | service_payment_id | group_code | carc | amount
    1  | 1  | PR | 1   |  100.00
    2  | 2  | CO | 197 |   40.00
    2  | 3  | CO | 45  |   20.00
    3  |    | CO | 16  |  200.00
    4  | 4  | CO | 11  |  150.00
    5  | 5  | CO | 4   |   90.00
    6  | 6  | CO | 29  |   60.00
    7  | 7  | CO | 253 |    2.00
    7  | 7  | CO | 45  |   20.00
    8  | 8  | CO | 45  |   10.00
    9  | 9  | CO | 45  |   20.00
    9  | 9  | PR | 2   |   20.00
    10 | 10 | PR | 27  |  130.00
    11 | 11 | CO | 999 |   40.00
    12 | 12 | CO | 11  |   80.00
    13 | 13 | CO | 45  |   25.00
    15 | 14 | CO | 1   |   30.00
    16 | 15 | CO | 97  |   50.00
    16 | 16 | CO | 97  |   30.00
    16 | 16 | PR | 3   |   20.00
    17 |    | CO | 94  |  -20.00
    19 |    | CO | 45  |   25.00
    20 | 17 | CO | 11  | -150.00
    21 | 18 | CO | 45  |   50.00
    22 | 19 | CO | 29  |   60.00
    23 | 20 | CO | 45  |   20.00
    24 | 21 | OA | 18  |  110.00
    25 | 22 | CO | 11  |   80.00
    26 | 23 | CO | 45  |  -25.00
    27 | 24 | OA | 23  |   80.00
    27 | 24 | PR | 2   |    5.00
    28 | 25 | CO | 45  |   15.00
    """,
    "provider_adjustment": """
    remittance_id | reason_code | amount
    3 | WO | 30.00
    """,
    "acknowledgement": """
    patient_control_number | category_code | acknowledged_date
    DEDUCTIBLE | A2 | 2026-01-07
    REJECTED   | A7 | 2026-01-07
    RESENT     | A3 | 2026-01-07
    RESENT     | A2 | 2026-01-21
    UNANSWERED | A1 | 2026-01-08
    UNANSWERED | A2 | 2026-01-09
    """,
    "work_log": """
    claim_id | coder_id | biller_id | coded_at | charge_entered_at | submitted_at
    DEDUCTIBLE  | C1 | B1 | 2026-01-02 | 2026-01-03 | 2026-01-05
    PARTIAL     | C1 | B1 | 2026-01-02 | 2026-01-03 | 2026-01-05
    CLAIM-LEVEL | C1 | B2 | 2026-01-03 | 2026-01-04 | 2026-01-05
    APPEALED    | C2 | B2 | 2026-01-04 | 2026-01-04 | 2026-01-05
    CORRECTED   | C2 | B2 | 2026-01-04 | 2026-01-04 | 2026-01-05
    TWICE       | C2 | B1 |            | 2026-01-04 | 2026-01-05
    CHAIN       | C9 | B1 | 2026-01-05 | 2026-01-05 | 2026-01-06
    UNANSWERED  | C1 | B1 |            |            | 2026-01-06
    REJECTED    | C1 | B2 | 2026-01-04 | 2026-01-04 | 2026-01-05
    """,
    "staff": """
    staff_id | role | team | employment | credential
    C1 | coder  | NORTH | in_house   | CPC
    C2 | coder  | SOUTH | outsourced | CCS
    B1 | biller | NORTH | in_house   | CPB
    B2 | biller | SOUTH | outsourced | CPB
    """,
    "coding_audit": """
    claim_id | line_number | audited_on | field | coded_value | audited_value
    DEDUCTIBLE | 1 | 2026-02-01 | procedure | 99213  | 99213
    DEDUCTIBLE | 0 | 2026-02-01 | diagnosis | M545   | M5450
    PARTIAL    | 2 | 2026-02-01 | modifier  | 59     |
    PARTIAL    | 2 | 2026-02-01 | modifier  |        | GP
    TWICE      | 1 | 2026-03-01 | em_level  | 99213  | 99213
    NEVER-SENT | 1 | 2026-03-01 | em_level  | 99213  | 99213
    """,
    "attribution": """
    claim_id | line_number | from_role | to_role | decided_on
    CORRECTED   | 1 | coder    | clinical   | 2026-02-10
    CORRECTED   | 1 | clinical | biller     | 2026-03-01
    TWICE       | 0 | billing  | front_desk | 2026-02-20
    CHAIN       | 1 | biller   | front_end  | 2026-03-01
    APPEALED    | 0 | coder    | biller     | 2026-02-18
    CLAIM-LEVEL | 2 |          | nobody     | 2026-03-05
    NOWHERE     | 0 |          | coder      | 2026-03-01
    COVERAGE    | 0 |          | the moon   | 2026-03-01
    """,
    "patient_transaction": """
    claim_id | date | kind | amount
    DEDUCTIBLE  | 2026-01-02 | copay           | 20.00
    DEDUCTIBLE  | 2026-02-10 | patient_payment | 30.00
    COVERAGE    | 2026-02-20 | collections     | 100.00
    COVERAGE    | 2026-02-25 | write_off       | 50.00
    CLAIM-LEVEL | 2026-03-05 | write_off       | 50.00
    BUNDLED     | 2026-03-06 | write_off       | 60.00
    SECONDARY   | 2026-02-20 | patient_payment | 25.00
    SECONDARY   | 2026-03-10 | refund          | 12.00
    """,
    "appeal": """
    claim_id | line_number | sent_on | kind | outcome | outcome_on
    TWICE       | 1 | 2026-03-10 | appeal | upheld | 2026-03-18
    CLAIM-LEVEL | 0 | 2026-02-05 | appeal |        |
    """,
    "payer_limit": """
    payer_id | filing_days | corrected_days | appeal_days
    P2 | 80 | | 50
    """,
    "allowed_schedule": """
    payer | procedure_code | modifier | effective_from | effective_to | allowed_amount
    P1 | 99213 |    | 2025-01-01 | 2026-01-03 |  90.00
    P1 | 99213 |    | 2026-01-04 |            |  95.00
    P1 | 99214 |    | 2026-01-01 |            |  70.00
    P1 | 99214 | 25 | 2026-01-01 |            |  85.00
    P1 | 72148 |    | 2026-01-01 |            |  99.00
    P2 | 99213 |    | 2026-01-01 |            | 100.00
    """,
}
