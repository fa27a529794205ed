"""The claims themselves are held to what a reader of a report needs of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.claims.requirements import load_claims
from conformance.claims.spec_check import check_claims

ROW = "itwins.account.answers-200"


@pytest.mark.parametrize("quote", ["This response indicates", "This response indicates that ."])
def test_a_quote_that_says_nothing_is_refused(quote: str) -> None:
    """The row is named with its file and line, and with what to do."""
    claims = load_claims()
    rows = {**claims.rows, ROW: replace(claims.rows[ROW], quote=quote)}
    problems = check_claims(replace(claims, rows=rows), (), {}).problems
    place = f"itwins/requirements.yaml:{claims.rows[ROW].line}: {ROW}"
    cure = "quote the sentence that says it, or name another basis"
    assert f"{place}: its quote says nothing: {quote!r}; {cure}" in problems


def test_each_row_knows_its_line() -> None:
    """An editor, and a code scanning alert, opens the row."""
    claims = load_claims()
    assert all(row.line > 0 for row in claims.rows.values() if not row.rule)
    assert len({(row.file, row.line) for row in claims.rows.values()}) == len(claims.rows)
