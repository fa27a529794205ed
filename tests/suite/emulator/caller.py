"""Call an emulator over real sockets, as one of its users."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass, field
from typing import Any

import requests

from conformance.emulator.serving import Served

GIS = {"class": "GeographicInformationSystem", "subClass": "WebMapService"}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    json: Any
    headers: dict[str, str]

    @property
    def code(self) -> str:
        """Return the code of a refusal."""
        return str(self.json["error"]["code"])

    @property
    def details(self) -> list[tuple[str, str]]:
        """Return code and target of each detail of a refusal."""
        return [(each["code"], each["target"]) for each in self.json["error"]["details"]]


@dataclass(frozen=True)
class Caller:
    """One user of an emulator, on a connection of its own."""

    served: Served
    role: str = "owner"
    session: requests.Session = field(default_factory=requests.Session)

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """Send one request; options are those of requests, and ``token`` in the place of the role's own."""
        token = options.pop("token", None) or self.served.token(self.role)
        headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
        if body is not None:
            options["json"] = body
        response = self.session.request(
            method, self.served.base_url + path, headers=headers, timeout=10, **options
        )
        announced = response.headers.get("content-type", "")
        content = response.json() if response.content and "json" in announced else None
        return Answer(response.status_code, content, dict(response.headers))

    def as_role(self, role: str) -> Caller:
        """Return a caller of another role on the same connection."""
        return Caller(self.served, role, self.session)

    def itwin(self, **members: Any) -> str:
        """Create an iTwin and return its id."""
        body = {"class": "Thing", "subClass": "Asset", "displayName": f"Asset {uuid.uuid4()}", **members}
        answer = self.call("POST", "/itwins/", body)
        assert answer.status == 201, answer
        return str(answer.json["iTwin"]["id"])

    def repository(self, itwin: str, **members: Any) -> str:
        """Create a repository in the iTwin and return its id."""
        body = {**GIS, "uri": f"https://example.com/{uuid.uuid4()}", **members}
        answer = self.call("POST", f"/itwins/{itwin}/repositories", body)
        assert answer.status == 201, answer
        return str(answer.json["repository"]["id"])

    def data(self, itwin: str, **members: Any) -> str:
        """Create a reality data in the iTwin and return its id."""
        body = {"iTwinId": itwin, "displayName": "Mesh", "type": "3MX", **members}
        answer = self.call("POST", "/reality-management/reality-data", body)
        assert answer.status == 201, answer
        return str(answer.json["realityData"]["id"])

    def account(self, itwin: str, **options: Any) -> Answer:
        """Get the iTwin's account."""
        return self.call("GET", f"/itwins/{itwin}/account", **options)

    def resource(self, itwin: str, repository: str, body: Any, **options: Any) -> Answer:
        """Create a resource."""
        return self.call("POST", f"/itwins/{itwin}/repositories/{repository}/resources", body, **options)

    def associate(self, data: str, itwin: str, **options: Any) -> Answer:
        """Associate a reality data with an iTwin."""
        return self.call("POST", f"/reality-management/reality-data/{data}/itwins/{itwin}", **options)

    def move(self, data: str, itwin: Any, **options: Any) -> Answer:
        """Move a reality data to an iTwin."""
        path = f"/reality-management/reality-data/{data}/move"
        return self.call("PATCH", path, {"iTwinId": itwin}, **options)

    def homes(self, data: str) -> list[str]:
        """Return the iTwins of a reality data."""
        answer = self.call("GET", f"/reality-management/reality-data/{data}/itwins")
        assert answer.status == 200, answer
        return list(answer.json["iTwins"])


def unsigned(owner: Caller) -> str:
    """Return a token of the owner that nobody signed."""
    _, claims, _ = owner.served.token().split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{head}.{claims}."
