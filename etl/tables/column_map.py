"""Column maps: a TOML file that says which column of an export is which column of ours (docs/column-maps.md)."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.errors import Problem, UserError
from etl.tables.cells import Layout
from etl.tables.fields import CLAIM_TABLES, PAYMENT_TABLES, Field, fields
from etl.tables.side_files import SIDE_FILES, is_data

_FILE_KEYS = ("sheet", "delimiter", "encoding", "header_row", "dates", "decimal", "empty")
_SOURCE_KEYS = ("column", "columns", "value", "values", "other", "dates", "separator", "less")
# a table of the first may stand without the second's section when it names the row of another file instead
_NAMED_BY = {"service_line": "patient_control_number", "service_payment": "patient_control_number"}
_NAMED_BY["adjustment"] = "patient_control_number"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field's values come from: columns of the export, or one `value` for every row.

    `values` translates, `other` stands for what is not in it; `less` is a column whose amount is taken off.
    """

    columns: tuple[str, ...] = ()
    value: str | None = None
    values: Mapping[str, str] | None = None
    other: str | None = None
    dates: tuple[str, ...] = ()
    separator: str | None = None
    less: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """The part of a map that fills one table. Sections of `[[adjustment]]` are taken from every row, side by side."""

    table: str
    sources: dict[str, Source]
    beside: bool = False


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A map that is in order. `layout`, `dates` and `decimal` say how the file is written."""

    name: str
    sections: tuple[Section, ...]
    layout: Layout
    dates: tuple[str, ...]
    decimal: str

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables it fills, from the whole to its parts."""
        return tuple(dict.fromkeys(section.table for section in self.sections))

    def needed(self) -> list[str]:
        """The columns of the export that it names."""
        sources = [source for section in self.sections for source in section.sources.values()]
        names = [name for source in sources for name in (*source.columns, source.less) if name]
        return list(dict.fromkeys(names))

    def missing(self, header: Iterable[str]) -> list[str]:
        """The columns that it names and a file has not. Case and blanks do not matter."""
        there = {plain(name) for name in header}
        return [name for name in self.needed() if plain(name) not in there]

    def does_not_fit(self, header: list[str]) -> Problem:
        """What to say of a file that has not all columns."""
        missing = self.missing(header)
        hints = [f"“{name}”{_nearest(name, header)}" for name in missing[:5]]
        found = "no header" if is_data(header) else "the columns " + ", ".join(header)[:400]
        expected = f"the columns of {self.name}: it has no {', no '.join(hints)}"
        fix = "Correct the names in the map, or name another with --as. Nothing of the file was loaded."
        return Problem("rejected", "map-columns", found, expected, fix)


def plain(name: str) -> str:
    """A column's name without what people do not see: case and blanks."""
    return " ".join(name.casefold().split())


def read_maps(arguments: list[str]) -> list[ColumnMap]:
    """The maps that `--as` names: KIND:MAP or MAP, each a TOML file or a folder of them.

    KIND (csv, tsv, xlsx, parquet) is for the reader's eye: what a file is shows in its bytes.
    Raises UserError that says what is wrong in which map.
    """
    maps = []
    for argument in arguments:
        kind, colon, rest = argument.partition(":")
        path = Path(rest if colon and kind in ("csv", "tsv", "xlsx", "parquet") else argument)
        if not path.exists():
            known = " KIND is csv, tsv, xlsx or parquet." if colon else ""
            raise UserError(f"--as {argument}: no such map; expected --as csv:MAP with a TOML file or folder.{known}")
        paths = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not paths:
            raise UserError(f"--as {argument}: the folder holds no .toml file.")
        maps += [parse(one.name, _text(one)) for one in paths]
    return maps


def parse(name: str, text: str) -> ColumnMap:
    """A map from its text. Raises UserError with the place in the map, what stands there and what may stand there."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{name}: not valid TOML: {error}.") from None
    file = raw.pop("file", {})
    _known(f"{name}: [file]", file, _FILE_KEYS)
    raw.pop("name", None)
    _known(f"{name}: section", raw, fields())
    sections = []
    for table, body in raw.items():
        if isinstance(body, list) and table != "adjustment":
            raise UserError(f"{name}: [[{table}]]: only [[adjustment]] may stand several times; write [{table}].")
        bodies = body if isinstance(body, list) else [body]
        for one in bodies:
            if not isinstance(one, dict):
                raise UserError(f"{name}: {table}: expected a section [{table}] with columns.")
            sources = {key: _source(f"{name}: [{table}] {key}", value) for key, value in one.items()}
            _known(f"{name}: [{table}]", sources, fields()[table])
            sections.append(Section(table, sources, isinstance(body, list)))
    order = [*CLAIM_TABLES, *PAYMENT_TABLES, *(one.table for one in SIDE_FILES)]
    sections.sort(key=lambda section: order.index(section.table))
    for problem in _wrong(sections):
        raise UserError(f"{name}: {problem}")
    layout = Layout(
        file.get("sheet"),
        file.get("delimiter"),
        file.get("encoding"),
        file.get("header_row"),
        _texts(file.get("empty", ())),
    )
    return ColumnMap(name, tuple(sections), layout, _texts(file.get("dates", ())), file.get("decimal", "."))


def _wrong(sections: list[Section]) -> Iterator[str]:
    """What a map lacks, or joins that does not belong together."""
    tables = {section.table for section in sections}
    if not tables:
        yield f"no section; expected one of {_listed(fields())}."
    families = [tables & set(family) for family in (CLAIM_TABLES, PAYMENT_TABLES)]
    alone = tables - families[0] - families[1]
    if sum(map(bool, families)) + len(alone) > 1:
        joined = f"{'+'.join(CLAIM_TABLES)} or {'+'.join(PAYMENT_TABLES)}"
        yield f"the sections {_listed(tables)} cannot be filled by one row; together go only {joined}."
    for section in sections:
        needed = [f.name for f in fields()[section.table].values() if f.required]
        if section.table == "claim" and "service_line" not in tables:
            needed.append("charge_amount")
        if section.table == "claim_payment" and "service_payment" not in tables:
            needed += ["charge_amount", "paid_amount"]
        missing = [name for name in needed if name not in section.sources]
        if missing:
            yield f"[{section.table}] lacks {_listed(missing)}, which every row must have."
        if section.table == "adjustment" and "group_code" not in section.sources and section.beside:
            yield "[[adjustment]] lacks group_code: CO, PR, OA or PI."
    for part, number in _NAMED_BY.items():
        family = CLAIM_TABLES if part in CLAIM_TABLES else PAYMENT_TABLES
        whole = "claim" if part in CLAIM_TABLES else "claim_payment"
        own = [section for section in sections if section.table == part]
        named = any(number in section.sources for section in own)
        if own and whole not in tables and not named and not tables & set(family[1 : family.index(part)]):
            yield f"[{part}] needs a section [{whole}], or {number} to name one of another file."
        if named and whole in tables:
            yield f"[{part}] {number} names the claim of another file; with [{whole}] in the map, put it there."
    if "remittance" in tables and "claim_payment" not in tables:
        yield "[remittance] needs a section [claim_payment]."
    if "claim_payment" in tables and "remittance" not in tables:
        yield "[claim_payment] needs a section [remittance] with payment_date."


def _source(where: str, value: Any) -> Source:
    if isinstance(value, str):
        return Source((value,))
    if isinstance(value, list):
        return Source(_texts(value))
    if not isinstance(value, dict):
        raise UserError(f"{where}: expected a column's name, a list of names, or {{ column = ... }}.")
    _known(where, value, _SOURCE_KEYS)
    columns = _texts(value.get("columns", ())) or _texts(value.get("column", ()))
    fixed = value.get("value")
    if bool(columns) == (fixed is not None):
        raise UserError(f"{where}: expected either column or value.")
    return Source(
        columns,
        None if fixed is None else str(fixed),
        {str(key): str(one) for key, one in value["values"].items()} if "values" in value else None,
        value.get("other"),
        _texts(value.get("dates", ())),
        value.get("separator"),
        value.get("less"),
    )


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(one) for one in value)


def _known(where: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in set(known):
            raise UserError(f"{where} {name}: not known{_nearest(name, list(known))}. Known: {_listed(known)}.")


def _nearest(name: str, names: list[str]) -> str:
    by_plain = {plain(one): one for one in names}
    near = difflib.get_close_matches(plain(name), by_plain, n=2, cutoff=0.5)
    return f" (nearest: {', '.join(f'“{by_plain[one]}”' for one in near)})" if near else ""


def _listed(names: Iterable[str | Field]) -> str:
    return ", ".join(str(name) for name in names)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path.name}: cannot be read as a map ({error.__class__.__name__}).") from None
