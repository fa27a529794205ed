"""Takes an API in: its definition to the byte, and one short file for what the definition does not say."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from conformance.claims.definition import Definition, load_definition
from conformance.claims.definition.source import is_url
from conformance.claims.folders import specs_dir
from conformance.claims.openapi import load_documents
from conformance.errors import UsageError

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
NOT_IN_A_NAME: Final = re.compile(r"[^a-z0-9]+")
FORMS: Final = ("openapi", "swagger", "api", "definition", "index", "v1", "v2", "v3")
"""Names of files that say nothing of the API."""
PLATFORM_HOSTS: Final = ("api.bentley.com", "-api.bentley.com")
OVERRIDE: Final = """\
# What the definition of {name} does not say and the suite must know. Every key may be left out;
# `conformance plan {name}` prints the lines that are needed.
#
# profile: itwin-platform          # iTwinId, projectId and iModelId are the fixtures itwin_id and imodel_id
# ids: {{folderId: {{fixture: folder_id}}, tagId: {{from: listTags, at: /items/0/id}}}}
# bodies: {{createThing: {{url: "https://example.com/{{unique}}"}}}}
# unique: [createThing.name]       # members of which no two things have the same value
# reads: [POST /things/filter]     # writes by their method only
# writes: [POST /settings]         # about nothing that the run made, and allowed all the same
# never: [POST /maintenance]       # not sent at all
# rows: [{{rule: unknown-id, operation: getThing, level: must, reason: "the page says so"}}]
{lines}
"""


@dataclass(frozen=True)
class Addition:
    """What was added: under which name, where, and the definition as it was read."""

    name: str
    folder: Path
    definition: Definition


def add_api(
    source: str, name: str = "", *, published_at: str = "", rename_duplicates: bool = False
) -> Addition:
    """Write an API's definition and override below `specs/`; `UsageError` where that is not possible.

    The name is taken from the definition's title or file where none is given; `published_at` is where newer
    versions are looked for, by default the URL that it came from.
    """
    definition = load_definition(source, rename_duplicates=rename_duplicates)
    chosen = name or _named(definition)
    if not NAME.fullmatch(chosen):
        raise UsageError(f"--name {chosen}: a name has small letters, digits and hyphens, as in my-api")
    folder = _specs() / chosen
    if folder.exists() or chosen in load_documents(specs_dir()):
        cure = "choose another --name, or delete the folder to add it anew"
        raise UsageError(f"{folder}: there is an API of this name; {cure}")
    files = dict(_files(definition))
    if published_at and not is_url(published_at):
        raise UsageError(f"--from {published_at}: is no URL; write one that begins with https://")
    published = published_at or (definition.location if is_url(definition.location) else "")
    lines = ["profile: itwin-platform"] if _is_of_the_platform(definition) else []
    lines += [f"from: {published}"] if published else []
    lines += [f"entry: {next(iter(files))}"] if len(files) > 1 else []
    lines += ["rename_duplicates: true"] if rename_duplicates else []
    lines.append(f"hash: {definition.hash}")
    for place, content in files.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    text = OVERRIDE.format(name=chosen, lines="\n".join(lines))
    (folder / "override.yaml").write_text(text, encoding="utf-8")
    return Addition(chosen, folder, definition)


def _specs() -> Path:
    """Return the `specs/` of a checkout, elsewhere that of the working folder."""
    checkout = specs_dir()
    return checkout if checkout.parent == Path.cwd() else Path.cwd() / "specs"


def _named(definition: Definition) -> str:
    title = str((definition.document.get("info") or {}).get("title") or "")
    path = Path(urlsplit(definition.location).path if is_url(definition.location) else definition.location)
    words = [_plain(text) for text in (title, path.stem, path.parent.name)]
    return next((word for word in words if word and word not in FORMS), "api")


def _plain(text: str) -> str:
    return NOT_IN_A_NAME.sub("-", text.lower()).strip("-").removesuffix("-api")[:40].strip("-")


def _is_of_the_platform(definition: Definition) -> bool:
    servers = definition.document.get("servers")
    urls = [str(each.get("url")) for each in servers or () if isinstance(each, dict)]
    return any((urlsplit(url).hostname or "").endswith(PLATFORM_HOSTS) for url in urls)


def _files(definition: Definition) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a definition, the one it begins in first, with their places in the API's folder."""
    several = list(definition.contents.items())
    if len(several) == 1:
        yield f"definition{_suffix(several[0][0], several[0][1])}", several[0][1]
        return
    paths = [urlsplit(each).path if is_url(each) else os.path.abspath(each) for each, _ in several]  # noqa: PTH100 - as its references
    hosts = {urlsplit(each).netloc for each, _ in several}
    if len(hosts) > 1 or any(is_url(each) != is_url(several[0][0]) for each, _ in several):
        raise UsageError(
            f"{definition.location}: its files stand in several places; fetch them into one folder"
        )
    root = os.path.commonpath([os.path.dirname(path) for path in paths])  # noqa: PTH120 - of a URL, too
    for path, (_, content) in zip(paths, several, strict=True):
        yield f"definition/{Path(os.path.relpath(path, root)).as_posix()}", content


def _suffix(location: str, content: bytes) -> str:
    suffix = Path(urlsplit(location).path).suffix.lower()
    if suffix in {".json", ".yaml", ".yml"}:
        return suffix
    return ".json" if content.lstrip()[:1] == b"{" else ".yaml"
