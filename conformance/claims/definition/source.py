"""Where a definition comes from: a file, a folder or a URL, and what its references name beside it."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from conformance.claims.definition.parse import parse
from conformance.claims.text_files import read_bytes
from conformance.errors import UsageError

SUFFIXES: Final = (".json", ".yaml", ".yml")
URL: Final = re.compile(r"https?://", re.IGNORECASE)
PATIENCE: Final = 30.0
"""Seconds in which a definition must begin to arrive."""
MOST: Final = 100 * 1024 * 1024
USUAL: Final = ("openapi", "swagger", "api", "index", "root")
"""How the file is called that a folder's definition begins in."""


def is_url(location: str) -> bool:
    """Tell whether a location is a URL."""
    return URL.match(location) is not None


def read_location(location: str, patience: float = PATIENCE) -> bytes:
    """Return what stands at a location, within so many seconds; `UsageError` says why it cannot be read."""
    if not is_url(location):
        return read_bytes(Path(location), "name a file, a folder or a URL of an OpenAPI definition")
    request = urllib.request.Request(location, headers={"Accept": "application/json, */*;q=0.5"})  # noqa: S310 - http or https
    try:
        with urllib.request.urlopen(request, timeout=patience) as response:  # noqa: S310 - http or https
            content: bytes = response.read(MOST + 1)
    except urllib.error.HTTPError as error:
        raise UsageError(
            f"{location}: was answered with {error.code}; fetch it yourself and name the file"
        ) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "reason", error)
        raise UsageError(f"{location}: cannot be read: {why}; fetch it yourself and name the file") from None
    if len(content) > MOST:
        raise UsageError(f"{location}: is larger than {MOST // 2**20} MB")
    return content


def beside(location: str, reference: str) -> tuple[str, str]:
    """Return the location and the pointer that a reference in this location means."""
    target, pointer = urldefrag(reference)
    if not target:
        return location, pointer
    if is_url(location) or is_url(target):
        return urljoin(location, target), pointer
    path = unquote(urlsplit(target).path)
    return str((Path(location).parent / path).resolve()), pointer


def entry(location: str) -> str:
    """Return the file that a definition begins in: of a folder the one that says openapi or swagger."""
    if is_url(location) or not Path(location).is_dir():
        return location
    files = [file for file in sorted(Path(location).rglob("*")) if file.suffix in SUFFIXES]
    usual = [file for file in files if file.stem.lower() in USUAL]
    found = [file for file in usual if _is_definition(file)] or [
        file for file in files if _is_definition(file)
    ]
    shallow = [file for file in found if len(file.parts) == min(len(each.parts) for each in found)]
    if not shallow:
        raise UsageError(f"{location}: no file in it says openapi: or swagger: at its top; name the file")
    if len(shallow) > 1:
        names = ", ".join(str(file.relative_to(location)) for file in shallow[:5])
        raise UsageError(f"{location}: {len(shallow)} definitions begin here ({names}); name one of them")
    return str(shallow[0])


def _is_definition(file: Path) -> bool:
    content = read_bytes(file)
    if b"openapi" not in content and b"swagger" not in content:
        return False
    try:
        return is_definition(parse(content, str(file)))
    except UsageError:
        return False


def is_definition(document: Any) -> bool:
    """Tell whether a document says that it is an OpenAPI definition."""
    return isinstance(document, dict) and bool({"openapi", "swagger"} & document.keys())
