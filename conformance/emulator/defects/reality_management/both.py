"""Defects that associating and moving reality data have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.emulator.defects.changes import has_code, on_response, wrap
from conformance.emulator.defects.defect import Defect
from conformance.emulator.defects.operations import SHORT, named
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import lookup_itwin
from conformance.emulator.kernel.pipeline import Handler
from conformance.emulator.kernel.responses import (
    insufficient_permissions,
    invalid_reality_data,
    invalid_value,
)
from conformance.emulator.state.records import RealityData


def put(call: Call, data: RealityData, *itwins: str) -> None:
    """Store the reality data with other associations."""
    call.state.reality_data.put(replace(data, itwins=itwins))


def append(call: Call) -> None:
    """Store one association more: with the iTwin of the call."""
    put(call, call.reality_data, *call.reality_data.itwins, call.itwin.id)


def _forbid_unknown(call: Call, inner: Handler) -> object:
    return insufficient_permissions() if inner(call) else None


def _refuse_itwins_as_malformed(call: Call, inner: Handler) -> object:
    sent = call.ids["realityDataId"]
    if lookup_itwin(call, sent) is not None:
        return invalid_reality_data(invalid_value(sent, "realityDataId"))
    return inner(call)


def _of(short: str) -> Iterator[Defect]:
    operation = SHORT[short]
    yield named(short, "forbids-unknown-itwins", ".unknown-itwin-not-found")(
        "Permissions are looked up before existence, and nobody has any on what does not exist.",
        wrap(operation, "find_itwin", _forbid_unknown),
    )
    yield named(short, "takes-ids-of-another-kind-for-malformed", ".id-of-another-kind-not-found")(
        "All ids come from one sequence, and one of another kind is told apart by its prefix.",
        wrap(operation, "find_data", _refuse_itwins_as_malformed),
    )
    yield named(short, "answers-gone-for-unknown-reality-data", ".unknown-reality-data-not-found")(
        "Unknown and deleted are the same to the store.",
        on_response(
            operation,
            lambda _, response: replace(response, status=410),
            when=has_code("RealityDataNotFound"),
        ),
    )


DEFECTS = (*_of("associate"), *_of("move"))
