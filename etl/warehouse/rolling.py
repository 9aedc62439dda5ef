"""Keeping the rollups: made anew when all rows are, else what a load changed is added to them.

A rollup is made only of a view that is large, and holds as many dimensions as keep it a small part of its view.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

import duckdb

from etl.warehouse import views
from etl.warehouse.ask import scalar

if TYPE_CHECKING:
    from etl.measures.rollup import Grain, Plan

# below this many rows a view answers in a hundredth of a second itself, and every load would pay for rollups
WORTH_ROWS = 1_000_000
# a rollup has at most this part of its view's rows
PART = 0.04
# a rollup is summed up again when what loads added to it is more than this part of it
LOOSE = 0.25
# its dimensions are chosen again when its view has grown so many times: making all anew costs as much as much loading
GROWN = 4


def make_all(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every rollup anew from the views as they stand."""
    for (name,) in connection.execute("select name from rollup_state").fetchall():
        connection.execute(f"drop table {name}")
    connection.execute("delete from rollup_state")
    for plan in _plans(connection):
        _make(connection, plan)


def make_anew(connection: duckdb.DuckDBPyConnection, view: str) -> None:
    """Make the rollups of one view anew."""
    for plan in _plans(connection):
        if plan.view == view:
            _drop(connection, plan)
            _make(connection, plan)


def add(connection: duckdb.DuckDBPyConnection, tally: str, lasting: str, is_first: bool) -> None:
    """Add to a tally what a load changes: the touched roots' share of it goes (if they have any), that in the temporary
    table of the same name comes. Called before their rows do."""
    keys, sums = _columns(connection, f"temp.{tally}")
    connection.execute(f"insert into {lasting}.{tally} by name from temp.{tally}")
    if not is_first:
        minus = ", ".join(f"-{name} as {name}" for name in sums)
        gone = f"{views.over_kept(tally, _touched(lasting))} select * from {tally}"
        connection.execute(f"insert into {lasting}.{tally} by name select {', '.join(keys)}, {minus} from (\n{gone}\n)")


def sum_up(connection: duckdb.DuckDBPyConnection, tally: str) -> None:
    """Bring a tally to one row per group again."""
    keys, sums = _columns(connection, tally)
    summed = ", ".join(f"sum({name}) as {name}" for name in sums)
    some = " or ".join(f"sum({name}) <> 0" for name in sums)
    connection.execute(
        f"""create or replace table {tally} as
        select {", ".join(keys)}, {summed} from {tally} group by {", ".join(keys)} having {some}"""
    )


def _columns(connection: duckdb.DuckDBPyConnection, tally: str) -> tuple[list[str], list[str]]:
    """What a tally is grouped by, and its sums: they are numbers."""
    kinds = {row[0]: row[1] for row in connection.execute(f"describe {tally}").fetchall()}
    return [name for name in kinds if kinds[name] == "VARCHAR"], [name for name in kinds if kinds[name] != "VARCHAR"]


def _touched(lasting: str) -> str:
    """SQL, with a place for the name, of the touched roots' rows of a lasting table."""
    return f"select * from {lasting}.{{}} where root_id in (select root_id from touched)"


def move(connection: duckdb.DuckDBPyConnection, view: str, lasting: str, day: date) -> None:
    """Add to the rollups of a view what a load changes: the touched roots' rows in `lasting` go, those in the
    temporary table or view of the same name come. Called before they do."""
    if not _has_rollups(connection):
        return
    plans = [(plan, made) for plan in _plans(connection) if plan.view == view and (made := _made(connection, plan))]
    if not plans:
        return
    rows = _touched(lasting)
    gone = rows.format(view) if view in views.KEPT else f"from (\n{views.over_kept(view, rows)} select * from {view}\n)"
    connection.execute(
        f"""create or replace temp table moved as
        select -1 as sign, * from ({gone})
        union all by name
        select 1 as sign, * from temp.{view}""".replace("$as_of", f"date '{day}'")
    )
    for plan, made in plans:
        changed = " or ".join(f"{name} <> 0" for name in plan.columns())
        for name, keys in made.items():
            rows = _select("moved", plan, keys, "sign")
            connection.execute(f"insert into {lasting}.{name} by name select * from ({rows}) where {changed}")
        if not plan.is_balance:
            first, last = _span(connection, "moved where sign = 1", plan)
            connection.execute(
                f"""update rollup_state set first_day = least(first_day, $1), last_day = greatest(last_day, $2)
                where name in ('{"', '".join(made)}')""",
                [first, last],
            )
    connection.execute("drop table temp.moved")


def settle(connection: duckdb.DuckDBPyConnection) -> None:
    """After the rows of a part have moved: make anew what has grown out of its measure, and sum up what is loose."""
    for plan in _plans(connection):
        made = _made(connection, plan)
        of_rows = scalar(connection, f"select max(view_rows) from rollup_state where {_of(plan)}") or WORTH_ROWS / 2
        if not made or _rows(connection, plan) > GROWN * of_rows:
            _drop(connection, plan)
            _make(connection, plan)
            continue
        for name in made:
            _tighten(connection, plan, name)


def _plans(connection: duckdb.DuckDBPyConnection) -> Iterator[Plan]:
    """The rollups that the measures can use; none when no view is worth any and none were made: a small load need not
    know the measures, which take a twentieth of a second to import."""
    if not _has_rollups(connection):
        heights = ", ".join(f"(select count(*) from {view})" for view in views.KEPT)
        if scalar(connection, f"select greatest({heights})") < WORTH_ROWS:
            return
    from etl.measures.catalogue import MEASURES  # the measures know the warehouse's views: not while it is imported
    from etl.measures.rollup import plans

    yield from plans(MEASURES.values(), (*views.KEPT, *views.SUMMED))


def _has_rollups(connection: duckdb.DuckDBPyConnection) -> bool:
    return bool(scalar(connection, "select count(*) from rollup_state"))


def _make(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Make the rollups of a plan, if its view is worth it."""
    rows = _rows(connection, plan)
    if rows < WORTH_ROWS:
        return
    first, last = _floor(connection) if plan.is_balance else _span(connection, plan.view, plan)
    wider: list[tuple[str, Grain, frozenset[str]]] = []
    chosen = _chosen(connection, plan, first)
    for i, (grain, dims) in enumerate(sorted(chosen, key=lambda one: (one[0] == "month", -len(one[1])))):
        name = f"{plan.prefix}_{i}"
        of_wider = (one for one in reversed(wider) if one[1] in (grain, "day") and one[2] >= set(dims))
        if source := next(of_wider, None):
            select = _summed(source[0], plan, {grain: plan.time(grain, source[1])} | {dim: dim for dim in dims})
        else:
            select = _select(plan.view, plan, plan.keys(grain, dims, first))
        wider.append((name, grain, frozenset(dims)))
        connection.execute(f"create table {name} as {select} order by all")
        height = _height(connection, name)
        counts, sums = list(plan.counts), [text for _, _, text in plan.sums]
        connection.execute(
            "insert into rollup_state values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)",
            [
                name,
                plan.view,
                plan.date_column,
                grain,
                list(dims),
                counts,
                sums,
                first,
                last,
                height,
                rows,
            ],
        )


def _drop(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    for (name,) in connection.execute(f"select name from rollup_state where {_of(plan)}").fetchall():
        connection.execute(f"drop table {name}")
    connection.execute(f"delete from rollup_state where {_of(plan)}")


def _chosen(
    connection: duckdb.DuckDBPyConnection, plan: Plan, first: date | None
) -> list[tuple[Grain, tuple[str, ...]]]:
    """Of each choice the widest that is a small part of the view, judged by a month in the middle of its days; for a
    balance by the rows whose ages are told apart."""
    options = [one for choice in plan.choices for one in choice]
    counts = ", ".join(
        f"approx_count_distinct(hash({', '.join(plan.keys(grain, dims, first).values())}))" for grain, dims in options
    )
    day = plan.date_column
    middle = f"min({day}) + cast(date_diff('day', min({day}), max({day})) // 2 as integer)"
    is_middle = f"date_trunc('month', {day}) = date_trunc('month', (select {middle} from {plan.view}))"
    for part in (f"{day} >= date '{first}'" if plan.is_balance else is_middle, "true"):
        [[rows, *found]] = connection.execute(f"select count(*), {counts} from {plan.view} where {part}").fetchall()
        if rows:
            break
    rows = _rows(connection, plan) if plan.is_balance else rows
    is_small = dict(zip(options, (one <= PART * rows for one in found), strict=True))
    chosen = (next((one for one in choice if is_small[one]), None) for choice in plan.choices)
    return list(dict.fromkeys(one for one in chosen if one))


def _select(source: str, plan: Plan, keys: Mapping[str, str], sign: str = "1") -> str:
    """The sums of a plan over rows like its view's, by these keys."""
    columns = [f"{expression} as {name}" for name, expression in (*keys.items(), *plan.columns(sign).items())]
    by = ", ".join(str(i + 1) for i in range(len(keys)))
    return f"select {', '.join(columns)} from {source} where {plan.condition()} group by {by}"


def _summed(rollup: str, plan: Plan, keys: Mapping[str, str]) -> str:
    """The same from the rows of a rollup."""
    columns = [f"{expression} as {name}" for name, expression in keys.items()]
    columns += [f"sum({name}) as {name}" for name in plan.columns()]
    by = ", ".join(str(i + 1) for i in range(len(keys)))
    return f"select {', '.join(columns)} from {rollup} group by {by}"


def _made(connection: duckdb.DuckDBPyConnection, plan: Plan) -> dict[str, dict[str, str]]:
    """Name and keys of the rollups of a plan that hold its sums; none, when the measures have changed since."""
    rows = connection.execute(
        f"select name, grain, dims, first_day from rollup_state where {_of(plan)} and counts = $1 and sums = $2",
        [list(plan.counts), [text for _, _, text in plan.sums]],
    ).fetchall()
    return {name: plan.keys(grain, dims, first) for name, grain, dims, first in rows}


def _tighten(connection: duckdb.DuckDBPyConnection, plan: Plan, name: str) -> None:
    """Sum a rollup up again when loads have added much to it."""
    height = _height(connection, name)
    tight = scalar(connection, "select tight_rows from rollup_state where name = $1", [name])
    if height - tight > LOOSE * tight:
        added = list(plan.columns())
        keys = [row[0] for row in connection.execute(f"describe {name}").fetchall() if row[0] not in added]
        counted = " or ".join(f"sum({one}) <> 0" for one in added if one.startswith("n"))
        select = _summed(name, plan, {key: key for key in keys})
        connection.execute(f"create or replace table {name} as {select} having {counted} order by all")
        height = tight = _height(connection, name)
    connection.execute("update rollup_state set row_count = $1, tight_rows = $2 where name = $3", [height, tight, name])


def _of(plan: Plan) -> str:
    return f"view = '{plan.view}' and date_column = '{plan.date_column}'"


def _span(connection: duckdb.DuckDBPyConnection, source: str, plan: Plan) -> tuple[date | None, date | None]:
    """The first and last day of a plan's rows."""
    [span] = connection.execute(f"select min({plan.date_column}), max({plan.date_column}) from {source}").fetchall()
    return span[0], span[1]


def _floor(connection: duckdb.DuckDBPyConnection) -> tuple[date, date]:
    """The day on and before which balances are as old as they can be; and the last known day."""
    from etl.measures.rollup import OLDEST

    last: date = scalar(connection, "select data_through from warehouse_state") or date(1900, 1, 1)
    return last - timedelta(OLDEST), last


def _rows(connection: duckdb.DuckDBPyConnection, plan: Plan) -> int:
    """About how many rows a plan's view has."""
    return _height(connection, views.SUMMED.get(plan.view, plan.view))


def _height(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(scalar(connection, f"select count(*) from {table}"))
