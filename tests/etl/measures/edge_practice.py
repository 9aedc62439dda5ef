"""A second practice drawn by hand: what other definitions of a denial count, and every edge of the newer measures."""
# ruff: noqa: E501  (tables are wide)

TABLES = {
    "claim": """
    claim_id | submission_date | patient_control_number | charge_amount | frequency_code | original_reference | payer_id | service_date
    1  | 2026-01-05 | DEDUCTIBLE-4 | 100.00 | 1 |    | P1 | 2026-01-02
    2  | 2026-01-05 | UNITS        | 100.00 | 1 |    | P1 | 2026-01-02
    3  | 2026-01-05 | DUP-FIRST    |  80.00 | 1 |    | P1 | 2026-01-02
    4  | 2026-01-05 | DUP-DENIED   | 120.00 | 1 |    | P1 | 2026-01-02
    5  | 2026-01-05 | DUP-ONLY     |  70.00 | 1 |    | P1 | 2026-01-02
    6  | 2026-01-05 | BEYOND       |  50.00 | 1 |    | P1 | 2026-01-02
    7  | 2026-01-05 | NO-REASON    |  40.00 | 1 |    | P1 | 2026-01-02
    8  | 2026-01-05 | PENDED       |  90.00 | 1 |    | P1 | 2026-01-02
    9  | 2026-01-05 | FREE-LINE    |  80.00 | 1 |    | P1 | 2026-01-02
    10 | 2026-01-05 | FORWARDED    |  30.00 | 1 |    | P1 | 2026-01-02
    11 | 2026-01-05 | CANCELLED    | 100.00 | 1 |    | P1 | 2026-01-02
    12 | 2026-01-05 | HALF-DENIED  | 150.00 | 1 |    | P1 | 2026-01-02
    13 | 2026-01-05 | SAME-AGAIN   |  60.00 | 1 |    | P2 | 2026-01-02
    14 | 2026-01-05 | AFTERWARDS   |  60.00 | 1 |    | P2 | 2026-01-02
    15 | 2026-01-05 | TWO-WRITES   | 100.00 | 1 |    | P2 | 2026-01-02
    16 | 2026-01-05 | WON-BACK     | 110.00 | 1 |    | P2 | 2026-01-02
    17 | 2026-01-05 | OVERPAID     |  50.00 | 1 |    | P2 | 2026-01-02
    18 | 2026-01-20 | SENT-LATER   |  33.00 | 1 |    | P2 | 2026-01-08
    19 | 2026-01-05 | UNANSWERED   | 200.00 | 1 |    | P2 | 2026-01-02
    20 | 2026-01-05 | BAD-SECOND   | 100.00 | 1 |    | P1 | 2026-01-02
    21 | 2026-03-01 | AFTERWARDS   |  65.00 | 7 | J14 | P2 | 2026-01-02
    """,
    "claim_sent_again": """
    claim_id | submission_date
    13 | 2026-01-19
    14 | 2026-02-20
    """,
    "service_line": """
    claim_id | line_number | procedure_code | charge_amount | line_control_number
    9  | 1 | 99213 |  60.00 | A
    9  | 2 | 36415 |  20.00 | B
    12 | 1 | 99213 | 100.00 | A
    12 | 2 | 97110 |  50.00 | B
    """,
    "remittance": """
    remittance_id | payment_date | deposit_amount | payer_id | trace_number
    1 | 2026-02-02 | 365.00 | P1 | T1
    2 | 2026-02-03 | 180.00 | P2 | T2
    3 | 2026-02-16 | 130.00 | P1 | T3
    4 | 2026-03-02 |  90.00 | P2 | T4
    5 | 2026-02-17 |   0.00 | P3 | T5
    """,
    "claim_payment": """
    claim_payment_id | remittance_id | patient_control_number | status_code | charge_amount | paid_amount | payer_claim_control_number
    1  | 1 | DEDUCTIBLE-4 | 4  | 100.00 |   0.00 | I1
    2  | 1 | UNITS        | 1  | 100.00 |  60.00 | I2
    3  | 1 | DUP-FIRST    | 1  |  80.00 |   0.00 | I3
    4  | 1 | DUP-DENIED   | 4  | 120.00 |   0.00 | I4
    5  | 1 | DUP-ONLY     | 4  |  70.00 |   0.00 | I5
    6  | 1 | BEYOND       | 4  |  50.00 |   0.00 | I6
    7  | 1 | NO-REASON    | 1  |  40.00 |   0.00 | I7
    8  | 1 | PENDED       | 1  |  90.00 |   0.00 | I8
    9  | 1 | FREE-LINE    | 1  |  80.00 |  45.00 | I9
    10 | 1 | FORWARDED    | 23 |  30.00 |   0.00 | I10
    11 | 1 | CANCELLED    | 1  | 100.00 | 100.00 | I11
    12 | 1 | HALF-DENIED  | 1  | 150.00 |  80.00 | I12
    13 | 1 | BAD-SECOND   | 1  | 100.00 |  80.00 | I20
    14 | 2 | SAME-AGAIN   | 1  |  60.00 |  50.00 | J13
    15 | 2 | AFTERWARDS   | 1  |  60.00 |  60.00 | J14
    16 | 2 | TWO-WRITES   | 1  | 100.00 |   0.00 | J15
    17 | 2 | WON-BACK     | 1  | 110.00 |   0.00 | J16
    18 | 2 | OVERPAID     | 1  |  50.00 |  70.00 | J17
    19 | 3 | DUP-FIRST    | 1  |  80.00 |  50.00 | I3B
    20 | 3 | DUP-DENIED   | 1  | 120.00 |   0.00 | I4B
    21 | 3 | BAD-SECOND   | 22 | -100.00 | -80.00 | I20
    22 | 3 | BAD-SECOND   | 4  | 100.00 |   0.00 | I20B
    23 | 4 | WON-BACK     | 1  | 110.00 |  90.00 | J16B
    24 | 5 | UNITS        | 2  | 100.00 |   0.00 | K2
    """,
    "service_payment": """
    service_payment_id | claim_payment_id | line_number | procedure_code | charge_amount | paid_amount | line_control_number
    1 | 9  | 1 | 99213 |  60.00 | 45.00 | A
    2 | 9  | 2 | 36415 |  20.00 |  0.00 | B
    3 | 12 | 1 | 99213 | 100.00 | 80.00 | A
    4 | 12 | 2 | 97110 |  50.00 |  0.00 | B
    """,
    "adjustment": """
    claim_payment_id | service_payment_id | group_code | carc | amount
    1  |   | PR | 1   |  100.00
    2  |   | CO | 151 |   30.00
    2  |   | CO | 45  |   10.00
    3  |   | OA | 18  |   80.00
    4  |   | OA | 18  |  120.00
    5  |   | OA | 18  |   70.00
    6  |   | CO | 16  |   40.00
    6  |   | CO | 50  |   30.00
    8  |   | OA | 133 |   90.00
    9  | 1 | CO | 45  |   15.00
    9  | 2 | CO | 45  |   20.00
    11 |   | CO | 16  |   30.00
    11 |   | CO | 16  |  -30.00
    12 | 3 | CO | 45  |   20.00
    12 | 4 | CO | 197 |   40.00
    12 | 4 | CO | 45  |   10.00
    13 |   | CO | 45  |   20.00
    14 |   | CO | 45  |   10.00
    16 |   | CO | 29  |   60.00
    16 |   | PR | 1   |   40.00
    17 |   | CO | 252 |  110.00
    19 |   | CO | 45  |   30.00
    20 |   | CO | 16  |  120.00
    21 |   | CO | 45  |  -20.00
    22 |   | CO | 29  |  100.00
    23 |   | CO | 45  |   20.00
    24 |   | OA | 23  |   60.00
    24 |   | CO | 999 |   40.00
    """,
    "acknowledgement": """
    patient_control_number | category_code | acknowledged_date
    UNITS      | A2 | 2026-01-06
    SAME-AGAIN | A2 | 2026-01-06
    AFTERWARDS | A1 | 2026-01-06
    AFTERWARDS | A7 | 2026-03-02
    UNANSWERED | A3 | 2026-01-06
    """,
    "work_log": """
    claim_id | coder_id | biller_id | charge_entered_at | submitted_at | charge_amount
    UNITS      | C1 | B1 | 2026-01-05 | 2026-01-05 | 100.00
    FREE-LINE  | C1 | B1 | 2026-01-06 | 2026-01-05 |  80.00
    SENT-LATER | C1 | B1 | 2026-01-10 | 2026-01-20 |  33.00
    NEVER-SENT | C1 | B1 | 2026-01-10 |            |  55.00
    NO-AMOUNT  | C1 | B2 | 2026-01-10 |            |
    ENTERED-LATER | C1 | B2 | 2026-03-01 |         |  21.00
    NOT-ENTERED | C1 | B2 |           |            |  99.00
    """,
    "staff": """
    staff_id | role | team
    C1 | coder  | NORTH
    B1 | biller | NORTH
    B2 | biller | SOUTH
    """,
    "patient_transaction": """
    claim_id | date | kind | amount
    DEDUCTIBLE-4 | 2026-01-02 | copay           | 10.00
    DEDUCTIBLE-4 | 2026-01-09 | patient_payment | 20.00
    DEDUCTIBLE-4 | 2026-01-10 | patient_payment | 30.00
    OVERPAID     | 2026-02-10 | patient_payment |  5.00
    OVERPAID     | 2026-03-01 | refund          |  2.00
    UNITS        | 2026-02-20 | collections     |  7.00
    TWO-WRITES   | 2026-02-20 | write_off       | 30.00
    TWO-WRITES   | 2026-03-01 | write_off       | 50.00
    WON-BACK     | 2026-02-01 | write_off       |  1.00
    WON-BACK     | 2026-03-05 | write_off       |  1.00
    DUP-DENIED   | 2026-02-16 | write_off       |  9.00
    BAD-SECOND   | 2026-03-05 | write_off       |  4.00
    """,
}
