"""Reasons for which there is no thing now, and may be one later."""

from __future__ import annotations

from conformance.errors import NotJudged


class PutOff(NotJudged):
    """A request is not sent yet; it may be at the end."""


class Circular(NotJudged):
    """To have a thing takes a thing of its own kind: from elsewhere it may be had."""
