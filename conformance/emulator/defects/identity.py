"""Tokens that should be refused and are not."""

from __future__ import annotations

from conformance.emulator.faults import EVERY, Faults, defect


@defect(
    "expired-token-accepted",
    "The gateway's clock check was switched off during an incident and never came back.",
    breaks=("platform.auth.expired-token",),
)
def _(faults: Faults) -> None:
    faults.drop(EVERY, "expiry")


@defect(
    "account-needs-no-token",
    "The route of one operation was added to the list of anonymous ones.",
    breaks=("platform.auth.missing-token",),
)
def _(faults: Faults) -> None:
    faults.open_to_all("getITwinAccount")


@defect(
    "unsigned-token-accepted",
    "The token library was told to trust the algorithm that the token itself names.",
    breaks=("platform.auth.unsigned-token",),
)
def _(faults: Faults) -> None:
    faults.drop(EVERY, "algorithm")
    faults.wrap(
        EVERY,
        "signature",
        lambda call, inner: None if call.token.header.get("alg") == "none" else inner(call),
    )
