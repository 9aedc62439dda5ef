"""Taking a load back: afterwards the warehouse is as if it had never seen the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from etl.errors import UserError
from etl.warehouse import removal, store
from etl.warehouse.ask import scalar

_SHORTEST_PREFIX = 6
# what repeats a file that was taken back is nowhere now: its own file must come again
_AGAIN = "original-unloaded"


def unload(file: str, db: Path) -> dict[str, Any]:
    """Take out the file of this name, or whose SHA-256 begins so: `{file, sha256, removed, load_again}`.

    `removed` are rows by table, `load_again` the names of files that were duplicates of it. Raises UserError when no
    file, or more than one, is meant.
    """
    if not db.exists():
        raise UserError(f"There is no warehouse at {db}.")
    with store.open_writer(db) as connection:
        file_id, name, sha256 = _one(connection, file)
        again = _reopen(connection, file_id, name, sha256)
        return {
            "file": name,
            "sha256": sha256,
            "removed": removal.take_out_file(connection, file_id),
            "load_again": again,
            "files": scalar(connection, "select count(*) from source_file"),
            "claims": scalar(connection, "select count(*) from claim"),
            "claim_payments": scalar(connection, "select count(*) from claim_payment"),
        }


def sentences(report: dict[str, Any]) -> list[str]:
    """What went, what remains, and what must be loaded again."""
    removed = {name: rows for name, rows in report["removed"].items() if name not in ("source_file", "transaction_set")}
    went = ", ".join(f"{rows:,} {name.replace('_', ' ')}" for name, rows in removed.items()) or "no rows"
    lines = [f"Took back {report['file']} ({report['sha256'][:12]}): {went}."]
    lines.append(
        f"The warehouse holds {report['files']:,} files with {report['claims']:,} claims and "
        f"{report['claim_payments']:,} claim payments."
    )
    for name in report["load_again"]:
        lines.append(f"Load {name} again: what is in it counted as a duplicate of what was taken back.")
    return lines


def _one(connection: duckdb.DuckDBPyConnection, file: str) -> tuple[int, str, str]:
    """The file that is meant."""
    question = "select file_id, name, sha256 from source_file where name = ? order by file_id"
    found = connection.execute(question, [Path(file).name]).fetchall()
    if not found and len(file) >= _SHORTEST_PREFIX:
        found = connection.execute(
            "select file_id, name, sha256 from source_file where starts_with(sha256, ?) order by file_id",
            [file.lower()],
        ).fetchall()
    if not found:
        raise UserError(f"No file named {file}, and none whose SHA-256 begins so, was loaded.")
    if len(found) > 1:
        choices = "\n".join(_told_apart(connection, [row[0] for row in found]))
        raise UserError(f"{len(found)} files are named {file}. Name one by the first digits of its SHA-256:\n{choices}")
    file_id, name, sha256 = found[0]
    return int(file_id), str(name), str(sha256)


def _told_apart(connection: duckdb.DuckDBPyConnection, file_ids: list[int]) -> Iterator[str]:
    """Which of several files is which, the newest last: a mended file stands beside the one that it mends."""
    rows = connection.execute(
        """select sha256, name, loaded_at, byte_count, kind,
            (select count(*) from claim
                join transaction_set as t using (transaction_set_id) where t.file_id = f.file_id),
            (select count(*) from claim_payment join remittance using (remittance_id)
                join transaction_set as t using (transaction_set_id) where t.file_id = f.file_id)
        from source_file as f where file_id in (select unnest($1::bigint[])) order by loaded_at, file_id""",
        [file_ids],
    ).fetchall()
    for sha256, name, loaded_at, size, kind, claims, payments in rows:
        yield (
            f"  {sha256[:12]}  {name}: loaded {loaded_at:%Y-%m-%d %H:%M} UTC, {size:,} bytes, {kind}, "
            f"{claims:,} claims, {payments:,} claim payments"
        )


def _reopen(connection: duckdb.DuckDBPyConnection, file_id: int, name: str, sha256: str) -> list[str]:
    """Strike the file out of the books: what it closed is open again, what repeated it must be loaded again."""
    connection.execute(
        "update issue set closed_at = null, closed_by_file_id = null where closed_by_file_id = ?", [file_id]
    )
    connection.execute("delete from issue where sha256 = ? and file_name = ?", [sha256, name])
    # what repeated a sending whose place the file took repeats the file
    connection.execute(
        """update issue set repeats_file_id = $1
        where severity = 'duplicate' and rule = 'duplicate-claim' and issue_id in (
            select i.issue_id from issue as i
            join source_file as f on f.sha256 = i.sha256
            join transaction_set as t on t.file_id = f.file_id and t.segment <= i.segment
            group by i.issue_id
            having max_by(t.transaction_set_id, t.segment) in (
                select s.transaction_set_id from claim_sent_again as s
                join claim as c on c.claim_id = s.claim_id
                join transaction_set as o on o.transaction_set_id = c.transaction_set_id
                where o.file_id = $1
            )
        )""",
        [file_id],
    )
    repeats = "severity = 'duplicate' and repeats_file_id = ?"
    # a set that lost a claim to the file must not be known by its content any more, or it could not come again
    connection.execute(
        f"""update transaction_set set content_hash = 'partly ' || transaction_set_id
        where transaction_set_id in (
            select max_by(t.transaction_set_id, t.segment) from issue as i
            join source_file as f on f.sha256 = i.sha256
            join transaction_set as t on t.file_id = f.file_id and t.segment <= i.segment
            where {repeats} and i.rule = 'duplicate-claim'
            group by i.issue_id
        )""",
        [file_id],
    )
    connection.execute(
        f"""update issue set severity = 'quarantined', rule = '{_AGAIN}', repeats_file_id = null,
            found = 'a duplicate of a file that was taken back', expected = 'the same content in the warehouse',
            fix = 'Load this file again.'
        where {repeats}""",
        [file_id],
    )
    rows = connection.execute(
        f"select distinct file_name from issue where rule = '{_AGAIN}' and closed_at is null order by 1"
    )
    return [row[0] for row in rows.fetchall()]
