"""The written X12 is well formed, its counts are right, its money balances, its people are invented."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import oxedi
import pytest

Read = Callable[[Path], list[list[str]]]
Originals = Callable[[str], list[Path]]


def luhn_holds(npi: str) -> bool:
    total = 0
    for index, digit in enumerate(reversed("80840" + npi)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def adjusted(segment: list[str]) -> Decimal:
    """The sum of a CAS's triplets."""
    return sum((Decimal(amount) for amount in segment[3::3]), Decimal(0))


@pytest.mark.parametrize("folder", ["837", "277CA", "835", "unsent"])
def test_envelopes_count_what_they_hold(sample: Path, read: Read, folder: str) -> None:
    for path in sorted((sample / folder).glob("*.[82]*")):
        segments = read(path)
        assert segments[0][13] == segments[-1][2]
        assert segments[1][6] == segments[-2][2]
        starts = [i for i, s in enumerate(segments) if s[0] == "ST"]
        ends = [i for i, s in enumerate(segments) if s[0] == "SE"]
        assert segments[-2][1] == str(len(starts))
        for start, end in zip(starts, ends, strict=True):
            assert segments[end][1:] == [str(end - start + 1), segments[start][2]]


def test_every_835_balances(sample: Path, read: Read) -> None:
    for path in (sample / "835").iterdir():
        paid = claims = provider = Decimal(0)
        open_sums: list[Decimal] = []  # charge - paid - adjustments of each CLP and SVC
        level: list[int] = []
        lines = claim_level = claim_paid = Decimal(0)
        has_lines = False
        for s in [*read(path), ["SE"]]:
            if s[0] in ("CLP", "PLB", "SE") and has_lines:
                assert claim_paid == lines - claim_level, path
                has_lines = False
            if s[0] == "BPR":
                paid += Decimal(s[2])
                assert (s[4] == "NON") == (Decimal(s[2]) == 0)
            elif s[0] == "CLP":
                claims += Decimal(s[4])
                open_sums.append(Decimal(s[3]) - Decimal(s[4]))
                level = [len(open_sums) - 1]
                lines, claim_level, claim_paid = Decimal(0), Decimal(0), Decimal(s[4])
            elif s[0] == "SVC":
                has_lines = True
                lines += Decimal(s[3])
                open_sums.append(Decimal(s[2]) - Decimal(s[3]))
                level = [level[0], len(open_sums) - 1]
            elif s[0] == "CAS":
                claim_level += adjusted(s) if len(level) == 1 else 0
                for index in level:
                    open_sums[index] -= adjusted(s)
            elif s[0] == "PLB":
                provider += Decimal(s[4])
        assert not any(open_sums), path
        assert paid == claims - provider, path


def test_a_second_reader_finds_nothing_wrong_in_the_835(sample: Path) -> None:
    for path in (sample / "835").iterdir():
        assert not list(oxedi.parse(path.read_bytes()).diagnostics), path


def test_clm02_is_the_sum_of_its_lines(read: Read, originals: Originals) -> None:
    for path in originals("837"):
        left = Decimal(0)
        for s in read(path):
            if s[0] in ("CLM", "SE"):
                assert left == 0, path
                left = Decimal(s[2]) if s[0] == "CLM" else left
            elif s[0] in ("SV1", "SV2"):
                left -= Decimal(s[2 if s[0] == "SV1" else 3])


def test_counts_in_the_truth_are_those_of_the_files(
    sample: Path, truth: dict[str, Any], read: Read, originals: Originals
) -> None:
    seen: Counter[str] = Counter()
    for folder in ("837", "835", "277CA"):
        for path in originals(folder):
            seen.update(s[0] if s[0] != "ST" else f"ST{s[1]}" for s in read(path))
    counts = truth["counts"]
    assert seen["CLM"] == counts["claims"] + counts["claims_sent_again"]
    assert seen["LX"] - seen["ST835"] == counts["service_lines"] + counts["service_lines_sent_again"]
    assert seen["ST835"] == counts["remittances"]
    assert seen["CLP"] == counts["claim_payments"]
    assert truth["files"] == sum(len(list((sample / f).iterdir())) for f in ("837", "835", "277CA"))


def test_the_planted_copies_hold_the_counted_duplicates(sample: Path, truth: dict[str, Any], read: Read) -> None:
    copies = [p for p in [*(sample / "837").iterdir(), *(sample / "835").iterdir()] if p.stem.endswith("_copy")]
    again = next((sample / "835").glob("*_again.835"))
    for copy in copies:
        assert sum(p.read_bytes() == copy.read_bytes() for p in copy.parent.iterdir()) == 2
    seen = Counter(s[0] for path in [*copies, again] for s in read(path))
    assert seen["CLM"] == truth["counts"]["duplicate_claims"] > 0
    assert seen["CLP"] == truth["counts"]["duplicate_claim_payments"] > 0


def test_a_sample_shows_what_practices_really_get(read: Read, originals: Originals) -> None:
    statuses: Counter[str] = Counter()
    seen: set[str] = set()
    for path in originals("835"):
        for s in read(path):
            if s[0] == "CLP":
                statuses[s[2]] += 1
            seen.add(f"PLB-{s[3][:2]}" if s[0] == "PLB" else s[0])
            if s[0] == "CAS":
                seen.update(f"{s[1]}-{carc}" for carc in s[2::3])
    assert statuses["22"] and statuses["4"]
    assert {"CO-45", "PR-1", "CO-253", "OA-18", "MOA", "MIA", "LQ", "TS3", "PLB-WO"} <= seen


def test_npis_are_valid_and_from_the_invented_range(read: Read, originals: Originals) -> None:
    found = {s[9] for path in originals("837") for s in read(path) if s[0] == "NM1" and len(s) > 9 and s[8] == "XX"}
    assert found
    assert all(npi.startswith("19999") and luhn_holds(npi) for npi in found)


def test_people_live_in_a_town_that_does_not_exist(read: Read, originals: Originals) -> None:
    for path in originals("837"):
        for s in read(path):
            if s[0] == "N4":
                assert s[1:] == ["TESTVILLE", "OH", "000000000"]
            if s[0] == "NM1" and s[1] == "IL":
                assert s[9].startswith("SYN")


def test_nothing_happens_after_the_window(sample: Path, truth: dict[str, Any]) -> None:
    last = truth["data_through"]
    assert last <= "2026-10-31"
    for name, column in (("patient_transactions", "date"), ("coding_audit", "audited_on"), ("work_log", "coded_at")):
        with (sample / f"{name}.csv").open() as file:
            assert all(row[column] <= last for row in csv.DictReader(file))


def test_unsent_claims_say_which_mistake_is_planted(sample: Path, read: Read) -> None:
    expected = json.loads((sample / "unsent" / "expected.json").read_text())["claims"]
    mistakes = Counter(item["mistake"] for item in expected)
    assert mistakes[None] == 10
    assert mistakes["diagnosis_pointer"] == 1
    in_both = ("npi_check_digit", "missing_authorization", "filing_limit_passed", "charges_do_not_add_up")
    assert all(mistakes[mistake] == 2 for mistake in in_both)
    assert mistakes["duplicate"] == 4
    for name in {item["file"] for item in expected}:
        claims = [s[1] for s in read(sample / "unsent" / name) if s[0] == "CLM"]
        assert claims == [item["claim"] for item in expected if item["file"] == name]
