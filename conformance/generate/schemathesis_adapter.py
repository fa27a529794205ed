"""schemathesis reads the spec and draws requests of an operation; Hypothesis chooses among them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode

from conformance.claims.openapi import Operation
from conformance.exchange.model import ABSENT
from conformance.generate.drawn import Drawn
from conformance.generate.hypothesis_setup import set_up_hypothesis


def explore(
    operation: Operation, visit: Callable[[Drawn, bool], None], *, valid: bool, number: int, times: int
) -> None:
    """Draw up to so many requests from the seed `number` and visit each; what `visit` raises is made smaller.

    The second argument of `visit` tells whether real ids are to stand in the request. Hypothesis may raise
    `Unsatisfiable` where nothing can be drawn, and groups or `Flaky` around what was raised.
    """
    strategies = [_strategy(operation, valid=valid)]
    if operation.body is not None:
        about_real = _strategy(operation, valid=valid, is_about_real=True)
        strategies = [about_real, about_real, *strategies]

    @seed(number)
    @settings(
        max_examples=times,
        phases=(Phase.generate, Phase.shrink),
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(strategies), st.booleans())
    def each(drawn: Drawn, real: bool) -> None:  # noqa: FBT001 - Hypothesis calls it
        visit(drawn, real)

    each()


def _strategy(operation: Operation, *, valid: bool, is_about_real: bool = False) -> st.SearchStrategy[Drawn]:
    mode = GenerationMode.POSITIVE if valid else GenerationMode.NEGATIVE
    options = {"path_parameters": dict(operation.real_ids())} if is_about_real else {}
    cases = schema_operation(operation).as_strategy(generation_mode=mode, **options)
    drawn: st.SearchStrategy[Drawn] = cases.map(lambda case: _drawn(case, is_about_real=is_about_real))
    return drawn


def coverage(operation: Operation) -> Iterator[Drawn]:
    """Yield one request for each way to break a part of it."""
    loaded = schema_operation(operation)
    config = loaded.schema.config.generation_for(operation=loaded, phase="coverage")
    cases = loaded.schema.iter_coverage_cases(
        loaded, generation_modes=[GenerationMode.NEGATIVE], generation_config=config
    )
    for case in cases:
        data = case.meta.phase.data
        broken = "body" if data.parameter_location is ParameterLocation.BODY else data.parameter
        if case.method == operation.method and broken in {*operation.path_parameters, "body"}:
            yield _drawn(case, part=broken)


def _drawn(case: Any, *, part: str = "", is_about_real: bool = False) -> Drawn:
    components = case.meta.components if case.meta else {}

    def is_bad(where: ParameterLocation) -> bool:
        component = components.get(where)
        return component is not None and component.mode is GenerationMode.NEGATIVE

    return Drawn(
        {name: unquote(str(value)) for name, value in (case.path_parameters or {}).items()},
        ABSENT if case.body is NOT_SET else case.body,
        is_bad(ParameterLocation.PATH),
        is_bad(ParameterLocation.BODY),
        part,
        is_about_real,
    )


_LOADED: dict[int, Any] = {}


def schema_operation(operation: Operation) -> Any:
    """Return schemathesis' own view of the operation, its schema narrowed by the `x-generation` hints."""
    key = id(operation.document)
    if key not in _LOADED:
        set_up_hypothesis()
        _LOADED[key] = schemathesis.openapi.from_dict(_for_generation(operation.document))
    return _LOADED[key][operation.path][operation.method]


def _for_generation(node: Any) -> Any:
    """Return a copy of a document in which each `x-generation` is merged into the schema around it."""
    if isinstance(node, list):
        return [_for_generation(entry) for entry in node]
    if not isinstance(node, dict):
        return copy.copy(node)
    copied = {key: _for_generation(value) for key, value in node.items() if key != "x-generation"}
    return copied | dict(node.get("x-generation", {}))
