"""What all tests of the suite share: tools that a machine may lack."""

import os
import shutil
from typing import Final

import pytest

TOOLS: Final = {
    "browser": ("chromium", "chromium-browser", "google-chrome", "chrome"),
    "node": ("node",),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose tool is absent, or fail it where CONFORMANCE_REQUIRE names the tool (as CI does)."""
    required = os.environ.get("CONFORMANCE_REQUIRE", "").replace(",", " ").split()
    for mark, commands in TOOLS.items():
        if item.get_closest_marker(mark) is None or any(map(shutil.which, commands)):
            continue
        if mark in required:
            pytest.fail(
                f"CONFORMANCE_REQUIRE names {mark}, and none of {', '.join(commands)} is on PATH",
                pytrace=False,
            )
        pytest.skip(f"no {mark} here: none of {', '.join(commands)} is on PATH")
