"""Who acts: one role with its verbs, the four judged operations and the set-up calls around them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Barrier
from typing import Any, TypeVar

from conformance.claims.openapi import Operation
from conformance.client import Client
from conformance.errors import NotJudged
from conformance.exchange.model import ABSENT, Exchange, Request, Undo, request_for
from conformance.generate.examples import example_request
from conformance.ledger.unique_names import Unique

T = TypeVar("T")
REALITY_DATA = "/reality-management/reality-data"


@dataclass
class Lag:
    """How many seconds reads of this target were seen to lag behind writes."""

    seconds: float = 0.0

    def learn(self, seconds: float) -> None:
        """Remember the longest lag seen."""
        self.seconds = max(self.seconds, seconds)


@dataclass(frozen=True)
class Actor:
    """One role and its verbs: the four judged operations, and the set-up calls that are never judged."""

    role: str
    client: Client
    operations: dict[str, Operation]
    unique: Unique
    patience: float
    lag: Lag = field(default_factory=Lag)
    _made: dict[str, Any] = field(default_factory=dict)

    # ------------------------------------------------------------ judged operations
    def associate(self, reality_data: str, itwin: str, **options: Any) -> Exchange:
        """Associate reality data with an iTwin."""
        return self.call("associateRealityData", {"realityDataId": reality_data, "iTwinId": itwin}, **options)

    def move(self, reality_data: str, itwin: Any = ABSENT, **options: Any) -> Exchange:
        """Move reality data to an iTwin; `json` or `content` in the options stand for another body."""
        if not options.keys() & {"json", "content"}:
            options["json"] = {"iTwinId": itwin}
        return self.call("moveRealityData", {"realityDataId": reality_data}, **options)

    def create_resource(self, repository: Repository, body: Any = ABSENT, **options: Any) -> Exchange:
        """Create a resource; a body that is left out gets a new id and a new name."""
        if not options.keys() & {"json", "content"}:
            options["json"] = self.new_resource() if body is ABSENT else body
        params = {"iTwinId": repository.itwin, "repositoryId": repository.id}
        return self.call("createRepositoryResource", params, **options)

    def account(self, itwin: str, **options: Any) -> Exchange:
        """Read the account of an iTwin."""
        return self.call("getITwinAccount", {"iTwinId": itwin}, **options)

    def call(self, operation: str, params: dict[str, str], **options: Any) -> Exchange:
        """Send a request of a documented operation."""
        return self.client.send(request_for(self.operations[operation], params, **options), self.role)

    def example(self, operation: str, real_ids: dict[str, str], **options: Any) -> Exchange:
        """Send a request of any operation that its page calls valid, about these real ids."""
        return self.client.send(
            example_request(self.operations[operation], real_ids, self.unique, **options), self.role
        )

    # ------------------------------------------------------------ set-up
    def new_resource(self, **members: Any) -> dict[str, Any]:
        """Return the body of a resource that nobody has yet, with these members instead."""
        return {"id": self.unique("id"), "displayName": self.unique("Name"), **members}

    def new_itwin(self, **members: Any) -> str:
        """Create an iTwin and return its id."""
        body = {"class": "Endeavor", "subClass": "Project", "displayName": self.unique("itwin"), **members}
        body.setdefault("number", self.unique("number"))
        response = self._set_up("POST", "/itwins/", body, Undo("iTwin", "/itwins/{id}", "/iTwin/id"))
        return _text(response, "/iTwin/id")

    def new_reality_data(self, itwin: str) -> str:
        """Create reality data in an iTwin and return its id."""
        body = {
            "iTwinId": itwin,
            "displayName": self.unique("data"),
            "type": "OPC",
            "classification": "Terrain",
        }
        undo = Undo("reality data", REALITY_DATA + "/{id}", "/realityData/id")
        return _text(self._set_up("POST", REALITY_DATA, body, undo), "/realityData/id")

    def new_repository(self, itwin: str, sub_class: str = "WebMapService", class_: str = "") -> Repository:
        """Create a repository and return it."""
        body = {
            "class": class_ or "GeographicInformationSystem",
            "subClass": sub_class,
            "uri": f"https://example.com/{self.unique('service')}",
            "displayName": self.unique("repository"),
        }
        path = f"/itwins/{itwin}/repositories"
        response = self._set_up("POST", path, body, Undo("repository", path + "/{id}", "/repository/id"))
        return Repository(itwin, _text(response, "/repository/id"), body["class"], sub_class)

    def _set_up(self, method: str, path: str, body: Any, undo: Undo | None = None) -> Exchange:
        request = Request(method, path, json=body, undo=undo, purpose="setup")
        response = self.client.send(request, self.role)
        if (response.status or 0) >= 300:
            raise NotJudged(
                f"set-up failed: {self.role} {method} {path} answered {response.summary()}", (response.id,)
            )
        return response

    def delete(self, path: str) -> None:
        """Delete something that the scenario created."""
        self._set_up("DELETE", path, ABSENT)

    # ------------------------------------------------------------ reads
    def read(self, path: str, **options: Any) -> Exchange:
        """Read something that is never judged itself."""
        return self.client.send(Request("GET", path, purpose="setup", **options), self.role)

    def shown(self, path: str, **options: Any) -> Exchange:
        """Read something that exists, as soon as reads show it; `NotJudged` where they never do."""
        response = self.settled(lambda: self.read(path, **options), lambda seen: seen.status == 200)
        if response.status != 200:
            raise NotJudged(f"set-up failed: GET {path} answered {response.summary()}", (response.id,))
        return response

    def associations(self, reality_data: str) -> list[str]:
        """Return the ids of the iTwins that reality data is associated with."""
        response = self.shown(f"{REALITY_DATA}/{reality_data}/itwins")
        seen = response.at("/iTwins")
        if not isinstance(seen, list):
            raise NotJudged(f"the associations of {reality_data} are no list", (response.id,))
        return [_id_of(entry) for entry in seen]

    def resources(self, repository: Repository) -> list[dict[str, Any]]:
        """Return every resource that a repository lists, over all its pages."""
        found: list[dict[str, Any]] = []
        more = True
        while more and len(found) < 5000:
            query = {"$top": "100", "$skip": str(len(found))}
            response = self.shown(f"{repository.path}/resources", query=query)
            page = response.at("/resources")
            if not isinstance(page, list):
                raise NotJudged(f"the resources of {repository.id} are no list", (response.id,))
            found += [entry for entry in page if isinstance(entry, dict)]
            more = bool(page) and (len(page) >= 100 or isinstance(response.at("/_links/next/href"), str))
        return found

    def read_itwin(self, itwin: str) -> Exchange:
        """Read an iTwin with everything that it tells about itself."""
        return self.settled(
            lambda: self.read(f"/itwins/{itwin}", headers={"Prefer": "return=representation"}),
            lambda response: response.status == 200,
        )

    def settled(self, look: Callable[[], T], good: Callable[[T], bool]) -> T:
        """Look until it is good or the target's patience is over; reads may lag behind writes.

        A lag that was seen once is waited for before the next look: a slow target costs time, not requests.
        """
        started, pause = time.monotonic(), 0.4
        rest = self.client.counts.last_write + min(self.lag.seconds, self.patience) - started
        if self.lag.seconds and rest > 0:
            time.sleep(rest)
        seen = look()
        while not good(seen) and time.monotonic() - started + pause <= self.patience:
            time.sleep(pause)
            pause *= 2
            seen = look()
            if good(seen):
                self.lag.learn(time.monotonic() - started)
        return seen

    def settled_associations(self, reality_data: str, wanted: Sequence[str]) -> list[str]:
        """Return the associations once they are the wanted ones, or as they are when patience is over."""
        want = sorted(i.lower() for i in wanted)
        return self.settled(
            lambda: self.associations(reality_data), lambda seen: sorted(map(str.lower, seen)) == want
        )


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


def _id_of(entry: Any) -> str:
    return str(entry.get("id", entry) if isinstance(entry, dict) else entry)


def _text(response: Exchange, pointer: str) -> str:
    seen = response.at(pointer)
    if not isinstance(seen, str) or not seen:
        raise NotJudged(
            f"set-up failed: {response.operation_id} answered {response.summary()} without {pointer}",
            (response.id,),
        )
    return seen


def at_once(*calls: Callable[[], Exchange]) -> list[Exchange]:
    """Make the calls at the same moment, each from a thread of its own, and return their responses."""
    barrier = Barrier(len(calls))

    def one(call: Callable[[], Exchange]) -> Exchange:
        barrier.wait(timeout=10)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(one, call) for call in calls]]
