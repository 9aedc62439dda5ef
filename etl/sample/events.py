"""What happens to a claim, as plain objects: the writers turn them into files, the truth counts them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from etl.sample.practice import Clinician, Payer, Site, StaffMember


@dataclass(frozen=True, slots=True)
class Patient:
    """A synthetic person. A dependent is insured through `subscriber_first`."""

    number: int
    last: str
    first: str
    born: date
    sex: str
    street: str
    member_id: str
    subscriber_first: str | None
    relation: str


@dataclass(frozen=True, slots=True)
class Line:
    """One service line. Amounts in cents; `pointers` are 1-based positions in the claim's diagnoses."""

    number: int
    procedure: str
    family: str
    modifiers: tuple[str, ...]
    units: int
    charge: int
    base: int
    first_day: date
    last_day: date
    pointers: tuple[int, ...]
    revenue: str
    control: str


@dataclass(frozen=True, slots=True)
class Content:
    """All that one version of a claim says."""

    claim_type: str
    payer: Payer
    patient: Patient
    clinician: Clinician
    referring: Clinician | None
    site: Site
    place: str
    diagnoses: tuple[str, ...]
    authorization: str | None
    lines: tuple[Line, ...]
    member_id: str
    misstated: int = 0  # cents by which CLM02 differs from its lines; a planted mistake of unsent claims only

    @property
    def claimed(self) -> int:
        """What CLM02 says."""
        return self.charge + self.misstated

    @property
    def charge(self) -> int:
        return sum(line.charge for line in self.lines)

    @property
    def service_date(self) -> date:
        """The last day of service."""
        return max(line.last_day for line in self.lines)

    @property
    def first_day(self) -> date:
        return min(line.first_day for line in self.lines)


@dataclass(slots=True)
class Submission:
    """One CLM. `icn` is the number that the payer gives it on acceptance (277CA REF*1K, 835 CLP07)."""

    claim_number: str
    frequency: str
    original_reference: str | None
    day: date
    content: Content
    icn: str


@dataclass(slots=True)
class Answer:
    """One 277CA answer to one submission."""

    submission: Submission
    day: date
    category: str
    status: str
    entity: str

    @property
    def is_rejection(self) -> bool:
        return self.category in ("A3", "A6", "A7", "A8")


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One CAS triplet; amount in cents."""

    group: str
    carc: str
    amount: int
    quantity: int | None = None

    def negated(self) -> Adjustment:
        return Adjustment(self.group, self.carc, -self.amount, self.quantity)


@dataclass(slots=True)
class LinePayment:
    """One SVC."""

    line: Line
    charge: int
    paid: int
    units_paid: int
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...] = ()


@dataclass(slots=True)
class ClaimPayment:
    """One CLP. `lines` is empty when the payer decided on the claim as a whole."""

    submission: Submission
    day: date
    status: str
    icn: str
    charge: int
    paid: int
    adjustments: tuple[Adjustment, ...]
    lines: tuple[LinePayment, ...]
    remarks: tuple[str, ...] = ()

    @property
    def is_reversal(self) -> bool:
        return self.status == "22"

    def all_adjustments(self) -> list[Adjustment]:
        """Claim-level and line-level adjustments together."""
        return [*self.adjustments, *(a for line in self.lines for a in line.adjustments)]

    def owed_by_patient(self) -> int:
        """All PR adjustments, in cents."""
        return sum(a.amount for a in self.all_adjustments() if a.group == "PR")


@dataclass(slots=True)
class Transaction:
    """One row of patient_transactions.csv; amount in cents, always positive."""

    day: date
    kind: str
    amount: int


@dataclass(slots=True)
class Appeal:
    """One row of appeal.csv; `outcome` is empty while the payer has not answered."""

    sent: date
    outcome: str = ""
    decided: date | None = None


@dataclass(slots=True)
class AuditRow:
    """One row of coding_audit.csv; `audited` is empty when the auditor strikes the code out."""

    line_number: int
    auditor: str
    day: date
    field: str
    coded: str
    audited: str


@dataclass(frozen=True, slots=True)
class Contest:
    """One row of attribution.csv: a line's denial moved from one role to another."""

    line_number: int
    control: str
    from_role: str
    to_role: str
    reason: str
    decided_by: str
    day: date


@dataclass(slots=True)
class Work:
    """Who coded and billed the claim, and when."""

    coder: StaffMember
    biller: StaffMember
    coded: date
    entered: date


@dataclass(frozen=True, slots=True)
class CodingError:
    """A coder's slip: what the claim says and what it should say."""

    line_number: int
    field: str
    coded: str
    right: str


@dataclass(slots=True)
class Root:
    """What the practice calls one claim: the original and all that followed."""

    claim_number: str
    work: Work
    errors: tuple[CodingError, ...] = ()
    submissions: list[Submission] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    payments: list[ClaimPayment] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    audits: list[AuditRow] = field(default_factory=list)
    contests: list[Contest] = field(default_factory=list)
    appeals: list[Appeal] = field(default_factory=list)
    denial_probability: float = 0.0
    expected_denied: int = 0
    mechanism: str = "background"
    denied_for: str = "background"  # what the payer's last denial was really for

    @property
    def content(self) -> Content:
        """The current version's content."""
        return self.submissions[-1].content

    @property
    def first_submitted(self) -> date:
        return self.submissions[0].day
