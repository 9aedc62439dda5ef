"""All simulations behind people, payers and recovery: `python tests/benchmarks/judgements.py [people|payers|recovery]`.

people: 500 simulated clinics each, flagged with identical skill and a planted weak coder found. payers: false findings,
power beside the best possible. recovery: what the top fifth of the list brings, beside simpler orders and the best.
"""

from __future__ import annotations

import sys

import payer_changes
import people_speed

PROOFS = {"people": people_speed.proof, "payers": payer_changes.proof, "recovery": payer_changes.order}


def main() -> None:
    for name in sys.argv[1:] or PROOFS:
        print(f"\n{name}")
        PROOFS[name]()


if __name__ == "__main__":
    main()
