"""Says what a reader can do so that a requirement is judged next time."""

from __future__ import annotations

import re
from typing import Final

from conformance.results.verdicts import Outcome

_RULES: Final = (
    (
        r"\brole\b[ `'\"]*(?:named )?[`'\"]?(?P<name>[a-z][a-z0-9_-]*)?",
        "add the role to the targets file, [targets.{target}.roles.{name}]; conformance doctor checks it",
    ),
    (
        r"\bfixtures?\b[ `'\"]*(?P<name>[a-z][a-z0-9_]*_[a-z0-9_]+)?",
        "name the fixture in the targets file, under [targets.{target}.fixtures]",
    ),
    (
        r"\btokens?\b.*\b(?P<name>expired|wrong_scope)\b|\b(?P<word>expired|wrong_scope) token",
        "put a ready token into the targets file, under [targets.{target}.tokens]",
    ),
    (
        r"read.?only|\bwrites?\b",
        'judge it on a target that may be written to: writes = "ledger", and no --read-only',
    ),
    (r"throttl|429|rate limit", "lower rate in the targets file, or run when nobody else uses the limit"),
    (r"budget|max.requests|max.writes", "raise --max-requests or --max-writes, or judge less with --only"),
    (
        r"unreachable|refused|time.?out|timed out|connection|no response|credentials|unauthori",
        "conformance doctor --target {target} says what does not answer",
    ),
    (
        r"interrupt|cut off|stopped",
        "let the run finish; conformance clean --target {target} deletes what is left",
    ),
    (r"profile|nightly|release", "run a larger profile: --profile nightly or --profile release"),
    (
        r"prerequisite|set.?up",
        "look at the exchange that failed first: the requirement itself was never reached",
    ),
)


def how_to_judge(verdict: Outcome, reason: str, target: str) -> str:
    """Return one sentence on how to get a verdict where a reason stood in its way."""
    if verdict is Outcome.HARNESS_ERROR:
        return "this is a bug of the suite, not of the target: report it with run.json attached"
    for pattern, advice in _RULES:
        match = re.search(pattern, reason, re.IGNORECASE)
        if match:
            name = next((found for found in match.groupdict().values() if found), "NAME")
            return advice.format(target=target, name=name)
    if verdict is Outcome.CANNOT_JUDGE:
        return f"conformance doctor --target {target} says what will not be judged and why"
    return (
        f"nothing to do unless the target gains it; conformance doctor --target {target} lists what it lacks"
    )
