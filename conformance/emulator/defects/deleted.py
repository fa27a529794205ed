"""What was deleted and is found, what a read wakes, and what a refusal moves all the same."""

from __future__ import annotations

from dataclasses import replace

from conformance.emulator.call import Call
from conformance.emulator.defects.shared import ACCOUNT, ASSOCIATE, MOVE, RESOURCE, SHORT, on
from conformance.emulator.faults import Faults, defect
from conformance.emulator.finding import lookup_itwin
from conformance.emulator.pipeline import Run
from conformance.emulator.records import Repository
from conformance.emulator.replies import Reply, repository_not_found

_GONE = {
    "associate": ".deleted-not-found",
    "move": ".deleted-not-found",
    "resource": ".deleted-itwin-not-found",
}


def _answer(call: Call) -> Reply:
    if call.operation == ASSOCIATE:
        both = {"id": call.ids["realityDataId"], "iTwinId": call.ids["iTwinId"]}
        return Reply(200, {"iTwinAssociation": both})
    return Reply(204) if call.operation == MOVE else Reply(201, {"resource": {}})


for _short, _row in _GONE.items():

    @defect(
        f"{_short}-finds-what-was-deleted",
        "Deleting sets a mark, and the lookup of this operation does not read it.",
        breaks=on(_short, _row),
        also=on(_short, "platform.body.success-as-documented", ".answer-*"),
    )
    def _(faults: Faults, short: str = _short) -> None:
        gone: set[str] = set()

        def remember(call: Call, inner: Run) -> object:
            gone.add(call.ids.get("realityDataId", call.ids.get("iTwinId", "")).lower())
            return inner(call)

        def marked(call: Call, _reply: Reply) -> bool:
            sent = call.json.get("iTwinId") if isinstance(call.json, dict) else ""
            return bool(gone & {str(each).lower() for each in (*call.ids.values(), sent)})

        faults.wrap(("deleteITwin", "deleteRealityData"), "reply", remember)
        faults.on_reply(
            SHORT[short],
            lambda call, _: _answer(call),
            when=lambda call, reply: reply.status == _NOT_FOUND and marked(call, reply),
        )


_NOT_FOUND = 404


@defect(
    "resource-in-deleted-repositories",
    "A cache of repositories outlives them.",
    breaks=on("resource", ".deleted-repository-not-found"),
)
def _(faults: Faults) -> None:
    kept: dict[str, Repository] = {}

    def remember(call: Call) -> None:
        kept.update({each.id: each for each in call.emulator.state.repositories_of(call.itwin.id)})

    def find(call: Call, inner: Run) -> object:
        if inner(call) is None:
            return None
        cached = kept.get(call.ids["repositoryId"])
        if cached is None or cached.itwin != call.itwin.id:
            return repository_not_found()
        call.repository = cached
        return None

    faults.before("deleteRepository", "reply", "remember", remember)
    faults.wrap(RESOURCE, "find_repository", find)


@defect(
    "account-wakes-inactive-itwins",
    "Whoever is asked for is in use, and what is in use is set to Active.",
    breaks=on("account", ".inactive-itwin-stays-inactive"),
)
def _(faults: Faults) -> None:
    def wake(call: Call, inner: Run) -> object:
        if call.itwin.document.get("status") == "Inactive":
            awake = {**call.itwin.document, "status": "Active"}
            call.emulator.state.put_itwin(replace(call.itwin, document=awake))
        return inner(call)

    faults.wrap(ACCOUNT, "reply", wake)


@defect(
    "move-carries-out-what-it-refuses-with-422",
    "The destination is set on the entity before the body is validated as a whole, and the entity is saved.",
    breaks=on("move", ".refused-changes-nothing"),
    also=on("associate", ".refused-changes-nothing"),
)
def _(faults: Faults) -> None:
    def store(call: Call, reply: Reply) -> Reply:
        sent = call.json.get("iTwinId") if isinstance(call.json, dict) else None
        data = call.emulator.state.reality_data.get(call.ids["realityDataId"].lower())
        itwin = lookup_itwin(call, sent) if isinstance(sent, str) else None
        if data is not None and itwin is not None and len(data.itwins) == 1 and set(call.json) - {"iTwinId"}:
            call.emulator.state.reality_data.put(data.id, replace(data, itwins=(itwin.id,)))
        return reply

    faults.on_reply(MOVE, store, status=422)
