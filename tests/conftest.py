"""What every test shares: nothing but how the run itself behaves."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Before scikit-learn loads: idle OpenMP threads sleep instead of spinning (bootstrap.py sets it too).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# The same examples in every run, and no deadline: the machines are shared and slow by turns.
settings.register_profile("cleanclaim", deadline=None, derandomize=True)
settings.load_profile("cleanclaim")

CHROMIUM = Path("/usr/bin/chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the browser tests where there is no Chromium; CI sets CLEANCLAIM_BROWSER=required and lets them fail."""
    if CHROMIUM.exists() or os.environ.get("CLEANCLAIM_BROWSER") == "required":
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=f"no {CHROMIUM}: sudo apt install chromium"))
