"""The signatures of the known defects: what each violates, and how; `conformance defects` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from conformance.claims.folders import specs_dir
from conformance.errors import UsageError

FILE_NAME: Final = "defect-signatures.json"
"""Its place below the specs: it speaks of requirements and operations, as they do."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A known defect: how it comes about, and by requirement@operation the deviation that it shows there."""

    defect: str
    sentence: str
    signs: Mapping[str, str]


def known_signatures() -> tuple[Signature, ...]:
    """Return the signatures that came with the specs; none where there are none."""
    file = specs_dir() / FILE_NAME
    return _known(file.resolve()) if file.is_file() else ()


@cache
def _known(file: Path) -> tuple[Signature, ...]:
    return read_signatures(file)


def read_signatures(file: Path) -> tuple[Signature, ...]:
    """Return the signatures of a file; one that is damaged is a `UsageError`."""
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        return tuple(Signature(str(name), str(row["how"]), dict(row["signs"])) for name, row in rows.items())
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(
            f"{file}: no signatures of defects; `conformance defects --signatures {file}` writes them again"
        ) from error


def signatures_text(signatures: Iterable[Signature]) -> str:
    """Return the text of a file of signatures: one line a defect, so that a change can be read."""
    known = sorted((each for each in signatures if each.signs), key=lambda each: each.defect)
    content = [{"how": each.sentence, "signs": dict(sorted(each.signs.items()))} for each in known]
    rows = [f"{json.dumps(each.defect)}: {json.dumps(row)}" for each, row in zip(known, content, strict=True)]
    return "{\n" + ",\n".join(rows) + "\n}\n"
