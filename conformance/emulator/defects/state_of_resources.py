"""Resources that are lost, stored twice or stored in spite of a refusal; reads that write."""

from __future__ import annotations

from dataclasses import replace

from conformance.emulator.call import Call
from conformance.emulator.defects.shared import ACCOUNT, RESOURCE, on
from conformance.emulator.faults import Faults, defect
from conformance.emulator.pipeline import Run
from conformance.emulator.records import ITwin, Repository, Resource
from conformance.emulator.replies import Reply

_LATER = 8  # creates, after which the first is taken back


@defect(
    "resource-stores-nothing",
    "The unit of work is never saved, and the reply is written before anybody notices.",
    breaks=on(
        "resource",
        ".can-be-read",
        ".is-listed-once",
        ".stays",
        ".duplicate-id-conflicts",
    ),
    also=on("resource", ".*"),
)
def _(faults: Faults) -> None:
    faults.drop(RESOURCE, "apply")


@defect(
    "resource-is-taken-back-later",
    "A cache in front of the store is full, and the oldest entry goes without being written.",
    breaks=on("resource", ".stays"),
    also=on("resource", ".refused-changes-nothing"),
)
def _(faults: Faults) -> None:
    first: list[Resource] = []
    seen = [0]

    def count(call: Call, inner: Run) -> None:
        inner(call)
        first.append(call.facts["resource"])
        seen[0] += 1
        if seen[0] == _LATER:
            call.emulator.state.drop_resource(first[0])

    faults.wrap(RESOURCE, "apply", count)


@defect(
    "resource-is-not-listed",
    "The list is read from a search index that nobody tells of new entries.",
    breaks=on("resource", ".is-listed-once"),
    also=on("resource", ".at-once-*", ".duplicate-*", ".unique-*", ".free-*", ".text-*", ".can-be-read"),
)
def _(faults: Faults) -> None:
    faults.body("listRepositoryResources", lambda _: {"resources": [], "_links": {}}, status=200)


@defect(
    "resource-is-listed-twice",
    "The join with the permissions multiplies rows.",
    breaks=on("resource", ".is-listed-once"),
    also=on("resource", ".at-once-only-one-id-wins"),
)
def _(faults: Faults) -> None:
    faults.body(
        "listRepositoryResources",
        lambda body: body.update(resources=[*body["resources"], *body["resources"]]),
        status=200,
    )


@defect(
    "resource-replaced-by-what-is-refused-with-409",
    "The upsert happens before the check.",
    breaks=on("resource", ".duplicate-changes-nothing"),
    also=on("resource", ".refused-changes-nothing", ".duplicate-name-conflicts", ".free-after-delete"),
)
def _(faults: Faults) -> None:
    def store(call: Call, reply: Reply) -> Reply:
        sent, state = call.facts["sent"], call.emulator.state
        old = state.resource(call.itwin.id, call.repository.id, sent["id"])
        if old is not None:
            document = {**old.document, "displayName": sent["displayName"]}
            state.drop_resource(old)
            state.add_resource(replace(old, document=document))
        return reply

    faults.on_reply(RESOURCE, store, status=409)


@defect(
    "resource-stored-in-spite-of-422",
    "Validation runs after the insert, in a transaction that was never opened.",
    breaks=on("resource", ".refused-changes-nothing"),
    also=on("resource", ".duplicate-changes-nothing"),
)
def _(faults: Faults) -> None:
    def store(call: Call, reply: Reply) -> Reply:
        body = call.json
        if isinstance(body, dict) and isinstance(body.get("id"), str) and body["id"].startswith("ct-"):
            name = str(body.get("displayName") or body["id"])
            kept = {
                "id": body["id"],
                "class": "GeographicInformationSystem",
                "subClass": "WebMapService",
                "displayName": name,
            }
            call.emulator.state.add_resource(Resource(call.itwin.id, call.repository.id, body["id"], kept))
        return reply

    faults.on_reply(RESOURCE, store, status=422, when=lambda call, _: hasattr(call, "repository"))


@defect(
    "resource-of-one-subclass-refused",
    "The list of subclasses in the validation was not extended with the newest.",
    breaks=on("resource", ".every-subclass"),
    also=on(
        "resource",
        ".answers-201",
        ".subclass-copied",
        ".can-be-read",
        ".is-listed-once",
        ".text-kept-to-the-letter",
    ),
)
def _(faults: Faults) -> None:
    def known(repository: Repository) -> bool:
        kind = repository.document
        return bool(kind["class"] == "GeographicInformationSystem" and kind["subClass"] != "ArcGIS")

    faults.rule("takes_resources", known)


@defect(
    "account-read-touches-the-itwin",
    "Every access writes a time stamp, and the time stamp is part of the iTwin.",
    breaks=on("account", ".read-changes-nothing", "platform.safe.changes-nothing"),
    also=on("account", ".inactive-itwin-stays-inactive"),
)
def _(faults: Faults) -> None:
    reads = [0]

    def touch(call: Call, inner: Run) -> object:
        reads[0] += 1
        stamp = f"2026-01-01T00:{reads[0] // 60 % 60:02}:{reads[0] % 60:02}Z"
        touched = {**call.itwin.document, "lastModifiedDateTime": stamp}
        call.emulator.state.put_itwin(replace(call.itwin, document=touched))
        return inner(call)

    faults.wrap(ACCOUNT, "reply", touch)


@defect(
    "account-changes-with-every-read",
    "The answer is put together from two replicas that differ.",
    breaks=on("account", ".reads-alike"),
    also=on("account", ".agrees-*", ".prefer-minimal", ".member-reads", ".at-once-alike"),
)
def _(faults: Faults) -> None:
    even = faults.every(2)
    faults.on_reply(ACCOUNT, lambda _, reply: _renamed(reply), status=200, when=even)


def _renamed(reply: Reply) -> Reply:
    return replace(reply, json={"iTwin": {**reply.json["iTwin"], "displayName": "Acme"}})


@defect(
    "account-of-deleted-itwins-is-found",
    "Answers are cached by id, and deleting an iTwin does not clear them.",
    breaks=on("account", ".deleted-itwin-not-found"),
)
def _(faults: Faults) -> None:
    gone: dict[str, ITwin] = {}

    def remember(call: Call, inner: Run) -> object:
        gone[call.itwin.id] = call.itwin
        return inner(call)

    def find(call: Call, inner: Run) -> object:
        refusal = inner(call)
        cached = gone.get(call.ids["iTwinId"].lower())
        if refusal is None or cached is None:
            return refusal
        call.itwin = cached
        return None

    faults.wrap("deleteITwin", "reply", remember)
    faults.wrap(ACCOUNT, "find_itwin", find)
    faults.rule("is_member", lambda _state, user, itwin: user.organization == itwin.organization)
