"""Show what an emulator holds, and set it back to its beginning."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from conformance.emulator.kernel import lifecycle
from conformance.emulator.kernel.emulator import Emulator
from conformance.emulator.kernel.status_page import RESET_PATH, counts, page

STATE_PATH = "/_emulator/state"


def routes(emulator: Emulator) -> list[Route]:
    """Return the status page at ``/``, the definition, the state as JSON, and the reset (POST, 204)."""

    async def serve_page(_request: Request) -> Response:
        return HTMLResponse(page(emulator))

    async def serve_state(_request: Request) -> Response:
        return JSONResponse(counts(emulator))

    async def serve_reset(_request: Request) -> Response:
        lifecycle.reset(emulator)
        return Response(status_code=204)

    async def serve_definition(_request: Request) -> Response:
        return JSONResponse(emulator.describe())

    return [
        Route("/", serve_page),
        Route("/openapi.json", serve_definition),
        Route(STATE_PATH, serve_state),
        Route(RESET_PATH, serve_reset, methods=["POST"]),
    ]
