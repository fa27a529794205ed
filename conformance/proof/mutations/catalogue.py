"""The mutations: each makes a right server look as if it broke one kind of rule.

None writes by itself: what is said is changed, what is done is not, so that nothing is left behind.
Only who sends a request may be changed, as a server would that forgot to ask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from conformance.claims.endpoints import error_schema
from conformance.proof.mutations.bodies import (
    identifies,
    lists,
    misdescribed,
    overlaid,
    with_changes,
    with_new_ids,
)
from conformance.proof.mutations.response import Response
from conformance.proof.mutations.traffic import Passage, scalars

UNUSUAL: Final = (226, 208, 203, 206)
"""Successes that hardly a definition declares."""
CRASHES: Final = (500, 501, 502, 507, 599)
ABSENT: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
DENIED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
OWN_LENGTH: Final = 8
"""How long a text is that hardly two things have by chance."""
MALFORMED: Final = frozenset({400, 405, 409, 412, 413, 415, 422})


@dataclass(frozen=True)
class Mutation:
    """One kind of broken server; `looks_before` asks for a GET of what a request is about to change."""

    sentence: str
    mutate: Callable[[Passage], Response]
    looks_before: bool = False


def undocumented_status(passage: Passage) -> Response:
    """Answer a success with a status that the definition does not have."""
    endpoint, response = passage.endpoint, passage.response
    if endpoint is None or not response.succeeded:
        return response
    known = endpoint.responses
    if not known.keys() & {"2xx", "default"}:
        other = next((each for each in UNUSUAL if str(each) not in known), UNUSUAL[0])
        return replace(response, status=other)
    # Every success is documented. What was created must be known as created, so that it is undone.
    return replace(response, status=CRASHES[0]) if endpoint.safe else response


def renamed_member(passage: Passage) -> Response:
    """Answer with a body that the schema does not allow, or with a media type that is not documented."""
    response, endpoint = passage.response, passage.endpoint
    if endpoint is None or not response.succeeded or not response.body:
        return response
    documented = endpoint.documented(response.status) or {}
    schema = next((content.schema for content in endpoint.contents(documented) if content.is_json), {})
    wrong = misdescribed(endpoint.document, schema, response.json) if schema else None
    return (
        response.with_header("Content-Type", "text/x-mutated") if wrong is None else response.with_json(wrong)
    )


def misdescribed_error(passage: Passage) -> Response:
    """Answer an error with a body that the schema of its status does not allow."""
    response, endpoint = passage.response, passage.endpoint
    if endpoint is None or response.status < HTTPStatus.BAD_REQUEST or response.json is None:
        return response
    schema = error_schema(endpoint, response.status)
    wrong = misdescribed(endpoint.document, schema, response.json) if schema else None
    return response if wrong is None else response.with_json(wrong)


def credentials_added(passage: Passage) -> Response:
    """Let in whoever comes, as the one who came first."""
    if passage.response.status in DENIED and passage.credentials != passage.traffic.owner:
        return passage.as_owner()
    return passage.response


def outsider_as_owner(passage: Passage) -> Response:
    """Take whoever has credentials for the one who came first."""
    traffic = passage.traffic
    if traffic.owner and passage.credentials and passage.credentials != traffic.owner:
        return passage.as_owner()
    return passage.response


def changed_value(passage: Passage) -> Response:
    """Read back other values than were sent."""
    response, sent = passage.response, passage.traffic.sent
    if passage.received.method != "GET" or not response.succeeded or response.json is None:
        return response

    def was_sent(name: str, value: Any) -> bool:
        return value in sent.get(name, ()) and str(value) not in passage.path

    return response.with_json(with_changes(response.json, was_sent))


def swallowed_write(passage: Passage) -> Response:
    """Answer an update as if it were done, and read back what was there before."""
    before, traffic = passage.before, passage.traffic
    if passage.received.method in {"PUT", "PATCH"} and passage.response.succeeded:
        if before is not None and before.succeeded:
            traffic.told[passage.path] = before
    elif passage.received.method == "DELETE" and passage.response.succeeded:
        traffic.told.pop(passage.path, None)
    return _told(passage)


def served_after_delete(passage: Passage) -> Response:
    """Go on serving what was deleted."""
    before = passage.before if passage.received.method == "DELETE" else None
    if before is not None and before.succeeded and passage.response.succeeded:
        passage.traffic.told[passage.path] = before
    return _told(passage)


def others_deleted(passage: Passage) -> Response:
    """Delete with a thing all others of its kind that were shown before."""
    traffic, path = passage.traffic, passage.path
    if passage.received.method == "DELETE" and passage.is_item and passage.response.succeeded:
        read = traffic.endpoint("GET", path)
        above = path.rstrip("/").rpartition("/")[0]
        gone = Response(HTTPStatus.NOT_FOUND, (("Content-Type", "application/json"),), b"{}")
        others = (last for label, last in traffic.shown if read is not None and label == read.label)
        traffic.told |= {f"{above}/{last}": gone for last in others}
    return _told(passage)


def _told(passage: Passage) -> Response:
    told = passage.traffic.told.get(passage.path)
    return told if told is not None and passage.received.method == "GET" else passage.response


def refused_but_done(passage: Passage) -> Response:
    """Refuse a write, and show what is right of it as if it were done."""
    traffic, before, endpoint = passage.traffic, passage.before, passage.endpoint
    if passage.writes and passage.response.refused and before is not None and before.json is not None:
        body = before.json
        if passage.is_item:
            body = overlaid(body, passage.body)
        else:
            _add_entry(body, traffic.good.get(endpoint.label) if endpoint else None, passage.body)
        traffic.told[passage.path] = before.with_json(body)
    elif passage.received.method != "GET" and passage.response.succeeded:
        traffic.told.clear()
    return _told(passage)


def _add_entry(body: Any, made: Response | None, sent: Any) -> None:
    """Add to the first list what would have been made: like the others, with what was sent."""
    for entries in lists(body):
        like = entries[0] if entries else made.json if made is not None else {}
        entries.append(overlaid(with_changes(like, lambda name, _: identifies(name)), sent))
        return


def dropped_entry(passage: Passage) -> Response:
    """Leave out of a list what was created last."""
    response = passage.response
    if passage.received.method != "GET" or not response.succeeded or passage.is_item:
        return response
    body, known = response.json, passage.traffic.created
    for entries in lists(body):
        if entries and isinstance(entries[0], dict | str):
            entries[:] = [each for each in entries if not _is_of(each, known)]
            return response.with_json(body)
    return response


def _is_of(entry: Any, created: list[Any]) -> bool:
    """Tell whether an entry has the id of what was created, or a text that only that has."""
    own = [
        v for name, v in scalars(entry) if identifies(name) or (isinstance(v, str) and len(v) >= OWN_LENGTH)
    ]
    return any(value in created for value in own)


def duplicated_entry(passage: Passage) -> Response:
    """Show an entry of one page of a list on the next one again."""
    response, told = passage.response, passage.traffic.told
    if passage.received.method != "GET" or not response.succeeded or passage.is_item:
        return response
    body, query = response.json, urlsplit(passage.received.path).query
    entries = next(lists(body), [])
    earlier = told.get(passage.path)
    if not query or not entries:
        return response
    if earlier is None or earlier.json == body:
        told[passage.path] = response
        return response
    first = next(lists(earlier.json), [])
    if first and first[0] not in entries:
        entries[0] = first[0]
    return response.with_json(body)


def parent_ignored(passage: Passage) -> Response:
    """Show a thing below whatever parent."""
    return _shown_before(passage) if passage.response.status in ABSENT else passage.response


def _shown_before(passage: Passage) -> Response:
    if passage.endpoint is None:
        return passage.response
    label, traffic = passage.endpoint.label, passage.traffic
    there = passage.last in {last for _, last in traffic.shown}
    shown = traffic.shown.get((label, passage.last))
    return (
        shown
        or (traffic.good.get(label) if there and not passage.endpoint.safe else None)
        or passage.response
    )


def success_for_unknown(passage: Passage) -> Response:
    """Answer for what is not there as for what was."""
    if passage.endpoint is None or passage.response.status not in ABSENT:
        return passage.response
    return passage.traffic.good.get(passage.endpoint.label, passage.response)


def bad_body_accepted(passage: Passage) -> Response:
    """Answer a wrong body as a right one."""
    if passage.endpoint is None or not passage.writes or passage.response.status not in MALFORMED:
        return passage.response
    like = passage.traffic.good.get(passage.endpoint.label, Response(HTTPStatus.OK, body=b"{}"))
    if like.json is None:
        return like
    # What seems to be created has an id of its own, as it would have.
    return like.with_json(with_new_ids(like.json, passage.received.number))


def crash_on_bad_input(passage: Passage) -> Response:
    """Fail where a request is to be refused."""
    response, endpoint = passage.response, passage.endpoint
    if endpoint is None or not response.refused or response.status in DENIED:
        return response
    status = next((each for each in CRASHES if str(each) not in endpoint.responses), CRASHES[-1])
    return Response(status, (("Content-Type", "application/json"),), b"{}")


def restless(passage: Passage) -> Response:
    """Answer each read a little otherwise than the one before."""
    response = passage.response
    if passage.received.method != "GET" or not response.succeeded or response.json is None:
        return response
    number = passage.received.number

    def told(name: str, value: Any) -> bool:
        return isinstance(value, str) and not identifies(name) and number % 2 == 1

    return response.with_json(with_changes(response.json, told))


MUTATIONS: Final[Mapping[str, Mutation]] = {
    name.__name__.replace("_", "-"): Mutation((name.__doc__ or "").rstrip("."), name, name in looks_before)
    for looks_before in [{swallowed_write, served_after_delete, refused_but_done}]
    for name in (
        undocumented_status,
        renamed_member,
        misdescribed_error,
        credentials_added,
        outsider_as_owner,
        changed_value,
        swallowed_write,
        served_after_delete,
        others_deleted,
        refused_but_done,
        dropped_entry,
        duplicated_entry,
        parent_ignored,
        success_for_unknown,
        bad_body_accepted,
        crash_on_bad_input,
        restless,
    )
}
"""By name; the rows of `specs/rules.yaml` name them."""
