"""The sentence of a cause, in the words of who owns the API: which operation does what instead of what."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from conformance.analysis.causes.grouping import Group
from conformance.analysis.causes.kinds import Kind
from conformance.analysis.causes.sameness import is_without_code
from conformance.analysis.causes.sign import Sign
from conformance.results.text import one_line, shorten

LONGEST: Final = 220
AT_ONCE: Final = "when requests arrive at once"
ERROR: Final = 400
FEW: Final = 2
SOME: Final = 4
"""A crash on more kinds of requests than this has nothing to do with what was asked."""

_ENDS: Final = re.compile(
    r"(?::| answers? "
    r"| (?:is|are) (?:refused|not found|not moved|not associated|not enough|accepted|created|kept)\b"
    r"| takes? no | is answered |(?<!that) is no | has a detail | carries the code |; ).*",
    re.DOTALL,
)
_THING: Final = re.compile(r"(?:an?|no|the|two|deleted|Bearer) ")
"""How a kind of request begins that a sentence can name as what is accepted."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a sentence is made of: where the deviation shows, the violation that names it, and all of them."""

    where: str
    first: Sign
    group: Group

    def does(self, verb: str) -> str:
        """Return the operations with what one of them does, such as ``crashes``."""
        several = verb.removesuffix("es") if verb.endswith("shes") else verb.removesuffix("s")
        return f"{self.where} {several if ' and ' in self.where else verb}"

    @property
    def owner(self) -> str:
        """Return the operation as an owner, ``getITwinAccount's``; "the" where there are several."""
        return "the" if " " in self.where else f"{self.where}'s"

    @property
    def of(self) -> str:
        """Return the operations after what they own, where `owner` does not name them."""
        return f" of {self.where}" if " " in self.where else ""

    @property
    def instead(self) -> str:
        """Return ``200 instead of 201``, with the required status of whichever violation knows it."""
        same = [sign for sign in self.group.shown if sign.kind is self.first.kind and sign.deviation.wanted]
        statuses = _statuses(min(same, key=_exact)) if same else _documented(self.first)
        seen = {sign.deviation.seen for sign in self.group.shown if sign.kind is self.first.kind}
        came = " or ".join(str(status) for status in sorted(status for status in seen if status is not None))
        return f"{came} instead of {statuses}" if statuses else came

    @property
    def only_status(self) -> str:
        """Return the status that all of several violations came with, before what has it; else nothing."""
        seen = [sign.exchange.status for sign in self.group.signs if sign.exchange is not None]
        return f"{seen[0]} " if len(seen) > 1 and len(set(seen)) == 1 else ""

    @property
    def more(self) -> str:
        """Return how many kinds of requests besides the first one deviate in the same way."""
        shown = [sign for sign in self.group.shown if sign.kind is self.first.kind and not sign.is_watcher]
        others = {situation(sign) for sign in shown} - {situation(self.first)}
        return (
            f", and {len(others)} more kinds of requests"
            if len(others) > 1
            else ", and one more"
            if others
            else ""
        )


def sentence_of(group: Group, operations: int) -> str:
    """Return what is wrong; `operations` are as many as the run judged."""
    said = Said(_where(group.operations, operations), group.first, group)
    return shorten(one_line(_WORDS[group.first.kind](said)), LONGEST)


def situation(sign: Sign) -> str:
    """Return the kind of request that a requirement speaks of: ``an expired token`` is one."""
    return _ENDS.sub("", sign.row.expect).strip(" ,") or sign.row.expect


def dotted(pointer: str) -> str:
    """Return a JSON pointer as people write it: ``resource.id``."""
    return pointer.strip("/").replace("/*", "[]").replace("/", ".")


def _where(names: tuple[str, ...], operations: int) -> str:
    if len(names) == 1:
        return names[0]
    if len(names) >= operations:
        return "every operation"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _exact(sign: Sign) -> tuple[bool, int, int]:
    """Sort by how exactly a violation says which status was required."""
    return sign.is_watcher, len(sign.deviation.wanted), sign.place


def _statuses(sign: Sign) -> str:
    successes = {status for status in sign.deviation.wanted if status < ERROR}
    wanted = sorted(successes or sign.deviation.wanted)
    return "a documented refusal" if len(wanted) > FEW else " or ".join(map(str, wanted))


def _documented(sign: Sign) -> str:
    """Return the documented successes of the operation, as far as the exchange tells them."""
    operation = sign.exchange.request.operation if sign.exchange else None
    statuses = operation.responses if operation else ()
    return " or ".join(str(status) for status in statuses if status < ERROR)


def _silence(said: Said) -> str:
    gateway = re.search(r"(\d{3}) of a gateway", said.first.verdict.actual)
    if gateway:
        return f"{said.where}: a gateway answers {gateway[1]} in its place, again and again"
    return f"{said.does('gives')} no whole response: the connection is closed instead"


def _crash(said: Said) -> str:
    if said.first.is_watcher:
        return f"{said.does('crashes')} ({said.first.deviation.seen})"
    kinds = {situation(sign) for sign in said.group.shown if not sign.is_watcher}
    if len(kinds) > SOME:
        return f"{said.does('crashes')} ({said.first.deviation.seen}) on {len(kinds)} kinds of requests"
    return f"{said.does('crashes')} ({said.first.deviation.seen}) on {situation(said.first)}{said.more}"


def _success(said: Said) -> str:
    return f"{said.does('answers')} {said.instead}"


def _effect(said: Said) -> str:
    what = "its effect is missing" if said.first.about == "missing" else "it does something else"
    return f"{said.does('answers')} a success and {what}: {said.first.row.expect}"


def _accepted(said: Said) -> str:
    if "at once" in said.first.row.expect:
        return f"{said.does('breaks')} a rule {AT_ONCE}: {said.first.row.expect}"
    if not _THING.match(said.first.row.expect):
        return f"{said.does('accepts')} ({said.instead}) what it must refuse: {said.first.row.expect}"
    safe = said.first.exchange is not None and not said.first.exchange.request.writes
    does = "answers" if safe else "accepts"
    return f"{said.does(does)} {situation(said.first)}{said.more} ({said.instead})"


def _treated(said: Said) -> str:
    code = re.fullmatch(r"/error/code = '(.*)'", said.first.verdict.actual)
    if code and said.first.verdict.expected.startswith("/error/code"):
        return f"{said.does('answers')} the code {code[1]}: {said.first.row.expect}"
    if said.first.deviation.wanted or said.first.deviation.seen:
        return f"{said.does('answers')} {said.instead}: {said.first.row.expect}"
    return f"{said.does('breaks')} this: {said.first.row.expect}"


def _refused(said: Said) -> str:
    code = re.match(r"\d{3}(?: [A-Za-z]\w*)?", said.first.verdict.actual)
    several = " and " in said.where
    came = code[0] if code and not several else str(said.first.deviation.seen)
    who = "they" if several else "it"
    return f"{said.does('refuses')} ({came}) what {who} must accept: {said.first.row.expect}"


def _status(said: Said) -> str:
    if "at once" in said.first.row.expect:
        came = f"({said.instead}) {AT_ONCE}"
        return f"{said.does('breaks')} a rule {came}: {said.first.row.expect}"
    return f"{said.does('answers')} {said.instead} to {situation(said.first)}{said.more}"


def _shape(said: Said) -> str:
    error = said.first.is_of_error
    status = re.match(r"\d{3}", said.first.verdict.actual)
    errors = f"{said.only_status}errors"
    subject = f"{said.owner} {errors if error else status[0] if status else 'success'}{said.of}"
    place, _, rule = said.first.about.partition(" ")
    if place == "no":
        return f"{subject} {'have' if error else 'has'} {said.first.about}"
    if rule in {"there", "missing"}:
        return f"{subject} {'has' if rule == 'there' else 'lacks'} {dotted(place)}"
    verb, _, rest = rule.partition(" ")
    verb = {"lacks": "lack", "has": "have", "is": "are"}.get(verb, verb) if error else verb
    if verb in {"lack", "lacks"}:
        return f"{subject} {verb} the member {dotted(f'{place}/{rest}')}"
    if rest == "more":
        return f"{subject} {verb} {_added(said)}{_lacking(said)}"
    at = "" if place in {"/", "*"} else f" at {dotted(place)}"
    return f"{subject} {verb} {rest}{at}"


def _added(said: Said) -> str:
    """Return the members that are not documented, as the check that found them names them."""
    for sign in said.group.shown:
        found = re.search(
            r"/([^:\s]*): Additional properties are not allowed \((.*?) (?:was|were)", sign.verdict.actual
        )
        if found:
            names = [dotted(f"{found[1]}/{name}") for name in re.findall(r"'([^']*)'", found[2])]
            return f"the undocumented member{'s' if len(names) > 1 else ''} {', '.join(names)}"
    return "more members than documented"


def _lacking(said: Said) -> str:
    """Return what is absent besides: a member that was renamed is one too many and one too few."""
    lost = {
        sign.pointer for sign in said.group.signs if sign.kind is Kind.VALUE and sign.about.endswith("absent")
    }
    return f" and lacks {', '.join(map(dotted, sorted(lost)))}" if lost else ""


def _value(said: Said) -> str:
    pointer, _, how = said.first.about.partition(" ")
    if pointer == "/error/message":
        return f"{said.owner} errors{said.of} carry no message"
    said_of = {"absent": "lacks", "empty": "has an empty"}
    if how in said_of:
        return f"{said.owner} answer{said.of} {said_of[how]} {dotted(pointer)}"
    came = f"comes back {how}" if how.startswith(("in ", "cut ")) else f"has {how}"
    return f"{said.owner} {dotted(pointer)}{said.of} {came}: {said.first.row.expect}"


def _code(said: Said) -> str:
    shown = [sign for sign in said.group.shown if sign.kind is Kind.CODE]
    seen = {sign.deviation.seen for sign in shown if sign.deviation.seen}
    status = f"{said.owner} {seen.pop() if len(seen) == 1 else 'error'}{said.of}"
    codes = dict.fromkeys(wanted for sign in shown for wanted in sign.about.split(">")[:-1])
    if said.first.about == "absent" or not codes:
        return f"{status} carries no error code"
    if is_without_code(said.first):
        return f"{status} has an empty error code instead of {' or '.join(codes)}"
    return (
        f"{status} lost its error code: {said.first.about.rpartition('>')[2]} instead of {' or '.join(codes)}"
    )


def _details(said: Said) -> str:
    what, _, rest = said.first.about.partition(" ")
    subject = f"{said.owner} refusals{said.of}"
    wanted, _, seen = rest.partition(">")
    match what:
        case "target" if seen == "absent":
            return f"{subject} do not name the member in error.details: the target is missing"
        case "target":
            return f"{subject} name the member {seen} instead of {wanted} in error.details"
        case "code":
            return f"{subject} have the detail code {seen} instead of {wanted}"
        case "none":
            return f"{subject} do not name {rest.removeprefix('on ')} in error.details, which was wrong"
        case "absent":
            return f"{subject} do not say what was wrong: error.details is missing or empty"
    came = re.search(r"/error/details/\d+/(\w+) is (.*)", said.first.verdict.actual)
    return f"{subject} have {came[2]} as the {came[1]} of a detail" if came else _other(said)


def _header(said: Said) -> str:
    _, _, seen = said.first.verdict.actual.partition(": ")
    return f"{said.where}: {seen or said.first.verdict.actual} ({said.first.row.expect})"


def _state(said: Said) -> str:
    return f"{said.where} changes what it must leave as it is: {said.first.row.expect}"


def _other(said: Said) -> str:
    return f"{said.does('breaks')} this: {said.first.row.expect}"


_WORDS: Final[dict[Kind, Callable[[Said], str]]] = {
    Kind.SILENCE: _silence,
    Kind.CRASH: _crash,
    Kind.SUCCESS: _success,
    Kind.EFFECT: _effect,
    Kind.ACCEPTED: _accepted,
    Kind.TREATED: _treated,
    Kind.REFUSED: _refused,
    Kind.STATUS: _status,
    Kind.SHAPE: _shape,
    Kind.VALUE: _value,
    Kind.CODE: _code,
    Kind.DETAILS: _details,
    Kind.HEADER: _header,
    Kind.STATE: _state,
    Kind.OTHER: _other,
}
