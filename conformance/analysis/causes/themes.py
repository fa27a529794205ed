"""What of an API a deviation is about: by what its requirement observes, else by its kind."""

from __future__ import annotations

from typing import Final

from conformance.analysis.causes.kinds import Kind
from conformance.analysis.causes.sign import Sign
from conformance.results.causes import Theme

_ASPECTS: Final = {
    "authentication": Theme.AUTHENTICATION,
    "permissions": Theme.PERMISSIONS,
    "rate": Theme.LIMITS,
    "limits": Theme.INPUT,
}
_KINDS: Final = {
    Kind.SILENCE: Theme.TRANSPORT,
    Kind.ACCEPTED: Theme.INPUT,
    Kind.EFFECT: Theme.STATE,
    Kind.STATE: Theme.STATE,
    Kind.STATUS: Theme.ERRORS,
    Kind.CODE: Theme.ERRORS,
    Kind.DETAILS: Theme.ERRORS,
    Kind.SHAPE: Theme.BODY,
    Kind.VALUE: Theme.BODY,
    Kind.HEADER: Theme.TRANSPORT,
}


def theme_of(sign: Sign) -> Theme:
    """Return what a deviation is about."""
    first = sign.aspects[0].partition("/")[0] if sign.aspects else ""
    if first in _ASPECTS:
        return _ASPECTS[first]
    if sign.kind is Kind.ACCEPTED and first == "state":
        return Theme.STATE
    if sign.kind in {Kind.SHAPE, Kind.VALUE} and sign.is_of_error:
        return Theme.ERRORS
    return _KINDS.get(sign.kind, Theme.STATUS)
