"""What scenarios read besides responses: iTwins, associations and the resources of a repository."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from conformance.checks import expect
from conformance.errors import NotJudged
from conformance.exchange.model import Exchange

from .actors import REALITY_DATA, Actor, Repository

REPRESENTATION = {"Prefer": "return=representation"}


def eventual_read(actor: Actor, path: str, **options: Any) -> Exchange:
    """Read something once it is there, or as it is when its time is over."""
    return actor.eventually(lambda: actor.read(path, **options), lambda seen: seen.status == 200)


def read_itwin(actor: Actor, itwin: str) -> Exchange:
    """Read an iTwin with everything that it tells about itself."""
    return eventual_read(actor, f"/itwins/{itwin}", headers=REPRESENTATION)


def associations(actor: Actor, data: str) -> tuple[list[str], Exchange]:
    """Return the ids of the iTwins that reality data is associated with, and the read of them."""
    response = actor.shown(f"{REALITY_DATA}/{data}/itwins")
    seen = response.at("/iTwins")
    if not isinstance(seen, list):
        raise NotJudged(f"the associations of {data} are no list", (response.id,))
    return [str(entry.get("id", entry) if isinstance(entry, dict) else entry) for entry in seen], response


def eventual_associations(actor: Actor, data: str, wanted: Iterable[str]) -> tuple[list[str], Exchange]:
    """Return the associations once they are the wanted ones, or as they are when their time is over."""
    want = sorted(map(str.lower, wanted))
    return actor.eventually(
        lambda: associations(actor, data), lambda seen: sorted(map(str.lower, seen[0])) == want
    )


def expect_associations(
    actor: Actor, data: str, wanted: Iterable[str], *evidence: Exchange, what: str = "associations"
) -> None:
    """Expect reality data to be associated, at last, with exactly these iTwins."""
    wanted = list(wanted)
    seen, response = eventual_associations(actor, data, wanted)
    expect.rests_on(response)
    expect.same_items(seen, wanted, what, *(evidence or (response,)))


def resources(actor: Actor, repository: Repository) -> list[dict[str, Any]]:
    """Return every resource that a repository lists, over all its pages."""
    found: list[dict[str, Any]] = []
    more = True
    while more and len(found) < 5000:
        query = {"$top": "100", "$skip": str(len(found))}
        response = actor.shown(f"{repository.path}/resources", query=query)
        page = response.at("/resources")
        if not isinstance(page, list):
            raise NotJudged(f"the resources of {repository.id} are no list", (response.id,))
        found += [entry for entry in page if isinstance(entry, dict)]
        more = bool(page) and (len(page) >= 100 or isinstance(response.at("/_links/next/href"), str))
    return found


def eventual_resources(
    actor: Actor, repository: Repository, good: Callable[[list[Any]], bool]
) -> list[dict[str, Any]]:
    """Return the resources once their ids are good, or as they are when their time is over."""
    return actor.eventually(lambda: resources(actor, repository), lambda seen: good(ids_of(seen)))


def expect_unlisted(actor: Actor, repository: Repository, refused: set[str]) -> None:
    """Expect that a repository lists none of the resources that were refused."""
    listed = set(map(str, ids_of(resources(actor, repository))))
    expect.equal(sorted(listed & refused), [], "refused and listed", actor.client.recorder.exchanges.newest)


def ids_of(listed: list[dict[str, Any]]) -> list[Any]:
    """Return the ids of listed resources."""
    return [entry.get("id") for entry in listed]
