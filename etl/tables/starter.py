"""A column map to start from: what the columns of a file probably are. A person reads it before it is used."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import polars as pl

from etl.errors import UserError
from etl.tables import side_files
from etl.tables.cells import Cells, NotATableError, read
from etl.tables.fields import CLAIM_TABLES, PAYMENT_TABLES, Type, fields
from etl.tables.side_files import SIDE_FILES
from etl.tables.values import EXCEL, amounts, dates

# words of a column's name, by what it probably is; the first that fits wins
_NUMBER = r"claim( (no|num|number|id))?|encounter|visit|acc(oun)?t|ticket|voucher|pcn|patient control"
_SHARED = {
    r"^dos\b|service da(te|y)|date of service|from date|dos from": "service_date",
    r"cpt|hcpc|proc(edure)?( code)?$|service code": "procedure_code",
    r"mod(ifier)?s$": "modifiers",
    r"mod(ifier)? ?1": "modifier_1",
    r"mod(ifier)? ?2": "modifier_2",
    r"mod(ifier)? ?3": "modifier_3",
    r"mod(ifier)? ?4": "modifier_4",
    r"units?|qty|quantity": "units",
    r"rev(enue)? (cd|code)": "revenue_code",
    r"charges?|billed|fee": "charge_amount",
}
_CLAIM = {
    r"(date|dt) (billed|sent|submitted)|bill(ed|ing)?( (date|dt|on))?$|submi|sent|claim date": "claim.submission_date",
    r"(payer|payor|carrier|ins\w*) (id|code)": "claim.payer_id",
    r"payer|payor|carrier|insurance|plan": "claim.payer_name",
    r"dx ?\d*\b|diag|icd": "claim.diagnosis_codes",
    r"pos\b|place of service": "claim.place_of_service",
    r"render\w*|provider npi|^npi": "claim.rendering_npi",
    r"facility|location|site": "claim.facility_name",
    r"(prior )?auth\w*": "claim.prior_authorization",
    r"member|subscriber id|policy|insured id": "claim.member_id",
    r"dob|birth": "claim.patient_birth_date",
    r"sex|gender": "claim.patient_sex",
    r"last name": "claim.patient_last_name",
    r"first name": "claim.patient_first_name",
    _NUMBER: "claim.patient_control_number",
} | {pattern: f"service_line.{field}" for pattern, field in _SHARED.items()}
_PAYMENT = {
    r"claim (charge|billed)": "claim_payment.charge_amount",
    r"claim (paid|payment)": "claim_payment.paid_amount",
    r"icn|dcn|tcn|(payer|carrier) (claim|control)": "claim_payment.payer_claim_control_number",
    r"(check|deposit|eft|payment) (amount|amt|total)|deposit$": "remittance.deposit_amount",
    r"(post\w*|paid|payment|check|deposit|remit|era) (date|dt|on)|date (posted|paid)": "remittance.payment_date",
    r"check( (no|num\w*))?$|chk|eft|trace": "remittance.trace_number",
    r"adj\w* (amount|amt)|denied( (amount|amt))?$|am(oun)?t$": "adjustment.amount",
    r"(adj\w*|denial) group|group( code)?$": "adjustment.group_code",
    r"carc|reason|denial( code)?$|adj\w* code": "adjustment.carc",
    r"rarc|remark": "service_payment.remark_codes",
    r"paid|payment": "service_payment.paid_amount",
    r"allowed": "service_payment.allowed_amount",
    r"status": "claim_payment.status_code",
    r"(payer|payor|carrier|ins\w*) (id|code)": "remittance.payer_id",
    r"payer|payor|carrier|insurance|plan": "remittance.payer_name",
    _NUMBER: "claim_payment.patient_control_number",
    **{pattern: f"service_payment.{field}" for pattern, field in _SHARED.items()},
    r"date": "remittance.payment_date",
}
# columns of amounts that each are an adjustment of their own: group and CARC
_BESIDE = {r"deduct": ("PR", "1"), r"co ?ins": ("PR", "2"), r"co ?pay": ("PR", "3")}
_BESIDE |= {r"contractual|write ?off|discount": ("CO", "45"), r"sequest": ("CO", "253")}
_DATE_FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%d.%m.%Y", "%Y%m%d", "%m-%d-%Y", "%d-%b-%Y", EXCEL)


def starter_map(name: str, data: bytes) -> str:
    """TOML text of a map for a file, with every column in it: guessed, or in a comment. Raises UserError."""
    try:
        cells = read(data)
    except NotATableError as error:
        raise UserError(error.problem.sentence(name)) from None
    header = cells.frame.columns
    if len(header) < 2:
        raise UserError(f"{name}: found no table; expected CSV, TSV, Parquet or .xlsx with a row of column names.")
    if side_file := side_files.recognise(header):
        raise UserError(f"{name} is a {side_file.table} side file: load it without a map.")
    guesses = max((_guess(cells, rules) for rules in (_CLAIM, _PAYMENT)), key=_weight)
    own = max((_side_guess(header, one.table) for one in SIDE_FILES), key=len)
    if len(own) >= len(guesses):
        guesses = own
    return "\n".join(_text(name, cells, guesses)) + "\n"


def _weight(guesses: dict[str, str]) -> int:
    """Columns that only one family has say more than those that both have."""
    both = (
        "service_date",
        "procedure_code",
        "charge_amount",
        "units",
        "patient_control_number",
        "payer_name",
        "payer_id",
    )
    return sum(1 if target.rsplit(".")[-1] in both else 3 for target in guesses.values())


def _guess(cells: Cells, rules: dict[str, str]) -> dict[str, str]:
    """Column -> table.field; a field is guessed once, but for diagnoses, which may stand in several columns."""
    found: dict[str, str] = {}
    for column in cells.frame.columns:
        words = _words(column)
        for pattern, target in rules.items():
            free = target not in found.values() or target.endswith("_codes")
            if free and re.search(rf"\b({pattern})", words) and _could_be(cells.frame[column], target):
                found[column] = target
                break
    return found


def _words(column: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", column.lower().replace("#", " no ")).strip()


def _could_be(values: pl.Series, target: str) -> bool:
    """Whether at least half of a column's values could be read as the field's type."""
    sample, kind = values.drop_nulls().head(200), _type(target)
    if kind == "date":
        return any(dates(sample, [form]).count() * 2 >= len(sample) for form in _DATE_FORMATS)
    if kind == "money":
        return max(amounts(sample).count(), amounts(sample, ",").count()) * 2 >= len(sample)
    return True


def _side_guess(header: list[str], table: str) -> dict[str, str]:
    """Columns whose words are those of a side file's columns; the claim's number is claim_id."""
    found: dict[str, str] = {}
    for column in header:
        words = set(re.findall(r"[a-z]+", column.lower())) - {"id", "no", "date", "on", "at"}
        for name in fields()[table]:
            own = set(name.split("_")) - {"id", "on", "at"}
            is_number = name == "claim_id" and re.search(rf"\b({_NUMBER})\b", column.lower())
            if f"{table}.{name}" not in found.values() and (is_number or (own and own & words)):
                found[column] = f"{table}.{name}"
                break
    return found


def _text(name: str, cells: Cells, guesses: dict[str, str]) -> Iterator[str]:
    tables = {target.split(".")[0] for target in guesses.values()}
    family = next((f for f in (CLAIM_TABLES, PAYMENT_TABLES) if tables & set(f)), tuple(tables))
    yield f"# A map for {name} to start from: check every line, then: cleanclaim load FILE --as csv:THIS-FILE"
    yield "# Left is our column, right the column of the file. All our columns: docs/column-maps.md"
    days = _date_formats(cells, [column for column, target in guesses.items() if _type(target) == "date"])
    money = [cells.frame[column] for column, target in guesses.items() if _type(target) == "money"]
    comma = sum(amounts(one, ",").count() for one in money) > sum(amounts(one).count() for one in money)
    if days or comma:
        yield from ("", "[file]")
    if days:
        yield f"dates = {json.dumps(days)}  # check: is 04/05 April 5th or May 4th?"
    if comma:
        yield 'decimal = ","'
    beside = list(_beside(cells, guesses)) if family == PAYMENT_TABLES else []
    for table in family:
        mine = {column: target.split(".")[1] for column, target in guesses.items() if target.startswith(f"{table}.")}
        needed = [field.name for field in fields()[table].values() if field.required]
        if not mine and table not in ("remittance", "claim_payment", "claim"):
            continue
        yield from ("", "[[adjustment]]" if table == "adjustment" and beside else f"[{table}]")
        lists: dict[str, list[str]] = {}
        for column, field in mine.items():
            lists.setdefault(field, []).append(column)
        for field, columns in lists.items():
            yield f"{field} = {json.dumps(columns if len(columns) > 1 else columns[0], ensure_ascii=False)}"
        if table == "adjustment" and beside and "group_code" not in lists:
            yield 'group_code = { value = "CO" }  # check: CO, PR, OA or PI'
        for field in needed:
            if field not in lists:
                yield f'# {field} = "?"  # needed: {fields()[table][field].about}'
    yield from (line for lines in beside for line in lines[1:])
    guesses = guesses | {lines[0]: "adjustment" for lines in beside}
    unused = [column for column in cells.frame.columns if column not in guesses]
    if unused:
        yield from ("", "# Not used: " + ", ".join(unused))


def _beside(cells: Cells, guesses: dict[str, str]) -> Iterator[list[str]]:
    """Columns that are adjustments of their own, each with the lines of its section."""
    charge, allowed = (
        next((column for column, target in guesses.items() if target.endswith(f".{name}")), None)
        for name in ("charge_amount", "allowed_amount")
    )
    if charge and allowed:
        amount = f"{{ column = {json.dumps(charge)}, less = {json.dumps(allowed)} }}"
        yield [allowed, *_section("CO", "45", amount)]
    for column in cells.frame.columns:
        for pattern, (group, carc) in _BESIDE.items():
            if column not in guesses and re.search(rf"\b({pattern})", _words(column)):
                yield [column, *_section(group, carc, json.dumps(column, ensure_ascii=False))]
                break


def _section(group: str, carc: str, amount: str) -> list[str]:
    fixed = f'group_code = {{ value = "{group}" }}', f'carc = {{ value = "{carc}" }}'
    return ["", "[[adjustment]]", *fixed, f"amount = {amount}"]


def _type(target: str) -> Type:
    table, field = target.split(".")
    return fields()[table][field].type


def _date_formats(cells: Cells, columns: list[str]) -> list[str]:
    """The formats that the dates in the file are written in."""
    found: list[str] = []
    for column in columns:
        sample = cells.frame[column].drop_nulls().head(1000)
        if dates(sample).null_count() == 0:
            continue
        readable = [(form, len(sample) - dates(sample, [form]).null_count()) for form in _DATE_FORMATS]
        form, count = max(readable, key=lambda one: one[1])
        if count and form not in found and isinstance(sample.dtype, pl.String):
            found.append(form)
    return found
