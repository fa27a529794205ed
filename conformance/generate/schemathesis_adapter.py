"""Generated requests: schemathesis reads the spec, Hypothesis finds the smallest violation.

A request follows the documented schema (``valid``) or breaks it in one place. Real ids of the target stand in
most paths, else nearly every request would end at 404. Equal requests are sent once: the answer is kept, and
so Hypothesis sees the same outcome when it tries its smallest example again.
"""

from __future__ import annotations

import contextlib
import copy
import gzip
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.internal.charmap import charmap_file
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode

from conformance.claims.openapi import Operation, brief
from conformance.errors import NotJudged, Violation
from conformance.exchange.model import ABSENT, Request, request_for

Send = Callable[[Request], None]

UNDOCUMENTED_REFUSALS: Final = frozenset({400, 405, 411, 413, 414, 415, 431})
"""What a server may answer an odd request with before it reaches the operation."""
UNSPEAKABLE: Final = frozenset("/\\?#%;\0")
"""Characters of an id that a server or proxy may refuse before the operation sees them: no bug of an API."""
SHRINKS: Final = 25
"""At most so many requests, and no more than twice the budget, make a found example smaller."""


@dataclass
class Explorer:
    """Generates requests of one operation and sends each through `send`, which raises what it violates.

    `budget` is how many requests may be sent before anything is found; shrinking may spend some more.
    """

    operation: Operation
    real_ids: Mapping[str, str]
    send: Send
    seed: int
    budget: int
    sent: int = 0
    _outcomes: dict[tuple[str, bytes | None], Violation | None] = field(default_factory=dict)
    _found_at: int | None = None
    _unjudged: NotJudged | None = None

    def run(self, *, valid: bool) -> None:
        """Send generated requests until the budget is spent; raise the smallest `Violation`."""
        mode = GenerationMode.POSITIVE if valid else GenerationMode.NEGATIVE
        if not valid:
            for request in islice(_in_turns(self._coverage()), max(self.budget // 2, len(self._parts()))):
                self._try(request)
        try:
            self._fuzz(mode, valid=valid)
        except Unsatisfiable:
            return
        except (Flaky, BaseExceptionGroup) as error:
            raise _violation_in(error) from None
        if self._unjudged is not None:
            raise self._unjudged

    def _fuzz(self, mode: GenerationMode, *, valid: bool) -> None:
        strategies = [schema_operation(self.operation).as_strategy(generation_mode=mode)]
        if self.operation.body is not None:
            real = self._real_path()
            about_real = schema_operation(self.operation).as_strategy(
                generation_mode=mode, path_parameters=real
            )
            strategies = [about_real, about_real, *strategies]
        phases = (Phase.generate, Phase.shrink)

        @seed(self.seed)
        @settings(
            max_examples=max(self.budget - self.sent, 1),
            phases=phases,
            database=None,
            deadline=None,
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.one_of(strategies), st.booleans())
        def explore(case: Any, real: bool) -> None:  # noqa: FBT001 - Hypothesis calls it
            request = self._request(case, valid=valid, real=real)
            assume(request is not None)
            if request is not None:
                self._try(request)

        explore()

    def _try(self, request: Request) -> None:
        key = (request.path, request.body())
        if key not in self._outcomes:
            if self.sent >= self._limit():
                return
            self.sent += 1
            self._outcomes[key] = self._outcome(request)
        outcome = self._outcomes[key]
        if outcome is not None:
            self._found_at = self._found_at or self.sent
            raise outcome

    def _limit(self) -> int:
        if self._unjudged is not None:
            return 0
        return self.budget if self._found_at is None else self._found_at + min(SHRINKS, 2 * self.budget)

    def _outcome(self, request: Request) -> Violation | None:
        try:
            self.send(request)
        except NotJudged as why:
            # No violation for Hypothesis, and nothing more is sent: the same request may end otherwise later.
            self._unjudged = why
        except Violation as violation:
            body = (request.body() or b"").decode(errors="replace")
            example = f"{request.method} {brief(request.path, 120)} {brief(body, 160)}"
            actual = f"{violation.actual} (smallest example found, seed {self.seed}: {example.strip()})"
            return Violation(violation.expected, actual, violation.evidence)
        return None

    def _real_path(self) -> dict[str, str]:
        return {name: self.real_ids[real] for name, real in self.operation.real_ids().items()}

    def _parts(self) -> list[str]:
        """Return what of a request can break its schema: each parameter of the path, and the body."""
        return [*self.operation.path_parameters, *(["body"] if self.operation.body is not None else [])]

    def _coverage(self) -> dict[str, list[Request]]:
        """Return by broken part one request for each way to break it; everything else of it is real."""
        operation = schema_operation(self.operation)
        config = operation.schema.config.generation_for(operation=operation, phase="coverage")
        cases = operation.schema.iter_coverage_cases(
            operation, generation_modes=[GenerationMode.NEGATIVE], generation_config=config
        )
        found: dict[str, list[Request]] = {part: [] for part in self._parts()}
        for case in cases:
            data = case.meta.phase.data
            broken = "body" if data.parameter_location is ParameterLocation.BODY else data.parameter
            if case.method == self.operation.method and broken in found:
                request = self._request(case, valid=False, real=True, broken=broken)
                if request is not None:
                    found[broken].append(request)
        return found

    def _request(self, case: Any, *, valid: bool, real: bool, broken: str = "") -> Request | None:
        """Return the request of a generated case, or None where it says nothing about the API.

        `broken` names the one parameter that keeps its generated value among real ones.
        """
        params = {k: unquote(str(v)) for k, v in (case.path_parameters or {}).items()}
        components = case.meta.components if case.meta else {}
        path = components.get(ParameterLocation.PATH)
        body = components.get(ParameterLocation.BODY)
        bad_body = body is not None and body.mode is GenerationMode.NEGATIVE
        bad_path = path is not None and path.mode is GenerationMode.NEGATIVE
        if broken:
            params = self._real_path() | {name: value for name, value in params.items() if name == broken}
            bad_path = broken in params
        if not valid and not (bad_path or bad_body):
            return None
        if not broken and self.operation.body is not None and not bad_path and (real or bad_body):
            params = self._real_path()
        if set(params) != set(self.operation.path_parameters) or not all(map(_speakable, params.values())):
            return None
        options: dict[str, Any] = {
            "tolerated": UNDOCUMENTED_REFUSALS | {403} if bad_path else UNDOCUMENTED_REFUSALS
        }
        if isinstance(case.body, bytes):
            options["content"] = case.body
        elif case.body is not NOT_SET and self.operation.body is not None:
            options["json"] = self._with_real(case.body) if real and not bad_body else case.body
        elif self.operation.body is not None:
            options["content"] = b""
        request = request_for(self.operation, params, **options)
        return replace(request, json=request.json if request.content is None else ABSENT)

    def _with_real(self, body: Any) -> Any:
        """Return the body with the target's real ids where the spec says that an id stands."""
        properties = (self.operation.body or {}).get("properties", {})
        if not isinstance(body, dict):
            return body
        return {
            name: self.real_ids.get(properties.get(name, {}).get("x-real-id", ""), value)
            for name, value in body.items()
        }


def _speakable(value: str) -> bool:
    return (
        value not in {"", ".", ".."}
        and not UNSPEAKABLE & set(value)
        and value.isprintable()
        and value == value.strip()
    )


def _in_turns(parts: Mapping[str, list[Request]]) -> Iterator[Request]:
    """Yield one request of each part in turn, so that even a small budget breaks every part once."""
    for round_ in zip_longest(*parts.values()):
        yield from (request for request in round_ if request is not None)


def _violation_in(error: BaseException) -> BaseException:
    """Return the violation that Hypothesis wrapped, or the error itself."""
    inner: list[BaseException] = list(getattr(error, "exceptions", ()))
    return next((found for each in inner if isinstance(found := _violation_in(each), Violation)), error)


_LOADED: dict[int, Any] = {}


def keep_caches_in(folder: Path) -> None:
    """Let Hypothesis keep its tables of characters there, and nothing in the user's working folder."""
    set_hypothesis_home_dir(folder)


def schema_operation(operation: Operation) -> Any:
    """Return schemathesis' own view of the operation, its schema narrowed by the `x-generation` hints."""
    key = id(operation.document)
    if key not in _LOADED:
        _tell_what_utf_8_is()
        _keep_our_words_out()
        _LOADED[key] = schemathesis.openapi.from_dict(_for_generation(operation.document))
    return _LOADED[key][operation.path][operation.method]


def _tell_what_utf_8_is() -> None:
    """Write down for Hypothesis what UTF-8 can encode: it would try every character, at 200 MB of memory."""
    file = charmap_file("codec-v2-utf-8")
    with contextlib.suppress(OSError):
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            everything_but_surrogates = [[0, 0xD7FF], [0xE000, sys.maxunicode]]
            file.write_bytes(gzip.compress(json.dumps([everything_but_surrogates, []]).encode()))


def _keep_our_words_out() -> None:
    """Let Hypothesis draw no words from this suite's sources: what it finds depends on the command."""
    vars(providers)["_get_local_constants"] = Constants


def _for_generation(node: Any) -> Any:
    """Return a copy of a document in which each `x-generation` is merged into the schema around it."""
    if isinstance(node, list):
        return [_for_generation(entry) for entry in node]
    if not isinstance(node, dict):
        return copy.copy(node)
    copied = {key: _for_generation(value) for key, value in node.items() if key != "x-generation"}
    return copied | dict(node.get("x-generation", {}))
