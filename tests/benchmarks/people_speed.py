"""Scorecards of 200 coders over 2.5 million claims (5 million lines), and the proof on 500 simulated clinics.

Each coder works for two of 12 sites and on six of 25 procedure families, for all of 50 payers.
"""

# ruff: noqa: E501  (SQL is wide)

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

CLAIMS = 2_500_000


def main(folder: Path) -> None:
    """Print both."""
    proof()
    db = folder / "people.duckdb"
    _write(db)
    _speed(db)


def proof() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the simulated clinics of the tests
    from etl.measures.fairness import HIGHER
    from tests.etl.measures.clinics import clinic, flagged, judged

    rng = np.random.default_rng(1)
    print(f"\n{'500 simulated clinics each':<34}{'flagged %':>10}{'12 % coder found %':>20}")
    for people, claims in ((4, 400), (10, 400), (12, 2_000), (40, 1_000)):
        same = [flagged(judged(clinic(rng, people, claims))).mean() for _ in range(500)]
        flat = np.full(24, 0.03)
        found = [judged(clinic(rng, people, claims, flat, 4.0))["verdict"][0] == HIGHER for _ in range(500)]
        print(
            f"{f'{people} people, {claims:,} claims each':<34}{100 * np.mean(same):>10.1f}{100 * np.mean(found):>20.1f}"
        )


def _write(db: Path) -> None:
    """A warehouse whose kept tables are filled directly: what a load leaves for the scorecard to read."""
    from etl.warehouse import refresh, store

    with store.open_writer(db) as connection:
        refresh.refresh_views(connection)
        connection.execute("update warehouse_state set data_through = date '2026-12-31'")
        connection.execute(
            """insert into staff select 'C' || i, 'coder', 'T' || i % 12, if(i % 4 = 0, 'outsourced', 'in_house'), 'CPC',
            date '2019-01-01' + cast(i * 9 as integer) from range(200) as r(i)"""
        )
        connection.execute(
            f"""insert into claim_root by name select
                i as root_id, 'N' || i as claim_number, i as claim_id, 'P' || hash(i) % 50 as payer_id,
                'PAYER ' || hash(i) % 50 as payer_name, 'professional' as claim_type, 'SITE ' || (hash(i + 3) % 200 + hash(i + 1) % 2) % 12 as facility,
                'family ' || (hash(i + 3) % 200 + hash(i + 2) % 6) % 25 as procedure_family, 150 as charge_amount, false as is_void,
                date '2026-01-01' + cast(i % 300 as integer) as service_date,
                date '2026-01-05' + cast(i % 300 as integer) as submission_date,
                'C' || hash(i + 3) % 200 as coder_id, 'B' || hash(i + 4) % 100 as biller_id, ['T1', 'T2'] as teams
            from range({CLAIMS}) as r(i)"""
        )
        connection.execute(
            """insert into claim_outcome by name select root_id, payer_id, payer_name, claim_number, claim_id, claim_type,
                facility, procedure_family, coder_id, biller_id, teams, service_date, submission_date, charge_amount,
                true as is_billed_payer, true as is_adjudicated, false as is_rejected,
                submission_date + 20 as first_remit_date, root_id % 12 = 0 as is_denied,
                if(root_id % 12 = 0, 150, 0) as denied_amount
            from claim_root"""
        )
        connection.execute(
            """insert into denial by name select root_id, payer_id, payer_name, claim_number, claim_id, claim_type, facility,
                coder_id, biller_id, teams, submission_date + 20 as first_remit_date, 1 as line_number,
                '99213' as procedure_code, procedure_family, 'CO' as group_code, '4' as carc,
                ['coding', 'billing', 'front_end', 'clinical'][1 + root_id % 4] as denial_owner,
                150 as denied_amount, false as is_overturned, false as is_overturned_unchanged
            from claim_root where root_id % 12 = 0"""
        )


def _speed(db: Path) -> None:
    from etl.measures import MEASURES
    from etl.measures.scorecard import scorecard
    from etl.warehouse.store import open_reader

    connection = open_reader(db)
    baseline = _best(
        lambda: connection.cursor().execute("select count(*) from claim_root group by coder_id").fetchall()
    )
    print(f"\n{f'{CLAIMS:,} claims, 200 coders':<34}{'s':>8}{'x baseline':>12}{'CPU s':>8}")
    print(f"{'baseline: count(*) by coder':<34}{baseline[0]:>8.2f}{1:>12.1f}{baseline[1]:>8.2f}")
    jobs = {
        "scorecards": lambda: scorecard(connection, "coder"),
        "coder_denial_rate by coder": lambda: MEASURES["coder_denial_rate"].by(connection, ["coder_id"]),
        "coder_denial_ratio by employment": lambda: MEASURES["coder_denial_ratio"].by(connection, ["employment"]),
    }
    for name, job in jobs.items():
        wall, cpu = _best(job)
        print(f"{name:<34}{wall:>8.2f}{wall / baseline[0]:>12.1f}{cpu:>8.2f}")


def _best(job) -> tuple[float, float]:
    times = []
    for _ in range(3):
        wall, cpu = time.perf_counter(), time.process_time()
        job()
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(times)
