"""The table of the torture: what became of the runs, by accident."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from conformance.proof.torture.accidents import ACCIDENTS
from conformance.proof.torture.ordeal import Ending

KINDS: Final = {
    "left behind": "left behind",
    "leak": "reported leaks",
    "exit code": "wrong exit codes",
    "harness error": "harness errors",
    "violated": "false violations",
}
"""What may be wrong, by the words that a problem begins with."""
HEAD: Final = ("accident", "runs", "exit 0", "exit 1", "exit 3", "repeated", *KINDS.values())


def table(endings: Sequence[Ending]) -> list[tuple[str, ...]]:
    """Return the rows of the table, its head first and its sums last, as text."""
    rows = [_row(name, [each for each in endings if each.ordeal.accident == name]) for name in ACCIDENTS]
    return [HEAD, *rows, _row("all", endings)]


def markdown(endings: Sequence[Ending], *, seed: int) -> str:
    """Return the page that holds the table."""
    head, *rows = table(endings)
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return PAGE.format(seed=seed, table="\n".join(lines))


def _row(name: str, endings: Sequence[Ending]) -> tuple[str, ...]:
    codes = Counter(each.exit_code for each in endings)
    wrong = _problems(endings)
    repeated = sum(each.repeated for each in endings)
    numbers = (len(endings), codes[0], codes[1], codes[3], repeated, *(wrong[kind] for kind in KINDS))
    return (name, *map(str, numbers))


def _problems(endings: Iterable[Ending]) -> Counter[str]:
    return Counter(
        kind for each in endings for kind in KINDS if any(text.startswith(kind) for text in each.problems)
    )


PAGE: Final = """\
# Torture

`conformance defects --torture --page docs/torture.md` writes this page. For every request that the scenarios
send (those of their set-up once), a proxy before the emulator lets each of six accidents happen to it. Each
run judges the requirements of one scenario, and the emulator itself says what it holds before and after. A
500 or a response that is cut is the server's own doing: a violation that rests on it is right, any other is
false. "refused" means that the connection ends before anything was carried out. Seed {seed}.

{table}

"repeated": taken badly with time-outs of 0.4 seconds, which a busy machine misses, and well with time-outs
of ten. Exit code 3: what happened kept something from being judged. Exit code 1: the 500 is a violation of
the API.
"""
