"""An issuer of our own on this machine: real keys, a discovery document, and tokens that nobody may trust.

A service that fetches the keys of whatever issuer a token names accepts these; one that knows its own
issuer refuses.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

from joserfc import jwt
from joserfc.jwk import RSAKey

from conformance.client.auth.forged_tokens import decoded, foreign_key

KEYS_PATH = "/jwks"


@dataclass(frozen=True)
class UntrustedIssuer:
    """A running issuer: its address and its key."""

    issuer: str
    key: RSAKey

    def token_like(self, token: str) -> str:
        """Return a token with the claims of a good one, issued by us; "" where the good one is no JWT."""
        parts = token.split(".")
        if len(parts) != 3:  # noqa: PLR2004 - header, payload and signature
            return ""
        try:
            claims = decoded(parts[1])
        except ValueError:
            return ""
        header = {"alg": "RS256", "kid": "untrusted", "jku": self.issuer + KEYS_PATH}
        return jwt.encode(header, {**claims, "iss": self.issuer}, self.key, algorithms=["RS256"])


@contextmanager
def untrusted_issuer() -> Iterator[UntrustedIssuer]:
    """Serve the issuer on a free loopback port while the block lasts."""
    key = foreign_key()
    handler = type("Handler", (_Documents,), {"documents": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    issuer = f"http://127.0.0.1:{server.server_port}"
    keys = {"keys": [key.as_dict(private=False)]}
    handler.documents = {  # type: ignore[attr-defined] # set on the class made above
        "/.well-known/openid-configuration": {"issuer": issuer, "jwks_uri": issuer + KEYS_PATH},
        KEYS_PATH: keys,
        "/.well-known/jwks": keys,
        "/.well-known/jwks.json": keys,
        "/.well-known/openid-configuration/jwks": keys,
    }
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield UntrustedIssuer(issuer, key)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


class _Documents(BaseHTTPRequestHandler):
    """Answers with the JSON document of a path."""

    documents: ClassVar[dict[str, Any]] = {}

    def do_GET(self) -> None:
        """Answer a GET."""
        document = self.documents.get(self.path.split("?")[0])
        body = json.dumps(document).encode()
        self.send_response(200 if document is not None else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature of http.server
        """Say nothing."""
