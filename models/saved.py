"""A model on disk: one skops file beside the warehouse and a JSON manifest with its hash. No pickle is read or written.

skops is no sandbox, so a file whose hash is not the manifest's, or that holds a type we do not write, is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import skops.io

from etl.errors import UserError
from models.features import NAMES
from models.risk import Model

FORMAT = 1
# what boosted trees need beyond the types that skops trusts itself
_TRUSTED = ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",)
_LIBRARIES = ("scikit-learn", "skops", "numpy")
_AGAIN = "Train again: cleanclaim train"


def beside(db: Path) -> Path:
    """Where the model of a warehouse lies."""
    return db.with_name(f"{db.stem}.model.skops")


def manifest_path(path: Path) -> Path:
    """The manifest of a model file."""
    return path.with_suffix(".json")


def save(model: Model, report: dict[str, Any], path: Path) -> None:
    """Write model and manifest, readable by their owner only; each file is swapped in whole."""
    content = {
        "format": FORMAT,
        "kind": model.kind,
        "base_rate": model.base_rate,
        "typical": model.typical,
        "denied_share": model.denied_share,
        "features": model.features,
        "trees": model.trees,
        "logistic": model.logistic,
        "tree_share": model.tree_share,
        "calibrator": model.calibrator,
    }
    data = skops.io.dumps(content)
    manifest = {
        "format": FORMAT,
        "file": path.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {name: version(name) for name in _LIBRARIES},
        "report": report,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, data)
    _write(manifest_path(path), json.dumps(manifest, indent=1).encode())


def load(path: Path) -> Model:
    """Read a model that `save` wrote. Raises UserError when it is missing, changed, foreign, or of another version."""
    if not path.exists():
        raise UserError(f"There is no model at {path}. {_AGAIN}.")
    data = path.read_bytes()
    manifest = _manifest(path)
    found = hashlib.sha256(data).hexdigest()
    if found != manifest.get("sha256"):
        raise UserError(f"{path} is not the model that its manifest describes: it was changed or damaged. {_AGAIN}.")
    wanted = manifest.get("versions", {}).get("scikit-learn")
    if wanted != version("scikit-learn"):
        raise UserError(f"{path} was made with scikit-learn {wanted}, here is {version('scikit-learn')}. {_AGAIN}.")
    try:
        unknown = sorted(set(skops.io.get_untrusted_types(data=data)) - set(_TRUSTED))
        if unknown:
            raise UserError(
                f"{path} holds types that no cleanclaim model has ({', '.join(unknown[:3])}); it was not opened. "
                f"{_AGAIN}."
            )
        content = skops.io.loads(data, trusted=list(_TRUSTED))
    except UserError:
        raise
    except Exception as error:  # skops raises whatever its archive raises
        raise UserError(f"{path} is not a cleanclaim model ({type(error).__name__}). {_AGAIN}.") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT or content.get("features") != list(NAMES):
        raise UserError(f"{path} was trained by another version of cleanclaim. {_AGAIN}.")
    return Model(**{name: value for name, value in content.items() if name != "format"})


def report(path: Path) -> dict[str, Any]:
    """What training said about the model: counts, period, metrics."""
    found: dict[str, Any] = _manifest(path).get("report", {})
    return found


def _manifest(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(manifest_path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise UserError(
            f"{path} has no readable manifest ({manifest_path(path).name}), so it cannot be trusted. {_AGAIN}."
        )
    return found


def _write(path: Path, data: bytes) -> None:
    building = path.with_name(f".{path.name}.building")
    descriptor = os.open(building, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(building, path)
