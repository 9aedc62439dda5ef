"""truth.json: every measure's planted figure, counted from the events in memory, never from the files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from etl.sample import dates, truth_catalogue, truth_people
from etl.sample.encounters import Encounter
from etl.sample.events import Root
from etl.sample.remittances import Remittance
from etl.sample.truth_recovery import contract_lines, open_work
from etl.sample.truth_rows import CLAIM_DIMS, DENIAL_DIMS, EVENT_DIMS, STAFF_DIMS, Measure, Row, Scope, bucket, dims_of
from etl.sample.truth_rules import History, Outcome, Receivable, meanings, outcome, receivable

ADJUDICATED = Measure("claims_adjudicated", EVENT_DIMS, money=False, ratio=False)
INITIAL = Measure("initial_denial_rate", EVENT_DIMS, money=False, ratio=True)
ZERO_PAY = Measure("zero_pay_denial_rate", EVENT_DIMS, money=False, ratio=True)
PARTIAL_PAY = Measure("partial_pay_denial_rate", EVENT_DIMS, money=False, ratio=True)
DENIED = Measure("denied_amount", DENIAL_DIMS, money=True, ratio=False)
OVERTURNED = Measure("denial_overturn_rate", EVENT_DIMS, money=False, ratio=True)
PAID = Measure("insurance_paid_amount", EVENT_DIMS, money=True, ratio=False)
DEPOSIT = Measure("deposit_amount", ("payer_id", "month"), money=True, ratio=False)
REJECTION = Measure("rejection_rate", EVENT_DIMS, money=False, ratio=True)
CHARGE_LAG = Measure("charge_lag", EVENT_DIMS, money=False, ratio=True)
SUBMISSION_LAG = Measure("submission_lag", EVENT_DIMS, money=False, ratio=True)
CODER = Measure("coder_denial_rate", (*EVENT_DIMS, "coder_id", *STAFF_DIMS), money=False, ratio=True)
BILLER = Measure("biller_denial_rate", (*EVENT_DIMS, "biller_id", *STAFF_DIMS), money=False, ratio=True)
CODER_BEFORE = replace(CODER, name="coder_denial_rate_before_contest")
BILLER_BEFORE = replace(BILLER, name="biller_denial_rate_before_contest")
ATTRIBUTED = Measure(
    "attributed_denied_amount", (*EVENT_DIMS, "responsible_role", "role_before_contest"), money=True, ratio=False
)
FIRST_PASS = replace(BILLER, name="biller_first_pass_rate")
CODED_A_DAY = Measure("coder_productivity", ("month", "staff_id", *STAFF_DIMS), money=False, ratio=True)
SENT_A_DAY = replace(CODED_A_DAY, name="biller_productivity")
RECORDS = replace(CODER, name="coding_record_accuracy")
RECORD_KINDS = replace(CODER, name="coding_record_kind_accuracy", dims=(*CODER.dims, "audit_field"))
CODING_LAG = replace(CHARGE_LAG, name="coding_lag")
ACCURACY = Measure("coding_accuracy", (*EVENT_DIMS, "coder_id", *STAFF_DIMS), money=False, ratio=True)
INSURANCE_AR = Measure("insurance_ar_amount", (*CLAIM_DIMS, "ar_bucket", "ar_reason"), money=True, ratio=False)
PATIENT_AR = Measure("patient_ar_amount", (*CLAIM_DIMS, "ar_bucket", "ar_reason"), money=True, ratio=False)
OVER_90 = Measure("ar_over_90_share", CLAIM_DIMS, money=True, ratio=True)
DAYS_IN_AR = Measure("days_in_ar", CLAIM_DIMS, money=True, ratio=True, days=90)
UNADJUDICATED = Measure("unadjudicated_amount", CLAIM_DIMS, money=True, ratio=False)
AT_RISK = Measure("timely_filing_at_risk_amount", (*CLAIM_DIMS, "ar_reason"), money=True, ratio=False)
LAPSED = Measure("timely_filing_lapsed_amount", (*CLAIM_DIMS, "ar_reason"), money=True, ratio=False)
VARIANCE = Measure("contract_variance_amount", EVENT_DIMS, money=True, ratio=False)
UNDERPAID = Measure("underpaid_amount", EVENT_DIMS, money=True, ratio=False)
OVERPAID = Measure("overpaid_amount", EVENT_DIMS, money=True, ratio=False)


class Truth:
    """Counts the measures for any scope."""

    def __init__(
        self, roots: list[Root], remitted: list[Remittance], data_through: date, unsent: Sequence[Encounter] = ()
    ) -> None:
        """`unsent` are the claims that stand in the work log without having been sent."""
        self.unsent = unsent
        works = [root.work for root in roots] + [encounter.root.work for encounter in unsent]
        self._coded = [(work.coder, work.coded) for work in works]
        self._sent = [(root.work.biller, root.first_submitted) for root in roots]
        self.histories = [History.of(root) for root in roots]
        self.remitted = remitted
        self.data_through = data_through
        self._event_rows: dict[date, list[tuple[Measure, list[Row]]]] = {}
        self._receivables: dict[date, list[Receivable]] = {}

    def measures(self) -> list[dict[str, object]]:
        """All figures: as of the end and the middle, for a quarter, and balances by the other two ages."""
        scopes = [Scope(), Scope(as_of=dates.MIDDLE), Scope(*dates.QUARTER)]
        found = [figure for scope in scopes for figure in (*self.events(scope), *self.balances(scope))]
        for age_from in ("submission", "remit"):
            for as_of in (None, dates.MIDDLE):
                found += self.balances(Scope(as_of=as_of, age_from=age_from))
        return found

    def events(self, scope: Scope) -> list[dict[str, object]]:
        """Measures that count what happened."""
        as_of = scope.as_of or self.data_through
        if as_of not in self._event_rows:
            self._event_rows[as_of] = self._count_events(as_of)
        counted = self._event_rows[as_of]
        return [figure for measure, rows in counted for figure in measure.figures(rows, scope)]

    def _count_events(self, as_of: date) -> list[tuple[Measure, list[Row]]]:
        outcomes = [o for o in (outcome(h, as_of) for h in self.histories) if o is not None]
        roots = [h.root for h in self.histories if h.root.first_submitted <= as_of]
        priced = [(dims_of(c.root, c.day), c) for h in self.histories for c in contract_lines(h, as_of)]
        return [
            (VARIANCE, [Row(dims, c.day, c.variance) for dims, c in priced]),
            (UNDERPAID, [Row(dims, c.day, max(-c.variance, 0)) for dims, c in priced]),
            (OVERPAID, [Row(dims, c.day, max(c.variance, 0)) for dims, c in priced]),
            (ADJUDICATED, _count(outcomes, lambda o: True)),
            (INITIAL, _count(outcomes, lambda o: o.initial.is_denied)),
            (ZERO_PAY, _count(outcomes, lambda o: o.is_zero_pay)),
            (PARTIAL_PAY, _count(outcomes, lambda o: o.initial.is_denied and not o.is_zero_pay)),
            (DENIED, [row for o in outcomes for row in _denied_rows(o)]),
            (OVERTURNED, _count([o for o in outcomes if o.initial.is_denied], lambda o: o.is_overturned)),
            (CODER, _rows(truth_people.blamed(outcomes, "coder", contested=True))),
            (BILLER, _rows(truth_people.blamed(outcomes, "biller", contested=True))),
            (CODER_BEFORE, _rows(truth_people.blamed(outcomes, "coder", contested=False))),
            (BILLER_BEFORE, _rows(truth_people.blamed(outcomes, "biller", contested=False))),
            (ATTRIBUTED, _rows(truth_people.attributed(outcomes))),
            (FIRST_PASS, _rows(truth_people.first_passes(roots, outcomes, as_of))),
            (CODED_A_DAY, _rows(truth_people.days_worked(self._coded, as_of))),
            (SENT_A_DAY, _rows(truth_people.days_worked(self._sent, as_of))),
            (RECORDS, _rows(truth_people.audited_records(roots, as_of))),
            (RECORD_KINDS, _rows(truth_people.audited_kinds(roots, as_of))),
            (PAID, [Row(dims_of(r, p.day), p.day, p.paid) for r in roots for p in r.payments if p.day <= as_of]),
            (DEPOSIT, [_deposit(r) for r in self.remitted if r.day <= as_of]),
            (REJECTION, [row for r in roots for row in _rejection(r, as_of)]),
            (CODING_LAG, [_lag(r, r.work.coded) for r in roots]),
            (CHARGE_LAG, [_lag(r, r.work.entered) for r in roots]),
            (SUBMISSION_LAG, [_lag(r, r.first_submitted) for r in roots]),
            (ACCURACY, [row for r in roots for row in _audited(r, as_of)]),
            *truth_catalogue.events(outcomes, self.receivables(as_of), roots, as_of),
        ]

    def balances(self, scope: Scope) -> list[dict[str, object]]:
        """Measures that look at one day; a period means its last day."""
        as_of = scope.as_of or scope.until or self.data_through
        items, age_from = self.receivables(as_of), scope.age_from
        counted = [
            (INSURANCE_AR, [_open(r, r.insurance, r.reason, age_from) for r in items if r.insurance > 0]),
            (PATIENT_AR, [_open(r, r.patient, "patient", age_from) for r in items if r.patient > 0]),
            (OVER_90, [_over_90(r, age_from) for r in items if _both(r) > 0]),
            truth_catalogue.credits(items, age_from),
        ]
        if age_from == "service":  # the others do not depend on where the age starts
            work = [w for h in self.histories for w in open_work(h, as_of) if not w.is_in_progress]
            late = [(w, Row(dims_of(w.root) | {"ar_reason": w.reason}, None, w.amount)) for w in work]
            counted += [
                (AT_RISK, [row for w, row in late if 0 <= w.days_left <= 30]),
                (LAPSED, [row for w, row in late if w.days_left < 0]),
                (DAYS_IN_AR, [_days(r, as_of) for r in items]),
                (UNADJUDICATED, [Row(dims_of(r.root), None, r.charge) for r in items if r.is_unadjudicated]),
                truth_catalogue.net_days(items, as_of),
                *truth_catalogue.unbilled([h.root for h in self.histories], self.unsent, as_of),
            ]
        return [figure for measure, rows in counted for figure in measure.figures(rows, scope)]

    def receivables(self, as_of: date) -> list[Receivable]:
        """The balances of all claims sent by that day."""
        if as_of not in self._receivables:
            self._receivables[as_of] = [r for r in (receivable(h, as_of) for h in self.histories) if r is not None]
        return self._receivables[as_of]


def write_truth(path: Path, facts: dict[str, object], truth: Truth) -> None:
    """Write truth.json: the facts about the files, then the measures, one figure a line."""
    head = json.dumps(facts)[:-1]
    figures = ",\n".join(json.dumps(figure) for figure in truth.measures())
    path.write_text(f'{head}, "measures": [\n{figures}\n]}}\n', encoding="utf-8")


def _count(outcomes: Sequence[Outcome], holds: Callable[[Outcome], bool]) -> list[Row]:
    return [Row(dims_of(o.root, o.day), o.day, int(holds(o)), 1) for o in outcomes]


def _denied_rows(o: Outcome) -> Iterable[Row]:
    for line in o.initial.lines:
        for a in line.denials:
            meaning = meanings()[a.carc]
            dims = dims_of(o.root, o.day) | {
                "group_carc": f"{a.group}-{a.carc}",
                "denial_category": meaning.category,
                "denial_owner": meaning.owner,
                "procedure_code": line.procedure,
            }
            yield Row(dims, o.day, a.amount)


def _rows(counted: Iterable[truth_people.Counted]) -> list[Row]:
    """What truth_people counted, with the dimensions of its claim (of its month, where it is no claim's)."""
    return [
        Row((dims_of(root, day) if root else {"month": dates.month_of(day)}) | dims, day, top, bottom)
        for root, day, dims, top, bottom in counted
    ]


def _deposit(remittance: Remittance) -> Row:
    dims = {"payer_id": remittance.payer.payer_id, "month": dates.month_of(remittance.day)}
    return Row(dims, remittance.day, remittance.paid)


def _rejection(root: Root, as_of: date) -> Iterable[Row]:
    answers = [a for a in root.answers if a.day <= as_of]
    if answers:
        day = root.first_submitted
        yield Row(dims_of(root, day), day, int(any(a.is_rejection for a in answers)), 1)


def _lag(root: Root, until: date) -> Row:
    return Row(dims_of(root, until), until, (until - root.content.service_date).days, 1)


def _audited(root: Root, as_of: date) -> Iterable[Row]:
    for row in root.audits:
        if row.audited and row.day <= as_of:
            dims = dims_of(root, row.day) | truth_people.staff_dims("coder", root.work.coder)
            yield Row(dims, row.day, int(row.coded == row.audited), 1)


def _open(item: Receivable, amount: int, reason: str, age_from: str) -> Row:
    dims = {"ar_bucket": bucket(item.ages[age_from]), "ar_reason": reason}
    return Row(dims_of(item.root) | dims, None, amount)


def _both(item: Receivable) -> int:
    return max(item.insurance, 0) + max(item.patient, 0)


def _over_90(item: Receivable, age_from: str) -> Row:
    both = _both(item)
    return Row(dims_of(item.root), None, both if item.ages[age_from] > 90 else 0, both)


def _days(item: Receivable, as_of: date) -> Row:
    recent = dates.plus(as_of, -90) < item.root.first_submitted <= as_of
    return Row(dims_of(item.root), None, _both(item), item.charge if recent else 0)
