"""How the table by age and sex is to be read; apart from what computes it, which takes seconds to import."""

from __future__ import annotations

# what a working list holds: this share of the claims, the riskiest ones
LIST_SHARE = 0.05
# a smaller group's shares say nothing, and could point at a patient
FEWEST_CLAIMS = 30
WORDS = (
    f"The risk fits a group when its mean lies inside the interval of the share that was denied; the working list here "
    f"is the riskiest {LIST_SHARE:.0%} of the tested claims. False positives are listed claims among those that were "
    "paid: nobody is harmed by a second look, but a group looked at more often for nothing waits longer. Groups differ "
    "in their payers and services, so a difference is a question, not a finding; age and sex themselves are features, "
    "because payers' edits go by them, and are never given as a reason. Intervals are exact (Clopper, Pearson 1934); "
    f"groups of fewer than {FEWEST_CLAIMS} claims are left out."
)
