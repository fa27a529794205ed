"""`run --failed RUN` judges again what was red, and nothing else."""

from pathlib import Path
from typing import Any

import pytest

from conformance.errors import UsageError
from conformance.run.failed import selectors_of_red
from tests.suite.analysis.runs import folder_of, run, verdict
from tests.suite.toy_api import Checkout

GET, COLOUR = "bulbs.get.answers-200@getBulb", "bulbs.get.colour@getBulb"


def test_what_was_red_is_selected(tmp_path: Path, checkout: Checkout) -> None:
    """Neither what holds, nor what is waived, nor what has no requirement any more."""
    rows = (
        verdict(GET),
        verdict(COLOUR, "PASS"),
        verdict("bulbs.get.id-repeated@getBulb", waived="known"),
        verdict("bulbs.old@getBulb"),
    )
    folder = folder_of(tmp_path, run(*rows))
    assert selectors_of_red(folder, "qa", checkout.catalogue()) == (GET,)


@pytest.mark.parametrize(
    ("rows", "target", "words"),
    [
        ((verdict(GET, "PASS"),), "qa", "nothing was red there"),
        ((verdict("bulbs.old@getBulb"),), "qa", "no requirement that was red there exists any more"),
        ((verdict(GET),), "dev", "judged 'qa', and this run judges 'dev'"),
    ],
)
def test_where_nothing_can_be_judged_again_it_is_said(
    tmp_path: Path, checkout: Checkout, rows: tuple[dict[str, Any], ...], target: str, words: str
) -> None:
    """The message names the folder and why."""
    with pytest.raises(UsageError, match=words):
        selectors_of_red(folder_of(tmp_path, run(*rows)), target, checkout.catalogue())
