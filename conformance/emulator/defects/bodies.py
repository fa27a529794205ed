"""Replies whose body is not the documented one."""

from __future__ import annotations

from dataclasses import replace

from conformance.emulator.call import Call
from conformance.emulator.defects.shared import SCHEMA, SHORT, SUCCESS, Edit, everywhere, on, success
from conformance.emulator.faults import EVERY, Faults, defect
from conformance.emulator.replies import Reply

ENVELOPE = "platform.error.envelope"

_CONTENT = {
    "associate": (".answer-names-*",),
    "resource": (".answer-*", ".text-kept-to-the-letter", ".subclass-copied", ".*-of-200-accepted",
                 ".characters-not-bytes"),
    "account": (".is-an-account", ".of-this-itwin", ".not-the-itwin", ".text-present", ".agrees-*",
                ".minimal", ".prefer-*", ".member-reads", ".reads-alike", ".at-once-alike"),
}  # fmt: skip
"""What else speaks of the content of a success: it cannot hold either where the content is gone."""


def _member(short: str) -> str:
    return SUCCESS[short][1]


def _flat(short: str) -> Edit:
    return lambda body: body[_member(short)]


def _array(short: str) -> Edit:
    return lambda body: {_member(short): [body[_member(short)]]}


def _more(short: str) -> Edit:
    return lambda body: body[_member(short)].update(etag="1")


for _short in SUCCESS:
    success(
        _short,
        "answers-flat",
        "The wrapper object was dropped when the serializer changed.",
        _flat(_short),
        *_CONTENT[_short],
    )
    success(
        _short,
        "answers-an-array",
        "The query for one became a query for many.",
        _array(_short),
        *_CONTENT[_short],
    )
    success(
        _short,
        "answers-with-more",
        "A new column of the table is serialized along with the others.",
        _more(_short),
        *((".minimal", ".prefer-minimal") if _short == "account" else ()),
    )

    @defect(
        f"{_short}-answers-nothing",
        "The body is built after the reply was sent.",
        breaks=on(_short, SCHEMA),
        also=on(_short, *_CONTENT[_short]),
    )
    def _(faults: Faults, short: str = _short) -> None:
        faults.on_reply(
            SHORT[short], lambda _, reply: replace(reply, json=None, body=b""), status=SUCCESS[short][0]
        )


_ERRORS: dict[str, tuple[str, Edit]] = {
    "error-is-flat": ("The envelope is left out.", lambda body: body["error"]),
    "error-is-text": ("The error is one sentence.", lambda body: {"error": body["error"]["message"]}),
    "error-lacks-a-code": ("Only some exceptions have one.", lambda body: body["error"].pop("code") and None),
    "error-has-null-message": ("It is not translated.", lambda body: body["error"].update(message=None)),
}  # fmt: skip
_ABOUT_ERRORS = everywhere(
    "platform.auth.missing-token-code",
    "platform.rate.code",
    "platform.error.message",
    "platform.path.*",
    ".*-code",
    ".*-detail*",
    ".*-problem*",
    ".*-invalid",
    ".*-required",
    ".*-refused",
    ".*-not-found",
)
"""What else speaks of the content of a refusal: it cannot hold either where the content is gone."""

for _name, (_sentence, _edit) in _ERRORS.items():

    @defect(f"every-{_name}", _sentence, breaks=(ENVELOPE,), also=_ABOUT_ERRORS)
    def _(faults: Faults, edit: Edit = _edit) -> None:
        faults.body(EVERY, edit, when=_refusal)


for _short in SHORT:

    @defect(
        f"{_short}-html-errors",
        "The proxy's own error page stands in for the API's.",
        breaks=on(_short, ENVELOPE, "platform.body.announced-as-json"),
        also=_ABOUT_ERRORS,
    )
    def _(faults: Faults, short: str = _short) -> None:
        page = b"<html><body><h1>Error</h1></body></html>"
        faults.on_reply(
            SHORT[short],
            lambda _, reply: replace(reply, body=page, content_type="text/html"),
            when=_client_error,
        )


def _refusal(_call: Call, reply: Reply) -> bool:
    return reply.code() is not None


def _client_error(_call: Call, reply: Reply) -> bool:
    return reply.code() is not None and reply.status != 401  # noqa: PLR2004 - the gateway's own refusals stay


@defect(
    "errors-say-nothing",
    "The resource file with the messages was not deployed.",
    breaks=("platform.error.message",),
    also=_ABOUT_ERRORS,
)
def _(faults: Faults) -> None:
    faults.body(EVERY, lambda body: body["error"].update(message=""), when=_refusal)
