"""Who a patient is: taken out of the rows before they reach the warehouse, and kept in a file of their own.

The warehouse holds numbers in their place: a keyed hash that says whether two rows name the same member or person, the
age, and the first three digits of the ZIP code. Only a holder of the key (CLEANCLAIM_KEY, or a 0600 file beside the
warehouse) can add to it; only a reader that attaches the identity file sees a name. Ages over 89 and sparsely peopled
ZIP areas are blurred as HIPAA's safe harbour asks (45 CFR 164.514(b)(2)).
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

import numpy as np
import polars as pl

from etl.errors import UserError

# the tables whose rows name a person
NAMING = ("claim", "claim_payment")
# what a person is known by (person.sql)
PERSON = (
    "patient_last_name",
    "patient_first_name",
    "patient_birth_date",
    "member_id",
    "subscriber_last_name",
    "subscriber_first_name",
    "patient_address",
    "patient_city",
    "patient_zip",
    "corrected_last_name",
    "corrected_first_name",
    "corrected_member_id",
)
# 3-digit ZIP areas with 20,000 people or fewer (census of 2010)
_SPARSE = ["036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884"]
_SPARSE += ["890", "893"]
_OLDEST = 90


class Key:
    """The secret that hashes are made with. `mark` says which key it is without telling it."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hashlib.blake2b(secret, digest_size=32).digest()
        self.mark = int(self.numbers("mark", pl.Series([""]))[0])

    def numbers(self, purpose: str, values: pl.Series) -> pl.Series:
        """A signed 64-bit hash (keyed BLAKE2b, a personalisation for each purpose) of each text; null stays null."""
        keyed = hashlib.blake2b(key=self._secret, person=purpose.encode(), digest_size=8)
        digests = bytearray()
        for text in values.drop_nulls().cast(pl.Binary).to_list():
            one = keyed.copy()  # the key is taken in once
            one.update(text)
            digests += one.digest()
        hashes, known = np.zeros(len(values), np.int64), values.is_not_null()
        hashes[known.to_numpy()] = np.frombuffer(digests, ">i8")
        return pl.Series(hashes).set(~known, None)


def path_of(db: Path) -> Path:
    """The identity file of the warehouse at `db`."""
    return db.with_name(f"{db.name}.identity")


def find_key(db: Path) -> Key | None:
    """The key of the warehouse at `db`: CLEANCLAIM_KEY, else the file beside it; None when there is none.

    Raises UserError when CLEANCLAIM_KEY is too short.
    """
    if named := os.environ.get("CLEANCLAIM_KEY"):
        if len(named) < 16:
            raise UserError("CLEANCLAIM_KEY is too short: use at least 16 characters that nobody can guess.")
        return Key(named.encode())
    path = _key_path(db)
    return Key(path.read_bytes().strip()) if path.exists() else None


def make_key(db: Path) -> Key:
    """The key of the warehouse at `db`; a new one, in a file for its owner only, when there is none."""
    if key := find_key(db):
        return key
    secret = secrets.token_hex(32).encode()
    descriptor = os.open(_key_path(db), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        os.fsync(file.fileno())
    return Key(secret)


def _key_path(db: Path) -> Path:
    return db.with_name(f"{db.name}.key")


def take_out(frame: pl.DataFrame, key: Key) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows without what identifies a person, and the persons: one row per distinct `identity_key`.

    `member_key` is equal for equal member ids, `name_key` for equal last names and first initials, `identity_key` for
    all that is known of a person.
    """
    known = [name for name in PERSON if name in frame.columns]
    # a practice's patients come again and again: each is written out and hashed once
    named = [pl.col(name) for name in known if frame[name].null_count() < frame.height]
    texts = [one.to_physical().cast(pl.String).fill_null("") for one in named] or [pl.repeat("", pl.len())]
    said = frame.select(pl.concat_str(texts, separator="\0").alias("said")).with_row_index("row")
    earliest = said.select(pl.col("row").first().over("said")).to_series()
    chosen = earliest.unique().sort()
    persons = _hashed(frame.select(known)[chosen], key)
    of_row = pl.Series(np.searchsorted(chosen.to_numpy(), earliest.to_numpy()))
    rows = frame.drop(known).with_columns(*persons.drop(known)[of_row], *frame.select(coarse(frame.columns)))
    persons = persons.filter(pl.col("identity_key").is_not_null())
    return rows, persons.select("identity_key", *known).unique("identity_key", keep="first")


def _hashed(persons: pl.DataFrame, key: Key) -> pl.DataFrame:
    """Persons with their keys; null where nothing is said to make one of."""
    words = persons.select(_plain(pl.col(name)) for name in persons.columns)
    said = {name: pl.when(pl.col(name) != "").then(pl.col(name)) for name in words.columns}
    texts = words.select(
        member=said["member_id"],
        corrected=said.get("corrected_member_id", pl.lit(None, pl.String)),
        name=said["patient_last_name"] + "\0" + pl.col("patient_first_name").str.slice(0, 1),
        person=pl.concat_str(pl.all(), separator="\0"),
    )
    nothing = texts["person"].str.len_bytes() == words.width - 1
    keys = {
        "member_key": key.numbers("member", texts["member"]),
        "name_key": key.numbers("name", texts["name"]),
        "identity_key": key.numbers("person", texts["person"].set(nothing, None)),
    }
    if "corrected_member_id" in said:
        keys["corrected_member_key"] = key.numbers("member", texts["corrected"])
    return persons.with_columns(**keys)


def coarse(columns: list[str]) -> list[pl.Expr]:
    """What may be known of a patient for counting: `patient_age` in years on the day of service, `patient_zip3`."""
    found = []
    if "patient_birth_date" in columns:
        found.append(age_years(pl.col("patient_birth_date"), pl.coalesce("service_date", "submission_date")))
    if "patient_zip" in columns:
        zip3 = pl.col("patient_zip").str.slice(0, 3)
        is_zip = zip3.str.contains(r"^\d{3}$")
        blurred = pl.when(zip3.is_in(_SPARSE)).then(pl.lit("000")).otherwise(zip3)
        found.append(pl.when(is_zip).then(blurred).alias("patient_zip3"))
    return found


def age_years(born: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Whole years on a day, 90 for all who are older; null before birth."""
    had_birthday = _in_year(day) >= _in_year(born)
    years = day.dt.year() - born.dt.year() - pl.when(had_birthday).then(0).otherwise(1)
    return pl.when(years >= 0).then(pl.min_horizontal(years, _OLDEST)).cast(pl.Int32).alias("patient_age")


def _in_year(day: pl.Expr) -> pl.Expr:
    return day.dt.month().cast(pl.Int32) * 100 + day.dt.day()


def _plain(text: pl.Expr) -> pl.Expr:
    """Upper case without blanks around; empty when it is missing."""
    return text.cast(pl.String).str.strip_chars().str.to_uppercase().fill_null("")
