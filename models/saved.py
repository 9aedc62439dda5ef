"""A model on disk: one skops file beside the warehouse and a JSON manifest with its hash. No pickle is read or written.

Every training leaves a version in a folder beside the warehouse; the live model is a copy of one of them.

skops is no sandbox, so a file whose hash is not the manifest's, or that holds a type we do not write, is refused.
It and scikit-learn take seconds to import: only what opens a model imports them, not what asks its manifest.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.errors import UserError

if TYPE_CHECKING:
    from models.calibration import Calibration
    from models.risk import Model

FORMAT = 3
# what boosted trees need beyond the types that skops trusts itself
_TRUSTED = ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",)
_PLAIN = ("kind", "base_rate", "typical", "uses_people", "denied_share", "trees", "logistic", "tree_share",
          "rate_share", "head", "categories", "usual_category", "features")  # fmt: skip
_CURVES = ("calibrator", "line_calibrator")
_LIBRARIES = ("scikit-learn", "skops", "numpy")
_AGAIN = "Train again: cleanclaim train"


def beside(db: Path) -> Path:
    """Where the model of a warehouse lies."""
    return db.with_name(f"{db.stem}.model.skops")


def manifest_path(path: Path) -> Path:
    """The manifest of a model file."""
    return path.with_suffix(".json")


def save(model: Model, report: dict[str, Any], path: Path) -> None:
    """Write a risk model and its manifest."""
    content = {name: getattr(model, name) for name in _PLAIN}
    content |= {name: None if one is None else one.to_dict() for name, one in _calibrations(model).items()}
    write(content, report, path)


def write(content: dict[str, Any], report: dict[str, Any], path: Path) -> None:
    """Write what a model consists of, and its manifest, readable by their owner only; each file is swapped in whole."""
    import skops.io

    data = skops.io.dumps({"format": FORMAT} | content)
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
    from models.calibration import Calibration
    from models.features import NAMES
    from models.risk import Model

    content = read(path, list(NAMES))
    try:
        model = Model(**{name: content[name] for name in _PLAIN})
        for name in _CURVES:
            setattr(model, name, None if content[name] is None else Calibration(**content[name]))
    except (KeyError, TypeError) as error:
        raise UserError(f"{path} is not a cleanclaim model ({type(error).__name__}). {_AGAIN}.") from None
    return model


def read(path: Path, features: list[str]) -> dict[str, Any]:
    """Read what `write` wrote. Raises UserError when it is missing, changed, foreign, or has other features."""
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
    import skops.io

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
    if not isinstance(content, dict) or content.get("format") != FORMAT or content.get("features") != features:
        raise UserError(f"{path} was trained by another version of cleanclaim. {_AGAIN}.")
    return content


def report(path: Path) -> dict[str, Any]:
    """What training said about the model: counts, period, metrics."""
    found: dict[str, Any] = _manifest(path).get("report", {})
    return found


def trained_to(path: Path) -> str | None:
    """The last submission day that the model learned from (ISO), None when its manifest does not say."""
    found = report(path).get("submitted_to")
    return found if isinstance(found, str) else None


def versions_folder(path: Path) -> Path:
    """Where the versions of a model lie: `practice.model.skops` -> `practice.model.versions`."""
    return path.with_suffix(".versions")


def keep_version(model: Model, report: dict[str, Any], path: Path) -> Path:
    """Save a new version in the folder of the live model at `path`; it becomes live only by `promote`."""
    folder = versions_folder(path)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = 1 + max((int(one.stem) for one in folder.glob("*.skops") if one.stem.isdigit()), default=0)
    version_path = folder / f"{number:04d}.skops"
    save(model, report | {"version": number}, version_path)
    return version_path


def promote(version_path: Path, path: Path) -> None:
    """Make a version the live model: its two files are copied over, each swapped in whole."""
    _write(manifest_path(path), manifest_path(version_path).read_bytes())
    _write(path, version_path.read_bytes())


def versions(path: Path) -> list[dict[str, Any]]:
    """The versions of a model, newest first: number, when it was trained, its test scores, whether it is live."""
    live = _manifest(path).get("sha256") if path.exists() and manifest_path(path).exists() else None
    found = []
    for one in sorted(versions_folder(path).glob("*.json"), reverse=True):
        manifest = _manifest(one.with_suffix(".skops"))
        said = manifest.get("report", {})
        tested = said.get("metrics", {}).get("model", {})
        found.append({
            "version": said.get("version"), "trained_at": manifest.get("trained_at"), "kind": said.get("kind"),
            "claims": said.get("claims"), "submitted_to": said.get("submitted_to"), "auroc": tested.get("auroc"),
            "brier": tested.get("brier"), "ece": tested.get("ece"), "is_live": manifest.get("sha256") == live,
            "decision": said.get("decision"),
        })  # fmt: skip
    return found


def _calibrations(model: Model) -> dict[str, Calibration | None]:
    return {"calibrator": model.calibrator, "line_calibrator": model.line_calibrator}


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
