"""Payers' changes at full size: `python tests/benchmarks/payer_changes.py [speed] [proof] [order]`.

speed: 50 payers x 14 categories on 5 million lines. proof: false discoveries and power. order: what the top fifth of
the worklist brings on the sample, beside age and amount.
"""

from __future__ import annotations

import csv
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

LINES, PAYERS, CATEGORIES = 5_000_000, 50, 14
SERIES, YEARS = PAYERS * CATEGORIES, 100


def main() -> None:
    wanted = sys.argv[1:] or ["speed", "proof", "order"]
    for name, work in (("speed", speed), ("proof", proof), ("order", order)):
        if name in wanted:
            work()


def speed() -> None:
    from etl import behaviour
    from etl.warehouse import views

    connection = duckdb.connect(":memory:")
    _tables(connection)
    for name in ("family_answer",):
        connection.execute(f"create view {name} as {views.text(name)}")
    started = time.perf_counter()
    connection.execute(
        "select payer_id, count(*) from payment_line join adjudication using (root_id) group by 1"
    ).fetchall()
    base = time.perf_counter() - started
    times, cpu = [], []
    for _ in range(3):
        started, used = time.perf_counter(), time.process_time()
        found = behaviour.changes(connection)
        times.append(time.perf_counter() - started)
        cpu.append(time.process_time() - used)
    print(
        f"{LINES:,} lines, {PAYERS} payers x {CATEGORIES} categories x families: "
        f"{min(times):.2f} s (CPU {min(cpu):.2f}, "
        f"x {min(times) / base:.1f} of counting the lines by payer), {len(found)} findings"
    )


def _tables(connection: duckdb.DuckDBPyConnection) -> None:
    """The kept tables that the detection reads, with LINES lines of 2.5 M claims, one line in twelve denied."""
    families = "[" + ", ".join(f"'{code}'" for code in (99213, 97110, 72148, 93000, 80053, 45378, 29881, 36415)) + "]"
    connection.execute(f"""
        create table reference_procedure_family as
            select * from read_csv('etl/reference/procedure_family.csv', all_varchar = true);
        create table payer as
            select cast(i as varchar) as payer_id, 'PAYER ' || i as payer_name from range({PAYERS}) as t(i);
        create table split_payment (claim_payment_id bigint, first_payment_id bigint);
        create table adjudication as
            select i as root_id, i as claim_payment_id, cast(hash(i) % {PAYERS} as varchar) as payer_id,
                true as is_initial,
                date '2025-05-01' + cast(hash(i + 7) % 540 as integer) as payment_date
            from range({LINES // 2}) as t(i);
        create table payment_line as
            select i // 2 as root_id, i // 2 as claim_payment_id, {families}[cast(1 + hash(i) % 8 as bigint)]
                    as procedure_code,
                cast(100 as decimal(18, 2)) as charge_amount
            from range({LINES}) as t(i);
        create table claim_outcome as
            select root_id, payer_id, true as is_billed_payer,
                true as is_adjudicated, 'professional' as claim_type,
                'NORTH' as facility,
                payment_date - cast(14 + hash(root_id + 3) % 20 as integer) as submission_date,
                payment_date as first_remit_date,
                cast(80 as decimal(18, 2)) as first_paid_amount
            from adjudication;
        create table denial as
            select a.root_id, a.payer_id, 'category ' || hash(a.root_id + 5) % {CATEGORIES} as denial_category,
                f.family as procedure_family, a.payment_date as first_remit_date,
                cast(100 as decimal(18, 2)) as denied_amount
            from adjudication as a join payment_line as l using (claim_payment_id)
            join reference_procedure_family as f on l.procedure_code between f.first and f.last
            where hash(a.root_id + 11) % 12 = 0;
        create table claim as select date '2025-04-01' as submission_date;
        create table warehouse_state as select max(payment_date) as data_through from adjudication;
    """)


def proof() -> None:
    """False findings of a practice without change, at one look and over a year; power beside the best possible."""
    from etl.measures import change
    from tests.etl.measures.simulated_payers import payers_with_jumps, weekly_days

    rng = np.random.default_rng(5)
    # as etl.behaviour shares a look between both kinds
    of_rates, of_days = (change.FALSE_SHARE * n / (SERIES + PAYERS) for n in (SERIES, PAYERS))
    years = [_year(rng, of_rates, of_days) for _ in range(YEARS)]
    looks = np.concatenate(years)
    print(f"no change, {YEARS} practices of {SERIES} series and {PAYERS} payers' days, 12 monthly looks each:")
    for name, said in (("rates", looks[:, 0]), ("days", looks[:, 1]), ("both", looks.max(1))):
        yearly = said.reshape(YEARS, 12).max(1)
        print(
            f"    {name:<6} something said at {said.mean():.2%} of looks, in {_share(yearly)} of years (at most 10 %)"
        )
    print("best possible: one known cell, old and new rate and day known, no batches, at the same level over all cells")
    for a_day in (3, 5, 8, 9, 10, 12, 20):
        hits, wrong, said = 0, 0, 0
        for _ in range(60):
            found = change.rates(*payers_with_jumps(rng, PAYERS, CATEGORIES, 5, a_day), of_rates).is_change
            hits, wrong, said = hits + int(found[:5].sum()), wrong + int(found[5:].sum()), said + int(found.sum())
        print(
            f"5 % -> 15 %, {a_day} claims a day, 30 adjudicated days: found {hits / 300:.1%} "
            f"(best possible {best_power(a_day):.1%}); false {wrong / max(said, 1):.1%}"
        )
    late = [change.levels(weekly_days(rng, PAYERS, 60, 5, 8, 54), of_days).is_change[:5].mean() for _ in range(40)]
    print(f"days to pay: +8 days found in {np.mean(late):.1%} after 6 weeks")


def _year(rng: np.random.Generator, of_rates: float, of_days: float) -> np.ndarray:
    """Whether anything is said of rates, and of days, at each of twelve looks a month apart at the last 420 days."""
    from etl.behaviour import LOOK_BACK_DAYS
    from etl.measures import change
    from tests.etl.measures.simulated_payers import payers_with_jumps, weekly_days

    events, trials, owner = payers_with_jumps(rng, PAYERS, CATEGORIES, 0, days=750)
    weekly = weekly_days(rng, PAYERS, 108)
    said = []
    for end in range(LOOK_BACK_DAYS, 751, 30):
        days = slice(end - LOOK_BACK_DAYS, end)
        weeks = slice((end - LOOK_BACK_DAYS) // 7, end // 7)
        rates = change.rates(events[:, days], trials[:, days], owner, of_rates).is_change.any()
        said.append((rates, change.levels(weekly[:, weeks], of_days).is_change.any()))
    return np.array(said)


def _share(hits: np.ndarray) -> str:
    """A share with its 95 % Wilson limits."""
    from etl.behaviour import _wilson

    middle, low, high = _wilson(int(hits.sum()), len(hits))
    return f"{middle:.1%} ({low:.1%} to {high:.1%})"


def best_power(a_day: float, before: float = 0.05, after: float = 0.15) -> float:
    """What the most powerful test of Neyman and Pearson finds: it is told the cell, both rates and the day of change,
    and is held to the false share of one finding among all cells."""
    from scipy.stats import binom

    from etl.measures.change import FALSE_SHARE
    from tests.etl.measures.simulated_payers import SINCE_DAYS, busyness

    claims = round(a_day * float(busyness(400)[-SINCE_DAYS:].sum()))
    level = FALSE_SHARE / (SERIES + PAYERS)
    most = binom.isf(level, claims, before)
    # at `most` itself a coin decides, so that the level is kept exactly
    coin = (level - binom.sf(most, claims, before)) / binom.pmf(most, claims, before)
    return float(binom.sf(most, claims, after) + coin * binom.pmf(most, claims, after))


def order() -> None:
    from etl import limits
    from etl.load import load
    from etl.sample import write_sample
    from etl.warehouse.store import open_reader
    from etl.worklist import worklist
    from tests.etl.recovery_order import dollars_of_top_fifth

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_sample(folder / "sample", claims=20_000, seed=1)
        load([folder / "sample"], folder / "practice.duckdb")
        with (folder / "sample" / "recovery_truth.csv").open() as file:
            truth = list(csv.DictReader(file))
        connection = open_reader(folder / "practice.duckdb")
        for what, tried in (
            ("usual limits", ()),
            ("contracts' limits", limits.read(folder / "sample" / "limits.toml")),
        ):
            _print(
                f"top fifth of the list, {what}",
                dollars_of_top_fifth(worklist(connection, limits=tried), truth, connection),
            )


def _print(title: str, brought: dict[str, float]) -> None:
    (first, ours), *others = brought.items()
    print(f"{title}: {first} ${ours:,.0f}")
    for other, dollars in others:
        print(
            f"    by {other:<25} ${dollars:>8,.0f}   the list brings x {ours / dollars:.2f}, "
            f"the best possible x {brought['best possible'] / dollars:.2f}"
        )


if __name__ == "__main__":
    main()
