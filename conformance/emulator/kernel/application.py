"""Put one emulator together as an ASGI application."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount

from conformance.emulator.behaviours import assumed
from conformance.emulator.blobs import endpoints as blobs
from conformance.emulator.identity import endpoints
from conformance.emulator.kernel import status
from conformance.emulator.kernel.dispatch import Api
from conformance.emulator.kernel.emulator import Emulator
from conformance.emulator.state.records import User

EXPOSED = ("Location", "Retry-After", "x-correlation-id")
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "HEAD")

assumed("http.cors", "Browsers of any origin may call with any header.")


def build(emulator: Emulator) -> Starlette:
    """Return the application: status page, identity service, storage and, for every other path, the APIs."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=METHODS,
        allow_headers=["*"],
        expose_headers=EXPOSED,
        max_age=3600,
    )

    def user_of(client_id: str) -> User | None:
        return emulator.services.state.users.of_client(client_id)

    identity = endpoints.routes(emulator.services.issuer, user_of)
    containers = blobs.routes(emulator.services.storage)
    return Starlette(
        routes=[*status.routes(emulator), *identity, *containers, Mount("/", app=Api(emulator))],
        middleware=[cors],
    )
