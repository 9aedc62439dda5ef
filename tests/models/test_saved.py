"""A model file: what comes back is what was saved, and what is foreign is refused."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.neighbors import KDTree

from etl.errors import UserError
from etl.warehouse.store import open_reader
from models import saved, score
from models.examples import prepare
from models.history import outcomes


@pytest.fixture
def copy(trained: Any, tmp_path: Path) -> Path:
    """A model and its manifest that a test may damage."""
    source = saved.beside(trained.db)
    for path in (source, saved.manifest_path(source)):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path / source.name


def resign(path: Path) -> None:
    """Make the manifest fit the file again, as somebody who forges one would."""
    manifest = json.loads(saved.manifest_path(path).read_text())
    manifest["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    saved.manifest_path(path).write_text(json.dumps(manifest))


def test_round_trip(trained: Any, tmp_path: Path) -> None:
    model = saved.load(saved.beside(trained.db))
    saved.save(model, {}, tmp_path / "again.model.skops")
    again = saved.load(tmp_path / "again.model.skops")
    lines = prepare(outcomes(open_reader(trained.db))).lines
    assert np.array_equal(score.score(model, lines).risk, score.score(again, lines).risk)
    assert score.categories(model, lines, score.score(model, lines)) == score.categories(
        again, lines, score.score(again, lines)
    )


def test_only_the_owner_reads_it(trained: Any) -> None:
    path = saved.beside(trained.db)
    assert path.name == "practice.model.skops"
    assert {stat.S_IMODE(one.stat().st_mode) for one in (path, saved.manifest_path(path))} == {0o600}


def test_it_carries_no_member_data(trained: Any) -> None:
    columns = "member_id, patient_last_name, subscriber_last_name, patient_control_number"
    persons = "claim join person on person.identity_key = claim.identity_key"
    rows = open_reader(trained.db, reveal=True).execute(f"select {columns} from {persons}").fetchall()
    data = saved.beside(trained.db).read_bytes() + saved.manifest_path(saved.beside(trained.db)).read_bytes()
    content = json.dumps(skops_schema(saved.beside(trained.db)))
    values = {value for row in rows[::20] for value in row if value and len(value) > 4}
    assert values
    assert not [value for value in values if value.encode() in data or value in content]


def skops_schema(path: Path) -> str:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        return archive.read("schema.json").decode()


def test_the_manifest_says_what_it_is(trained: Any) -> None:
    manifest = json.loads(saved.manifest_path(saved.beside(trained.db)).read_text())
    assert manifest["sha256"] == hashlib.sha256(saved.beside(trained.db).read_bytes()).hexdigest()
    assert manifest["versions"].keys() == {"scikit-learn", "skops", "numpy"}
    assert manifest["report"]["claims"] == trained.report["claims"]


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"There is no model at .*cleanclaim train"):
        saved.load(tmp_path / "no.model.skops")


def test_without_a_manifest(copy: Path) -> None:
    saved.manifest_path(copy).unlink()
    with pytest.raises(UserError, match="no readable manifest"):
        saved.load(copy)


def test_changed_bytes(copy: Path) -> None:
    data = bytearray(copy.read_bytes())
    data[len(data) // 2] ^= 1
    copy.write_bytes(data)
    with pytest.raises(UserError, match="changed or damaged"):
        saved.load(copy)


def test_no_skops_file(copy: Path) -> None:
    copy.write_bytes(b"%PDF-1.7")
    resign(copy)
    with pytest.raises(UserError, match="is not a cleanclaim model"):
        saved.load(copy)


def test_a_foreign_type_is_not_opened(copy: Path) -> None:
    copy.write_bytes(skops.io.dumps({"format": saved.FORMAT, "tree": KDTree(np.zeros((4, 2)))}))
    resign(copy)
    with pytest.raises(UserError, match="holds types that no cleanclaim model has"):
        saved.load(copy)


def test_another_model_is_refused(copy: Path) -> None:
    copy.write_bytes(skops.io.dumps({"format": saved.FORMAT, "features": ["other"]}))
    resign(copy)
    with pytest.raises(UserError, match="another version of cleanclaim"):
        saved.load(copy)


def test_another_scikit_learn_is_refused(copy: Path) -> None:
    manifest = json.loads(saved.manifest_path(copy).read_text())
    manifest["versions"]["scikit-learn"] = "0.1"
    saved.manifest_path(copy).write_text(json.dumps(manifest))
    with pytest.raises(UserError, match=r"made with scikit-learn 0\.1"):
        saved.load(copy)
