"""Where the data stands: `specs/` and `tests/contract/` of the checkout, or the wheel's copies."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from conformance.errors import HarnessError

PACKAGE = Path(__file__).resolve().parents[1]


def specs_dir() -> Path:
    """Return the folder of the OpenAPI and requirements files."""
    return _find("specs", "specs")


def contract_dir() -> Path:
    """Return the folder of the scenario tests that run against a target."""
    return _find("tests/contract", "contract")


def claim_files(folder: Path, kind: str) -> dict[str, Path]:
    """Return the files of one kind (`openapi`, `requirements`) in a folder of claims by API name, sorted.

    An API has a folder of its own; what holds for all of them stands beside these: `platform.KIND.yaml`.
    """
    own = {file.parent.name: file for file in folder.glob(f"*/{kind}.yaml")}
    shared = {file.name.partition(".")[0]: file for file in folder.glob(f"*.{kind}.yaml")}
    return dict(sorted((own | shared).items()))


def cache_dir() -> Path:
    """Return where to keep what is costly to work out again, outside the folder that the user works in."""
    try:
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # nobody's home is known
        caches = Path(tempfile.gettempdir())
    return caches / "itwin-conformance"


def _find(in_checkout: str, in_wheel: str) -> Path:
    candidates = [place / in_checkout for place in (Path.cwd(), PACKAGE.parent) if _is_checkout(place)]
    for folder in (*candidates, PACKAGE / "_data" / in_wheel):
        if folder.is_dir():
            return folder
    raise HarnessError(f"the installation lacks {in_wheel}: install the package again")


def _is_checkout(place: Path) -> bool:
    project = place / "pyproject.toml"
    return project.is_file() and 'name = "itwin-conformance"' in project.read_text(encoding="utf-8")
