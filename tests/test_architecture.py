"""The shape of the house, read from the source: who imports whom, where SQL may stand, how long a file may be."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("dashboard", "etl", "models")
# dashboard -> models -> etl, and nothing the other way: what each package must not import.
FORBIDDEN = {
    "etl": {"models", "dashboard", "streamlit", "plotly", "sklearn", "skops"},
    "models": {"dashboard", "streamlit", "plotly"},
}
RUNS_SQL = {"execute", "executemany", "sql"}
PAGE_LINES = 80
MODULE_LINES = 320  # about 250 is the habit
STATEMENT = re.compile(
    r"""^\s*(--.*\n\s*)*(
      select\s+(distinct\s+)?["\w.*]+(\s*[,(]|\s+(as|from|over)\s)   # not "Select a payer from the list"
    | with\s+\w+\s+as\s+(materialized\s*)?\(
    | insert\s+into\s | update\s+\w+\s+set\s | delete\s+from\s
    | create\s+(or\s+replace\s+)?(temp\w*\s+)?(table|view|macro|schema)\s
    | copy\s.+\sto\s+' | attach\s+' | pragma\s+\w
    )""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


def modules(package: str) -> list[Path]:
    """The Python files of a package, by path."""
    return sorted((ROOT / package).rglob("*.py"))


def name(path: Path) -> str:
    """A file's path inside the checkout, for messages and test ids."""
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every absolute import of a file, those inside functions included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, node.module or ""


@pytest.mark.parametrize("package", ["etl", "models"])
def test_imports_run_one_way(package: str) -> None:
    found = [
        f"{name(path)}:{line} imports {target}"
        for path in modules(package)
        for line, target in imported(path)
        if target.split(".")[0] in FORBIDDEN[package]
    ]
    assert not found, f"{package} must not import {', '.join(sorted(FORBIDDEN[package]))}"


def test_commands_and_pages_start_without_what_takes_seconds_to_import() -> None:
    heavy = {"sklearn", "skops", "scipy.stats"}
    code = "import sys, dashboard.cli, dashboard.app, models.saved; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "models.saved" in loaded
    assert not heavy & loaded, "import it where it is used"


def test_a_load_and_the_catalogue_that_tells_its_rollups_import_no_scipy() -> None:
    code = "import sys, etl.load, etl.measures.catalogue; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "etl.measures.catalogue" in loaded
    assert "scipy" not in loaded, "it takes .3 s: import it where it is used"


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_hold_code(package: str) -> None:
    """Without it, a renamed folder would make every test here pass on nothing."""
    assert modules(package)


def test_nobody_imports_tests() -> None:
    found = [
        name(path)
        for package in PACKAGES
        for path in modules(package)
        for _, target in imported(path)
        if target.split(".")[0] in ("tests", "bootstrap")
    ]
    assert not found


def test_only_the_store_connects_to_duckdb() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for package in PACKAGES
        for path in modules(package)
        if name(path) != "etl/warehouse/store.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr == "connect"
        and isinstance(node.value, ast.Name)
        and node.value.id == "duckdb"
    ]
    assert not found, "open the warehouse through etl.warehouse.store"


def sql_in(source: str) -> list[str]:
    """Where a Python source writes or runs SQL: its line and what stands there."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.match(node.value):
            found.append(f"{node.lineno}: {' '.join(node.value.split())[:60]}")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RUNS_SQL:
            found.append(f"{node.lineno}: .{node.func.attr}(...)")
    return found


@pytest.mark.parametrize(
    ("source", "is_sql"),
    [
        ('QUERY = "select payer_id from denial"', True),
        ('QUERY = """\n-- one row per payer\nWITH denied AS (\n select 1) select * from denied"""', True),
        ("rows = connection.sql(text)", True),
        ('QUERY = "select count(*) filter (where is_denied) from denial"', True),
        ('QUERY = "SELECT DISTINCT payer_id FROM denial"', True),
        ('label = "Select a payer from the list"', False),
        ('label = "With the payer since"', False),
        ('label = "Update the filters"', False),
    ],
)
def test_the_sql_detector_sees_sql(source: str, is_sql: bool) -> None:
    assert bool(sql_in(source)) is is_sql


def test_no_sql_under_dashboard() -> None:
    found = [f"{name(path)}:{hit}" for path in modules("dashboard") for hit in sql_in(path.read_text(encoding="utf-8"))]
    found += [name(path) for path in (ROOT / "dashboard").rglob("*.sql")]
    assert not found, "a page asks for measures; the SQL lives in etl/warehouse/sql"


def length(path: Path) -> int:
    """The number of lines of a file."""
    return len(path.read_text(encoding="utf-8").splitlines())


def test_pages_are_short() -> None:
    pages = sorted((ROOT / "dashboard" / "pages").glob("*.py"))
    assert len(pages) > 1
    assert {name(page): length(page) for page in pages if length(page) >= PAGE_LINES} == {}


def test_modules_are_short() -> None:
    long = {name(path): length(path) for package in PACKAGES for path in modules(package)}
    assert {path: lines for path, lines in long.items() if lines > MODULE_LINES} == {}


def test_no_dashboard_module_hides_a_package() -> None:
    """Streamlit puts dashboard/ first on sys.path: a calendar.py there would replace the standard library's."""
    ours = {path.stem for path in (ROOT / "dashboard").iterdir() if path.suffix == ".py" or path.is_dir()}
    installed = set(sys.stdlib_module_names) | set(packages_distributions()) | {"etl", "models"}
    assert ours & installed - {"__init__", "__pycache__"} == set()


def test_tests_are_no_packages() -> None:
    """An __init__.py in tests/etl could let it pose as the package etl."""
    assert sorted((ROOT / "tests").rglob("__init__.py")) == []
