"""Other ways to be right: what the pages leave open, answered otherwise.

A variation breaks nothing; a suite that calls one a violation cries wolf.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.emulator.call import Call
from conformance.emulator.defects.shared import ACCOUNT, ASSOCIATE, MOVE, RESOURCE
from conformance.emulator.faults import EVERY, Faults, variation
from conformance.emulator.pipeline import Run
from conformance.emulator.records import ITwin, Repository, User, is_guid
from conformance.emulator.replies import Reply, insufficient_permissions, itwin_not_found, refuse
from conformance.emulator.state import State


@variation(
    "account-refuses-strangers-with-403",
    "Page 003 lists no 403 and the other pages use it for the same case.",
)
def _(faults: Faults) -> None:
    def refuse_strangers(call: Call) -> Reply | None:
        member = call.rule("is_member", call.emulator.state, call.user, call.itwin)
        return None if member else insufficient_permissions()

    faults.replace("getITwinAccount", "authorize", refuse_strangers)


@variation("account-tells-its-status", "The page's table has a status and its example has none.")
def _(faults: Faults) -> None:
    faults.body(ACCOUNT, lambda body: body["iTwin"].setdefault("status", "Active") and None, status=200)


@variation("account-has-a-type", "The account's type is null in the example and text in the schema.")
def _(faults: Faults) -> None:
    faults.body(ACCOUNT, lambda body: body["iTwin"].update(type="Enterprise"), status=200)


@variation(
    "routes-know-no-malformed-ids",
    "Routes are matched before anybody looks at the token, and a malformed id matches none.",
)
def _(faults: Faults) -> None:
    def route(call: Call) -> Reply | None:
        known = is_guid(call.ids["iTwinId"]) or bool(call.headers.get("authorization"))
        return None if known else refuse(404, "NotFound", "There is no such resource.")

    faults.before((RESOURCE, ACCOUNT), "header", "route", route)


@variation("unknown-scheme-is-unauthorized", "Only the code of a missing header is documented for 401.")
def _(faults: Faults) -> None:
    faults.code(EVERY, "InvalidAuthorizationScheme", "Unauthorized")


@variation("bad-token-has-a-code-of-its-own", "Which code a bad token gets is open.")
def _(faults: Faults) -> None:
    faults.code(EVERY, "Unauthorized", "InvalidToken")


@variation(
    "unknown-itwin-has-another-code",
    "Associate and move document the status of an unknown iTwin, not its code.",
)
def _(faults: Faults) -> None:
    faults.code((ASSOCIATE, MOVE), "iTwinNotFound", "ITwinNotAvailable")


def _conditions(status: int, code: str) -> None:
    @variation(
        f"move-conditions-answer-{status}",
        "The page gives move four conditions and says for three of them neither status nor code.",
    )
    def _(faults: Faults) -> None:
        def answer(call: Call, inner: Run) -> object:
            return (
                None
                if inner(call) is None
                else refuse(status, code, "The reality data cannot be moved there.")
            )

        for step in ("check_associations", "check_organization", "check_data_center"):
            faults.wrap(MOVE, step, answer)


_conditions(403, "InsufficientPermissions")
_conditions(404, "iTwinNotFound")
_conditions(409, "AlreadyExists")


def _other_class(status: int, code: str) -> None:
    @variation(
        f"other-class-answers-{status}",
        "The page says that resources belong to map layers and not how another class is refused.",
    )
    def _(faults: Faults) -> None:
        def answer(call: Call, inner: Run) -> object:
            return None if inner(call) is None else refuse(status, code, "The repository takes no resources.")

        faults.wrap(RESOURCE, "check_class", answer)


_other_class(403, "InsufficientPermissions")
_other_class(404, "iTwinRepositoryNotFound")


@variation("malformed-json-answers-400", "Whether malformed JSON is 400 or 422 is open.")
def _(faults: Faults) -> None:
    def parse(call: Call) -> Reply | None:
        if isinstance(call.json, dict):
            return None
        return refuse(400, "BadRequest", "The body is no JSON object.")

    faults.before((MOVE, RESOURCE), "validate", "parse", parse)


@variation(
    "malformed-reality-data-is-not-found", "Whether a malformed reality data id is 404 or 422 is open."
)
def _(faults: Faults) -> None:
    faults.drop((ASSOCIATE, MOVE), "check_data_id")


@variation(
    "what-is-foreign-is-not-found", "Whether what is not the caller's is forbidden or unknown is open."
)
def _(faults: Faults) -> None:
    def hide(call: Call, inner: Run) -> object:
        source = getattr(call, "reality_data", call.itwin)
        foreign = call.user.organization not in {call.itwin.organization, source.organization}
        outside = (
            call.user.organization != source.organization or call.user.organization != call.itwin.organization
        )
        refusal = inner(call)
        return itwin_not_found() if refusal is not None and (foreign or outside) else refusal

    faults.wrap((ASSOCIATE, MOVE), "authorize_source", hide)
    faults.wrap((ASSOCIATE, MOVE), "authorize_destination", hide)
    faults.wrap(RESOURCE, "authorize", hide)


@variation(
    "readers-see-nothing", "Whether a member without permissions sees an iTwin at all is up to its roles."
)
def _(faults: Faults) -> None:
    faults.emulator.rules["may_see"] = _not_for_readers(faults.emulator.rules["may_see"])
    faults.emulator.rules["is_member"] = _not_for_readers(faults.emulator.rules["is_member"])


def _not_for_readers(rule: Callable[..., Any]) -> Callable[..., bool]:
    def decide(state: State, user: User, itwin: ITwin) -> bool:
        return user.role != "reader" and bool(rule(state, user, itwin))

    return decide


@variation("names-compared-without-case", "Whether names are compared with regard to case is open.")
def _(faults: Faults) -> None:
    def taken(state: State, repository: Repository, sent: str) -> bool:
        names = state.resources_of(repository.itwin, repository.id)
        return sent.casefold() in {str(each.document["displayName"]).casefold() for each in names}

    faults.rule("name_taken", taken)


@variation("ids-compared-without-case", "Whether ids are compared with regard to case is open.")
def _(faults: Faults) -> None:
    def taken(state: State, repository: Repository, sent: str) -> bool:
        ids = state.resources_of(repository.itwin, repository.id)
        return sent.casefold() in {each.id.casefold() for each in ids}

    faults.rule("id_taken", taken)


@variation(
    "names-are-trimmed", "Whether blanks around a name are kept is open, as long as answer and store agree."
)
def _(faults: Faults) -> None:
    faults.rule("kept_text", lambda field, text: text.strip() if field == "displayName" else text)


@variation("blanks-are-a-value", "Whether an id or a name of blanks only is empty is open.")
def _(faults: Faults) -> None:
    faults.rule("blank", lambda _field, value: value is None or value == "")


@variation("length-in-utf-16", "Whether the 200 characters are code points or UTF-16 units is open.")
def _(faults: Faults) -> None:
    limit = 400
    faults.rule("too_long", lambda _field, text: len(text.encode("utf-16-le", "surrogatepass")) > limit)


@variation("details-in-another-order", "The order of several details is open.")
def _(faults: Faults) -> None:
    def turn(body: dict[str, dict[str, list[object]]]) -> None:
        if "details" in body["error"]:
            body["error"]["details"].reverse()

    faults.body(RESOURCE, turn, status=422)


@variation("more-details-than-needed", "Further details about the same member are allowed.")
def _(faults: Faults) -> None:
    def repeat(body: dict[str, dict[str, list[object]]]) -> None:
        body["error"]["details"] = [*body["error"].get("details", []), *body["error"].get("details", [])]

    faults.body((ASSOCIATE, MOVE, RESOURCE), repeat, status=422)


@variation(
    "guests-are-repositories-of-the-itwin", "A new iTwin may begin with more than one generated repository."
)
def _(faults: Faults) -> None:
    def add(body: dict[str, list[dict[str, str]]]) -> None:
        extra = {"id": "extra", "class": "Forms", "subClass": "", "uri": "https://example.com/forms"}
        body["repositories"].insert(0, extra)

    faults.body("listRepositories", add, status=200)


@variation(
    "unknown-before-forbidden", "Whether existence or permission is looked at first is open for members."
)
def _(faults: Faults) -> None:
    faults.reorder(RESOURCE, "find_repository", before="authorize")


@variation("associate-repeats-ids-in-capitals", "The spelling of a GUID says nothing.")
def _(faults: Faults) -> None:
    def capitals(_call: Call, reply: Reply) -> Reply:
        both = {name: value.upper() for name, value in reply.json["iTwinAssociation"].items()}
        return replace(reply, json={"iTwinAssociation": both})

    faults.on_reply(ASSOCIATE, capitals, status=200)
    faults.body(
        "listRealityDataITwins",
        lambda body: body.update(iTwins=[each.upper() for each in body["iTwins"]]),
        status=200,
    )


@variation("refusals-without-details", "The schema of the resource's 422 does not ask for details.")
def _(faults: Faults) -> None:
    faults.body(RESOURCE, lambda body: body["error"].pop("details", None) and None, status=422)
