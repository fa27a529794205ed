# ruff: noqa: INP001 - a script that is started by its path, and no package
"""A server of as many operations as wanted, and its definition: kinds of boards, each with four operations.

    python benchmarks/boards.py KINDS DEFINITION.json     # prints its address

It answers as its definition says and knows nothing of the suite: what a run costs by the number of operations
is measured on it.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any, Final

LONGEST: Final = 40
NAME: Final = {"type": "string", "minLength": 1, "maxLength": LONGEST}
ERROR: Final = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
BOARD: Final = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "string"}, "name": NAME},
}


def definition(kinds: int) -> dict[str, Any]:
    """Return an OpenAPI definition of four operations for each kind."""
    paths: dict[str, Any] = {}
    for number in range(kinds):
        name = f"boards{number}"
        paths[f"/{name}"] = {
            "get": operation(f"list{number}", {"200": answer({"type": "array", "items": BOARD})}),
            "post": operation(f"create{number}", {"201": answer(BOARD), "422": answer(ERROR)})
            | {"requestBody": {"required": True} | content(new_board())},
        }
        paths[f"/{name}/{{id}}"] = {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": operation(f"read{number}", {"200": answer(BOARD), "404": answer(ERROR)}),
            "delete": operation(f"delete{number}", {"204": {"description": "gone"}, "404": answer(ERROR)}),
        }
    return {"openapi": "3.0.3", "info": {"title": "Boards", "version": "1"}, "paths": paths}


def new_board() -> dict[str, Any]:
    """Return the schema of what makes a board."""
    return {
        "type": "object",
        "required": ["name"],
        "properties": {"name": NAME},
        "additionalProperties": False,
    }


def content(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a message of JSON."""
    return {"content": {"application/json": {"schema": schema}}}


def answer(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a response of JSON."""
    return {"description": "an answer", **content(schema)}


def operation(name: str, responses: dict[str, Any]) -> dict[str, Any]:
    """Return an operation of this id."""
    return {"operationId": name, "responses": responses}


class Boards(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    kept: Final[dict[str, dict[str, dict[str, str]]]] = {}
    numbers: Final = count(1)
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """List, or read one."""
        _, kind, *rest = self.path.partition("?")[0].split("/")
        boards = self.kept.setdefault(kind, {})
        if not rest:
            self.say(200, list(boards.values()))
        elif rest[0] in boards:
            self.say(200, boards[rest[0]])
        else:
            self.say(404, {"error": "there is no such board"})

    def do_POST(self) -> None:
        """Make one."""
        kind = self.path.split("/")[1]
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        except ValueError:
            body = None
        name = body.get("name") if isinstance(body, dict) and body.keys() == {"name"} else None
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST:
            self.say(422, {"error": "a board has a name of 1 to 40 characters, and nothing else"})
            return
        made = {"id": str(next(self.numbers)), "name": name}
        self.kept.setdefault(kind, {})[made["id"]] = made
        self.say(201, made)

    def do_DELETE(self) -> None:
        """Delete one."""
        _, kind, *rest = self.path.split("/")
        gone = self.kept.get(kind, {}).pop(rest[0] if rest else "", None)
        self.say(204 if gone else 404, None if gone else {"error": "there is no such board"})

    def say(self, status: int, body: Any) -> None:
        """Answer."""
        text = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        if body is not None:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(definition(int(sys.argv[1]))), encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), Boards) as server:
        sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()
