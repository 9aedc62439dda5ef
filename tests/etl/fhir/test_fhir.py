"""FHIR resources become the rows that an 837 and an 835 make."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.fhir import gather
from etl.load import load
from etl.load_report import LoadReport
from etl.warehouse.store import open_reader
from tests.etl.fhir.carin import (
    COVERAGE,
    PAYER,
    PEOPLE,
    Resource,
    bundle,
    claim,
    concept,
    decided,
    denied_for,
    eob,
    item,
    money,
    ndjson,
)
from tests.x12_text import claim as x12_claim
from tests.x12_text import claims_file, plain

PAID = eob(
    "A1",
    [item(1, "99213", decided(submitted=100, eligible=80, deductible=20, paidtoprovider=60))],
    decided(submitted=100, paidtoprovider=60, memberliability=20),
)
DENIED = eob(
    "A2",
    [item(1, "97110", [*decided(submitted=50, paidtoprovider=0), denied_for("197", "N54")])],
    decided(submitted=50, paidtoprovider=0),
)


class Desk:
    """A folder and a warehouse."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.db = folder, folder / "w.duckdb"

    def put(self, *resources: Resource, name: str = "eob.ndjson") -> LoadReport:
        return self.put_bytes(ndjson([*PEOPLE, *resources]), name)

    def put_bytes(self, data: bytes, name: str = "eob.ndjson") -> LoadReport:
        (self.folder / name).write_bytes(data)
        report = load([self.folder / name], self.db)
        out = report.to_json()
        for what in ("claims", "claim_payments"):
            kept_out = out["duplicate_counts"][what] + out["quarantined_counts"][what]
            assert out["seen"][what] == out[what] + kept_out, what
        return report

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return [tuple(map(plain, row)) for row in open_reader(self.db).execute(sql).fetchall()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def adjustments(desk: Desk) -> list[tuple[object, ...]]:
    return desk.rows("select group_code, carc, amount from adjustment order by sequence")


def kept_out(report: LoadReport) -> list[tuple[str, int | None, str, int]]:
    return [(p.rule, p.segment, p.found, p.claims + p.claim_payments) for _, p in report.of("quarantined", "rejected")]


def test_an_explanation_of_benefit_is_a_claim_and_its_payment(desk: Desk) -> None:
    report = desk.put(PAID)
    assert (report.problems, report.unbalanced) == ([], [])
    assert desk.rows(
        """select patient_control_number, claim_type, charge_amount, submission_date, service_date, payer_id,
        payer_name, billing_npi, rendering_npi, place_of_service from claim"""
    ) == [
        (
            "A1",
            "professional",
            "100.00",
            "2026-01-10",
            "2026-01-05",
            "P1",
            "Payer One",
            "1999999984",
            "1999999976",
            "11",
        )
    ]
    assert desk.rows(
        """select trace_number, payment_date, deposit_amount, payer_id, status_code, p.charge_amount, paid_amount,
        patient_responsibility_amount, payer_claim_control_number, service_date
        from claim_payment as p join remittance using (remittance_id)"""
    ) == [("EFT1", "2026-02-03", "60.00", "P1", "1", "100.00", "60.00", "20.00", "IA1", "2026-01-05")]
    assert desk.rows("select procedure_code, charge_amount, paid_amount, allowed_amount from service_payment") == [
        ("99213", "100.00", "60.00", "80.00")
    ]


def test_the_principal_diagnosis_comes_first_and_pointers_follow(desk: Desk) -> None:
    line = item(
        1, "99213", decided(submitted=100, paidtoprovider=100), diagnosisSequence=[1, 2], modifier=[concept("25")]
    )
    desk.put(eob("A1", [line], decided(submitted=100)))
    assert desk.rows("select sequence, qualifier, diagnosis_code from diagnosis order by 1") == [
        (1, "ABK", "J45909"),
        (2, "ABF", "I10"),
    ]
    assert desk.rows("select diagnosis_pointer, modifier_1, procedure_qualifier from service_line") == [
        ("2:1", "25", "HC")
    ]


SHARES = {
    "deductible": ({"paidtoprovider": 80, "deductible": 20}, [("PR", "1", "20.00")]),
    "coinsurance and copay": (
        {"paidtoprovider": 70, "coinsurance": 20, "copay": 10},
        [("PR", "2", "20.00"), ("PR", "3", "10.00")],
    ),
    "discount": ({"paidtoprovider": 90, "discount": 10}, [("CO", "45", "10.00")]),
    "above the allowed": ({"benefit": 75, "eligible": 75}, [("CO", "45", "25.00")]),
    "another payer before": ({"paidtoprovider": 30, "priorpayerpaid": 70}, [("OA", "23", "70.00")]),
    "not covered, the member pays": (
        {"paidtoprovider": 0, "noncovered": 100, "memberliability": 100},
        [("PR", "96", "100.00")],
    ),
    "not covered, the provider loses": ({"paidtoprovider": 0, "noncovered": 100}, [("CO", "96", "100.00")]),
}


@pytest.mark.parametrize("case", SHARES)
def test_a_category_becomes_the_adjustment_that_an_835_would_state(desk: Desk, case: str) -> None:
    amounts, expected = SHARES[case]
    report = desk.put(eob("A1", [item(1, "99213", decided(submitted=100, **amounts))], decided(submitted=100)))
    assert (adjustments(desk), report.unbalanced) == (expected, [])


def test_a_denial_reason_takes_what_is_left_of_the_charge(desk: Desk) -> None:
    report = desk.put(DENIED)
    assert (adjustments(desk), report.unbalanced) == ([("CO", "197", "50.00")], [])
    assert desk.rows("select remark_code from remark") == [("N54",)]
    assert desk.rows("select is_denied from claim_outcome") == [(True,)]


def test_a_partial_denial_leaves_the_contract_to_co_45(desk: Desk) -> None:
    parts = [*decided(submitted=100, eligible=80, paidtoprovider=50), denied_for("50")]
    desk.put(eob("A1", [item(1, "99213", parts)], decided(submitted=100, paidtoprovider=50)))
    assert adjustments(desk) == [("CO", "45", "20.00"), ("CO", "50", "30.00")]


def test_a_reason_with_an_amount_is_taken_as_it_stands(desk: Desk) -> None:
    stated = {"category": concept("adjustment"), "reason": denied_for("045")["reason"], "amount": money(40)}
    desk.put(
        eob("A1", [item(1, "99213", [*decided(submitted=100, paidtoprovider=60), stated])], decided(submitted=100))
    )
    assert adjustments(desk) == [("CO", "45", "40.00")]


def test_what_a_payer_does_not_explain_is_out_of_balance(desk: Desk) -> None:
    report = desk.put(eob("A1", [item(1, "99213", decided(submitted=100, paidtoprovider=60))], decided(submitted=100)))
    assert [(one["rule"], one["difference"]) for one in report.unbalanced] == [
        ("claim_payment_balance", "40.00"),
        ("service_payment_balance", "40.00"),
    ]


def test_an_institutional_benefit_is_decided_for_the_whole_claim(desk: Desk) -> None:
    stay = eob(
        "H1",
        [item(1, "99213", [], revenue=concept("450"), net=money(2650))],
        decided(submitted=2650, paidtoprovider=620),
        type=concept("institutional"),
        adjudication=decided(submitted=2650, paidtoprovider=620, discount=2030),
        billablePeriod={"start": "2026-01-01", "end": "2026-01-09"},
    )
    stay["supportingInfo"].append({"category": concept("typeofbill"), "code": concept("111")})
    report = desk.put(stay)
    assert report.unbalanced == []
    assert desk.rows("select claim_type, type_of_bill, service_from, service_date from claim") == [
        ("institutional", "0111", "2026-01-01", "2026-01-09")
    ]
    assert desk.rows("select count(*) from service_payment") == [(0,)]
    assert adjustments(desk) == [("CO", "45", "2030.00")]
    assert desk.rows("select revenue_code, charge_amount from service_line") == [("0450", "2650.00")]


def test_a_claim_resource_is_a_claim_and_its_benefit_does_not_make_another(desk: Desk) -> None:
    report = desk.put(PAID, claim("A1", ("99213", 100)))
    assert report.to_json()["seen"] == {"claims": 1, "claim_payments": 1}
    assert desk.rows("select submission_date, count(*) from claim group by all") == [("2026-01-10", 1)]
    assert desk.rows("select diagnosis_pointer, units from service_line") == [("1", "1.000")]


def test_a_benefit_of_an_837_claim_only_pays_it(desk: Desk) -> None:
    desk.put_bytes(claims_file(x12_claim("A1", ("99213", "100"))), "a.837")
    assert desk.put(PAID).rows["claim_payment"] == 1
    assert desk.rows("select count(*) from claim") == [(1,)]


def test_references_reach_into_other_files_and_bundles(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "bulk"
    folder.mkdir()
    (folder / "a_eob.ndjson").write_bytes(ndjson([PAID]))
    (folder / "z_people.ndjson").write_bytes(ndjson(PEOPLE))
    load([folder], desk.db)
    assert desk.rows("select payer_id, rendering_npi from claim") == [("P1", "1999999976")]


def test_a_bundle_over_many_lines(desk: Desk) -> None:
    insurer = eob("A1", PAID["item"], PAID["total"], insurer={"reference": "urn:uuid:payer1"})
    report = desk.put_bytes(bundle([*PEOPLE, insurer]), "bundle.json")
    assert (report.problems, desk.rows("select payer_name from claim")) == ([], [("Payer One",)])


def test_contained_resources_and_what_a_reference_states(desk: Desk) -> None:
    own = eob(
        "A1",
        PAID["item"],
        PAID["total"],
        contained=[COVERAGE | {"id": "own", "subscriberId": "M0009"}, PAYER | {"id": "mine", "name": "Contained"}],
        insurer={"reference": "#mine"},
        provider={"display": "Stated Clinic", "identifier": {"system": "http://hl7.org/fhir/sid/us-npi", "value": "1"}},
    )
    desk.put(own)
    assert desk.rows("select payer_name, billing_name, billing_npi from claim") == [("Contained", "Stated Clinic", "1")]


def test_the_same_file_and_a_larger_export_count_once(desk: Desk) -> None:
    desk.put(PAID)
    again = desk.put(PAID, name="copy.ndjson")
    assert [p.rule for _, p in again.problems] == ["duplicate-file"]
    assert again.to_json()["seen"] == {"claims": 1, "claim_payments": 1}
    more = desk.put(DENIED, PAID, name="february.ndjson")
    assert [(p.rule, p.claim_payments) for _, p in more.problems] == [("duplicate-claim-payment", 1)]
    assert desk.rows("select count(*), sum(paid_amount) from claim_payment") == [(2, "60.00")]


def test_another_version_of_a_benefit_does_not_count_twice(desk: Desk) -> None:
    desk.put(PAID)
    changed = eob("A1", PAID["item"], decided(submitted=100, paidtoprovider=70))
    report = desk.put(changed, name="later.ndjson")
    assert [(p.rule, p.claim_payments) for _, p in report.of("quarantined")] == [("changed-payment", 1)]
    assert desk.rows("select sum(paid_amount) from claim_payment") == [("60.00",)]


BAD: dict[str, tuple[Resource, str, str]] = {
    "an amount in words": (
        eob("B1", [], [{"category": concept("submitted"), "amount": {"value": "ten"}}]),
        "total.amount",
        "“ten”",
    ),
    "another currency": (
        eob("B1", [], [{"category": concept("submitted"), "amount": {"value": 1, "currency": "EUR"}}]),
        "total.amount",
        "the currency EUR",
    ),
    "half a cent": (eob("B1", [], decided(submitted=1.005)), "total.amount", "1.005"),
    "a year only": (eob("B1", [item(1, "99213", [], servicedDate="2026")], []), "item[1].serviced", "“2026”"),
    "cancelled": (eob("B1", [], [], status="cancelled"), "status", "“cancelled”"),
    "no status": (eob("B1", [], [], status=None), "status", "nothing"),
    "not adjudicated": (eob("B1", [], [], outcome="queued"), "outcome", "“queued”"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_resource_is_quarantined_with_its_line_and_the_others_are_loaded(desk: Desk, case: str) -> None:
    resource, element, found = BAD[case]
    report = desk.put(resource, PAID)
    assert kept_out(report) == [(f"ExplanationOfBenefit.{element}", 6, found, 1)]
    assert desk.rows("select patient_control_number from claim_payment") == [("A1",)]


def test_a_line_that_is_cut_off_is_counted_by_what_it_seems_to_hold(desk: Desk) -> None:
    report = desk.put_bytes(ndjson([*PEOPLE, PAID]) + ndjson([DENIED])[:-40])
    assert kept_out(report) == [("not-a-resource", 7, "a line that is no JSON, or no resource", 1)]


@pytest.mark.parametrize(
    "strange", [{"item": "none"}, {"payment": "EFT"}, {"insurance": 5}, {"patient": []}, {"total": {}}]
)
def test_elements_of_another_shape_never_stop_the_others(desk: Desk, strange: Resource) -> None:
    desk.put(eob("B1", PAID["item"], []) | strange, PAID)
    assert ("A1",) in desk.rows("select patient_control_number from claim_payment")


def test_preauthorizations_are_no_claims(desk: Desk) -> None:
    report = desk.put(claim("A9", ("99213", 100), use="preauthorization"), PAID)
    assert report.to_json()["seen"] == {"claims": 1, "claim_payments": 1}


def test_a_file_read_in_pieces_is_the_same_as_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second explanation of a claim, a remittance over several pieces, and adjustments of lines and of claims."""
    other = eob(
        "A3",
        [item(1, "99214", [*decided(submitted=70, paidtoprovider=30), denied_for("50")])],
        decided(submitted=70, paidtoprovider=30),
        payment={"type": concept("paid"), "date": "2026-02-09", "identifier": {"value": "EFT2"}},
    )
    again = DENIED | {"id": "eob-A2b", "payment": other["payment"]}
    monkeypatch.setenv("CLEANCLAIM_KEY", "one key for all three")
    found = []
    for at_once in (1, 2, 100):
        monkeypatch.setattr(gather, "_AT_ONCE", at_once)
        (tmp_path / str(at_once)).mkdir()
        desk = Desk(tmp_path / str(at_once))
        desk.put(PAID, DENIED, other, again, claim("A4", ("99213", 100.0)))
        tables = ("claim", "service_line", "diagnosis", "remittance", "claim_payment", "service_payment", "adjustment")
        found.append({table: desk.rows(f"from {table} order by all") for table in (*tables, "remark")})
    assert found[0] == found[1] == found[2]
    assert len(found[0]["adjustment"]) >= 3 and len(found[0]["remittance"]) == 2
