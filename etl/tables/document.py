"""docs/column-maps.md: how to write a column map, the examples that the tests load, and all columns of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from etl.tables.fields import Field, fields

_MAPS = Path(__file__).parent / "maps"
_ORDER = (
    *("claims", "lines", "lines_alone", "remits", "adjustments", "claim_payments", "service_payments"),
    *("adjustments_alone", "work_log", "staff", "audits", "patient_transactions", "appeals", "attribution"),
)


_ELSE = {
    "claim": ("service_line", "charge_amount"),
    "claim_payment": ("service_payment", "charge_amount and paid_amount"),
}


def maps_document() -> str:
    """The page, from the fields and the example maps."""
    return "\n".join([(_MAPS / "how-to.md").read_text(encoding="utf-8"), *_examples(), *_tables()])


def examples() -> dict[str, str]:
    """Name -> text of the example maps."""
    return {name: (_MAPS / f"{name}.toml").read_text(encoding="utf-8") for name in _ORDER}


def _examples() -> Iterator[str]:
    yield "## Examples\n"
    for name, text in examples().items():
        yield f"### {name}.toml\n\n```toml\n{text}```\n"


def _tables() -> Iterator[str]:
    yield "## All columns\n"
    yield "Columns in bold are needed: every row (or, with `value`, the map) must fill them.\n"
    for table, columns in fields().items():
        yield f"### {table}\n\n| column | type | what |\n| --- | --- | --- |"
        for field in columns.values():
            name = f"**{field.name}**" if field.required else field.name
            yield f"| {name} | {field.type} | {_about(field)} |"
        if table in _ELSE:
            line, more = _ELSE[table]
            yield f"\nWithout a section [{line}] in the map, {more} must be filled too."
        yield ""


def _about(field: Field) -> str:
    words = f" One of: {', '.join(field.allowed)}." if field.allowed else ""
    return f"{field.about}{'' if field.about.endswith('.') or not field.about else '.'}{words}".replace("|", "\\|")
