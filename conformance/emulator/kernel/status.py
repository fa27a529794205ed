"""Show what an emulator holds, and set it back to its beginning."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from conformance.emulator.identity.endpoints import TOKEN_PATH
from conformance.emulator.identity.tokens import SCOPE
from conformance.emulator.kernel import lifecycle
from conformance.emulator.kernel.emulator import Emulator
from conformance.emulator.state.state import KINDS

RESET_PATH = "/_emulator/reset"
STATE_PATH = "/_emulator/state"
_OWN = ("its own iTwins",)
_STYLE = (
    "body{font:14px sans-serif;margin:2em}td,th{text-align:left;padding:.2em 1em .2em 0}code{background:#eee}"
)


def routes(emulator: Emulator) -> list[Route]:
    """Return the status page at ``/``, the state as JSON, and the reset endpoint (POST, 204)."""

    async def serve_page(_request: Request) -> Response:
        return HTMLResponse(page(emulator))

    async def serve_state(_request: Request) -> Response:
        return JSONResponse(counts(emulator))

    async def serve_reset(_request: Request) -> Response:
        lifecycle.reset(emulator)
        return Response(status_code=204)

    return [
        Route("/", serve_page),
        Route(STATE_PATH, serve_state),
        Route(RESET_PATH, serve_reset, methods=["POST"]),
    ]


def counts(emulator: Emulator) -> dict[str, int]:
    """Return the number of records of each kind."""
    return {kind: len(getattr(emulator.services.state, kind)) for kind in KINDS}


def page(emulator: Emulator) -> str:
    """Return the status page; it holds no secret and no token."""
    users = [
        (user.role, user.client_id, "administrator" if user.administrator else ", ".join(user.grants or _OWN))
        for user in emulator.services.state.users
    ]
    recent = [
        (
            f"{datetime.fromtimestamp(each.at, UTC):%H:%M:%S}",
            *(each.method, each.path, each.operation, str(each.status)),
            f"{each.milliseconds:.1f} ms",
        )
        for each in reversed(emulator.recent)
    ]
    recipe = (
        f"curl -u CLIENT_ID:CLIENT_SECRET -d grant_type=client_credentials -d scope={SCOPE} "
        f"{emulator.services.issuer.url}{TOKEN_PATH}"
    )
    kept = [(kind.replace("_", " "), str(number)) for kind, number in counts(emulator).items()]
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Emulator</title><style>{_STYLE}</style>"
        f"<h1>Emulator</h1><p>API and identity service at <code>{escape(emulator.services.base_url)}</code>. "
        f"<code>POST {RESET_PATH}</code> sets it back.</p>"
        f"<h2>State</h2>{_table(('kind', 'records'), kept)}"
        f"<h2>Users</h2><p>A token: <code>{escape(recipe)}</code>. "
        "Secrets are in the .env file that --write-targets writes.</p>"
        f"{_table(('role', 'client id', 'permissions on iTwins of its organization'), users)}"
        f"<h2>Recent requests</h2>{_table(('at', 'method', 'path', 'operation', 'status', 'took'), recent)}"
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    def row(cells: tuple[str, ...], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    return "<table>" + row(head, "th") + "".join(row(each, "td") for each in rows) + "</table>"
