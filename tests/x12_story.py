"""Many small cases in one warehouse: each test writes its own claims and payments beside itself, all are loaded once.

STORY.sent(claim("A1", ("99213", "100")))
STORY.paid("CLP*A1*4*100*0*0*CI*ICN-A1 ...")

def test_something_of_a1(books): ...
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from etl.warehouse import refresh, store, views
from etl.warehouse.store import open_reader
from tests.x12_text import answer_file, claims_file, loaded, plain, remittance_file


@dataclass(slots=True)
class Story:
    """What was sent, answered, paid and posted; days are CCYYMMDD."""

    claims: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    payments: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    posted: list[str] = field(default_factory=list)

    def sent(self, claims: str, day: str = "20260110", payer: str = "P1") -> None:
        self.claims[day, payer].append(claims)

    def paid(self, payments: str, day: str = "20260201", payer: str = "P1") -> None:
        self.payments[day, payer].append(payments)

    def answered(self, number: str, status: str, day: str = "20260112") -> None:
        self.answers[day].append((number, status))

    def post(self, number: str, day: str, kind: str, amount: str) -> None:
        self.posted.append(f"{number},{day},{kind},{amount}")

    def load(self, folder: Path) -> Books:
        """Load all of it into one warehouse, in order of days."""
        files: dict[str, bytes] = {}
        for (day, payer), claims in sorted(self.claims.items()):
            files[f"{day}_{payer}.837"] = claims_file("\n".join(claims), sent=day, payer=payer)
        for day, answers in sorted(self.answers.items()):
            files[f"{day}.277"] = answer_file(answers, day)
        for (day, payer), payments in sorted(self.payments.items()):
            files[f"{day}_{payer}.835"] = remittance_file("\n".join(payments), paid=day, payer=payer, trace=day + payer)
        if self.posted:
            files["posted.csv"] = "\n".join(["claim_id,date,kind,amount", *self.posted, ""]).encode()
        report = loaded(folder / "in", folder / "warehouse.duckdb", **files)
        assert report.problems == []
        return Books(open_reader(folder / "warehouse.duckdb"))


@dataclass(slots=True)
class Books:
    """A warehouse to ask, with cells as a test writes them."""

    connection: duckdb.DuckDBPyConnection

    def rows(self, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        return [tuple(map(plain, row)) for row in self.connection.execute(sql, parameters).fetchall()]

    def of(self, view: str, columns: str, number: str, order: str = "all") -> list[tuple[Any, ...]]:
        """Columns of a view's rows of one claim, named by the control number that it was first sent with."""
        return self.rows(f"select {columns} from {view} where claim_number = ? order by {order}", [number])


def as_computed_anew(db: Path) -> None:
    """What the loads left equals one computation of everything."""
    names = [name for name, kind in views.KINDS.items() if kind != "passing"]
    with store.open_writer(db) as connection:
        left = {name: sorted(map(str, connection.execute(f"from {name}").fetchall())) for name in names}
        refresh.refresh_views(connection)
        assert left == {name: sorted(map(str, connection.execute(f"from {name}").fetchall())) for name in names}
