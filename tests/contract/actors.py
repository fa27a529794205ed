"""Who acts: one role with its verbs, the four judged operations and the set-up requests around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.checks.statuses import carried_out
from conformance.claims.openapi import Operation
from conformance.client import Client
from conformance.errors import NotJudged
from conformance.exchange.model import ABSENT, Exchange, Request, Undo, request_for
from conformance.generate.examples import example_request
from conformance.ledger.unique_names import Unique

from .waiting import Eventually

REALITY_DATA = "/reality-management/reality-data"


@dataclass(frozen=True)
class Repository:
    """A repository of an iTwin."""

    itwin: str
    id: str
    class_: str = "GeographicInformationSystem"
    sub_class: str = "WebMapService"

    def at(self, **changes: str) -> Repository:
        """Return the repository under another iTwin or id, where it may not exist."""
        return replace(self, **changes)

    @property
    def path(self) -> str:
        """Return the path below which its resources stand."""
        return f"/itwins/{self.itwin}/repositories/{self.id}"


@dataclass(frozen=True)
class Actor:
    """One role and its verbs: the four judged operations, and the set-up requests that are never judged."""

    role: str
    client: Client
    operations: dict[str, Operation]
    unique: Unique
    eventually: Eventually

    def associate(self, reality_data: str, itwin: str, **options: Any) -> Exchange:
        """Associate reality data with an iTwin."""
        return self._send("associateRealityData", {"realityDataId": reality_data, "iTwinId": itwin}, options)

    def move(self, reality_data: str, itwin: Any = ABSENT, **options: Any) -> Exchange:
        """Move reality data to an iTwin; `json` or `content` in the options stand for another body."""
        if not options.keys() & {"json", "content"}:
            options["json"] = {"iTwinId": itwin}
        return self._send("moveRealityData", {"realityDataId": reality_data}, options)

    def create_resource(self, repository: Repository, body: Any = ABSENT, **options: Any) -> Exchange:
        """Create a resource; a body that is left out gets a new id and a new name."""
        if not options.keys() & {"json", "content"}:
            options["json"] = self.new_resource() if body is ABSENT else body
        params = {"iTwinId": repository.itwin, "repositoryId": repository.id}
        return self._send("createRepositoryResource", params, options)

    def account(self, itwin: str, **options: Any) -> Exchange:
        """Read the account of an iTwin."""
        return self._send("getITwinAccount", {"iTwinId": itwin}, options)

    def example(self, operation: str, real_ids: Mapping[str, str], **options: Any) -> Exchange:
        """Send a request of any operation that its page calls valid, about these real ids."""
        request = example_request(self.operations[operation], real_ids, self.unique, **options)
        return self.client.send(request, self.role)

    def _send(self, operation: str, params: dict[str, str], options: dict[str, Any]) -> Exchange:
        return self.client.send(request_for(self.operations[operation], params, **options), self.role)

    def new_resource(self, **members: Any) -> dict[str, Any]:
        """Return the body of a resource that nobody has yet, with these members instead."""
        return {"id": self.unique("id"), "displayName": self.unique("Name"), **members}

    def new_itwin(self, **members: Any) -> str:
        """Create an iTwin and return its id."""
        body = {"class": "Endeavor", "subClass": "Project", "displayName": self.unique("itwin"), **members}
        body.setdefault("number", self.unique("number"))
        mine = "?includeInactive=true&displayName={name}"
        return self._create("/itwins/", body, "iTwin", "/iTwin/id", mine)

    def new_reality_data(self, itwin: str) -> str:
        """Create reality data in an iTwin and return its id."""
        body = {
            "iTwinId": itwin,
            "displayName": self.unique("data"),
            "type": "OPC",
            "classification": "Terrain",
        }
        return self._create(REALITY_DATA, body, "reality data", "/realityData/id", f"?iTwinId={itwin}")

    def new_repository(self, itwin: str, sub_class: str = "WebMapService", class_: str = "") -> Repository:
        """Create a repository and return it."""
        class_ = class_ or "GeographicInformationSystem"
        uri = f"https://example.com/{self.unique('service')}"
        body = {"class": class_, "subClass": sub_class, "uri": uri, "displayName": self.unique("repository")}
        made = self._create(f"/itwins/{itwin}/repositories", body, "repository", "/repository/id")
        return Repository(itwin, made, class_, sub_class)

    def _create(self, path: str, body: dict[str, Any], what: str, pointer: str, query: str = "") -> str:
        undo = Undo(what, f"{path.rstrip('/')}/{{id}}", pointer, f"{path}{query}")
        response = self._set_up(Request("POST", path, json=body, undo=undo, purpose="setup"))
        created = response.at(pointer)
        if not isinstance(created, str) or not created:
            reason = f"set-up failed: {response.operation_id} answered {response.summary()} without {pointer}"
            raise NotJudged(reason, (response.id,))
        return created

    def _set_up(self, request: Request) -> Exchange:
        response = self.client.send(request, self.role)
        if not carried_out(response):
            what = f"{self.role} {request.method} {request.path} answered {response.summary()}"
            raise NotJudged(f"set-up failed: {what}", (response.id,))
        return response

    def delete(self, path: str) -> None:
        """Delete something that the scenario created."""
        self._set_up(Request("DELETE", path, purpose="setup"))

    def read(self, path: str, **options: Any) -> Exchange:
        """Read something that is never judged itself."""
        return self.client.send(Request("GET", path, purpose="setup", **options), self.role)

    def shown(self, path: str, **options: Any) -> Exchange:
        """Read something that exists, as soon as reads show it; `NotJudged` where they never do."""
        response = self.eventually(lambda: self.read(path, **options), lambda seen: seen.status == 200)
        if response.status != 200:
            raise NotJudged(f"set-up failed: GET {path} answered {response.summary()}", (response.id,))
        return response
