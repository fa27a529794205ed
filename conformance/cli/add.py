"""`conformance add`: take an API in by its definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from conformance.cli.options import Verbose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.claims.definition import Repair

SHOWN: Final = 8


def add(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="File, folder or URL of the definition.")],
    name: Annotated[str, typer.Option(help="What the API is called here; default from its title.")] = "",
    published_at: Annotated[
        str, typer.Option("--from", metavar="URL", help="Where newer versions are published.")
    ] = "",
    rename_duplicates: Annotated[
        bool,
        typer.Option(
            "--rename-duplicates", help="Let operations that share an operationId go by their path."
        ),
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Take an API in: its definition is kept to the byte, and requirements are derived from it.

    OpenAPI 3.0, 3.1, 3.2 and Swagger 2, JSON or YAML, of one file or several. It is written to specs/NAME/ of
    the checkout or of the working folder, beside a short override.yaml for what the definition does not say.
    """
    from pathlib import Path

    from conformance.claims.adding import add_api
    from conformance.claims.requirements import load_claims
    from conformance.report.console import say_lines

    added = add_api(source, name, published_at=published_at, rename_duplicates=rename_duplicates)
    catalogue = load_claims()
    api = catalogue.added[added.name]
    rows = len(catalogue.derived(api))
    place = added.folder.relative_to(Path.cwd()) if added.folder.is_relative_to(Path.cwd()) else added.folder
    say_lines(
        [
            *repairs_in_words(added.definition.repairs, everything=verbose),
            f"{added.name}: {added.definition.form}, {len(api.operations)} operations, {rows} requirements",
            f"{place}/override.yaml is for what the definition does not say",
            f"next: conformance plan {added.name}",
        ]
    )


def repairs_in_words(repairs: Sequence[Repair], *, everything: bool) -> Iterator[str]:
    """Yield a line for each repair of a definition, or for the first ones."""
    if not repairs:
        return
    yield f"the definition is read with {len(repairs)} repairs:"
    shown = repairs if everything or len(repairs) <= SHOWN + 1 else repairs[:SHOWN]
    yield from (f"  {each.place}: {each.what}" for each in shown)
    if len(shown) < len(repairs):
        yield f"  … and {len(repairs) - len(shown)} more: -v shows them"
