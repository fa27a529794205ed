"""Writes a plan down as shell lines: somebody with `curl`, `jq` and a token can send it, and nothing else."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from conformance.analysis.reproduction.plan import CUT, TRIES, Plan, ids_in, sent
from conformance.exchange.curl import OF_THE_CLIENT
from conformance.exchange.recorded import RecordedExchange
from conformance.exchange.redaction import MASK

LONGEST: Final = 12_000
_WORD: Final = re.compile(r"[^A-Za-z0-9_]+")
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def shell_script(plan: Plan) -> str:
    """Return the plan as a script, empty where it cannot be sent from what a report keeps.

    An id that the target gives out goes into a variable, and stands in every later line; a violation whose
    evidence needs nothing before it has a `curl` line already, and needs no script.
    """
    is_one_line = plan.evidence == {step.id for step in plan.steps} and not plan.is_concurrent
    if is_one_line or any(_unknown(step) for step in plan.steps):
        return ""
    tokens = _tokens(plan)
    text = "\n".join(_lines(plan, tokens))
    return text if len(text) <= LONGEST else ""


def _tokens(plan: Plan) -> dict[str, str]:
    """Return the variable of each role's token: with one role TOKEN, as in the `curl` line of a verdict."""
    everything = (*plan.steps, *plan.undo)
    roles = sorted({one.role or "owner" for one in everything if one.request.is_authorized})
    if len(roles) == 1:
        return {roles[0]: "TOKEN"}
    return {role: f"TOKEN_{_WORD.sub('_', role).upper()}" for role in roles}


def _lines(plan: Plan, tokens: Mapping[str, str]) -> Iterator[str]:
    for role, name in tokens.items():
        yield f"# {name}: a token of the role {role}"
    if not plan.is_concurrent:
        yield from _once(plan, tokens)
        return
    yield f"# Some were sent together, and a race does not show each time: up to {TRIES} tries."
    yield "work=$(mktemp -d)"
    yield f"for try in $(seq 1 {TRIES}); do"
    yield from _once(plan, tokens)
    statuses = sorted(step.status for batch in plan.batches if len(batch) > 1 for step in batch)
    seen = """$(cat "$work"/*.status | sort | tr '\\n' ' ')"""
    yield f"""if [ "{seen}" = "{" ".join(statuses)} " ]; then echo "as recorded, in try $try"; break; fi"""
    yield "done"


def _once(plan: Plan, tokens: Mapping[str, str]) -> Iterator[str]:
    """Yield what sends the plan one time, and undoes it."""
    variables: dict[str, str] = {}
    ahead = [*plan.steps, *plan.undo]
    for batch in plan.batches:
        ahead = ahead[len(batch) :]
        later = "\n".join(map(sent, ahead)).lower()
        if len(batch) == 1:
            yield from _alone(plan, batch[0], later, variables, tokens)
        else:
            yield from _together(plan, batch, later, variables, tokens)
    if plan.undo:
        yield "# and undo"
    for step in plan.undo:
        yield _curl(step, variables, tokens, ("-sS", "-o", "/dev/null"))


def _alone(
    plan: Plan,
    step: RecordedExchange,
    later: str,
    variables: dict[str, str],
    tokens: Mapping[str, str],
) -> Iterator[str]:
    fresh = _fresh(step, later, variables)
    proof = step.id in plan.evidence
    shown = ("-sS", "-i", "-w", "'\\n'") if proof and not fresh else ("-sS",)
    line = _curl(step, variables, tokens, shown)
    names = _new_names(fresh, variables)
    if proof:
        yield f"# {step.id}, the proof: answered {step.status}"
    yield from _captured(line, fresh, names, proof=proof)


def _together(
    plan: Plan,
    batch: Sequence[RecordedExchange],
    later: str,
    variables: dict[str, str],
    tokens: Mapping[str, str],
) -> Iterator[str]:
    """Yield what sends a batch at the same time; each response and status goes into a file of its own."""
    for step in batch:
        file = f'"$work"/{shlex.quote(step.id)}'
        kept = ("-sS", "-o", file, "-w", "'%{http_code}\\n'")
        yield f"{_curl(step, variables, tokens, kept)} >{file}.status &"
    yield "wait"
    for step in batch:
        file = f'"$work"/{shlex.quote(step.id)}'
        if step.id in plan.evidence:
            yield f"# {step.id}, the proof: answered {step.status}"
        yield f'echo "{step.id} $(cat {file}.status) $(cat {file} 2>/dev/null)"'
        fresh = _fresh(step, later, variables)
        for value, name in _new_names(fresh, variables).items():
            yield f"{name}=$(jq -r {shlex.quote(_filter(fresh[value]))} {file})"


def _fresh(step: RecordedExchange, later: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the pointers of those values of a response that a later request names, and none did before."""
    return {
        value: pointer
        for value, pointer in ids_in(step).items()
        if value.lower() in later and value not in variables
    }


def _new_names(fresh: Mapping[str, str], variables: dict[str, str]) -> dict[str, str]:
    """Return a variable for each new id, and remember it."""
    names: dict[str, str] = {}
    for value, pointer in fresh.items():
        names[value] = variables[value] = _name(pointer, set(variables.values()))
    return names


def _captured(line: str, fresh: Mapping[str, str], names: Mapping[str, str], *, proof: bool) -> Iterator[str]:
    """Yield a line that sends, and what keeps the ids of its response; only a proof's response is shown."""
    if not fresh:
        yield line if proof else line.replace("curl -sS", "curl -sS -o /dev/null -w '%{http_code}\\n'", 1)
        return
    yield f"response=$({line})"
    if proof:
        yield 'printf "%s\\n" "$response"'
    for value, pointer in fresh.items():
        yield f'{names[value]}=$(printf %s "$response" | jq -r {shlex.quote(_filter(pointer))})'


def _filter(pointer: str) -> str:
    """Return a JSON pointer as jq writes it, such as `.iTwin.id`."""
    text = ""
    for raw in pointer.split("/")[1:]:
        part = raw.replace("~1", "/").replace("~0", "~")
        name = json.dumps(part, ensure_ascii=False)
        text += f"[{part}]" if part.isdecimal() else f".{part}" if _PLAIN.fullmatch(part) else f"[{name}]"
    return text if text.startswith(".") else f".{text}"


def _name(pointer: str, taken: set[str]) -> str:
    words = [part for part in pointer.split("/")[-2:] if part and not part.isdigit()]
    stem = _WORD.sub("_", "_".join(words)) or "id"
    stem = stem if not stem[0].isdigit() else f"id_{stem}"
    number = 1
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def _curl(
    record: RecordedExchange,
    variables: Mapping[str, str],
    tokens: Mapping[str, str],
    options: tuple[str, ...],
) -> str:
    request = record.request
    words = ["curl", *options, "-X", request.method, "--path-as-is"]
    for name, value in request.headers.items():
        if name.lower() == "authorization":
            scheme, _, rest = value.partition(" ")
            token = f"${tokens[record.role or 'owner']}"
            shown = shlex.quote(f"{name}: {scheme} ") if rest else shlex.quote(f"{name}: ")
            words += ["-H", f'{shown}"{token}"']
        elif name.lower() not in OF_THE_CLIENT:
            words += ["-H", shlex.quote(f"{name}: {value}" if value else f"{name};")]
    if request.body is not None:
        words += ["--data-binary", _quoted(request.body, variables)]
    return " ".join([*words, _quoted(request.url, variables)])


def _quoted(text: str, variables: Mapping[str, str]) -> str:
    """Return a word of the shell in which each known id is its variable."""
    words = {value: f'"${name}"' for value, name in variables.items()}
    for value, name in variables.items():  # an id may have been written in capitals
        words.setdefault(value.upper(), f'"$(printf %s "${name}" | tr a-z A-Z)"')
    known = sorted((value for value in words if value in text), key=len, reverse=True)
    if not known:
        return shlex.quote(text)
    parts = re.split(f"({'|'.join(map(re.escape, known))})", text)
    return "".join(words.get(part) or _plain(part) for part in parts)


def _plain(part: str) -> str:
    return shlex.quote(part) if part else ""


def _unknown(record: RecordedExchange) -> bool:
    """Tell whether the record does not hold what was sent: a secret, or a very long body."""
    request = record.request
    body = request.body or ""
    kept = [value for name, value in request.headers.items() if name.lower() != "authorization"]
    return MASK in "\n".join([request.url, body, *kept]) or body.endswith(CUT)
