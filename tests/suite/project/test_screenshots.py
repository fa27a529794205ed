"""The pictures of the README show what the suite says now; fonts, pixels and the hour do not count."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from tests.suite.checkout import ROOT

FOLDER: Final = ROOT / "docs" / "screenshots"
AGAIN: Final = "the pictures are old: python docs/screenshots/make.py makes them again"
LARGEST: Final = 150 * 1024


@pytest.fixture
def make() -> ModuleType:
    """Return the script that makes the pictures."""
    spec = importlib.util.spec_from_file_location("make_screenshots", FOLDER / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_of_the_terminal_says_what_the_terminal_says(make: ModuleType) -> None:
    """Every word of it, in the same order."""
    kept = (FOLDER / "terminal.svg").read_text(encoding="utf-8")
    assert make.text_of(kept) == make.text_of(make.terminal()), AGAIN


def test_the_picture_of_the_page_says_what_the_page_says(make: ModuleType, tmp_path: Path) -> None:
    """Every word of the first view, in the same order."""
    kept = (FOLDER / "report.txt").read_text(encoding="utf-8")
    assert kept == make.first_view(make.page(tmp_path)), AGAIN


def test_the_pictures_are_small_and_ask_the_network_for_nothing() -> None:
    """A README with them is read on a phone."""
    for picture in FOLDER.glob("*.*"):
        assert picture.stat().st_size <= LARGEST, picture.name
    assert "url(" not in (FOLDER / "terminal.svg").read_text(encoding="utf-8").replace("url(#", "")
