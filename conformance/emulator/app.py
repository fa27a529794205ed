"""Put one emulator together as an ASGI application."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount

from conformance.emulator import status
from conformance.emulator.dispatch import Api
from conformance.emulator.identity import endpoints
from conformance.emulator.instance import Emulator
from conformance.emulator.provenance import Source, note

EXPOSED = ("Location", "Retry-After", "x-correlation-id")
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "HEAD")

note("http.cors", "Browsers of any origin may call with any header.", Source.ASSUMPTION)


def build(emulator: Emulator) -> Starlette:
    """Return the application: status page, identity service and, for every other path, the APIs."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=METHODS,
        allow_headers=["*"],
        expose_headers=EXPOSED,
        max_age=3600,
    )
    return Starlette(
        routes=[*status.routes(emulator), *endpoints.routes(emulator), Mount("/", app=Api(emulator))],
        middleware=[cors],
    )
