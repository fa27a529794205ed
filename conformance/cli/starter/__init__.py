"""The first files of a team that has only the installed package: targets, waivers, a nightly run."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from conformance import __version__
from conformance.errors import UsageError

FILES: Final = {
    "README.md": "README.starter.md",
    "targets.toml": "targets.starter.toml",
    "waivers.yaml": "waivers.yaml",
    ".gitignore": "gitignore.txt",
    ".github/workflows/conformance.yml": "workflow.yml",
}
"""Where each file goes, and its name in the package: packaging would leave out an ignored or hidden one."""

VERSION: Final = "@VERSION@"


def write(directory: Path) -> tuple[Path, ...]:
    """Write the starter files into the directory, which is made where it is missing; return their paths.

    Nothing is written where one of them exists already.
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
        _write(path, text.replace(VERSION, __version__))
    return tuple(paths)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error
