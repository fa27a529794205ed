"""Say what an emulator holds on one page, for a browser on a desk or a phone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Final

from conformance.emulator.identity.endpoints import TOKEN_PATH
from conformance.emulator.identity.tokens import SCOPE
from conformance.emulator.kernel.emulator import Emulator, Seen
from conformance.emulator.state.state import KINDS

RESET_PATH = "/_emulator/reset"
STYLE: Final = Path(__file__).with_name("status.css")
_OWN = ("its own iTwins",)
_REFUSED: Final = 400
_CRASHED: Final = 500


def counts(emulator: Emulator) -> dict[str, int]:
    """Return the number of records of each kind."""
    return {kind: len(getattr(emulator.services.state, kind)) for kind in KINDS}


def page(emulator: Emulator) -> str:
    """Return the status page; it holds no secret and no token."""
    users = [
        (user.role, user.client_id, "administrator" if user.administrator else ", ".join(user.grants or _OWN))
        for user in emulator.services.state.users
    ]
    recipe = (
        f"curl -u CLIENT_ID:CLIENT_SECRET -d grant_type=client_credentials -d scope={SCOPE} "
        f"{emulator.services.issuer.url}{TOKEN_PATH}"
    )
    kept = "".join(
        f"<div><dt>{escape(kind.replace('_', ' '))}</dt><dd>{number}</dd></div>"
        for kind, number in counts(emulator).items()
    )
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>Emulator</title>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
        f"<style>{STYLE.read_text(encoding='utf-8')}</style></head><body><main>"
        f"<h1>Emulator</h1><p>API and identity service at <code>{escape(emulator.services.base_url)}</code>. "
        f"<code>POST {RESET_PATH}</code> sets it back.</p>"
        f"{_switched_on(emulator)}"
        f"<h2>State</h2><dl>{kept}</dl>"
        f"<h2>Recent requests</h2>{_requests(list(reversed(emulator.recent)))}"
        f"<h2>Users</h2><p>A token: <code>{escape(recipe)}</code>. "
        "Secrets are in the .env file that --write-targets writes.</p>"
        f"{_table(('role', 'client id', 'permissions on iTwins of its organization'), map(_cells, users))}"
        "</main></body></html>"
    )


def _switched_on(emulator: Emulator) -> str:
    """Return what the emulator was told to do otherwise, or nothing."""
    settings = emulator.settings
    said = [f"the defect <code>{escape(name)}</code>" for name in settings.defects]
    if settings.latency:
        said.append(f"a delay of {settings.latency:g} s")
    if settings.rate is not None:
        said.append("a rate limit")
    return f'<p class="warning">Switched on: {", ".join(said)}.</p>' if said else ""


def _requests(recent: Sequence[Seen]) -> str:
    if not recent:
        return '<p class="soft">None yet.</p>'
    return _table(("at", "method", "status", "took", "operation", "path"), map(_request, recent))


def _request(seen: Seen) -> str:
    mood = "crashed" if seen.status >= _CRASHED else "refused" if seen.status >= _REFUSED else ""
    return (
        f"{_cells((f'{datetime.fromtimestamp(seen.at, UTC):%H:%M:%S}', seen.method))}"
        f'<td role=cell><span class="status {mood}">{seen.status}</span></td>'
        f"{_cells((f'{seen.milliseconds:.1f} ms', seen.operation))}"
        f'<td role=cell class="path">{escape(seen.path)}</td>'
    )


def _cells(cells: Iterable[str]) -> str:
    return "".join(f"<td role=cell>{escape(cell)}</td>" for cell in cells)


def _table(head: tuple[str, ...], rows: Iterable[str]) -> str:
    """Return a table of rows of cells; the roles stay where a phone shows it as blocks."""
    names = "".join(f"<th role=columnheader scope=col>{escape(name)}</th>" for name in head)
    body = "".join(f"<tr role=row>{row}</tr>" for row in rows)
    return (
        f"<table role=table><thead role=rowgroup><tr role=row>{names}</tr></thead>"
        f"<tbody role=rowgroup>{body}</tbody></table>"
    )
