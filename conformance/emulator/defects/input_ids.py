"""Ids that are accepted, mistaken or stumbled over, where they should be refused."""

from __future__ import annotations

from dataclasses import replace

from conformance.emulator.call import Call
from conformance.emulator.defects.shared import (
    ACCOUNT,
    ASSOCIATE,
    MOVE,
    RESOURCE,
    SERVER_ERROR,
    SHORT,
    everywhere,
    on,
)
from conformance.emulator.faults import EVERY, Faults, defect
from conformance.emulator.finding import lookup_data, lookup_itwin
from conformance.emulator.pipeline import Run
from conformance.emulator.records import Repository, is_guid
from conformance.emulator.replies import Reply, insufficient_permissions, invalid_reality_data, invalid_value

STATUS = "platform.status.documented"
TOUCHED = (*on("associate", ".refused-changes-nothing"), *on("move", ".refused-changes-nothing"))


# ------------------------------------------------------------ ids
_NIL = "00000000-0000-0000-0000-000000000000"
_ODD = {
    ASSOCIATE: ("realityDataId", "iTwinId"),
    MOVE: ("realityDataId",),
    RESOURCE: ("repositoryId", "iTwinId"),
    ACCOUNT: ("iTwinId",),
}


@defect(
    "crashes-on-quotes",
    "The id goes into a query as it is.",
    breaks=everywhere(".odd-ids-refused"),
    also=(STATUS,),
)
def _(faults: Faults) -> None:
    faults.after(
        EVERY,
        "client",
        "query",
        lambda call: SERVER_ERROR if any("'" in each for each in _sent_ids(call)) else None,
    )


@defect(
    "nil-is-a-default",
    "A client's missing value arrives as the GUID of zeros, and the service fills in a default.",
    breaks=everywhere(".odd-ids-refused"),
    also=(STATUS, "platform.body.success-as-documented", *everywhere(".answer-*", ".is-an-account")),
)
def _(faults: Faults) -> None:
    answers = {ASSOCIATE: Reply(200, {}), MOVE: Reply(204), RESOURCE: Reply(201, {}), ACCOUNT: Reply(200, {})}
    faults.on_reply(
        EVERY, lambda call, _: answers[call.operation], when=lambda call, _: _NIL in _sent_ids(call)
    )


def _sent_ids(call: Call) -> list[str]:
    sent = call.json.get("iTwinId") if isinstance(call.json, dict) else None
    return [*(call.ids[name] for name in _ODD[call.operation]), *([sent] if isinstance(sent, str) else [])]


for _short in ("associate", "move"):

    @defect(
        f"{_short}-forbids-unknown-itwins",
        "Permissions are looked up before existence, and nobody has any on what does not exist.",
        breaks=on(_short, ".unknown-itwin-not-found"),
        also=on(_short, ".id-of-another-kind-not-found", ".deleted-not-found"),
    )
    def _(faults: Faults, short: str = _short) -> None:
        faults.wrap(
            SHORT[short],
            "find_itwin",
            lambda call, inner: insufficient_permissions() if inner(call) else None,
        )

    @defect(
        f"{_short}-takes-ids-of-another-kind-for-malformed",
        "All ids come from one sequence, and one of another kind is told apart by its prefix.",
        breaks=on(_short, ".id-of-another-kind-not-found"),
    )
    def _(faults: Faults, short: str = _short) -> None:
        def other_kind(call: Call, inner: Run) -> object:
            known = lookup_itwin(call, call.ids["realityDataId"]) is not None
            return (
                invalid_reality_data(invalid_value(call.ids["realityDataId"], "realityDataId"))
                if known
                else inner(call)
            )

        faults.wrap(SHORT[short], "find_data", other_kind)

    @defect(
        f"{_short}-answers-gone-for-unknown-reality-data",
        "Unknown and deleted are the same to the store.",
        breaks=on(_short, ".unknown-reality-data-not-found"),
        also=on(_short, STATUS, ".id-of-another-kind-not-found", ".odd-ids-refused", ".deleted-not-found"),
    )
    def _(faults: Faults, short: str = _short) -> None:
        faults.on_reply(
            SHORT[short],
            lambda _, reply: replace(reply, status=410),
            when=lambda _, reply: reply.code() == "RealityDataNotFound",
        )


@defect(
    "associate-looks-for-malformed-itwins",
    "The format of the id is left to the database, which finds nothing.",
    breaks=on("associate", ".malformed-itwin-invalid", ".malformed-itwin-detail"),
)
def _(faults: Faults) -> None:
    faults.drop(ASSOCIATE, "check_itwin_id")


@defect(
    "resource-finds-repositories-of-any-itwin",
    "The repository is looked up by its id alone.",
    breaks=on("resource", ".repository-of-another-itwin-not-found"),
)
def _(faults: Faults) -> None:
    def find(call: Call, inner: Run) -> object:
        everywhere: list[Repository] = call.emulator.state.repositories.where(
            lambda each: each.id == call.ids["repositoryId"] and is_guid(each.id)
        )
        if not everywhere:
            return inner(call)
        call.repository = everywhere[0]
        call.itwin = call.emulator.state.itwins.get(everywhere[0].itwin) or call.itwin
        return None

    faults.wrap(RESOURCE, "find_repository", find)


@defect(
    "resource-takes-an-itwin-for-its-repository",
    "The id of an iTwin stands for its default repository in an older version.",
    breaks=on("resource", ".id-of-another-kind-not-found"),
)
def _(faults: Faults) -> None:
    def find(call: Call, inner: Run) -> object:
        if lookup_itwin(call, call.ids["repositoryId"]) is not None:
            call.repository = call.emulator.state.repositories_of(call.itwin.id)[-1]
            return None
        return inner(call)

    faults.wrap(RESOURCE, "find_repository", find)


@defect(
    "resource-takes-unknown-itwins-for-invalid",
    "The lookup throws the exception of the validation.",
    breaks=on("resource", ".unknown-itwin-refused", ".unknown-itwin-code"),
    also=on("resource", ".deleted-itwin-not-found"),
)
def _(faults: Faults) -> None:
    faults.on_reply(
        RESOURCE,
        lambda _, reply: replace(reply, status=422),
        when=lambda _, reply: reply.code() == "iTwinNotFound",
    )


@defect(
    "resource-looks-for-the-repository-first",
    "The repository is looked up before the iTwin.",
    breaks=on("resource", ".unknown-itwin-code"),
)
def _(faults: Faults) -> None:
    faults.code(RESOURCE, "iTwinNotFound", "iTwinRepositoryNotFound")


@defect(
    "resource-in-any-class",
    "The class of the repository is asked in the user interface only.",
    breaks=on("resource", ".other-class-refused"),
    also=on("resource", ".answer-has-the-class", "platform.body.success-as-documented"),
)
def _(faults: Faults) -> None:
    faults.rule("takes_resources", lambda repository: bool(repository.document.get("subClass")))


@defect(
    "account-of-unknown-itwins-is-empty",
    "No row found is an empty row to the mapper.",
    breaks=on("account", ".unknown-itwin-not-found", "platform.body.success-as-documented"),
    also=on("account", ".*", "platform.*"),
)
def _(faults: Faults) -> None:
    faults.on_reply(ACCOUNT, lambda _call, _reply: Reply(200, {"iTwin": {}}), status=404)


@defect(
    "account-of-reality-data-is-found",
    "Every id of the platform resolves to its owner, whatever it names.",
    breaks=on("account", ".id-of-another-kind-not-found"),
)
def _(faults: Faults) -> None:
    def resolve(call: Call, inner: Run) -> object:
        data = lookup_data(call, call.ids["iTwinId"])
        if data is None or not data.itwins:
            return inner(call)
        found = call.emulator.state.itwins.get(data.itwins[0])
        if found is None:
            return inner(call)
        call.itwin = found
        return None

    faults.wrap(ACCOUNT, "find_itwin", resolve)


@defect(
    "account-of-malformed-ids-is-mine",
    "What is no GUID is taken for the alias of the caller's own iTwin.",
    breaks=on("account", "platform.input.invalid-refused", ".odd-ids-refused"),
)
def _(faults: Faults) -> None:
    def alias(call: Call, inner: Run) -> object:
        if is_guid(call.ids["iTwinId"]):
            return inner(call)
        call.itwin = call.emulator.state.itwins_of(call.user.organization)[0]
        return None

    faults.wrap(ACCOUNT, "find_itwin", alias)
    faults.rule("is_member", lambda _state, user, itwin: user.organization == itwin.organization)


@defect(
    "associate-finds-malformed-ids",
    "Ids are compared by their first characters, as a link shortener does.",
    breaks=on(
        "associate", "platform.input.invalid-refused", ".malformed-itwin-invalid", ".malformed-itwin-detail"
    ),
    also=(*on("associate", ".odd-ids-refused", ".id-of-*"), *TOUCHED),
)
def _(faults: Faults) -> None:
    def alias(call: Call, inner: Run) -> object:
        if is_guid(call.ids["iTwinId"]) and is_guid(call.ids["realityDataId"]):
            return inner(call)
        return Reply(
            200, {"iTwinAssociation": {"id": call.ids["realityDataId"], "iTwinId": call.ids["iTwinId"]}}
        )

    faults.wrap(ASSOCIATE, "check_data_id", alias)
