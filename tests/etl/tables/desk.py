"""A folder, maps and a warehouse: `load` writes files and loads them, `rows` reads a table."""

from __future__ import annotations

from pathlib import Path

from etl.load import load
from etl.load_report import LoadReport
from etl.tables.column_map import parse
from etl.warehouse.store import open_reader
from tests.x12_text import plain


class Desk:
    """Loads tables by maps that are given as text."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.db = folder, folder / "w.duckdb"

    def load(self, files: dict[str, str | bytes], *maps: str) -> LoadReport:
        """Write and load files; nothing that was seen may vanish."""
        paths = []
        for name, text in files.items():
            path = self.folder / name
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            paths.append(path)
        report = load(paths, self.db, None, [parse(f"map{i}.toml", text) for i, text in enumerate(maps)])
        adds_up(report)
        return report

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return [tuple(map(plain, row)) for row in open_reader(self.db).execute(sql).fetchall()]


def adds_up(report: LoadReport) -> None:
    """seen = loaded + duplicate + quarantined."""
    out = report.to_json()
    for what in ("claims", "claim_payments"):
        kept_out = out["duplicate_counts"][what] + out["quarantined_counts"][what]
        assert out["seen"][what] == out[what] + kept_out, what


def said(report: LoadReport) -> list[tuple[str, int | None, str, str]]:
    """What was quarantined: rule, row, found, expected."""
    return [(p.rule, p.segment, p.found, p.expected) for _, p in report.of("quarantined")]
