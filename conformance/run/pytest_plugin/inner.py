"""pytest inside this process, the same whatever is installed, configured or set around it."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest

ISOLATED: Final = (
    "-q", "--no-header", "--no-summary", "--tb=native", "--assert=plain", "--import-mode=importlib",
    "--capture=no",  # which would swallow what another thread says of the progress
    "--disable-plugin-autoload", "-c", os.devnull,
    "-p", "no:cacheprovider", "-p", "no:terminalreporter", "-p", "no:logging", "-p", "no:faulthandler",
    "-p", "no:unraisableexception", "-p", "no:threadexception", "-p", "no:warnings",
    "-p", "conformance.run.pytest_plugin",
)  # fmt: skip


def run_pytest(folder: Path, *arguments: str, plugins: Sequence[object]) -> tuple[int, str]:
    """Run the scenarios of a folder with these plugins and our own; return pytest's exit code and output."""
    output = io.StringIO()
    with (
        _without_settings_of_others(),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(output),
    ):
        code = pytest.main(
            [str(folder), f"--rootdir={folder}", f"--confcutdir={folder}", *ISOLATED, *arguments],
            plugins=list(plugins),
        )
    return code, output.getvalue()


@contextlib.contextmanager
def _without_settings_of_others() -> Iterator[None]:
    """Hide what a user sets for tests of their own, such as PYTEST_ADDOPTS and PYTEST_PLUGINS."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("PYTEST_")}
    for name in kept:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(kept)
