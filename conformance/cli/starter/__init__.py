"""The first files of a team that has only the installed package: targets, waivers, a nightly run."""

from __future__ import annotations

import json
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from conformance import __version__
from conformance.errors import UsageError

FILES: Final = {
    "README.md": "README.starter.md",
    "requirements.txt": "requirements.starter.txt",
    "targets.toml": "targets.starter.toml",
    "waivers.yaml": "waivers.yaml",
    ".gitignore": "gitignore.txt",
    ".github/workflows/conformance.yml": "workflow.yml",
}
"""Where each file goes, and its name in the package: packaging would leave out an ignored or hidden one."""

NAME: Final = "itwin-conformance"
PACKAGE: Final = "@PACKAGE@"


def write(directory: Path, package: str) -> tuple[Path, ...]:
    """Write the starter files into the directory, which is made where it is missing; return their paths.

    `package` is the line by which pip installs the suite. Nothing is written where a file exists already.
    """
    paths = {directory / place: name for place, name in FILES.items()}
    present = [str(path) for path in paths if path.exists() or path.is_symlink()]
    if present:
        raise UsageError(
            f"nothing written, because {', '.join(present)} would be overwritten; "
            "write into an empty folder and take over what you need: conformance init DIR"
        )
    for path, name in paths.items():
        text = files("conformance.cli.starter").joinpath("files", name).read_text(encoding="utf-8")
        _write(path, text.replace(PACKAGE, package))
    return tuple(paths)


def requirement(named: str) -> str:
    """Return the line by which pip installs what is named: a wheel or folder, an address, or a version.

    Without a name it is where this installation came from, as pip or uv wrote down.
    """
    if not named:
        return _installed_from()
    if any(character in named for character in "\r\n\0"):
        raise UsageError("--package: one line, as pip takes it")
    if Path(named).exists():
        return f"{NAME} @ {Path(named).absolute().as_uri()}"
    return f"{NAME} @ {named}" if "://" in named.partition(" @ ")[0] else named


def _installed_from() -> str:
    text = distribution(NAME).read_text("direct_url.json")
    if text is None:
        return f"{NAME}=={__version__}"
    origin: dict[str, Any] = json.loads(text)
    source = origin.get("vcs_info", {})
    address = f"{source['vcs']}+{origin['url']}@{source['commit_id']}" if source else origin["url"]
    return f"{NAME} @ {address}"


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error
