"""A platform in small: the claims of an API of bulbs, a checkout that holds them, a server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from conformance.claims.openapi import Operation, load_operations
from conformance.claims.requirements import Catalogue, load_catalogue
from conformance.exchange.model import ABSENT, Exchange, Request, request_for
from conformance.targets.model import Role, Target

SPEC: Final = """\
openapi: 3.0.3
info: {title: Bulbs, version: "1"}
components:
  schemas:
    Bulb:
      type: object
      additionalProperties: false
      required: [id, lit]
      properties:
        id: {type: string}
        lit: {type: boolean}
        name: {type: string, nullable: true}
    Error:
      type: object
      required: [error]
      properties:
        error:
          type: object
          required: [code, message]
          properties: {code: {type: string}, message: {type: string}}
  parameters:
    bulbId: {name: bulbId, in: path, required: true, x-real-id: bulb_id, schema: {type: string}}
  responses:
    Gone:
      description: No such bulb.
      content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}
paths:
  /bulbs/{bulbId}:
    x-source: the page of bulbs
    parameters: [{$ref: "#/components/parameters/bulbId"}]
    get:
      operationId: getBulb
      tags: [Reading]
      x-page: 001_bulbs
      responses:
        "200":
          description: The bulb.
          headers: {retry-after: {schema: {type: integer}}}
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Bulb"}
              example: {id: desk, lit: true}
        "404": {$ref: "#/components/responses/Gone"}
        "429": {$ref: "#/components/responses/Gone"}
    delete:
      operationId: breakBulb
      tags: [Breaking]
      x-page: 002_breaking
      responses:
        "204": {description: Broken.}
        "404": {$ref: "#/components/responses/Gone"}
  /rooms/{room}/bulbs:
    post:
      operationId: addBulb
      parameters: [{name: room, in: path, required: true, schema: {type: string}}]
      x-undo: {what: bulb, path: "/bulbs/{id}", pointer: /id}
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties: {id: {type: string, x-unique: true}, model: {type: string, x-real-id: bulb_id}}
            examples: {one: {value: {id: hall, model: desk, lit: false}}}
      responses:
        "201":
          description: Added.
          content: {application/json: {schema: {$ref: "#/components/schemas/Bulb"}}}
"""

ROWS: Final = """\
pages: {}
requirements:
  - {id: bulbs.get.answers-200, operation: getBulb, level: must, basis: sentence, quote: Returns a bulb.,
     expect: a bulb that is there is answered with 200}
  - {id: bulbs.get.kindly, operation: getBulb, level: should, basis: fact, source: a guess, since: 2026-01-05,
     expect: a bulb is answered kindly, needs: [role.reader]}
  - {id: bulbs.get.colour, operation: getBulb, level: unspecified, basis: fact, source: none,
     expect: a bulb has some colour, ask: Name its colour.}
  - {id: bulbs.get.id-repeated, operation: getBulb, level: must, basis: example,
     expect: the id of the path comes back, check: {status: 200, equal: {/id: $request.path.bulbId}}}
  - {id: bulbs.break.answers-204, operation: breakBulb, level: must, basis: schema,
     expect: a broken bulb is answered with 204, needs: [mode.write]}
  - {id: bulbs.break.loudly, operation: breakBulb, level: must, basis: schema,
     excluded: nobody can hear a response, expect: a bulb breaks loudly}
  - {id: platform.reply.documented-status, operation: every, level: must, basis: schema,
     expect: only documented statuses, check: documented-status}
  - {id: platform.reply.whole, operation: every, level: must, basis: schema, expect: every response is whole,
     check: wholeness}
"""

_NUMBERS: Final = count(1)


@dataclass
class Checkout:
    """A checkout of its own: specs, contract and a place for reports."""

    root: Path

    def __post_init__(self) -> None:
        """Write the claims."""
        (self.specs / "bulbs").mkdir(parents=True)
        (self.root / "tests" / "contract").mkdir(parents=True)
        (self.root / "pyproject.toml").write_text('name = "itwin-conformance"\n', encoding="utf-8")
        self.spec(SPEC)
        self.rows(ROWS)

    @property
    def specs(self) -> Path:
        """Return the folder of the claims."""
        return self.root / "specs"

    def spec(self, text: str) -> None:
        """Replace the operations."""
        (self.specs / "bulbs" / "openapi.yaml").write_text(text, encoding="utf-8")

    def rows(self, text: str) -> None:
        """Replace the requirements."""
        (self.specs / "bulbs" / "requirements.yaml").write_text(text, encoding="utf-8")

    def scenarios(self, text: str) -> None:
        """Add a module of scenarios under a name that no other module of this process has."""
        head = '"""Scenarios of bulbs."""\nimport pytest\nfrom conformance.checks import expect\n'
        head += "from conformance.errors import NotJudged, Violation\n"
        head += "from conformance.exchange.model import request_for\n"
        head += "from conformance.run.pytest_plugin import phase, verifies\n\n"
        head += "def get(run, bulb):\n    operation = run.catalogue.operations['getBulb']\n"
        head += "    return run.client.send(request_for(operation, {'bulbId': bulb}))\n\n"
        name = f"test_bulbs_{next(_NUMBERS)}.py"
        (self.root / "tests" / "contract" / name).write_text(head + text, encoding="utf-8")

    def catalogue(self) -> Catalogue:
        """Read the claims."""
        return load_catalogue(self.specs, load_operations(self.specs))


def response(
    operation: Operation | None,
    status: int | None,
    body: Any = ABSENT,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    **options: Any,
) -> Exchange:
    """Return an exchange of the operation as if it had happened; a body of bytes is taken as it is."""
    names = dict.fromkeys(operation.path_parameters, "desk") if operation else {}
    request = (
        Request("GET", "/elsewhere")
        if operation is None
        else request_for(operation, names | dict(params or {}))
    )
    content = body if isinstance(body, bytes) else b"" if body is ABSENT else json.dumps(body).encode()
    announced = {"Content-Type": "application/json"} if content else {}
    base = Exchange(
        id=f"x{next(_NUMBERS)}",
        role="owner",
        request=replace(request, **options.pop("request", {})),
        url=f"http://127.0.0.1:1{request.path}",
        sent_headers={"Authorization": "Bearer ***"},
        sent_body=request.body(),
        started=0.0,
        elapsed_ms=1.0,
        status=status,
        headers=announced if headers is None else headers,
        content=content,
    )
    return replace(base, **options)


class BulbHandler(BaseHTTPRequestHandler):
    """Serves bulbs: ``desk`` is there, ``dim`` answers 500, ``gone`` closes the connection."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer a read."""
        bulb = self.path.rpartition("/")[2]
        if bulb == "gone":
            self.close_connection = True
            return
        if bulb == "desk":
            self._say(200, {"id": "desk", "lit": True})
        elif bulb == "dim":
            self._say(500, {"error": {"code": "Dim", "message": "It is dim."}})
        else:
            self._say(404, {"error": {"code": "BulbNotFound", "message": "No such bulb."}})

    def do_DELETE(self) -> None:
        """Answer that the bulb is broken."""
        self.send_response(204)
        self.end_headers()

    def _say(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature of the library
        """Say nothing."""


@contextmanager
def serve_bulbs() -> Iterator[Target]:
    """Serve bulbs on a free port while the block lasts, and return them as a target."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BulbHandler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Target(
            name="bulbs",
            base_url=f"http://127.0.0.1:{server.server_address[1]}",
            roles={"owner": Role(token=SecretStr("the-token-of-the-owner"))},
            writes="free",
            consistency_timeout=0,
        )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
