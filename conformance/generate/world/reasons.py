"""Reasons for which there is no thing now, and may be one later."""

from __future__ import annotations

from conformance.errors import NotJudged


class PutOff(NotJudged):
    """A request is not sent yet; it may be at the end."""


class Spent(NotJudged):
    """The budget allows no more requests: nothing is known of what was asked for."""


class Circular(NotJudged):
    """To have a thing takes a thing of its own kind: from elsewhere it may be had."""


class CircularPutOff(PutOff, Circular):
    """One way to have a thing is put off, another takes a thing of its own kind."""


def weightier(kind: type[NotJudged], why: NotJudged) -> type[NotJudged]:
    """Return what two reasons come to: what may be had later is not given up."""
    kinds = {kind, type(why)} & {PutOff, Circular, CircularPutOff}
    return CircularPutOff if len(kinds) > 1 else next(iter(kinds), NotJudged)
