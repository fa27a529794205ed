"""Every request begins a trace of its own, which its owner finds again in the server's traces."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.client import Client, budget_for
from conformance.exchange.curl import curl
from conformance.exchange.model import Exchange, Request
from conformance.exchange.recorded import RecordedExchange
from conformance.exchange.recorder import Recorder, to_record
from conformance.exchange.redaction import Redactor
from conformance.exchange.trace import TRACEPARENT, new_traceparent, trace_id
from conformance.ledger.journal import Ledger
from conformance.targets.model import Target


def exchanges(target: Target, *requests: Request) -> list[Exchange]:
    """Send these requests and return the exchanges."""
    ledger = Ledger()
    client = Client(target, Recorder(Redactor()), budget_for(target, ledger), ledger)
    sent = [client.send(request) for request in requests]
    client.close()
    return sent


GET = Request("GET", "/bulbs/desk", purpose="setup")


def test_every_request_begins_a_trace_of_its_own(bulb_target: Target) -> None:
    """The trace is in the record, as the server gets it, and no two requests share one."""
    records = [to_record(each, Redactor()) for each in exchanges(bulb_target, GET, GET)]
    traces = {RecordedExchange.model_validate(record).trace for record in records}
    assert len(traces) == 2
    assert all(len(trace) == 32 for trace in traces)


def test_a_target_may_do_without(bulb_target: Target) -> None:
    """With traceparent = false no such header is sent; one that a request brings along stays as it is."""
    quiet = bulb_target.model_copy(update={"traceparent": False})
    value = new_traceparent()
    own = replace(GET, headers={"TraceParent": value})
    (without,) = exchanges(quiet, GET)
    (given,) = exchanges(bulb_target, own)
    assert TRACEPARENT not in {name.lower() for name in without.sent_headers}
    assert trace_id(given.sent_headers) == trace_id({TRACEPARENT: value})


def test_a_request_that_is_sent_again_has_a_new_trace(bulb_target: Target) -> None:
    """A curl line names no trace: the server's own would be mixed up with it."""
    (exchange,) = exchanges(bulb_target, GET)
    assert TRACEPARENT not in curl(exchange, Redactor())


@pytest.mark.parametrize("value", ["", "00-abc-def-01", "00-" + "g" * 32 + "-" + "0" * 16 + "-01"])
def test_what_names_no_trace_is_none(value: str) -> None:
    """A header that somebody else wrote may hold anything."""
    assert not trace_id({"Traceparent": value})
