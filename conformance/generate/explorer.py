"""Generated requests of one operation: which are sent, with the real ids of a target, and what they violate.

A request follows the documented schema (``valid``) or breaks it in one place. Real ids of the target stand in
most paths, else nearly every request would end at 404. Equal requests are sent once: the answer is kept, and
so Hypothesis sees the same outcome when it tries its smallest example again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, zip_longest
from typing import Any, Final

from conformance.claims.openapi import Operation, brief
from conformance.errors import NotJudged, Violation
from conformance.exchange.model import ABSENT, Request, request_for
from conformance.generate.drawn import Drawn
from conformance.generate.prepared import coverage_of, pool_of

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

    `budget` is how many requests may be sent before anything is found; shrinking may spend some more. With
    `is_small` they are taken from what was drawn before, so that the library that draws is not even loaded:
    a budget of a few requests costs less than the loading.
    """

    operation: Operation
    real_ids: Mapping[str, str]
    send: Send
    seed: int
    budget: int
    is_small: bool = False
    sent: int = 0
    _outcomes: dict[tuple[str, bytes | None], Violation | None] = field(default_factory=dict)
    _found_at: int | None = None
    _unjudged: NotJudged | None = None

    def run(self, *, valid: bool) -> None:
        """Send generated requests until the budget is spent; raise the smallest `Violation`."""
        if not valid:
            for request in islice(_in_turns(self._coverage()), max(self.budget // 2, len(self._parts()))):
                self._try(request)
        if self.is_small:
            self._take_prepared(valid=valid)
        else:
            self._search(valid=valid)
        if self._unjudged is not None:
            raise self._unjudged

    def _take_prepared(self, *, valid: bool) -> None:
        """Send some of the requests that were drawn before; what one violates is made smaller by a search."""
        choice = random.Random(f"{self.seed} {self.operation.id} {valid}")  # noqa: S311 - a seed that can be repeated
        pool = pool_of(self.operation, valid=valid)
        try:
            for drawn in choice.sample(pool, len(pool)):
                if self.sent >= self._limit():
                    return
                request = self._request(drawn, valid=valid, real=choice.random() < 0.5)  # noqa: PLR2004 - either way
                if request is not None:
                    self._try(request)
        except Violation:
            self._search(valid=valid)
            raise

    def _search(self, *, valid: bool) -> None:
        """Let Hypothesis draw requests until the budget is spent; raise the smallest `Violation`."""
        from hypothesis import assume
        from hypothesis.errors import Flaky, Unsatisfiable

        from conformance.generate.schemathesis_adapter import explore

        def visit(drawn: Drawn, real: bool) -> None:  # noqa: FBT001 - both are drawn
            request = self._request(drawn, valid=valid, real=real)
            assume(request is not None)
            if request is not None:
                self._try(request)

        times = max(self._limit() - self.sent, 1)
        try:
            explore(self.operation, visit, valid=valid, number=self.seed, times=times)
        except Unsatisfiable:
            return
        except (Flaky, BaseExceptionGroup) as error:
            raise _violation_in(error) from None

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
        found: dict[str, list[Request]] = {part: [] for part in self._parts()}
        for drawn in coverage_of(self.operation):
            request = self._request(drawn, valid=False, real=True) if drawn.part in found else None
            if request is not None:
                found[drawn.part].append(request)
        return found

    def _request(self, drawn: Drawn, *, valid: bool, real: bool) -> Request | None:
        """Return the request of what was drawn, or None where it says nothing about the API."""
        params, bad_path = dict(drawn.params), drawn.bad_path
        if drawn.is_about_real:
            params = self._real_path()
        if drawn.part:
            params = self._real_path() | {name: value for name, value in params.items() if name == drawn.part}
            bad_path = drawn.part in params
        if not valid and not (bad_path or drawn.bad_body):
            return None
        if not drawn.part and self.operation.body is not None and not bad_path and (real or drawn.bad_body):
            params = self._real_path()
        if set(params) != set(self.operation.path_parameters) or not all(map(_speakable, params.values())):
            return None
        options: dict[str, Any] = {
            "tolerated": UNDOCUMENTED_REFUSALS | {403} if bad_path else UNDOCUMENTED_REFUSALS
        }
        if isinstance(drawn.body, bytes):
            options["content"] = drawn.body
        elif drawn.body is not ABSENT and self.operation.body is not None:
            options["json"] = self._with_real(drawn.body) if real and not drawn.bad_body else drawn.body
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
