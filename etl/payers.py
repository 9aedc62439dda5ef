"""One payer however it is spelled: a map of ids and names that the program suggests and the user confirms.

The map is a TOML file that `apply` copies into the warehouse. It lives there, and not in a file that every load would
look for, so that a report can never change because a file was moved, and whoever gets the warehouse gets the map. The
rows keep what the files say; the views look the payer up. Only identical ids are one payer without being told.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from etl.errors import UserError
from etl.warehouse import refresh, store
from etl.warehouse.views import SQL

# an id that was never billed is a billed payer's other id when nearly all that it answers was sent there
_ANSWERS, _SHARE = 3, 0.9
_TELLING = 5  # letters of a single word that can name a payer
_ALIKE = 0.9
_EMPTY_WORDS = {"THE", "OF", "INC", "LLC", "CO", "CORP", "CORPORATION", "COMPANY", "LTD", "PLAN", "PLANS"}
_SHORT = {"INS": "INSURANCE", "HLTH": "HEALTH", "BCBS": "BLUE CROSS BLUE SHIELD", "BC": "BLUE CROSS",
          "BS": "BLUE SHIELD", "UHC": "UNITED HEALTHCARE", "ASSN": "ASSOCIATION", "NATL": "NATIONAL"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spelling:
    """A payer as files spell it: its id, or its name in capitals when they carry no id (`is_id`)."""

    spelled_as: str
    is_id: bool
    payer_id: str
    reported_name: str
    payer_name: str
    names: int
    claims: int
    remittances: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two spellings that may be one payer. Strong evidence comes from ids and payments, weak from names alone."""

    one: str
    other: str
    is_strong: bool
    because: str


@dataclass(frozen=True, slots=True)
class Alias:
    """A line of the map: this id or name is that payer."""

    spelled_as: str
    payer_id: str
    payer_name: str | None


def spellings(connection: duckdb.DuckDBPyConnection) -> list[Spelling]:
    """Every payer as spelled, those of one payer together."""
    return [Spelling(*row) for row in connection.execute(_sql("spelling")).fetchall()]


def pairs(connection: duckdb.DuckDBPyConnection, known: list[Spelling]) -> list[Pair]:
    """Spellings of different payers that may be one, the best evidence first."""
    by_name = {one.spelled_as: one for one in known}
    out = _by_answers(connection.execute(_sql("answer")).fetchall(), by_name)
    for i, one in enumerate(known):
        for other in known[i + 1 :]:
            if reason := _alike(one, other):
                out.append(Pair(one.spelled_as, other.spelled_as, *reason))
    apart = [pair for pair in out if by_name[pair.one].payer_id != by_name[pair.other].payer_id]
    return sorted(apart, key=lambda pair: not pair.is_strong)


def suggestion(connection: duckdb.DuckDBPyConnection) -> str:
    """The map as TOML: what was applied before, what strong evidence suggests, and in comments what names suggest."""
    known = spellings(connection)
    found = pairs(connection, known)
    groups = _groups(known, [pair for pair in found if pair.is_strong])
    blocks = [_block(group, found) for group in groups if len(group) > 1]
    blocks += [_commented(known, pair) for pair in found if not pair.is_strong]
    head = [
        "# Which ids and names are one payer. Keep what is right, delete what is not, then:",
        "#     cleanclaim payers apply THIS-FILE --db WAREHOUSE",
        "# Nothing changes before that. The file is the whole map: applying another one takes this one back.",
        "# Suggestions behind #? rest on names alone: take the #? away from those that you know to be right.",
    ]
    if not blocks:
        head.append("# Nothing to suggest: no two ids look like one payer.")
    return "\n\n".join(["\n".join(head), *blocks]) + "\n"


def read(path: Path) -> list[Alias]:
    """The map of a TOML file. Raises UserError with the place when it is none, or when it contradicts itself."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}. `cleanclaim payers suggest --out {path}` writes one.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path.name} is not TOML: {error}. Mend that line.") from None
    entries = data.pop("payer", [])
    if data or not isinstance(entries, list):
        raise UserError(f"{path.name}: found {', '.join(data) or 'payer = ...'}; expected only [[payer]] tables.")
    aliases: list[Alias] = []
    for number, entry in enumerate(entries, 1):
        aliases += _aliases(f"{path.name}, payer {number}", entry)
    owner: dict[str, str] = {}
    for alias in aliases:
        if owner.setdefault(alias.spelled_as, alias.payer_id) != alias.payer_id:
            owners = f"{owner[alias.spelled_as]} and {alias.payer_id}"
            raise UserError(f"{path.name}: “{alias.spelled_as}” stands under both {owners}. Leave it under one.")
    return list({alias.spelled_as: alias for alias in aliases}.values())


def apply(db: Path, aliases: list[Alias]) -> None:
    """Make this the map of the warehouse, in place of the one before, and bring every view up to date."""
    store.open_reader(db).close()
    with store.open_writer(db) as connection:
        connection.execute("delete from payer_alias")
        rows = [[alias.spelled_as, alias.payer_id, alias.payer_name] for alias in aliases]
        if rows:
            connection.executemany("insert into payer_alias values (?, ?, ?)", rows)
        refresh.refresh_views(connection)


def _by_answers(answers: Iterable[tuple[str, str, int]], known: dict[str, Spelling]) -> list[Pair]:
    """Ids that were never billed and answer nearly only the claims of one payer."""
    counts: dict[str, dict[str, int]] = {}
    for answering, billed, payments in answers:
        if answering in known and billed in known and not known[answering].claims:
            by_payer = counts.setdefault(answering, {})
            by_payer[billed] = by_payer.get(billed, 0) + payments
    out = []
    for answering, by_payer in counts.items():
        total, (billed, most) = sum(by_payer.values()), max(by_payer.items(), key=lambda item: item[1])
        if most >= _ANSWERS and most >= _SHARE * total:
            because = (
                f"{answering} was never billed; {most:,} of the {total:,} claims it answered were sent to {billed}"
            )
            out.append(Pair(billed, answering, True, because))
    return out


def _alike(one: Spelling, other: Spelling) -> tuple[bool, str] | None:
    """Whether names or ids look alike: strong only when both are the same but for their writing."""
    names = _words(one.payer_name), _words(other.payer_name)
    same_name = bool(names[0]) and names[0] == names[1]
    same_id = one.is_id and other.is_id and _bare(one.spelled_as) == _bare(other.spelled_as) != ""
    if same_name and same_id:
        return True, "the same name, and ids that differ only in case, punctuation or leading zeros"
    if same_name:
        return False, "the same name under different ids"
    if same_id:
        return False, "ids that differ only in case, punctuation or leading zeros, under different names"
    words = set(names[0].split()), set(names[1].split())
    if min(map(len, words)) > 1 and (words[0] < words[1] or words[1] < words[0]):
        return False, "one name is part of the other"
    short, long = sorted(names, key=len)
    if len(short) >= _TELLING and long.startswith(f"{short} "):  # AETNA and AETNA LIFE; BLUE could be anyone's
        return False, "one name begins the other"
    close = SequenceMatcher(None, *names)
    bounds = (close.real_quick_ratio, close.quick_ratio, close.ratio)  # from cheap to exact
    if all(bound() >= _ALIKE for bound in bounds) and not any(w.isdigit() for w in words[0] ^ words[1]):
        return False, "names that are nearly the same"
    return None


def _groups(known: list[Spelling], strong: list[Pair]) -> list[list[Spelling]]:
    """Spellings that are one payer already or by strong evidence, together."""
    group = {one.spelled_as: one.payer_id for one in known}
    for pair in strong:
        old, new = group[pair.other], group[pair.one]
        group = {name: new if payer == old else payer for name, payer in group.items()}
    together: dict[str, list[Spelling]] = {}
    for one in known:
        together.setdefault(group[one.spelled_as], []).append(one)
    return list(together.values())


def _block(group: list[Spelling], found: list[Pair]) -> str:
    """One [[payer]] table, with what came under each spelling and why they belong together."""
    first = max(group, key=lambda one: (one.payer_id == one.spelled_as, one.claims, one.remittances))
    inside = {one.spelled_as for one in group}
    lines = ["[[payer]]", f"id = {_quoted(first.payer_id)}", f"name = {_quoted(first.reported_name)}"]
    for key, is_id in (("ids", True), ("names", False)):
        some = [one.spelled_as for one in group if one.is_id is is_id]
        if some:
            lines.append(f"{key} = [{', '.join(map(_quoted, some))}]")
    lines += [f"# {_described(one)}" for one in group]
    strong = (pair for pair in found if pair.is_strong and {pair.one, pair.other} <= inside)
    lines += [f"# because: {_line(pair.because)}" for pair in strong]
    return "\n".join(lines)


def _commented(known: list[Spelling], pair: Pair) -> str:
    group = [one for one in known if one.spelled_as in (pair.one, pair.other)]
    block = _block(group, []) + f"\n# because: {pair.because}"
    return "\n".join(line if line.startswith("#") else f"#? {line}" for line in block.splitlines())


def _described(one: Spelling) -> str:
    more = f" (and {one.names - 1:,} other spellings)" if one.names > 1 else ""
    return _line(f"{one.spelled_as}: {one.payer_name}{more}: {one.claims:,} claims, {one.remittances:,} remittances")


def _aliases(place: str, entry: Any) -> list[Alias]:
    if not isinstance(entry, dict):
        raise UserError(f"{place}: expected a [[payer]] table with id, name, ids, names.")
    unknown = set(entry) - {"id", "name", "ids", "names"}
    if unknown:
        raise UserError(f"{place}: found {', '.join(sorted(unknown))}; expected id, name, ids, names.")
    payer_id, name = entry.get("id"), entry.get("name")
    lists = entry.get("ids", []), entry.get("names", [])
    if not isinstance(payer_id, str) or not payer_id.strip() or not isinstance(name, str | None):
        raise UserError(f'{place}: expected id = "..." (the id that reports show) and name = "...".')
    if not all(isinstance(some, list) and all(isinstance(one, str) for one in some) for some in lists):
        raise UserError(f'{place}, {payer_id}: expected ids and names as lists of texts, like ids = ["60054"].')
    spelled = [payer_id, *lists[0], *(one.upper() for one in lists[1])]
    return [Alias(one.strip(), payer_id.strip(), name) for one in spelled if one.strip()]


@cache
def _words(name: str) -> str:
    """A name as it is compared: capitals, abbreviations written out, no punctuation, no word that says nothing."""
    words = re.sub(r"[^A-Z0-9 ]", " ", name.upper().replace("&", " AND ").replace("'", "")).split()
    return " ".join(word for short in words for word in _SHORT.get(short, short).split() if word not in _EMPTY_WORDS)


def _bare(payer_id: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", payer_id.upper()).lstrip("0")


def _quoted(text: str) -> str:
    """A TOML string."""
    return json.dumps(text, ensure_ascii=False)


def _line(text: str) -> str:
    """A text that cannot end a comment."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text)


def _sql(name: str) -> str:
    return (SQL / "payers" / f"{name}.sql").read_text(encoding="utf-8")
