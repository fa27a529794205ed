"""`conformance sign` and `conformance verify`: a run that nobody can change unseen."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from conformance.errors import UsageError

Folder = Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.")]


def sign(
    run: Folder,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="Private key, PEM.")] = None,
    key_env: Annotated[
        str, typer.Option(metavar="NAME", help="Environment variable that holds the private key.")
    ] = "",
) -> None:
    """Sign a run with all its files, as an in-toto statement of its result (attestation.dsse.json).

    A passphrase of the key is read from CONFORMANCE_SIGNING_PASSPHRASE. Needs the extra `signing`.
    """
    attestation = _attestation()
    if (key is None) == (not key_env):
        raise UsageError("which key? --key FILE or --key-env NAME, one of them")
    passphrase = os.environ.get("CONFORMANCE_SIGNING_PASSPHRASE", "").encode() or None
    typer.echo(attestation.sign(run, _pem(key, key_env), passphrase))


def verify(
    run: Folder,
    public_key: Annotated[Path, typer.Option(metavar="FILE", help="Public key of who signed, PEM.")],
) -> None:
    """Tell whether a run is as it was signed: every file, every verdict, every waiver.

    Exit code 0: nothing changed; 1: something did, or another key signed it; 2: it cannot be told.
    """
    from conformance.report.console import say_lines

    attestation = _attestation()
    try:
        signed = attestation.read(run, _pem(public_key, ""))
    except attestation.SignatureError as error:
        typer.echo(f"conformance: {error}", err=True)
        raise typer.Exit(1) from error
    if found := list(attestation.changes(run, signed)):
        say_lines(found)
        typer.echo(f"{run}: not as it was signed")
        raise typer.Exit(1)
    what = signed.statement["predicate"]
    typer.echo(f"{run}: as it was signed ({what['result']}, key {signed.key[:16]})")


def _attestation() -> ModuleType:
    """Return what signs; `UsageError` where its library is not installed."""
    try:
        from conformance.report import attestation
    except ImportError as error:
        raise UsageError(
            f"signing needs the library {error.name}: python -m pip install 'itwin-conformance[signing]'"
        ) from error
    return attestation


def _pem(file: Path | None, variable: str) -> bytes:
    if file is None:
        text = os.environ.get(variable, "")
        if not text:
            raise UsageError(f"--key-env {variable}: the environment variable is not set, or empty")
        return text.encode()
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
