"""The future deleted: a warehouse of only what had come by a day gives, for every measure, what the whole one gives as
of that day."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from etl.load import load
from etl.measures import DIMENSIONS, MEASURES, Measure
from etl.sample import write_sample
from etl.warehouse.store import open_reader
from tests.etl.measures.practice import TABLES
from tests.etl.measures.tables import rows, warehouse

# Sundays: the sample's files are dated by the Friday (837), Saturday (277CA) or day (835) of their week
SUNDAYS = (date(2025, 8, 17), date(2026, 8, 16))
# the day on which a row of a side file became known; staff.csv says who works here, not since when
KNOWN_ON = {
    "work_log.csv": "coded_at",
    "coding_audit.csv": "audited_on",
    "patient_transactions.csv": "date",
    "attribution.csv": "decided_on",
    "appeal.csv": "sent_on",
    "allowed_schedule.csv": None,
    "staff.csv": None,
}
# and what is added to the row later on
LATER = {"work_log.csv": ("charge_entered_at", "submitted_at"), "appeal.csv": ("outcome_on",)}

# who is who is settled with all that is known today: events are of the day, identities are not
SETTLED_LATER = {
    "claim": """
    40 | 2026-02-10 | ANSWERED-FIRST | 50.00 | 1 |     | P1 | 2026-01-10
    43 | 2026-01-06 | FIRST          | 50.00 | 1 |     | P1 | 2026-01-03
    44 | 2026-01-06 | OTHER          | 50.00 | 1 |     | P1 | 2026-01-03
    45 | 2026-03-01 | OTHER          | 50.00 | 7 | I43 | P1 | 2026-01-03
    """,
    "remittance": "6 | 2026-01-26 | 80.00 | P3 | T6",
    "claim_payment": """
    40 | 6 | ANSWERED-FIRST | 1 | 50.00 | 40.00 | I40
    43 | 6 | FIRST          | 1 | 50.00 | 40.00 | I43
    """,
}

# the hand-drawn practice: the column that says when a row became known, and what hangs on what
DRAWN_DAYS = (date(2026, 1, 7), date(2026, 1, 26), date(2026, 2, 16), date(2026, 3, 15))
DATED = {
    "claim": "submission_date",
    "remittance": "payment_date",
    "acknowledgement": "acknowledged_date",
    "work_log": "submitted_at",
    "coding_audit": "audited_on",
    "patient_transaction": "date",
}
HANGING = (
    ("service_line", "claim_id", "claim"),
    ("claim_payment", "remittance_id", "remittance"),
    ("provider_adjustment", "remittance_id", "remittance"),
    ("service_payment", "claim_payment_id", "claim_payment"),
    ("adjustment", "claim_payment_id", "claim_payment"),
)
Then = tuple[date, duckdb.DuckDBPyConnection]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return warehouse(tmp_path_factory.mktemp("drawn") / "whole.duckdb", TABLES)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("future") / "sample"
    write_sample(folder, claims=300, seed=11)
    return folder


@pytest.fixture(scope="module")
def whole(sample: Path) -> duckdb.DuckDBPyConnection:
    load([sample], sample.parent / "whole.duckdb")
    return open_reader(sample.parent / "whole.duckdb")


@pytest.fixture(scope="module", params=SUNDAYS, ids=str)
def past(request: pytest.FixtureRequest, sample: Path) -> Then:
    """A day, and a warehouse of nothing but what was known then."""
    day: date = request.param
    folder = sample.parent / f"known_{day}"
    for kind in ("837", "835", "277CA"):
        (folder / kind).mkdir(parents=True)
        for file in (sample / kind).iterdir():
            if file.name[:8] <= f"{day:%Y%m%d}":
                shutil.copyfile(file, folder / kind / file.name)
    for name, column in KNOWN_ON.items():
        with (sample / name).open(newline="") as file:
            header, *rows = csv.reader(file)
        kept = [row for row in rows if column is None or row[header.index(column)] <= str(day)]
        for row in kept:
            for later in [header.index(one) for one in LATER.get(name, ())]:
                row[later] = row[later] if row[later] <= str(day) else ""
        with (folder / name).open("w", newline="") as file:
            csv.writer(file).writerows([header, *kept])
    load([folder], folder / "past.duckdb")
    return day, open_reader(folder / "past.duckdb")


@pytest.fixture(scope="module", params=DRAWN_DAYS, ids=str)
def drawn_past(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Then:
    """The hand-drawn practice without the rows that came after a day."""
    day: date = request.param
    return day, warehouse(tmp_path_factory.mktemp("drawn") / "past.duckdb", known_by(day, TABLES))


def known_by(day: date, tables: dict[str, str]) -> dict[str, str]:
    """The drawn tables without the rows of later days, and what hangs on them."""
    cut = {name: rows(text) for name, text in tables.items()}
    for name, column in DATED.items():
        cut[name] = [row for row in cut[name] if (row[column] or "") <= str(day)]
    for name, key, above in HANGING:
        kept = {row[key] for row in cut[above]}
        cut[name] = [row for row in cut[name] if row[key] in kept]
    return {name: "\n".join(" | ".join(cell or "" for cell in line) for line in
                            [list(rows(tables[name])[0]), *(row.values() for row in cut[name])])
            for name in cut if cut[name]}  # fmt: skip


def everything(measure: Measure) -> list[str]:
    """All dimensions at once: what is equal at the finest grain is equal at every other."""
    return [dim for dim in measure.dimensions if not DIMENSIONS[dim].many]


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_as_of_a_past_day_knows_nothing_that_came_later(
    name: str, whole: duckdb.DuckDBPyConnection, past: Then
) -> None:
    (day, then), measure = past, MEASURES[name]
    dims = everything(measure)
    assert measure.by(whole, dims, as_of=day).equals(measure.by(then, dims, as_of=day))


@pytest.mark.parametrize("name", MEASURES)
def test_nor_do_the_cases_drawn_by_hand(name: str, drawn: duckdb.DuckDBPyConnection, drawn_past: Then) -> None:
    (day, then), measure = drawn_past, MEASURES[name]
    dims = everything(measure)
    assert measure.by(drawn, dims, as_of=day).equals(measure.by(then, dims, as_of=day))


def test_the_future_does_change_figures(whole: duckdb.DuckDBPyConnection, past: Then) -> None:
    """Else the tests above would compare nothing."""
    day, then = past
    same = {name for name, m in MEASURES.items() if m.by(whole).equals(m.by(then, as_of=day))}
    assert len(same) < len(MEASURES) / 10  # what is rare may not have happened since


def test_but_who_is_who_is_settled_with_what_is_known_today(tmp_path: Path) -> None:
    """Which payer a payment without a claim was of, and that two claims were one, came out only later: a figure of the
    past uses it. (To forget it, matching and claim roots would have to be computed anew for every day asked.)"""
    day = date(2026, 1, 26)
    tables = {
        name: "\n".join((text.strip(), SETTLED_LATER.get(name, "").strip())).strip() for name, text in TABLES.items()
    }
    whole = warehouse(tmp_path / "whole.duckdb", tables)
    then = warehouse(tmp_path / "then.duckdb", known_by(day, tables))

    def paid(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
        frame = MEASURES["insurance_paid_amount"].by(connection, ["payer_id"], as_of=day)
        return {payer: int(value) for payer, value in frame.select("payer_id", "value").rows()}

    assert paid(then) == {"P1": 433 + 40, "P3": 40}  # P3 remitted for a claim that nobody had sent yet
    assert paid(whole) == {"P1": 433 + 80}
    sent = MEASURES["submission_lag"]
    assert sent.by(then, as_of=day)["denominator"][0] == 1 + sent.by(whole, as_of=day)["denominator"][0]


def test_the_past_is_told_in_the_names_and_teams_of_today(
    drawn: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A payer map and a new staff.csv that came after the day give other groups their figures, and change none."""
    later = {
        "payer_alias": "spelled_as | payer_id | payer_name\nP1 | BIG | BIG PAYER",
        "staff": TABLES["staff"].replace("NORTH", "WEST"),
    }
    renamed = warehouse(tmp_path_factory.mktemp("drawn") / "renamed.duckdb", TABLES | later)
    day = DRAWN_DAYS[-1]

    def told(connection: duckdb.DuckDBPyConnection, name: str, dim: str) -> dict[str, list[object]]:
        frame = MEASURES[name].by(connection, [dim], as_of=day)
        return {group: figures for group, *figures in frame.rows()}

    paid, teams = (told(drawn, *asked) for asked in (_PAID, _TEAMS))
    assert told(renamed, *_PAID) == {"BIG PAYER": paid["P1"], "P2": paid["P2"]}
    assert told(renamed, *_TEAMS) == {{"NORTH": "WEST"}.get(team, team): figures for team, figures in teams.items()}


_PAID, _TEAMS = ("insurance_paid_amount", "payer_name"), ("coder_denial_rate", "team")
