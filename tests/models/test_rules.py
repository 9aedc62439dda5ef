"""Each rule: where it fires, where it is silent, and where it says that it could not look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models.rules import RULES, Batch, apply, run, to_read
from models.rules.npi import is_valid

SENT = date(2026, 1, 11)  # ten days after the start: the day on which conftest's claims are sent
NPI_CASES = (
    ("1234567893", True), ("1234567890", False), ("1234567839", False), ("1993999998", True), ("1679576722", True),
    ("1245319599", True), ("1588667638", True), ("1003000126", True), ("1497758544", True), ("9999310391", False),
    ("8888819926", False), ("0000000006", False), ("123456789", False), ("12345678930", False), ("123456789X", False),
)  # fmt: skip

# rule, what is done to a good claim, and how its message begins; None: the rule is silent
CASES: tuple[tuple[str, dict[str, Any], str | None], ...] = (
    ("npi_check_digit", {"rendering_npi": "1234567890"}, "The NPI of the rendering"),
    ("npi_check_digit", {"referring_npi": "9999310391"}, "The NPI of the referring"),
    ("npi_check_digit", {}, None),
    ("npi_check_digit", {"billing_npi": None, "rendering_npi": None}, "Not checked"),
    ("filing_limit_passed", {"service_date": SENT - timedelta(days=121)}, "Sent on 2026-01-11, the claim would be 121"),
    ("filing_limit_passed", {"service_date": SENT - timedelta(days=120)}, None),
    ("filing_limit_passed", {"service_date": SENT - timedelta(days=300), "claim_filing_code": "MB"}, None),
    ("filing_limit_passed", {"service_date": SENT - timedelta(days=366), "claim_filing_code": "MB"}, "Sent on"),
    ("filing_limit_passed", {"service_date": SENT - timedelta(days=200), "claim_filing_code": "MC"}, None),
    ("filing_limit_passed", {"claim_filing_code": "ZZ"}, "Not checked: no default filing limit"),
    ("filing_limit_passed", {"frequency_code": "7"}, "Not checked: a corrected claim"),
    ("filing_limit_near", {"service_date": SENT - timedelta(days=110)}, "Sent on"),
    ("filing_limit_near", {"service_date": SENT - timedelta(days=200), "claim_filing_code": "MC"}, "Sent on"),
    ("filing_limit_near", {}, None),
    ("filing_limit_near", {"service_date": None}, "Not checked: the claim has no date"),
    ("diagnosis_pointer", {"lines": ({"diagnosis_pointer": "1:3"},)}, "Line 1 points to diagnosis 3; the claim has 1."),
    ("diagnosis_pointer", {"lines": ({"diagnosis_pointer": None},)}, "Line 1 points to no diagnosis"),
    ("diagnosis_pointer", {"lines": ({"diagnosis_pointer": None},), "claim_type": "institutional"}, None),
    ("diagnosis_pointer", {}, None),
    ("diagnosis_pointer", {"diagnoses": ()}, "Not checked"),
    ("charges_do_not_add_up", {"charge_amount": Decimal("100.01")}, "The claim's charge is 100.01"),
    ("charges_do_not_add_up", {}, None),
    ("charges_do_not_add_up", {"lines": ()}, "Not checked: the claim has no service line"),
    ("missing_principal_diagnosis", {"diagnoses": ()}, "The claim names no principal"),
    ("missing_principal_diagnosis", {}, None),
    ("modifier_shape", {"lines": ({"modifier_1": "2"},)}, "Line 1: 2 does not"),
    ("modifier_shape", {"lines": ({"modifier_1": "25"},)}, None),
    ("modifier_repeated", {"lines": ({"modifier_1": "25", "modifier_3": "25"},)}, "Line 1 has modifier 25"),
    ("modifier_repeated", {"lines": ({"modifier_1": "25", "modifier_2": "59"},)}, None),
    ("service_date_in_future", {"lines": ({"service_date": SENT + timedelta(days=1)},)}, "Line 1 has its service"),
    ("service_date_in_future", {"lines": ({"service_date": SENT},)}, None),
    ("service_date_in_future", {"lines": ({"service_date": None},)}, "Not checked"),
    ("units_not_positive", {"lines": ({"units": Decimal(0)},)}, "Line 1 has 0 units"),
    ("units_not_positive", {"lines": ({"units": None},)}, "Line 1 has no units"),
    ("units_not_positive", {}, None),
    ("diagnosis_code_shape", {"diagnoses": ("123",)}, "123 does not have the form"),
    ("diagnosis_code_shape", {"diagnoses": ("S93401A",)}, None),
    ("diagnosis_code_shape", {"diagnoses": ()}, "Not checked"),
    ("procedure_code_shape", {"lines": ({"procedure_code": "9711"},)}, "Line 1: 9711 does not"),
    ("procedure_code_shape", {"lines": ({"procedure_code": None, "revenue_code": "12"},)}, "Line 1: 12 does not"),
    ("procedure_code_shape", {"lines": ({"procedure_code": "J1745"},)}, None),
    ("procedure_code_shape", {"lines": ({"procedure_qualifier": "ER"},)}, "Not checked"),
)  # fmt: skip


def say(rule_id: str, made: Any, **more: Any) -> list[tuple[int, Any]]:
    rule = next(one for one in RULES if one.id == rule_id)
    return apply(rule, Batch(*made.frames(), sent_on=SENT, **more))


@pytest.mark.parametrize(("rule_id", "change", "message"), CASES)
def test_rule(tables: Callable[[], Any], rule_id: str, change: dict[str, Any], message: str | None) -> None:
    found = [finding for _, finding in say(rule_id, tables().add(**change))]
    if message is None:
        assert found == []
    else:
        assert len(found) == 1
        assert found[0].message.startswith(message)
        assert found[0].is_checked is not message.startswith("Not checked")
        assert found[0].fix


@pytest.mark.parametrize(("npi", "is_right"), NPI_CASES)
def test_npi_check_digit(npi: str, is_right: bool) -> None:
    assert is_valid(npi) is is_right


def test_one_wrong_number_in_several_roles_is_said_once(tables: Callable[[], Any]) -> None:
    made = tables().add(billing_npi="1234567890", rendering_npi="1234567890", facility_npi="1234567890")
    assert len(say("npi_check_digit", made)) == 1


def test_rules_that_could_not_look_for_one_reason_are_read_as_one(tables: Callable[[], Any]) -> None:
    made = tables().add(claim_filing_code="ZZ", billing_npi="1234567890", lines=({"units": Decimal(0)},))
    every = [one for some in run(Batch(*made.frames(), sent_on=SENT)).values() for one in some]
    said = to_read(every)
    assert {one.message.split(":")[0] for one in said if not one.is_checked} == {
        "Not checked (missing authorization, duplicate)",
        "Not checked (filing limit passed, filing limit near)",
    }
    assert [one for one in said if one.is_checked] == [one for one in every if one.is_checked]


def denying(tables: Callable[[], Any], denied: int, paid: int) -> Any:
    made = tables()
    for number in range(denied + paid):
        made.add(day=-60, answer=(-30, ["authorization" if number < denied else None]))
    return made.past()


@pytest.mark.parametrize(
    ("denied", "paid", "severity"), [(8, 2, "error"), (3, 9, "warning"), (0, 20, None), (1, 30, None), (0, 0, "info")]
)
def test_missing_authorization(tables: Callable[[], Any], denied: int, paid: int, severity: str | None) -> None:
    past = denying(tables, denied, paid) if denied + paid else tables().add(day=-60).past()
    found = say("missing_authorization", tables().add(), past=past, warehouse=object())
    assert [one.severity for _, one in found] == ([severity] if severity else [])
    if severity in ("error", "warning"):
        assert f"denied {denied} of {denied + paid} lines of 97110" in found[0][1].message


def test_an_authorization_satisfies(tables: Callable[[], Any]) -> None:
    past = denying(tables, 8, 2)
    assert say("missing_authorization", tables().add(prior_authorization="G1"), past=past, warehouse=object()) == []


@pytest.mark.parametrize("rule_id", ["missing_authorization", "duplicate"])
def test_without_a_warehouse_it_is_not_checked(tables: Callable[[], Any], rule_id: str) -> None:
    [(_, finding)] = say(rule_id, tables().add())
    assert finding.message.startswith("Not checked: there is no warehouse")
    assert finding.severity == "info"


def test_the_same_services_twice_in_a_file(tables: Callable[[], Any]) -> None:
    same = {"member_key": 7}
    [(claim_id, finding)] = say("duplicate_in_file", tables().add(**same).add(**same))
    assert (claim_id, finding.line) == (1, 1)
    assert "also in claim P0" in finding.message


@pytest.mark.parametrize("change", [{"member_key": 8}, {"lines": ({"modifier_1": "76"},)}, {"frequency_code": "7"}])
def test_what_is_no_duplicate(tables: Callable[[], Any], change: dict[str, Any]) -> None:
    assert say("duplicate_in_file", tables().add(member_key=7).add(**({"member_key": 7} | change))) == []


def test_every_rule_has_its_own_id_and_a_payers_answer() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.carc and rule.fix.endswith(".") for rule in RULES)
