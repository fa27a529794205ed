"""Faults of a server that this project's emulator does not share: each was described before it was judged.

A fault stands between the wire and the independent server; two of them are put one around the other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tests.suite.independent_fault_parts import (
    ACCOUNT,
    ASSOCIATE,
    CREATE,
    MOVE,
    as_owner,
    described,
    error_of,
    is_call,
    is_judged,
    sent_by,
    with_body,
)
from tests.suite.independent_wire import Incoming, Outgoing, Serve


@described("Creating a repository resource answers 200 instead of 201.")
def create_answers_200(incoming: Incoming, serve: Serve) -> Outgoing:
    """Answer with the framework's default."""
    out = serve(incoming)
    return replace(out, status=200) if is_call(incoming, "POST", CREATE) and out.status == 201 else out


@described("Moving reality data answers 202 Accepted instead of 204.")
def move_answers_202(incoming: Incoming, serve: Serve) -> Outgoing:
    """Answer before it is done."""
    out = serve(incoming)
    return replace(out, status=202) if is_call(incoming, "PATCH", MOVE) and out.status == 204 else out


@described("The account of an iTwin is readable without any token.")
def account_is_public(incoming: Incoming, serve: Serve) -> Outgoing:
    """Let everybody in who brings no token."""
    if is_call(incoming, "GET", ACCOUNT) and not incoming.headers.get("authorization"):
        incoming = as_owner(incoming)
    return serve(incoming)


@described("Every 404 has the code NotFound, whatever was not found.")
def codes_of_404_are_one(incoming: Incoming, serve: Serve) -> Outgoing:
    """Map the status to the code."""
    out = serve(incoming)
    if out.status == 404:
        error_of(out)["code"] = "NotFound"
    return out


@described("The account's 404 says ITWIN_NOT_FOUND instead of iTwinNotFound.")
def account_code_in_capitals(incoming: Incoming, serve: Serve) -> Outgoing:
    """Name the code as a constant."""
    out = serve(incoming)
    if is_call(incoming, "GET", ACCOUNT) and out.status == 404:
        error_of(out)["code"] = "ITWIN_NOT_FOUND"
    return out


@described("Errors have an empty message.")
def errors_without_words(incoming: Incoming, serve: Serve) -> Outgoing:
    """Leave the texts to the client."""
    out = serve(incoming)
    if error_of(out):
        error_of(out)["message"] = ""
    return out


@described("A refused move does not say which value was wrong: its 422 has no details.")
def move_without_details(incoming: Incoming, serve: Serve) -> Outgoing:
    """Drop the details."""
    out = serve(incoming)
    if is_call(incoming, "PATCH", MOVE):
        error_of(out).pop("details", None)
    return out


@described("The details of a refused resource name the member displayname, in small letters.")
def target_in_small_letters(incoming: Incoming, serve: Serve) -> Outgoing:
    """Name members as the database does."""
    out = serve(incoming)
    if is_call(incoming, "POST", CREATE):
        for detail in error_of(out).get("details", ()):
            detail["target"] = detail["target"].lower()
    return out


@described("Creating a resource ignores members that are not documented instead of refusing them.")
def create_ignores_more(incoming: Incoming, serve: Serve) -> Outgoing:
    """Read what is known."""
    body = sent_by(incoming)
    if is_call(incoming, "POST", CREATE) and isinstance(body, dict):
        incoming = with_body(incoming, {k: v for k, v in body.items() if k in {"id", "displayName"}})
    return serve(incoming)


@described("A displayName of up to 255 characters is accepted; 200 is the limit.")
def names_up_to_255(incoming: Incoming, serve: Serve) -> Outgoing:
    """Allow what the column holds."""
    body = sent_by(incoming)
    name = body.get("displayName") if isinstance(body, dict) else None
    if not (is_call(incoming, "POST", CREATE) and isinstance(name, str) and 200 < len(name) <= 255):
        return serve(incoming)
    out = serve(with_body(incoming, body | {"displayName": name[-200:]}))
    if isinstance(out.body, dict) and "resource" in out.body:
        out.body["resource"]["displayName"] = name
    return out


@described("A resource can be created twice under the same id: the second one replaces the first.")
def create_replaces(incoming: Incoming, serve: Serve) -> Outgoing:
    """Upsert."""
    out = serve(incoming)
    body = sent_by(incoming)
    if not (is_call(incoming, "POST", CREATE) and out.status == 409):
        return out
    name = str(body["id"]).strip().lower()
    for stored in incoming.store.resources.values():
        if name in stored:
            kept = stored.pop(name)
            again = serve(incoming)
            if again.status == 201:
                return again
            stored[name] = kept
    return out


@described("Two resources of a repository may have the same displayName.")
def names_need_not_differ(incoming: Incoming, serve: Serve) -> Outgoing:
    """Look at the id alone."""
    out = serve(incoming)
    body = sent_by(incoming)
    if not (is_call(incoming, "POST", CREATE) and out.status == 409):
        return out
    if any(str(body["id"]).strip().lower() in stored for stored in incoming.store.resources.values()):
        return out
    made = serve(with_body(incoming, body | {"displayName": f"{body['id']} {len(incoming.store.resources)}"}))
    if isinstance(made.body, dict) and "resource" in made.body:
        made.body["resource"]["displayName"] = body["displayName"]
    return made


@described("Moved reality data stays associated with the iTwin that it left.")
def move_leaves_a_copy(incoming: Incoming, serve: Serve) -> Outgoing:
    """Add the destination and forget to take the source away."""
    before = {name: list(homes) for name, homes in incoming.store.homes.items()}
    out = serve(incoming)
    if is_call(incoming, "PATCH", MOVE) and out.status == 204:
        for name, homes in incoming.store.homes.items():
            if homes != before.get(name):
                homes += [old for old in before[name] if old not in homes]
    return out


@described("Associating answers 200 and stores nothing.")
def associate_forgets(incoming: Incoming, serve: Serve) -> Outgoing:
    """Never commit."""
    before = {name: list(homes) for name, homes in incoming.store.homes.items()}
    out = serve(incoming)
    if is_call(incoming, "POST", ASSOCIATE):
        incoming.store.homes.update(before)
    return out


@described("Users of another organization can move our reality data.")
def move_open_to_others(incoming: Incoming, serve: Serve) -> Outgoing:
    """Take every good token for the owner's."""
    if is_call(incoming, "PATCH", MOVE) and incoming.headers.get("authorization", "").endswith("outsider"):
        incoming = as_owner(incoming)
    return serve(incoming)


@described("Errors are announced as text/plain.")
def errors_as_plain_text(incoming: Incoming, serve: Serve) -> Outgoing:
    """Forget the type of the error page."""
    out = serve(incoming)
    if out.status >= 400 and out.body is not None:
        out.headers["Content-Type"] = "text/plain; charset=utf-8"
    return out


@described("Associate's responses carry no x-correlation-id.")
def associate_without_trace(incoming: Incoming, serve: Serve) -> Outgoing:
    """Leave the header out."""
    out = serve(incoming)
    if is_call(incoming, "POST", ASSOCIATE):
        out.headers.pop("x-correlation-id", None)
    return out


@described("Creating a resource crashes (500) when the body is not JSON.")
def create_crashes_on_no_json(incoming: Incoming, serve: Serve) -> Outgoing:
    """Trust the parser."""
    if is_call(incoming, "POST", CREATE) and sent_by(incoming) is None:
        return Outgoing(500, {"error": {"code": "InternalServerError", "message": "Oops."}})
    return serve(incoming)


@described("The account is answered without its displayName.")
def account_without_name(incoming: Incoming, serve: Serve) -> Outgoing:
    """Leave a member out."""
    out = serve(incoming)
    if is_call(incoming, "GET", ACCOUNT) and isinstance(out.body, dict) and "iTwin" in out.body:
        out.body["iTwin"].pop("displayName")
    return out


@described("Associate answers with iTwinID where iTwinId is documented.")
def associate_renames_a_member(incoming: Incoming, serve: Serve) -> Outgoing:
    """Write the member in the house style."""
    out = serve(incoming)
    if is_call(incoming, "POST", ASSOCIATE) and isinstance(out.body, dict) and "iTwinAssociation" in out.body:
        shown = out.body["iTwinAssociation"]
        shown["iTwinID"] = shown.pop("iTwinId")
    return out


@described("A number is taken for a displayName and stored as text.")
def create_takes_numbers(incoming: Incoming, serve: Serve) -> Outgoing:
    """Convert what can be converted."""
    body = sent_by(incoming)
    if is_call(incoming, "POST", CREATE) and isinstance(body, dict) and "displayName" in body:
        name = body["displayName"]
        if isinstance(name, int | float) and not isinstance(name, bool):
            incoming = with_body(incoming, body | {"displayName": str(name)})
    return serve(incoming)


@described("The account of a deleted iTwin is still answered.")
def account_of_what_was_deleted(incoming: Incoming, serve: Serve) -> Outgoing:
    """Forget the mark of what was deleted."""
    if not is_call(incoming, "GET", ACCOUNT):
        return serve(incoming)
    kept = set(incoming.store.deleted)
    incoming.store.deleted.clear()
    try:
        return serve(incoming)
    finally:
        incoming.store.deleted |= kept


@described("A conflict of move answers 400 instead of 409.")
def move_conflicts_with_400(incoming: Incoming, serve: Serve) -> Outgoing:
    """Answer a refusal as any other."""
    out = serve(incoming)
    return replace(out, status=400) if is_call(incoming, "PATCH", MOVE) and out.status == 409 else out


@described("The conflict of associate is a flat object, without the member error around it.")
def associate_conflict_is_flat(incoming: Incoming, serve: Serve) -> Outgoing:
    """Write the error as the handler has it."""
    out = serve(incoming)
    if is_call(incoming, "POST", ASSOCIATE) and out.status == 409:
        return replace(out, body=error_of(out))
    return out


@described("A move to the iTwin where the reality data already is succeeds (204) instead of 409.")
def move_to_the_same_place(incoming: Incoming, serve: Serve) -> Outgoing:
    """Call what changes nothing a success."""
    out = serve(incoming)
    return Outgoing(204, None) if is_call(incoming, "PATCH", MOVE) and out.status == 409 else out


@described("A wrong body is refused with 422 before the token is looked at.")
def bodies_before_tokens(incoming: Incoming, serve: Serve) -> Outgoing:
    """Validate first."""
    out = serve(incoming)
    if out.status == 401 and incoming.method in {"POST", "PATCH"} and is_judged(incoming):
        good = as_owner(incoming)
        body = sent_by(incoming)
        if not is_call(incoming, "POST", ASSOCIATE) and not (
            isinstance(body, dict) and set(body) & {"id", "iTwinId"}
        ):
            return serve(good)
    return out


@described("The account comes with all its members although return=minimal is the default.")
def account_is_never_minimal(incoming: Incoming, serve: Serve) -> Outgoing:
    """Ignore the preference."""
    if is_call(incoming, "GET", ACCOUNT):
        incoming = replace(incoming, headers=incoming.headers | {"prefer": "return=representation"})
    return serve(incoming)


@described("Every operation takes a token of whatever scheme: Basic works as well as Bearer.")
def any_scheme(incoming: Incoming, serve: Serve) -> Outgoing:
    """Look at the scheme no more."""
    given = incoming.headers.get("authorization", "")
    scheme, _, _ = given.partition(" ")
    if is_judged(incoming) and scheme and scheme.lower() != "bearer":
        incoming = as_owner(incoming)
    return serve(incoming)


@described("Associate answers 403 where the reality data does not exist; 404 is documented.")
def unknown_data_is_forbidden(incoming: Incoming, serve: Serve) -> Outgoing:
    """Ask for permissions first."""
    out = serve(incoming)
    if is_call(incoming, "POST", ASSOCIATE) and error_of(out).get("code") == "RealityDataNotFound":
        return Outgoing(403, {"error": {"code": "InsufficientPermissions", "message": "No."}})
    return out


@described("The id of a new resource comes back in capitals.")
def ids_in_capitals(incoming: Incoming, serve: Serve) -> Outgoing:
    """Show the key of the table."""
    out = serve(incoming)
    if is_call(incoming, "POST", CREATE) and isinstance(out.body, dict) and "resource" in out.body:
        shown = dict(out.body["resource"])
        return replace(out, body={"resource": shown | {"id": shown["id"].upper()}})
    return out


PAIRS: Final = (
    ("create_answers_200", "account_code_in_capitals"),
    ("move_answers_202", "move_open_to_others"),
    ("create_ignores_more", "account_is_public"),
    ("names_need_not_differ", "associate_forgets"),
    ("create_takes_numbers", "account_of_what_was_deleted"),
    ("move_leaves_a_copy", "account_is_never_minimal"),
    ("associate_without_trace", "create_replaces"),
    ("account_without_name", "associate_renames_a_member"),
    ("errors_without_words", "move_to_the_same_place"),
    ("errors_as_plain_text", "names_up_to_255"),
    ("unknown_data_is_forbidden", "move_without_details"),
    ("ids_in_capitals", "any_scheme"),
)
"""Two at once: of one operation, of two, of one that shows everywhere and one that does not."""
