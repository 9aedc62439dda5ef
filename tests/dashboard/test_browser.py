"""One walk through the real app in Chromium. Any exception box or console error fails it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from dashboard import server, words
from etl.measures import MEASURES
from etl.warehouse.store import open_reader

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# a cold start on a busy machine takes its time
expect.set_options(timeout=60_000)
PAGES = (
    "Overview",
    "Denial reasons",
    "What is a denial?",
    "Payers",
    "A/R aging",
    "Recovery",
    "Coder accuracy",
    "Biller accuracy",
    "Pre-submission check",
    "Risk model",
    "Definitions",
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not Path(CHROMIUM).exists() and os.environ.get("CI") != "true", reason="no chromium: sudo apt install chromium"
    ),
]


@pytest.fixture(scope="module")
def url(full_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app, served as `cleanclaim serve` serves it."""
    with socket.socket() as probe:
        probe.bind((server.ADDRESS, 0))
        port = probe.getsockname()[1]
    address = f"http://{server.ADDRESS}:{port}"
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with (
        log.open("wb") as out,
        subprocess.Popen(
            server.command(port), env=server.environment(full_warehouse), stdout=out, stderr=out
        ) as process,
    ):
        try:
            _wait(f"{address}/_stcore/health")
            yield address
        finally:
            process.terminate()
    text = log.read_text()
    assert "Traceback" not in text, text


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def test_a_walk_through_the_app(url: str, browser: Browser, practice: Path, full_warehouse: Path) -> None:
    denied = MEASURES["denied_amount"].by(open_reader(full_warehouse), ["payer_name"], period=(date(2026, 6, 1), None))
    payer = denied.sort("value")["payer_name"][-1]
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(60_000)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: errors.extend(_foreign(request)))
    page.goto(url)

    for name in PAGES:
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        _settled(page)

    _open(page, "Overview")
    tile = page.get_by_test_id("stMetric").filter(has_text="Denied amount").get_by_test_id("stMetricValue")
    before = tile.inner_text()
    expect(page.get_by_role("button", name="Code", exact=True).first).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_label("Payer").click()
    page.get_by_role("option", name=words.plain(payer)).click()
    page.keyboard.press("Escape")
    page.wait_for_url("**payer=*")
    expect(tile).not_to_have_text(before)
    _settled(page)

    _open(page, "Denial reasons")
    assert "payer=" in page.url
    bar = page.locator(".js-plotly-plot .bars .point path").first
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 4)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("exactly the figure shown")).to_be_visible()
    expect(dialog.get_by_text("Denial category:")).to_be_visible()
    table = dialog.get_by_test_id("stDataFrame")
    expect(table.locator("canvas").first).to_be_visible()
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + 15, box["y"] + 55)
    expect(dialog.get_by_text("Claim sent").first).to_be_visible()
    _settled(page)  # a click while the story is still drawn can leave the dialog open over the next page
    dialog.get_by_role("link", name="Open as a page").click()
    expect(page.get_by_role("heading", name="Claim", exact=True)).to_be_visible()
    page.wait_for_url("**/claim?*id=*")
    _settled(page)
    page.keyboard.press("Escape")  # on a busy machine Streamlit now and then leaves the dialog over the page it led to
    expect(page.get_by_role("dialog")).to_have_count(0)

    _open(page, "Pre-submission check")
    file = sorted((practice / "unsent").glob("*.837"))[0]
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("Expected denied dollars")).to_be_visible()
    _settled(page)

    assert not errors


def test_a_shared_link_opens_as_it_was(url: str, browser: Browser) -> None:
    """Streamlit first asks for its health file below the page's path and gets a 404: console errors are not judged."""
    page = browser.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{url}/denials?period=Last+6+months&by=Group+and+reason+code")
    expect(page.get_by_text("Denied amount by group and reason code")).to_be_visible()
    _settled(page)
    assert "period=Last" in page.url

    page.goto(f"{url}/overview?period=Last+6+months&payer=Nobody&as_of=never")
    expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()
    _settled(page)
    expect(page.get_by_role("dialog")).to_have_count(0)  # Streamlit's "Page not found" is one
    assert "period=Last" in page.url


def test_a_tile_keeps_its_words_on_a_small_screen(url: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1024, "height": 768})
    page.set_default_timeout(60_000)
    page.goto(f"{url}/denial-rates")
    expect(page.get_by_test_id("stMetric")).to_have_count(5)
    _settled(page)
    for part in ("stMetricLabel", "stMetricValue"):
        cut = page.get_by_test_id(part).evaluate_all(
            "all => all.flatMap(one => [one, ...one.querySelectorAll('*')])"
            ".filter(one => one.scrollWidth > one.clientWidth + 1 && one.clientWidth).map(one => one.innerText)"
        )
        assert not cut


def _open(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    _settled(page)


def _settled(page: Page) -> None:
    """The run is over, and nothing failed in it."""
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)


def _foreign(request: Request) -> list[str]:
    """Nothing may be asked of anybody but our own server."""
    local = request.url.startswith((f"http://{server.ADDRESS}:", "data:", "blob:"))
    return [] if local else [f"asked {request.url}"]


def _wait(address: str) -> None:
    for _ in range(150):
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310  our own http address
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the server did not answer at {address}")
