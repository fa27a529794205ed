"""Replies of the documented shape that say something else than they should."""

from __future__ import annotations

import uuid
from dataclasses import replace

from conformance.emulator.call import Call
from conformance.emulator.defects.shared import ACCOUNT, ASSOCIATE, RESOURCE, SCHEMA, on, success
from conformance.emulator.faults import Faults, defect
from conformance.emulator.replies import Reply


@defect(
    "associate-swaps-ids",
    "Two parameters of the same type were passed in the wrong order.",
    breaks=on("associate", ".answer-names-the-reality-data", ".answer-names-the-itwin"),
)
def _(faults: Faults) -> None:
    def swap(body: dict[str, dict[str, str]]) -> None:
        both = body["iTwinAssociation"]
        both["id"], both["iTwinId"] = both["iTwinId"], both["id"]

    faults.body("associateRealityData", swap, status=200)


success(
    "associate",
    "answers-an-invented-id",
    "The association became a row of its own, and its key is shown.",
    lambda body: body["iTwinAssociation"].update(id=str(uuid.uuid4())),
    breaks=(".answer-names-the-reality-data",),
)


@defect(
    "associate-answers-the-first-itwin",
    "The answer is read back from the list of associations, whose first entry is taken.",
    breaks=on("associate", ".answer-names-the-itwin"),
)
def _(faults: Faults) -> None:
    def first(call: Call, reply: Reply) -> Reply:
        both = {**reply.json["iTwinAssociation"], "iTwinId": call.reality_data.itwins[0]}
        return replace(reply, json={"iTwinAssociation": both})

    faults.on_reply(ASSOCIATE, first, status=200, when=lambda call, _: bool(call.reality_data.itwins))


success(
    "resource",
    "answers-with-capabilities",
    "The view of a repository was used for its resource.",
    lambda body: body["resource"].update(type=None, capabilities={}),
    breaks=(SCHEMA, ".answer-has-the-resource"),
)
success(
    "resource",
    "answers-without-subclass",
    "Empty members are left out, and subClass is filled in later.",
    lambda body: body["resource"].pop("subClass") and None,
    SCHEMA,
    ".subclass-copied",
    breaks=(".answer-has-the-resource",),
)
success(
    "resource",
    "answers-a-lower-case-id",
    "Ids pass through the function that makes keys.",
    lambda body: body["resource"].update(id=body["resource"]["id"].lower()),
    ".text-kept-to-the-letter",
    ".id-of-200-accepted",
    breaks=(".answer-repeats-the-id",),
)
success(
    "resource",
    "answers-an-invented-id",
    "The database's own key is shown.",
    lambda body: body["resource"].update(id=str(uuid.uuid4())),
    ".text-kept-to-the-letter",
    ".id-of-200-accepted",
    breaks=(".answer-repeats-the-id",),
)
success(
    "resource",
    "answers-the-id-as-name",
    "Two members were mapped from one.",
    lambda body: body["resource"].update(displayName=body["resource"]["id"]),
    ".text-kept-to-the-letter",
    ".answer-is-what-is-stored",
    ".name-of-200-accepted",
    ".characters-not-bytes",
    breaks=(".answer-repeats-the-name",),
)
success(
    "resource",
    "answers-another-class",
    "The class is a constant of the code that was copied.",
    lambda body: body["resource"].update({"class": "RealityData"}),
    SCHEMA,
    breaks=(".answer-has-the-class",),
)


@defect(
    "resource-stores-another-subclass",
    "The column has a default, and the insert does not name it.",
    breaks=on("resource", ".can-be-read"),
)
def _(faults: Faults) -> None:
    faults.body(
        "getRepositoryResource",
        lambda body: body["resource"].update(subClass="WebMapService") if "resource" in body else None,
        status=200,
    )


@defect(
    "resource-answers-a-constant-subclass",
    "The subclass is a constant instead of the repository's.",
    breaks=on("resource", ".subclass-copied"),
    also=on("resource", ".can-be-read"),
)
def _(faults: Faults) -> None:
    faults.body(RESOURCE, lambda body: body["resource"].update(subClass="WebMapService"), status=201)


success(
    "account",
    "answers-the-class-of-the-itwin",
    "Class and subClass are taken from the iTwin that was asked about.",
    lambda body: body["iTwin"].update({"class": "Endeavor", "subClass": "Project"}),
    SCHEMA,
    breaks=(".is-an-account",),
)
success(
    "account",
    "answers-an-invented-account",
    "The account's id is made anew by the mapping to another service.",
    lambda body: body["iTwin"].update(id="3f0c2a54-8d52-4f6e-9d6c-0d6f4f1f7a11"),
    ".agrees-with-the-account-itself",
    breaks=(".of-this-itwin",),
)
success(
    "account",
    "has-no-name",
    "The account's name moved to another table.",
    lambda body: body["iTwin"].update(displayName=""),
    ".agrees-with-the-account-itself",
    breaks=(".text-present",),
)
success(
    "account",
    "name-is-stale",
    "A cache keeps the name that the account had when it was made.",
    lambda body: body["iTwin"].update(displayName="Formerly Acme"),
    breaks=(".agrees-with-the-account-itself",),
)
success(
    "account",
    "answers-with-more-than-minimal",
    "Prefer is read after the representation was chosen.",
    lambda body: body["iTwin"].update(createdBy="3f0c2a54-8d52-4f6e-9d6c-0d6f4f1f7a11"),
    SCHEMA,
    ".prefer-minimal",
    breaks=(".minimal",),
)


@defect(
    "account-answers-the-itwin",
    "The join goes the wrong way, and the iTwin's own number and name are shown.",
    breaks=on("account", ".not-the-itwin"),
    also=on("account", ".agrees-with-the-account-itself", ".at-once-alike"),
)
def _(faults: Faults) -> None:
    def own(call: Call, reply: Reply) -> Reply:
        mine = {name: call.itwin.document[name] for name in ("number", "displayName")}
        return replace(reply, json={"iTwin": {**reply.json["iTwin"], **mine}})

    faults.on_reply(ACCOUNT, own, status=200)
