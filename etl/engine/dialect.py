"""The SQL of views and measures, carried from DuckDB's dialect to Spark's.

sqlglot does nearly all of it: NULLS LAST where the two sort differently, exclude, list functions, date_diff. What it
leaves is done here on its syntax tree; values never become text of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlglot
from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Statement:
    """One select for Spark, and the names that it reads (tables, views; also those of its own inner steps)."""

    sql: str
    reads: frozenset[str]


def spark(sql: str, values: Mapping[str, Any]) -> Statement:
    """A select of ours for Spark, with its named parameters as typed literals (sqlglot quotes and escapes them)."""
    return _statement(_query(sql), values)


def stepwise(sql: str, values: Mapping[str, Any]) -> tuple[dict[str, Statement], Statement]:
    """The same, with each `materialized` step of its `with` clause as a select of its own, by the name under which the
    later ones read it (it bears the day): Spark would compute a step anew wherever it is read."""
    tree = _query(sql)
    steps = [cte for cte in tree.ctes if cte.args.get("materialized")]
    names = {cte.alias: f"{cte.alias}__{values['as_of']:%Y%m%d}" for cte in steps}
    for table in list(tree.find_all(exp.Table)):
        if table.name in names:
            alias = table.alias or table.name
            table.set("this", exp.to_identifier(names[table.name]))
            table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    for cte in steps:
        cte.pop()
    return {names[cte.alias]: _statement(cte.this, values) for cte in steps}, _statement(tree, values)


def _query(sql: str) -> exp.Query:
    tree = sqlglot.parse_one(sql, read="duckdb")
    if not isinstance(tree, exp.Query):
        raise TypeError("only selects are carried to another engine")
    return tree


def _statement(tree: exp.Query, values: Mapping[str, Any]) -> Statement:
    own = {step.alias for step in tree.ctes}
    reads = frozenset(table.name for table in tree.find_all(exp.Table)) - own
    return Statement(tree.transform(_carried, values).sql("spark", comments=False), reads)


def columns(kinds: Mapping[str, str]) -> str:
    """A table's columns and DuckDB types as Spark declares them."""
    named: Iterable[exp.ColumnDef] = (
        exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=exp.DataType.build(kind, dialect="duckdb"))
        for name, kind in kinds.items()
    )
    return ", ".join(column.sql("spark") for column in named)


def _carried(node: exp.Expr, values: Mapping[str, Any]) -> exp.Expr:
    if isinstance(node, exp.Parameter | exp.Placeholder) and node.name in values:
        return _literal(values[node.name])
    if isinstance(node, exp.CTE):  # Spark knows no `not materialized`
        node.set("materialized", None)
    if isinstance(node, exp.Where):  # `from t where (x)`: Spark would take it for an alias of t and its column
        node.set("this", node.this.unnest())
    if isinstance(node, exp.Div):  # of decimals too: Spark would keep six places, and Sail overflow
        node.set("this", exp.cast(node.this, "double"))
    return node


def _literal(value: Any) -> exp.Expr:
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    return exp.convert(value)
