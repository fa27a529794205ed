"""The command line: one verb a module, and the one place that turns an error into words and an exit code."""

from __future__ import annotations

import errno
import gc
import sys
from contextlib import suppress
from typing import Final, NoReturn

import typer

from conformance import __version__
from conformance.cli.add import add
from conformance.cli.add_page import add_page
from conformance.cli.arguments import Verb
from conformance.cli.campaign import campaign
from conformance.cli.check import check
from conformance.cli.clean import clean
from conformance.cli.compare import compare
from conformance.cli.defects import defects
from conformance.cli.doctor import doctor
from conformance.cli.drift import drift
from conformance.cli.emulate import emulate
from conformance.cli.explain import explain
from conformance.cli.history import history
from conformance.cli.index import index
from conformance.cli.init import init
from conformance.cli.list import list_requirements
from conformance.cli.merge import merge
from conformance.cli.notify import notify
from conformance.cli.plan import plan
from conformance.cli.replay import replay
from conformance.cli.report import report
from conformance.cli.run import run
from conformance.cli.show import show
from conformance.cli.sign import sign, verify
from conformance.cli.streams import prepare_streams
from conformance.cli.waive import waive
from conformance.cli.waivers import waivers
from conformance.errors import NotJudged, UsageError
from conformance.exchange.redaction import scrubbed
from conformance.results.text import terminal

HELP: Final = """
Contract tests for the iTwin Platform APIs: which documented requirement is violated, and what proves it?

`conformance run` alone judges the built-in emulator. Exit codes: 0 conforms, 1 a requirement is violated,
2 usage or a failure of the suite, 3 could not judge.
"""

OBJECTS_OF_A_ROUND: Final = 50_000
"""New objects after which garbage is looked for: at Python's 700 a tenth of a run goes into it."""
UNWRITABLE: Final = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
for verb in (
    run,
    add,
    add_page,
    plan,
    check,
    compare,
    drift,
    doctor,
    report,
    clean,
    emulate,
    defects,
    history,
    waive,
    waivers,
    explain,
    replay,
    merge,
    campaign,
    show,
    notify,
    index,
    sign,
    verify,
    init,
):
    app.command(cls=Verb)(verb)
app.command("list", cls=Verb)(list_requirements)


@app.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", help="Print the version.", is_eager=True),
) -> None:
    if version:
        typer.echo(f"conformance {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; every error of the user or the suite is one clear line and exit code 2."""
    prepare_streams()
    gc.set_threshold(OBJECTS_OF_A_ROUND, *gc.get_threshold()[1:])
    try:
        _call()
    except UsageError as error:
        _say(str(error))
        _exit("USAGE")
    except NotJudged as why:
        _say(why.reason)
        _exit("CANNOT_JUDGE")
    except KeyboardInterrupt:
        _say("interrupted")
        _exit("CANNOT_JUDGE")
    except Exception as error:  # noqa: BLE001 - the one boundary: a failure of the suite is said, never shown as a traceback
        _say(
            f"the suite failed: {type(error).__name__}: {error}; "
            "please report this with the command that you ran"
        )
        _exit("USAGE")


def _exit(name: str) -> NoReturn:
    from conformance.results.verdicts import ExitCode

    sys.exit(ExitCode[name])


def _call() -> None:
    """Call the verb and write out what it printed; a disk that is full is the user's matter."""
    try:
        try:
            app()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        raise UsageError(f"the output cannot be written: {error.strerror}") from error


def _say(message: str) -> None:
    with suppress(OSError):  # the exit code says it too
        sys.stderr.write(f"conformance: {terminal(scrubbed(message))}\n")
