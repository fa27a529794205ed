"""Run the emulator on the calling terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXIT_USAGE = 2


def emulate(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 0,
    public_url: Annotated[
        str, typer.Option(help="Where clients reach it, if not where it listens: a mapped port, a proxy.")
    ] = "",
    defect: Annotated[
        list[str] | None, typer.Option(help="Break the emulator in a named way. Repeatable.")
    ] = None,
    rate_limit: Annotated[str | None, typer.Option(help="Limit of each application: N, N/s or N/m.")] = None,
    state: Annotated[
        Path | None, typer.Option(help="Keep the state in this file, over restarts too.")
    ] = None,
    seed_file: Annotated[Path | None, typer.Option(help="Begin with the world of this YAML file.")] = None,
    snapshot: Annotated[Path | None, typer.Option(help="At the end write the state as a seed file.")] = None,
    record: Annotated[
        Path | None, typer.Option(help="Append each exchange to this file, one JSON a line.")
    ] = None,
    latency: Annotated[float, typer.Option(min=0.0, help="Seconds to wait before each response.")] = 0.0,
    token_life: Annotated[int, typer.Option(min=1, help="Seconds for which a token is good.")] = 3600,
    write_targets: Annotated[
        Path | None, typer.Option(help="Write a targets file, and its secrets into .env beside it.")
    ] = None,
    provenance: Annotated[
        bool, typer.Option("--provenance", help="List each behaviour and its source.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="With --provenance: as JSON.")] = False,
) -> None:
    """Run an emulator of the platform until it is interrupted."""
    from conformance.emulator import provenance as sources

    if provenance:
        typer.echo(sources.as_json() if json else sources.as_text())
        return
    from conformance.emulator.errors import EmulatorError
    from conformance.emulator.kernel.throttle import parse_rate
    from conformance.emulator.serving import run
    from conformance.emulator.settings import Settings

    try:
        settings = Settings(
            public_url=public_url,
            rate=parse_rate(rate_limit) if rate_limit else None,
            state=state,
            seed_file=seed_file,
            snapshot=snapshot,
            record=record,
            latency=latency,
            token_life=token_life,
            defects=tuple(defect or ()),
        )
        run(settings, host, port, write_targets)
    except EmulatorError as error:
        typer.echo(f"conformance emulate: {error}", err=True)
        raise typer.Exit(EXIT_USAGE) from error
