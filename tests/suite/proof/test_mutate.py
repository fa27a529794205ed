"""The mutants of a server's file are made by machine, one change each, and always the same ones."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]
SOURCE = """
def answer(sent):
    if sent > 3 and sent != 5:
        raise Problem(404, 'NotFound')
    stored.append(sent.lower())
    if stored is not None:
        stored.sort()
    return 200, {'id': sent, 'more': None}

def other():
    return []
"""


@pytest.fixture(scope="module")
def mutate() -> ModuleType:
    """Return the module that makes mutants, which stands beside the script that runs them."""
    spec = importlib.util.spec_from_file_location("mutate_for_test", ROOT / "benchmarks" / "mutate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks for its module there
    spec.loader.exec_module(module)
    return module


def test_each_mutant_is_one_change_of_the_source(mutate: ModuleType) -> None:
    """Every mutant is Python, differs from the source and from every other one, and comes again."""
    made = list(mutate.mutants("a.py", SOURCE))
    plain = ast.unparse(ast.parse(SOURCE))
    assert made == list(mutate.mutants("a.py", SOURCE))
    for mutant in made:
        ast.parse(mutant.source)
        assert mutant.source != plain, mutant.change


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("Gt is GtE", "    if sent >= 3 and sent != 5:"),
        ("IsNot is Is", "    if stored is None:"),
        ("And is Or", "    if sent > 3 or sent != 5:"),
        ("never: if sent > 3 and sent != 5", "    if False:"),
        ("404 is 403", "        raise Problem(403, 'NotFound')"),
        ("'NotFound' is ''", "        raise Problem(404, '')"),
        ("dropped: stored.append(sent.lower())", "    pass"),
        ("without .lower()", "    stored.append(str(sent))"),
        ("without the member 'more'", "    return (200, {'id': sent})"),
        ("the member 'id' is 7", "    return (200, {'id': 7, 'more': None})"),
        ("first two arguments swapped: Problem", "        raise Problem('NotFound', 404)"),
    ],
)
def test_a_change_says_what_it_does(mutate: ModuleType, change: str, line: str) -> None:
    """The name of a change and the changed line agree, whichever place it is made at."""
    found = [mutant for mutant in mutate.mutants("a.py", SOURCE, ["answer"]) if mutant.change == change]
    assert len(found) == 1
    assert line in found[0].source.splitlines()


def test_only_the_functions_that_are_named_are_changed(mutate: ModuleType) -> None:
    """What sets a server up need not be changed."""
    assert {mutant.function for mutant in mutate.mutants("a.py", SOURCE, ["answer"])} == {"answer"}
    assert list(mutate.mutants("a.py", SOURCE, ["nothing"])) == []
