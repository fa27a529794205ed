# ruff: noqa: INP001 - Sphinx reads it by its path
"""The documentation as a site: `tox -e docs` builds it into `site/`; a broken link fails the build."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "itwin-conformance"
copyright = "the maintainers of itwin-conformance"  # noqa: A001 - Sphinx's own word
version = release = __version__

extensions = ["myst_parser"]
myst_heading_anchors = 3
root_doc = "README"
include_patterns = ["*.md", "docs/*.md", "reports/README.md"]
html_theme = "furo"
html_title = f"itwin-conformance {version}"
pygments_style = "friendly"
# A console transcript is no program: what Pygments does not know in it is shown as it stands.
suppress_warnings = ["misc.highlighting_failure"]

CONTENTS: Final = """

```{toctree}
:hidden:
:maxdepth: 1

docs/troubleshooting
docs/rules
docs/what-the-suite-sees
reports/README
ARCHITECTURE
CONTRIBUTING
docs/performance
docs/mutants
docs/campaign
docs/right-runs
docs/torture
docs/mutation
SECURITY
CHANGELOG
```
"""
"""Every page of the site in the order of its navigation; one that is missing here fails the build."""
ENTRY: Final = (
    '<!doctype html><meta charset="utf-8"><title>itwin-conformance</title>'
    '<meta http-equiv="refresh" content="0; url=README/">\n'
)


def setup(app: Sphinx) -> None:
    """Give the README, which is read elsewhere too, the navigation, and the site a first page."""
    app.connect("source-read", _add_contents)
    app.connect("build-finished", _write_entry)


def _add_contents(_: Sphinx, name: str, source: list[str]) -> None:
    if name == root_doc:
        source[0] += CONTENTS


def _write_entry(app: Sphinx, error: Exception | None) -> None:
    if error is None:
        (Path(app.outdir) / "index.html").write_text(ENTRY, encoding="utf-8")
