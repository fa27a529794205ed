"""rules.yaml, the code and the reference speak of the same rules."""

from __future__ import annotations

from typing import Final

from conformance.claims.applies import APPLIES
from conformance.claims.folders import specs_dir
from conformance.claims.rules import load_rules
from conformance.generate.rules.case import known_rules

RULES: Final = load_rules(specs_dir())


def test_each_rule_has_a_judge_and_says_where_it_applies() -> None:
    """No rule is without a judge, and no judge without a rule."""
    assert RULES.keys() == APPLIES.keys() == known_rules().keys()


def test_the_reference_lists_each_rule_as_the_table_has_it() -> None:
    """The level and the sentence of each rule stand in the reference."""
    lines = (specs_dir().parent / "docs" / "rules.md").read_text(encoding="utf-8").splitlines()
    for rule in RULES.values():
        assert any(line.startswith(f"| `{rule.id}` | {rule.level} | {rule.expect} |") for line in lines), (
            rule.id
        )
