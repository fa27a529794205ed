"""What can happen to a request on its way, whatever the server behind is like."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from typing import Final

from conformance.proof.fault_proxy import Behaviour, ReceivedRequest

PROBLEM: Final = b'{"error":{"code":"InternalServerError","message":"Something went wrong."}}'
LIMIT: Final = b'{"error":{"code":"RateLimitExceeded","message":"The client sent too many requests."}}'
CORRELATION: Final = "x-correlation-id: 3f1c2b7e-8f51-4d2a-9a3e-0c6f4f1d2b7e"


def refused(received: ReceivedRequest) -> bool:
    """Break the connection off before anything is carried out."""
    return received.reset()


def carried_out_and_reset(received: ReceivedRequest) -> bool:
    """Carry the request out, and lose the response."""
    received.forward()
    return received.reset()


def timed_out(received: ReceivedRequest) -> bool:
    """Carry the request out, and keep the response until the client has gone away."""
    received.forward()
    received.sock.settimeout(30)  # against hanging only: the client gives up long before
    received.sock.recv(1)
    return False


def throttled(received: ReceivedRequest) -> bool:
    """Answer 429, and carry nothing out."""
    return received.response(LIMIT, "429 Too Many Requests", "Retry-After: 1", CORRELATION)


def failed(received: ReceivedRequest) -> bool:
    """Answer 500, and carry nothing out."""
    return received.response(PROBLEM, "500 Internal Server Error", CORRELATION)


def cut(received: ReceivedRequest) -> bool:
    """Carry the request out, and end in the middle of the response."""
    whole = received.forward()
    head, _, body = whole.partition(b"\r\n\r\n")
    received.sock.sendall(whole[: len(head) + 4 + len(body) // 2] if body else whole[: len(head) // 2])
    return received.reset()


ACCIDENTS: Final[Mapping[str, Behaviour]] = {
    "refused": refused,
    "reset after it was carried out": carried_out_and_reset,
    "time-out": timed_out,
    "429": throttled,
    "500": failed,
    "body cut": cut,
}
"""By the name that the table shows."""

VISIBLE: Final = frozenset({"500", "body cut"})
"""What a server can be blamed for: a violation that rests on such a response is no false one."""


def at(number: int, accident: Behaviour) -> Callable[[ReceivedRequest], bool]:
    """Return what lets the accident happen to the request of this number, and hands all others on."""

    def behave(received: ReceivedRequest) -> bool:
        if received.number == number:
            return accident(received)
        try:
            return received.hand_on()
        except (OSError, http.client.HTTPException):
            return False

    return behave
