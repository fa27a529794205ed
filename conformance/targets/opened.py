"""Opens the target that a command names: of a targets file, checked against the claims, or the emulator."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from conformance.claims.folders import specs_dir
from conformance.claims.requirements import Catalogue
from conformance.claims.text_files import read_yaml
from conformance.errors import UsageError, did_you_mean
from conformance.targets.embedded import embedded_target
from conformance.targets.load import load_target
from conformance.targets.model import Target

DEFAULT_FILE: Final = Path("targets.toml")
EMULATOR: Final = "emulator"
"""What a run that names no target calls its own."""
OWNER: Final = "owner"


@contextmanager
def open_target(name: str, file: Path | None, catalogue: Catalogue) -> Iterator[Target]:
    """Open the named target of the file, or where neither is named the emulator on a free port.

    `file` is None where the command names none: then it is `DEFAULT_FILE`. A target with a role, a token or
    a fixture that no requirement knows is a `UsageError`, and so is a file without the name of a target.
    """
    if name:
        named = file or DEFAULT_FILE
        target = load_target(named, name)
        refuse_unknown(target, catalogue, f"{named}: [targets.{name}]")
        yield target
        return
    if file is not None:
        raise UsageError(f"--targets {file} names no target of the file; add --target NAME")
    with embedded_target() as target:
        yield target


def refuse_unknown(target: Target, catalogue: Catalogue, where: str) -> None:
    """Raise a `UsageError` for a name that nothing asks for: a typo there would judge less and stay green."""
    known = known_names(catalogue, how_to_look_up())
    for kind, given in (("roles", target.roles), ("tokens", target.tokens), ("fixtures", target.fixtures)):
        for name in given:
            if name not in known[kind]:
                there = ", ".join(sorted(known[kind])) or "none"
                raise UsageError(
                    f"{where} {kind}.{name}: no requirement asks for it; known are {there}"
                    f"{did_you_mean(name, known[kind])}"
                )
    last = urlsplit(target.base_url).path.rpartition("/")[2]
    if last and last in {
        o.path.split("/")[1] for o in catalogue.operations.values() if o.api not in catalogue.added
    }:
        raise UsageError(
            f"{where} base_url: the path of each operation begins with /{last} already; "
            f"write {target.base_url.removesuffix('/' + last)}"
        )


def known_names(catalogue: Catalogue, lookups: Mapping[str, Any]) -> dict[str, Collection[str]]:
    """Return the roles, tokens and fixtures that the requirements or the look-ups speak of."""
    needs = {need for row in catalogue.rows.values() for need in row.needs}
    known = {
        kind: {need.partition(".")[2] for need in needs if need.startswith(f"{kind[:-1]}.")}
        | set(lookups.get(kind, ()))
        for kind in ("roles", "tokens", "fixtures")
    }
    known["roles"].add(OWNER)
    return dict(known)


def how_to_look_up() -> Mapping[str, Any]:
    """Return how to look a target's roles and fixtures up (`specs/fixtures.yaml`); {} where nothing says."""
    file = specs_dir() / "fixtures.yaml"
    return read_yaml(file) if file.exists() else {}
