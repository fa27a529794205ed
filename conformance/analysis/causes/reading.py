"""Reads what was expected and what came from a verdict's sentences: each expectation has one form."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from conformance.analysis.causes.error_checks import code_deviation, details_deviation
from conformance.analysis.causes.kinds import Kind
from conformance.analysis.causes.sign import Deviation
from conformance.checks.values import GUID
from conformance.claims.requirement import Requirement
from conformance.exchange.model import Exchange
from conformance.results.text import one_line
from conformance.results.verdicts import Verdict

ERROR: Final = 400
CRASH: Final = 500
LIMITED: Final = 429

_EXAMPLE: Final = re.compile(r"\s*\((?:smallest|shortest) [^\n]*\bseed\b.*", re.DOTALL)
_STATUSES: Final = re.compile(r"(?:a refusal with |a )?status (\d{3}(?: or \d{3})*)")
_NOT: Final = re.compile(r"a status other than (\d{3})")
_SEEN: Final = re.compile(r"(\d{3})\b")
_SILENT: Final = re.compile(r"(?:\d{3}[^:]*: )?no (?:whole )?response\b")
_UNDOCUMENTED: Final = re.compile(r"status (\d{3}), which the page does not list")
_SET: Final = re.compile(r"statuses = \[([\d, ]*)\]")
_POINTER: Final = re.compile(r"(/[^ ]*) (?:=|is) (.*?)(?:, (?:not|sent was) (.*))?", re.DOTALL)
_ABSENT: Final = re.compile(r"(/[^ ]*) is (missing|there)")
_CODE: Final = "/error/code"
_RULES: Final = (
    (re.compile(r"'(?P<member>[^']*)' is a required property"), "lacks"),
    (re.compile(r"Additional properties are not allowed"), "has more"),
    (re.compile(r"is not of type '(?P<member>[^']*)'"), "is no"),
    (re.compile(r"is not one of|was expected"), "has another value"),
    (re.compile(r"does not match|is not a '"), "has another form"),
    (re.compile(r"is too (?:long|short)|should be non-empty|has too"), "has another length"),
    (re.compile(r"is (?:less|greater) than|not a multiple"), "is out of bounds"),
)


def deviation_of(verdict: Verdict, row: Requirement, exchange: Exchange | None) -> Deviation:
    """Return what a violation shows; `exchange` is the one that decided it, where it is at hand."""
    found = _read(verdict, row, exchange)
    if found.kind in {Kind.SILENCE, Kind.CRASH}:
        return found
    elsewhere = exchange is not None and exchange.operation_id not in {verdict.operation, ""}
    if elsewhere or found.kind is Kind.STATE:
        # What another operation answers afterwards shows what this one did.
        gone = found.kind in {Kind.REFUSED, Kind.SHAPE} or found.about.endswith("absent")
        about = "missing" if gone else found.about
        return replace(found, kind=Kind.EFFECT if _is_effect(row) else Kind.STATE, about=about)
    if found.kind is Kind.ACCEPTED:
        return replace(found, about=row.id)
    content = found.kind in {Kind.SHAPE, Kind.CODE, Kind.VALUE} and found.about.endswith(
        ("absent", "empty", ">")
    )
    if is_about_requests(row) and found.kind is not Kind.SUCCESS and not content:
        return replace(found, kind=Kind.TREATED, about=row.id)
    return found


def _is_effect(row: Requirement) -> bool:
    """Tell whether the requirement says what a success does, and not what a refusal or a race leaves."""
    return "refus" not in row.expect and "at once" not in row.expect and "nothing" not in row.expect


def is_about_requests(row: Requirement) -> bool:
    """Tell whether the requirement speaks of one kind of request to whichever operation."""
    watches = row.generated or row.check is not None or "everything" in row.observes
    return len(row.operations) > 1 and not watches


def _read(verdict: Verdict, row: Requirement, exchange: Exchange | None) -> Deviation:
    expected, actual = verdict.expected, one_line(_EXAMPLE.sub("", verdict.actual))
    if expected == row.expect or not expected:
        return _of_check(row, actual)
    for read in (_status, _statuses, _details, _member):
        found = read(expected, actual)
        if found is not None:
            return _placed(found, exchange)
    return _state(expected, actual, row)


def _placed(found: Deviation, exchange: Exchange | None) -> Deviation:
    """Return a code that is wrong with the status that it came with."""
    if found.kind is not Kind.CODE or exchange is None:
        return found
    return replace(found, seen=exchange.status)


def statuses_differ(wanted: frozenset[int], seen: int) -> Deviation:
    """Return what it means that this status came instead of one of those."""
    said = "|".join(map(str, sorted(wanted)))
    successes = frozenset(status for status in wanted if status < ERROR)
    if seen >= CRASH and wanted != {LIMITED}:
        return Deviation(Kind.CRASH, str(seen), wanted, seen)
    if seen < ERROR:
        kind = Kind.SUCCESS if successes else Kind.ACCEPTED
        return Deviation(kind, f"{'|'.join(map(str, sorted(successes or wanted)))}>{seen}", wanted, seen)
    kind = Kind.REFUSED if successes == wanted else Kind.STATUS
    return Deviation(kind, f"{said}>{seen}", wanted, seen)


def _status(expected: str, actual: str) -> Deviation | None:
    if _SILENT.match(actual):
        return Deviation(Kind.SILENCE, "no response")
    wanted, other, seen = _STATUSES.fullmatch(expected), _NOT.fullmatch(expected), _SEEN.match(actual)
    if seen is None or not (wanted or other):
        return None
    if wanted:
        return statuses_differ(frozenset(map(int, wanted[1].split(" or "))), int(seen[1]))
    success = int(seen[1]) < ERROR
    return Deviation(Kind.ACCEPTED if success else Kind.REFUSED, f"not {seen[1]}", frozenset(), int(seen[1]))


def _statuses(expected: str, actual: str) -> Deviation | None:
    """Read the statuses of requests that were sent at once: those that were required and did not come."""
    wanted, seen = _SET.fullmatch(expected), _SET.fullmatch(actual)
    if wanted is None or seen is None:
        return None
    lists = [Counter(int(one) for one in found[1].split(",") if one.strip()) for found in (wanted, seen)]
    missing, more = lists[0] - lists[1], lists[1] - lists[0]
    if not missing or not more:
        return None
    return statuses_differ(
        frozenset(missing), max(more, key=lambda status: (status >= CRASH, more[status], -status))
    )


def _member(expected: str, actual: str) -> Deviation | None:
    wanted, seen = _POINTER.fullmatch(expected), _POINTER.fullmatch(actual)
    if wanted and seen and wanted[1] == seen[1]:
        return _value(wanted[1], wanted[2], seen[2])
    if expected == "a message for a human in error.message":
        return Deviation(Kind.VALUE, "/error/message empty")
    pointer = re.fullmatch(r"(?:an object at|a string at|(?=/)) ?(/[^ ]*)(?: other than .*)?", expected)
    if pointer:
        how = {"absent": "absent", "''": "empty"}.get(actual, "another value")
        return Deviation(Kind.VALUE, f"{pointer[1]} {how}")
    if expected.startswith("no other members than ") and actual.startswith("also "):
        return Deviation(Kind.SHAPE, "* has more")
    return None


def _value(pointer: str, wanted: str, seen: str) -> Deviation:
    if pointer == _CODE:
        code = _quoted(seen)
        return Deviation(Kind.CODE, "absent" if code is None else f"{_quoted(wanted) or 'none'}>{code}")
    return Deviation(Kind.VALUE, f"{pointer} {_difference(wanted, seen)}")


def _difference(wanted: str, seen: str) -> str:
    """Return how a value that is printed differs from the one that is required."""
    one, other = _literal(wanted), _literal(seen)
    if seen == "absent":
        return "absent"
    if type(one) is not type(other):
        return "another type"
    if not (isinstance(one, str) and isinstance(other, str)) or one == other:
        return "another value"
    ways = {
        "in another case": one.lower() == other.lower(),
        "another id": bool(GUID.fullmatch(one) and GUID.fullmatch(other)),
        "cut short": bool(other) and one.startswith(other.rstrip("….")),
    }
    return next((way for way, holds in ways.items() if holds), "another value")


def _details(expected: str, actual: str) -> Deviation | None:
    if expected == "error.details as an array of errors":
        absent = actual in {"details absent", "details None", "details []"}
        return Deviation(Kind.DETAILS, "absent" if absent else "no array")
    if expected == "a message in each detail":
        return Deviation(Kind.DETAILS, "without message")
    if expected.startswith("no detail on "):
        return Deviation(Kind.DETAILS, "on what is valid")
    wanted = re.fullmatch(r"a detail with target (.*?)(?: and code (.*))?", expected)
    return _detail(wanted[1], wanted[2] or "", actual) if wanted else None


def _detail(target: str, codes: str, actual: str) -> Deviation:
    """Return how the details that came differ: in the code of this target, or in the target."""
    seen = [
        (_quoted(code) or "absent", _quoted(on) or "absent")
        for code, on in re.findall(r"('[^']*'|absent|None) on ('[^']*'|absent|None)", actual)
    ]
    code = next((code for code, on in seen if on == target), None)
    other = next((on for code, on in seen if not codes or code in codes.split(" or ")), None)
    if code is not None:
        return Deviation(Kind.DETAILS, f"code {codes}>{code}")
    return Deviation(Kind.DETAILS, f"none on {target}" if other is None else f"target {target}>{other}")


def _of_check(row: Requirement, actual: str) -> Deviation:
    """Return what a check saw: its sentence follows the response's summary."""
    _, _, said = actual.partition(": ")
    status = _SEEN.match(actual)
    undocumented = _UNDOCUMENTED.fullmatch(said)
    if undocumented:
        seen = int(undocumented[1])
        kind = Kind.CRASH if seen >= CRASH else Kind.SUCCESS if seen < ERROR else Kind.STATUS
        about = str(seen) if kind is Kind.CRASH else f"documented>{seen}"
        return Deviation(kind, about, frozenset(), seen)
    if _SILENT.match(actual) or "had no answer" in said:
        return Deviation(Kind.SILENCE, "no response")
    read: dict[str, Callable[[], Deviation]] = {
        "success-schema": lambda: _schema(said),
        "error-schema": lambda: _schema(said),
        "message-present": lambda: Deviation(Kind.VALUE, "/error/message empty"),
        "error-code": lambda: code_deviation(said),
        "details-are-errors": lambda: details_deviation(said),
        "details-name-the-fault": lambda: details_deviation(said),
    }
    if isinstance(row.check, str):
        one = read.get(row.check, lambda: Deviation(Kind.HEADER, row.check))()
        return replace(one, seen=int(status[1])) if one.kind is Kind.CODE and status else one
    absent, found = _ABSENT.match(said), _POINTER.match(said)
    if absent:
        return Deviation(Kind.SHAPE, f"{absent[1]} {absent[2]}")
    first = _POINTER.fullmatch(said.partition("; ")[0])
    if found and first:
        one = _value(first[1], first[3] or "", first[2])
        return replace(one, seen=int(status[1]) if status else None)
    return Deviation(Kind.OTHER, row.id)


def _schema(said: str) -> Deviation:
    """Return the way in which a body breaks its schema that says most: the member and the rule."""
    if not said.startswith("/"):
        return Deviation(
            Kind.SHAPE, "no JSON" if "JSON" in said else "no body" if "empty" in said else "no end"
        )
    for pattern, rule in _RULES:
        for one in said.split("; /"):
            place, _, message = one.partition(": ")
            found = pattern.search(message)
            if found:
                place = re.sub(r"/\d+(?=/|$)", "/*", f"/{place.lstrip('/')}")
                return Deviation(
                    Kind.SHAPE, f"{place} {rule} {found.groupdict().get('member') or ''}".strip()
                )
    return Deviation(Kind.SHAPE, f"{said.partition(': ')[0]} is not as documented")


def _state(expected: str, actual: str, row: Requirement) -> Deviation:
    """Return what the comparison of two values says: whether something is missing, or is one too many."""
    what, _, wanted = expected.partition(" = ")
    _, _, seen = actual.partition(" = ")
    if not wanted:
        wanted, seen = (re.sub(r"^.*?(?=\[)", "", text, flags=re.DOTALL) for text in (expected, actual))
    status = re.fullmatch(r"'?(\d{3})'?", seen)
    if status:
        return Deviation(Kind.OTHER, row.id, frozenset(), int(status[1]))
    one, other = _literal(wanted), _literal(seen)
    if expected.startswith("exactly one of"):
        return Deviation(Kind.STATE, "missing" if other == [] else "more")
    if isinstance(one, list) and isinstance(other, list):
        missing = Counter(map(str, one)) - Counter(map(str, other))
        lost = "lost" in what or "not listed" in what or (bool(missing) and len(other) < len(one))
        return Deviation(Kind.STATE, "missing" if lost else "more")
    return Deviation(Kind.OTHER, row.id)


def _quoted(text: str) -> str | None:
    value = _literal(text)
    return value if isinstance(value, str) and text != "absent" else None


def _literal(text: str) -> object:
    """Return the value that a report printed; the text itself where it was cut."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text.strip("'")
