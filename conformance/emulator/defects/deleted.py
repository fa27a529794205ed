"""Find what was deleted: a defect that each operation that writes can have."""

from __future__ import annotations

from collections.abc import Callable

from conformance.emulator.defects.changes import Change, fresh, on_response, together, wrap
from conformance.emulator.defects.defect import Defect
from conformance.emulator.defects.operations import SHORT, on, platform, sent_itwin
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.pipeline import Handler
from conformance.emulator.kernel.responses import Response

_NOT_FOUND = 404


def finds_deleted(short: str, row: str, succeed: Callable[[Call], Response], *may_also_break: str) -> Defect:
    """Return the defect of an operation that responds with success about what was deleted."""

    def change() -> Change:
        deleted: set[str] = set()

        def remember(call: Call, inner: Handler) -> object:
            deleted.add(call.ids.get("realityDataId", call.ids.get("iTwinId", "")).lower())
            return inner(call)

        def is_marked(call: Call, response: Response) -> bool:
            sent = {str(each).lower() for each in (*call.ids.values(), sent_itwin(call))}
            return response.status == _NOT_FOUND and bool(deleted & sent)

        return together(
            wrap(("deleteITwin", "deleteRealityData"), "respond", remember),
            on_response(SHORT[short], lambda call, _: succeed(call), when=is_marked),
        )

    return platform(f"{short}-finds-what-was-deleted", *on(short, row))(
        "Deleting sets a mark, and the lookup of this operation does not read it.",
        fresh(change),
        # It is a success where there should be none, made without what it is about.
        may_also_break=on(short, *may_also_break),
    )
