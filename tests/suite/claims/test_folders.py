"""Where the claims of an installation stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.claims import folders as paths
from conformance.errors import HarnessError
from tests.suite.toy_api import Checkout


def test_the_checkout_stands_before_the_wheel(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Inside a checkout its files win, elsewhere those beside the package; without any the reason is said."""
    assert paths.specs_dir() == checkout.root / "specs"
    assert paths.contract_dir() == checkout.root / "tests" / "contract"
    monkeypatch.chdir(tmp_path)
    package = tmp_path / "site" / "conformance"
    (package / "_data" / "specs").mkdir(parents=True)
    monkeypatch.setattr(paths, "PACKAGE", package)
    assert paths.specs_dir() == package / "_data" / "specs"
    with pytest.raises(HarnessError, match="the installation lacks contract"):
        paths.contract_dir()
