"""A proxy that makes one mutation of the server behind it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from conformance.proof.fault_proxy import Behaviour, FaultProxy, ReceivedRequest, fault_proxy
from conformance.proof.mutations.catalogue import Mutation
from conformance.proof.mutations.response import Response
from conformance.proof.mutations.traffic import Passage, Traffic

CHANGES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@contextmanager
def mutating_proxy(upstream: str, mutation: Mutation, traffic: Traffic) -> Iterator[FaultProxy]:
    """Open a proxy before this server that makes the mutation until the block ends; it fills the traffic."""
    with fault_proxy(upstream, mutating(mutation, traffic)) as proxy:
        yield proxy
        proxy.wait_until_idle()


def mutating(mutation: Mutation, traffic: Traffic) -> Behaviour:
    """Return what a proxy does that makes this mutation; one request after another."""
    one_by_one = threading.Lock()

    def behave(received: ReceivedRequest) -> bool:
        with one_by_one:
            before = _before(received) if mutation.looks_before and received.method in CHANGES else None
            answered = Response.from_wire(received.forward())
            endpoint = traffic.endpoint(received.method, received.path.partition("?")[0])
            passage = Passage(received, endpoint, traffic, answered, before)
            traffic.learn(passage)
            told = mutation.mutate(passage)
            if told != answered:
                traffic.touched.add((received.method, passage.path))
        received.sock.sendall(told.on_the_wire())
        return True

    return behave


def _before(received: ReceivedRequest) -> Response:
    headers = {name: value for name, value in received.headers.items() if not name.startswith("content-")}
    return Response.from_wire(replace(received, method="GET", headers=headers, body=b"").forward())
