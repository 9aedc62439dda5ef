"""What the practice does about a denial, and how often that brings the money.

Published rates of recovery are far apart, and so are these:
- by cause, of one hospital group: coding, billing and records asked for 90 %, registration and eligibility 75 %,
  medical necessity 20-30 % (Jefferson Health in Relias Media, "Denials categorized based on complexity");
- by payer, of appeals: Medicare Part B 51 % (OIG, OEI-01-12-00150), Medicare Advantage 81-82 % and marketplace plans
  34-44 % (KFF, 2023 and 2024), private payers 54 % (Premier, 2024), Medicaid managed care a third (from memory);
- of all denials: 63 % (Change Healthcare, 2017).
"""

from __future__ import annotations

from etl.sample.practice import CEDAR, MEDICAID, MEDICARE, MUTUAL, PRAIRIE, SUMMIT

# mechanism -> chances in a hundred to send a corrected claim, to appeal as is (otherwise the denial stands)
REACTIONS = {
    "authorization": (35, 30), "modifier": (70, 5), "bundling": (35, 25), "medical_necessity": (25, 40),
    "timely_filing": (0, 20), "eligibility": (15, 5), "credentialing": (5, 50), "submission_error": (75, 5),
    "frequency": (10, 40), "non_covered": (2, 10), "place_of_service": (75, 5), "background": (30, 50),
}  # fmt: skip
# a lost appeal is answered by an 835 so often, and what was denied again is worked once more so often
LOST_IS_ANSWERED = 0.5
TRIES_AGAIN = 0.35

_REPLACED = {
    "authorization": 60, "eligibility": 75, "credentialing": 75, "medical_necessity": 30, "frequency": 30,
    "non_covered": 20,
}  # fmt: skip
_APPEALED = {MEDICARE: 51, MEDICAID: 36, MUTUAL: 54, SUMMIT: 34, PRAIRIE: 81, CEDAR: 54}
# what a payer judges by its own clinical rules is won so many hundredths as often as its appeals of all kinds
_CLINICAL = {"authorization": 80, "medical_necessity": 60, "frequency": 60}
# what leaves nothing to judge is won alike everywhere
_ADMINISTRATIVE = {"timely_filing": 10, "non_covered": 10, "eligibility": 20, "background": 90}


def replaced_is_paid(mechanism: str) -> int:
    """Chance in a hundred that a corrected claim is paid."""
    return _REPLACED.get(mechanism, 90)


def appeal_is_won(payer_id: str, mechanism: str) -> int:
    """Chance in a hundred that an appeal is won."""
    return _ADMINISTRATIVE.get(mechanism, _APPEALED[payer_id] * _CLINICAL.get(mechanism, 100) // 100)
