"""A response that a proxy may change before it hands it on."""

from __future__ import annotations

import http
import json
from dataclasses import dataclass, replace
from typing import Any, Final

ABOUT_THE_BODY: Final = frozenset({"content-length", "etag", "last-modified", "content-md5", "digest"})
"""Headers that are not true any more of a body that was changed."""


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers in their order, and the body as it was sent."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @classmethod
    def from_wire(cls, raw: bytes) -> Response:
        """Read a response whose whole body follows its headers."""
        head, _, body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = tuple((name.strip(), value.strip()) for name, _, value in (x.partition(":") for x in lines))
        return cls(int(first.split(" ")[1]), headers, body)

    def on_the_wire(self) -> bytes:
        """Return the response as it is sent."""
        reasons = {each.value: each.phrase for each in http.HTTPStatus}
        headers = [(name, value) for name, value in self.headers if name.lower() != "content-length"]
        if self.status != http.HTTPStatus.NO_CONTENT:
            headers.append(("Content-Length", str(len(self.body))))
        lines = [f"HTTP/1.1 {self.status} {reasons.get(self.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in headers]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body

    @property
    def succeeded(self) -> bool:
        """Tell whether the status is 2xx."""
        return self.status // 100 == 2  # noqa: PLR2004 - the successes of HTTP

    @property
    def refused(self) -> bool:
        """Tell whether the status is 4xx."""
        return self.status // 100 == 4  # noqa: PLR2004 - the refusals of HTTP

    @property
    def json(self) -> Any:
        """Return the body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def with_json(self, value: Any) -> Response:
        """Return the response with this body."""
        kept = tuple((name, v) for name, v in self.headers if name.lower() not in ABOUT_THE_BODY)
        return replace(self, headers=kept, body=json.dumps(value).encode())

    def with_header(self, name: str, value: str) -> Response:
        """Return the response with this header instead of its own."""
        kept = tuple(each for each in self.headers if each[0].lower() != name.lower())
        return replace(self, headers=(*kept, (name, value)))
