"""Word the responses: one JSON body for a success, one error envelope for a refusal."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Response:
    """What goes back for one request.

    ``json`` is written as the body unless ``body`` is given; a response with neither has no body. ``raw``
    replaces the whole message, status line included, and closes the connection after it: the way to break
    the protocol itself.
    """

    status: int
    json: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    content_type: str = JSON_TYPE
    raw: bytes | None = None

    def content(self) -> bytes:
        """Return the bytes of the body; lone surrogates stay escaped, since UTF-8 cannot hold them."""
        if self.body is not None:
            return self.body
        if self.json is None:
            return b""
        try:
            return json.dumps(self.json, ensure_ascii=False, separators=(",", ":")).encode()
        except UnicodeEncodeError:
            return json.dumps(self.json, separators=(",", ":")).encode()

    def with_header(self, name: str, value: str) -> Response:
        """Return the same response with the header set, in place of one of the same name."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return replace(self, headers=(*kept, (name, value)))

    def code(self) -> str | None:
        """Return ``error.code`` of a refusal, None for anything else."""
        match self.json:
            case {"error": {"code": str(code)}}:
                return code
        return None


@dataclass(frozen=True)
class Detail:
    """One entry of an error's ``details``: ``{code, message, target}``."""

    code: str
    message: str
    target: str

    def as_json(self) -> dict[str, str]:
        """Return the entry as it goes out."""
        return {"code": self.code, "message": self.message, "target": self.target}


def refuse(
    status: int, code: str, message: str, details: tuple[Detail, ...] = (), *, target: str | None = None
) -> Response:
    """Return the error envelope ``{error: {code, message[, target][, details]}}``."""
    error: dict[str, Any] = {"code": code, "message": message}
    if target:
        error["target"] = target
    if details:
        error["details"] = [each.as_json() for each in details]
    return Response(status, {"error": error})


def missing(target: str) -> Detail:
    """Return the detail for a required property that is absent, null or empty (page 002)."""
    return Detail("MissingRequiredProperty", "A required property is missing or empty.", target)


def invalid_value(value: object, target: str) -> Detail:
    """Return the detail for a value that is not one of the allowed (pages 000 and 001)."""
    shown = value if isinstance(value, str) else json.dumps(value)
    return Detail("InvalidValue", f"The value '{shown[:200]}' is not valid.", target)


def invalid_parameter(target: str) -> Detail:
    """Return the detail for a member that the operation does not know."""
    return Detail("InvalidParameter", f"The property '{target[:200]}' is not known.", target)


def insufficient_permissions() -> Response:
    """Return the 403 of every page."""
    return refuse(
        403, "InsufficientPermissions", "The user has insufficient permissions for the requested operation."
    )


def itwin_not_found() -> Response:
    """Return the 404 for an unknown iTwin (page 003)."""
    return refuse(404, "iTwinNotFound", "Requested iTwin is not available.")


def reality_data_not_found() -> Response:
    """Return the 404 for an unknown reality data (pages 000 and 001)."""
    return refuse(404, "RealityDataNotFound", "Requested reality data is not available.")


def repository_not_found() -> Response:
    """Return the 404 for an unknown repository (page 002)."""
    return refuse(404, "iTwinRepositoryNotFound", "Requested iTwin Repository is not available.")


def resource_not_found() -> Response:
    """Return the 404 for an unknown resource of a repository."""
    return refuse(
        404, "iTwinRepositoryResourceNotFound", "Requested iTwin Repository Resource is not available."
    )


def invalid_reality_data(*details: Detail) -> Response:
    """Return the 422 of Reality Management (pages 000 and 001)."""
    return refuse(422, "InvalidRealityDataRequest", "Invalid RealityData request.", details)


def invalid_itwins(message: str, *details: Detail) -> Response:
    """Return the 422 of the iTwins API (page 002)."""
    return refuse(422, "InvalidiTwinsRequest", message, details)
