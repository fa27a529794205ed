"""Evidence: an exchange can be read without fear, repeated by hand, and kept without a secret."""

from __future__ import annotations

import copy
import json
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.claims.openapi import Operation
from conformance.exchange.curl import curl
from conformance.exchange.model import ABSENT, Exchange, Request, fill, request_for, value_at
from conformance.exchange.recorder import RECORDED_BODY, Recorder, to_record
from conformance.exchange.redaction import Redactor
from tests.suite.toy_api import response

SECRET = "a-very-secret-word"


@pytest.fixture
def redactor() -> Redactor:
    """Return a redactor that knows one secret."""
    made = Redactor()
    made.learn(SECRET)
    return made


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("", {"a": [{"b/c": 1, "d~e": 2}], "n": None}),
        ("/a/0/b~1c", 1),
        ("/a/0/d~0e", 2),
        ("/n", None),
        ("/a/1", ABSENT),
        ("/a/x", ABSENT),
        ("/n/x", ABSENT),
        ("/a/-1", ABSENT),
    ],
)
def test_a_pointer_never_raises(pointer: str, value: Any) -> None:
    """A JSON pointer gives the value or absent, whatever stands there."""
    assert value_at({"a": [{"b/c": 1, "d~e": 2}], "n": None}, pointer) == value


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b"\xef\xbb\xbf[1]", [1]),
        (b"", ABSENT),
        (b"<html>", ABSENT),
        (b'"\xff"', ABSENT),
        (b"[" * 100_000, ABSENT),
    ],
)
def test_a_body_that_is_no_json_is_absent(
    operations: Mapping[str, Operation], content: bytes, value: Any
) -> None:
    """Broken, empty, foreign and bottomless bodies are read as absent."""
    assert response(operations["getBulb"], 200, content).json == value


def test_a_response_is_told_in_a_phrase(operations: Mapping[str, Operation]) -> None:
    """Status and code of a response, or what stood in its place, fit into a phrase."""
    bulb = operations["getBulb"]
    assert response(bulb, 404, {"error": {"code": "BulbNotFound"}}).summary() == "404 BulbNotFound"
    assert response(bulb, 200, {"error": {"code": 7}}).summary() == "200"
    assert response(bulb, None, failure="timeout").summary() == "no response (timeout)"


def test_headers_are_found_in_any_case(operations: Mapping[str, Operation]) -> None:
    """The case of a header's name does not matter."""
    seen = response(operations["getBulb"], 200, headers={"RETRY-after": "3"})
    assert (seen.header("Retry-After"), seen.header("Location")) == ("3", None)


def test_a_path_is_filled_with_encoded_values(operations: Mapping[str, Operation]) -> None:
    """Parameters travel percent-encoded, and what a request creates knows how to go away."""
    request = request_for(operations["addBulb"], {"room": "a/b ü"}, json={"id": "x"})
    assert request.path == "/rooms/a%2Fb%20%C3%BC/bulbs"
    assert request.undo is not None
    assert (request.undo.what, request.undo.path, request.undo.pointer) == ("bulb", "/bulbs/{id}", "/id")
    assert fill("/x/{id}", {"id": "\ud800"}) == "/x/%ED%A0%80"


def test_a_body_travels_as_it_was_meant() -> None:
    """JSON is sent as UTF-8, lone surrogates as escapes, raw bytes as they are, and nothing as nothing."""
    assert Request("POST", "/", json={"a": "ü"}).body() == '{"a": "ü"}'.encode()
    assert Request("POST", "/", json={"a": "\ud800"}).body() == b'{"a": "\\ud800"}'
    assert Request("POST", "/", content=b"{").body() == b"{"
    assert Request("POST", "/").body() is None
    assert [Request(method, "/").writes for method in ("GET", "HEAD", "OPTIONS", "POST", "DELETE")] == [
        *[False] * 3,
        *[True] * 2,
    ]


def test_a_shell_sends_the_request_again(operations: Mapping[str, Operation], redactor: Redactor) -> None:
    """The curl line is one shell command with the same method, headers, body and address, and no secret."""
    sent = replace(
        response(operations["addBulb"], 201, request={"json": {"id": f"it's {SECRET} $HOME"}}),
        sent_headers={"Authorization": "Bearer ***", "Host": "h", "X-Empty": "", "X-Odd": f"a'b {SECRET}"},
    )
    sent = replace(sent, sent_body=sent.request.body())
    line = curl(sent, redactor)
    words = shlex.split(line)
    assert words[:6] == ["curl", "-sS", "-i", "-X", "POST", "--path-as-is"]
    assert words[-1] == sent.url
    assert [words[i + 1] for i, word in enumerate(words) if word == "-H"] == [
        "Authorization: Bearer $TOKEN",
        "X-Empty;",
        "X-Odd: a'b ***",
    ]
    assert words[words.index("--data-binary") + 1] == '{"id": "it\'s *** $HOME"}'
    assert '"Authorization: Bearer $TOKEN"' in line
    assert SECRET not in line


def test_an_authorization_without_a_scheme_is_hidden_whole(
    operations: Mapping[str, Operation], redactor: Redactor
) -> None:
    """Where the header is a bare token, nothing of it is shown; a request without a body has none."""
    line = curl(response(operations["getBulb"], 401, sent_headers={"authorization": "***"}), redactor)
    assert 'authorization: $TOKEN"' in line
    assert "--data-binary" not in line


def test_a_record_holds_everything_but_secrets(
    operations: Mapping[str, Operation], redactor: Redactor
) -> None:
    """The record of an exchange names scenario, role, request and response; the secret is masked."""
    seen = response(
        operations["getBulb"],
        200,
        {"id": SECRET},
        headers={"Set-Cookie": "session=1", "X-Echo": SECRET},
        sent_headers={"Authorization": f"Bearer {SECRET}"},
        url=f"http://127.0.0.1/{SECRET}",
        scenario="test_bulbs::test_a_scenario",
    )
    record = to_record(seen, redactor)
    assert SECRET not in json.dumps(record)
    assert (record["scenario"], record["role"], record["operation"]) == (
        "test_bulbs::test_a_scenario",
        "owner",
        "getBulb",
    )
    assert record["response"]["headers"]["Set-Cookie"] == "***"
    assert record["request"]["headers"]["Authorization"] == "Bearer ***"
    assert to_record(response(None, None, failure="timeout"), redactor)["response"] is None


def test_a_long_body_is_cut_in_the_record(operations: Mapping[str, Operation], redactor: Redactor) -> None:
    """Of a long body the record keeps the beginning and says how long it was."""
    seen = response(operations["getBulb"], 200, b"x" * (RECORDED_BODY + 1))
    body = to_record(seen, redactor)["response"]["body"]
    assert body == "x" * RECORDED_BODY + f"… ({RECORDED_BODY + 1} bytes in all)"


def test_a_recorder_writes_at_once_and_can_be_closed(
    operations: Mapping[str, Operation], redactor: Redactor, tmp_path: Path
) -> None:
    """Each exchange is on the disk when the next begins, and recording goes on after a close."""
    file = tmp_path / "exchanges.ndjson"
    recorder = Recorder(redactor, str(file))
    seen: list[Exchange] = []
    for status in (200, 404):
        seen.append(response(operations["getBulb"], status))
        recorder.record(seen[-1])
        lines = file.read_text(encoding="utf-8").splitlines()
        assert json.loads(lines[-1])["response"]["status"] == status
        recorder.close()
    assert [e.id for e in recorder] == [e.id for e in seen]
    recorder.close()


def test_a_call_outside_the_claims_is_named_by_method_and_path() -> None:
    """A set-up call goes by its method and path."""
    assert response(None, 200).operation_id == "GET /elsewhere"


def test_what_is_not_there_reads_the_same_in_every_run() -> None:
    """An observation of a missing value is compared between nights, so its words hold no address."""
    assert [str(ABSENT), repr(ABSENT), f"{ABSENT}"] == ["absent"] * 3
    assert copy.deepcopy(ABSENT) is ABSENT


def test_what_was_shown_before_is_masked_once_it_is_known_for_a_secret(redactor: Redactor) -> None:
    """A short text that was looked at already is looked at again after another secret was learned."""
    said = "value of a header: later-known"
    assert redactor.mask(said) == said
    redactor.learn("later-known")
    assert redactor.mask(said) == "value of a header: ***"
