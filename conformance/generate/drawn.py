"""What was drawn of a request, before the ids of a target stand in it; plain data, so that it can be kept."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.exchange.model import ABSENT


@dataclass(frozen=True)
class Drawn:
    """The decoded parameters of a path and a body (JSON, bytes or `ABSENT`), and which break the schema.

    `part` is the one parameter, or ``body``, that was broken on purpose; `is_about_real` tells that the path
    is to be that of something real.
    """

    params: Mapping[str, str] = field(default_factory=dict)
    body: Any = ABSENT
    bad_path: bool = False
    bad_body: bool = False
    part: str = ""
    is_about_real: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        found = {name: value for name, value in vars(self).items() if name != "body"}
        if isinstance(self.body, bytes):
            return found | {"bytes": base64.b64encode(self.body).decode()}
        return found if self.body is ABSENT else found | {"body": self.body}


def drawn_from(found: Mapping[str, Any]) -> Drawn:
    """Return what `Drawn.to_json` returned."""
    fields = dict(found)
    if "bytes" in fields:
        fields["body"] = base64.b64decode(fields.pop("bytes"))
    return Drawn(**fields)
