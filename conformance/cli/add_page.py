"""`conformance add-page`: draft the claims of one documentation page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_page(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Saved text of the page of one operation.")],
    operation: Annotated[
        str, typer.Option(metavar="'METHOD /PATH'", help="Needed where the page prints none.")
    ] = "",
    name: Annotated[str, typer.Option(help="What the API is called here; default from the path.")] = "",
    operation_id: Annotated[
        str, typer.Option("--id", help="operationId; default from method and path.")
    ] = "",
    into: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the draft goes; default drafts/NAME.")
    ] = None,
) -> None:
    """Draft the claims of a documentation page: an OpenAPI file of its operation, and rows with quotes.

    Nothing is judged by a draft. `conformance add` takes its openapi.yaml in for the generic rules; its rows
    are moved into specs/ when a person has read them. What gave no row is printed.
    """
    from conformance.claims.page_draft.draft import draft_page
    from conformance.report.console import say_lines

    draft = draft_page(file, into, operation=operation, name=operation_id, api=name)
    say_lines(
        [
            f"{draft.operation}: {draft.rows} rows with their quotes",
            *([f"gave no row ({len(draft.left)}):"] if draft.left else []),
            *(f"  {text}" for text in draft.left),
            *(f"written: {each}" for each in draft.files),
            f"next: conformance add {draft.files[0]}",
        ]
    )
