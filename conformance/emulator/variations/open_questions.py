"""What the pages leave open, answered otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.emulator.defects import changes
from conformance.emulator.defects.defect import Variation, variation
from conformance.emulator.defects.operations import ACCOUNT, ASSOCIATE, EVERY, MOVE, RESOURCE, in_success
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.pipeline import Handler
from conformance.emulator.kernel.responses import (
    Response,
    insufficient_permissions,
    itwin_not_found,
    refuse,
)
from conformance.emulator.state.records import ITwin, Repository, User, is_guid
from conformance.emulator.state.seed import READER
from conformance.emulator.state.state import State

_LONGEST_UTF_16 = 400


def _forbid_non_members(call: Call) -> Response | None:
    member = call.rule("is_member", call.state, call.user, call.itwin)
    return None if member else insufficient_permissions()


def _match_route(call: Call) -> Response | None:
    known = is_guid(call.ids["iTwinId"]) or bool(call.request.authorization)
    return None if known else refuse(404, "NotFound", "There is no such resource.")


def _instead(status: int, error: str, message: str) -> Callable[..., object]:
    """Return a wrapper of a step that refuses in these words wherever the step refuses."""
    return lambda call, inner: None if inner(call) is None else refuse(status, error, message)


def _conditions(status: int, error: str) -> Variation:
    refusal = _instead(status, error, "The reality data cannot be moved there.")
    steps = ("check_associations", "check_organization", "check_data_center")
    return variation(f"move-conditions-answer-{status}")(
        "The page gives move four conditions and says for three of them neither status nor code.",
        changes.together(*(changes.wrap(MOVE, step, refusal) for step in steps)),
    )


def _other_class(status: int, error: str) -> Variation:
    return variation(f"other-class-answers-{status}")(
        "The page says that resources belong to map layers and not how another class is refused.",
        changes.wrap(RESOURCE, "check_class", _instead(status, error, "The repository takes no resources.")),
    )


def _refuse_with_400(call: Call) -> Response | None:
    return None if isinstance(call.json, dict) else refuse(400, "BadRequest", "The body is no JSON object.")


def _hide(call: Call, inner: Handler) -> object:
    source = getattr(call, "reality_data", call.itwin)
    foreign = {source.organization, call.itwin.organization} != {call.user.organization}
    refusal = inner(call)
    return itwin_not_found() if refusal is not None and foreign else refusal


def _not_for_readers(held: Callable[..., Any]) -> Callable[..., bool]:
    def decide(state: State, user: User, itwin: ITwin) -> bool:
        return user.role != READER and bool(held(state, user, itwin))

    return decide


def _name_taken(state: State, repository: Repository, sent: str) -> bool:
    names = state.resources.of(repository.itwin, repository.id)
    return sent.casefold() in {each.name.casefold() for each in names}


def _id_taken(state: State, repository: Repository, sent: str) -> bool:
    ids = state.resources.of(repository.itwin, repository.id)
    return sent.casefold() in {each.id.casefold() for each in ids}


def _turn(content: dict[str, Any]) -> None:
    content["error"].get("details", []).reverse()


def _repeat(content: dict[str, Any]) -> None:
    content["error"]["details"] = [*content["error"].get("details", []), *content["error"].get("details", [])]


def _add_repository(content: dict[str, Any]) -> None:
    extra = {"id": "extra", "class": "Forms", "subClass": "", "uri": "https://example.com/forms"}
    content["repositories"].insert(0, extra)


def _capitals(_call: Call, response: Response) -> Response:
    both = {name: value.upper() for name, value in response.json["iTwinAssociation"].items()}
    return replace(response, json={"iTwinAssociation": both})


VARIATIONS = (
    variation("account-refuses-strangers-with-403")(
        "Page 003 lists no 403 and the other pages use it for the same case.",
        changes.replace_step(ACCOUNT, "authorize", _forbid_non_members),
    ),
    variation("account-tells-its-status")(
        "The page's table has a status and its example has none.",
        in_success("account", lambda body: body["iTwin"].setdefault("status", "Active") and None),
    ),
    variation("account-has-a-type")(
        "The account's type is null in the example and text in the schema.",
        in_success("account", lambda body: body["iTwin"].update(type="Enterprise")),
    ),
    variation("routes-know-no-malformed-ids")(
        "Routes are matched before anybody looks at the token, and a malformed id matches none.",
        changes.before((RESOURCE, ACCOUNT), "header", _match_route),
    ),
    variation("unknown-scheme-is-unauthorized")(
        "Only the code of a missing header is documented for 401.",
        changes.code(EVERY, "InvalidAuthorizationScheme", "Unauthorized"),
    ),
    variation("bad-token-has-a-code-of-its-own")(
        "Which code a bad token gets is open.", changes.code(EVERY, "Unauthorized", "InvalidToken")
    ),
    variation("unknown-itwin-has-another-code")(
        "Associate and move document the status of an unknown iTwin, not its code.",
        changes.code((ASSOCIATE, MOVE), "iTwinNotFound", "ITwinNotAvailable"),
    ),
    _conditions(403, "InsufficientPermissions"),
    _conditions(404, "iTwinNotFound"),
    _conditions(409, "AlreadyExists"),
    _other_class(403, "InsufficientPermissions"),
    _other_class(404, "iTwinRepositoryNotFound"),
    variation("malformed-json-answers-400")(
        "Whether malformed JSON is 400 or 422 is open.",
        changes.before((MOVE, RESOURCE), "validate", _refuse_with_400),
    ),
    variation("malformed-reality-data-is-not-found")(
        "Whether a malformed reality data id is 404 or 422 is open.",
        changes.drop((ASSOCIATE, MOVE), "check_data_id"),
    ),
    variation("what-is-foreign-is-not-found")(
        "Whether what is not the caller's is forbidden or unknown is open.",
        changes.together(
            changes.wrap((ASSOCIATE, MOVE), "authorize_source", _hide),
            changes.wrap((ASSOCIATE, MOVE), "authorize_destination", _hide),
            changes.wrap(RESOURCE, "authorize", _hide),
        ),
    ),
    variation("readers-see-nothing")(
        "Whether a member without permissions sees an iTwin at all is up to its roles.",
        changes.together(
            changes.wrap_rule("may_see", _not_for_readers), changes.wrap_rule("is_member", _not_for_readers)
        ),
    ),
    variation("names-compared-without-case")(
        "Whether names are compared with regard to case is open.", changes.rule("name_taken", _name_taken)
    ),
    variation("ids-compared-without-case")(
        "Whether ids are compared with regard to case is open.", changes.rule("id_taken", _id_taken)
    ),
    variation("names-are-trimmed")(
        "Whether blanks around a name are kept is open, as long as answer and store agree.",
        changes.rule("kept_text", lambda field, text: text.strip() if field == "displayName" else text),
    ),
    variation("blanks-are-a-value")(
        "Whether an id or a name of blanks only is empty is open.",
        changes.rule("blank", lambda _field, value: value is None or value == ""),
    ),
    variation("length-in-utf-16")(
        "Whether the 200 characters are code points or UTF-16 units is open.",
        changes.rule(
            "too_long",
            lambda _field, text: len(text.encode("utf-16-le", "surrogatepass")) > _LONGEST_UTF_16,
        ),
    ),
    variation("details-in-another-order")(
        "The order of several details is open.", changes.body(RESOURCE, _turn, status=422)
    ),
    variation("more-details-than-needed")(
        "Further details about the same member are allowed.",
        changes.body((ASSOCIATE, MOVE, RESOURCE), _repeat, status=422),
    ),
    variation("guests-are-repositories-of-the-itwin")(
        "A new iTwin may begin with more than one generated repository.",
        changes.body("listRepositories", _add_repository, status=200),
    ),
    variation("unknown-before-forbidden")(
        "Whether existence or permission is looked at first is open for members.",
        changes.reorder(RESOURCE, "find_repository", ahead_of="authorize"),
    ),
    variation("associate-repeats-ids-in-capitals")(
        "The spelling of a GUID says nothing.",
        changes.together(
            changes.on_response(ASSOCIATE, _capitals, status=200),
            changes.body(
                "listRealityDataITwins",
                lambda body: body.update(iTwins=[each.upper() for each in body["iTwins"]]),
                status=200,
            ),
        ),
    ),
    variation("refusals-without-details")(
        "The schema of the resource's 422 does not ask for details.",
        changes.body(RESOURCE, lambda body: body["error"].pop("details", None) and None, status=422),
    ),
)
