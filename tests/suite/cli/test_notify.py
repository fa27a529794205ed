"""`notify` tells a channel once what changed, and never the address of the channel."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from conformance.analysis.compare import compare
from conformance.cli.notify import notify
from conformance.report.material import keep
from conformance.report.notices import CHANNELS, notice_of
from conformance.results.causes import Cause
from conformance.results.model import RunReport
from tests.suite.analysis.runs import folder_of, run, verdict
from tests.suite.cli.verbs import call

PASS, FAIL = verdict("a.b", "PASS"), verdict("a.b", actual="<!channel> *200*")
HOSTILE = "<!channel> [click](http://x) & **bold**"


class Receiver(BaseHTTPRequestHandler):
    """Takes messages, and refuses those that are sent to /no."""

    got: ClassVar[list[dict[str, Any]]]

    def do_POST(self) -> None:
        """Keep the message."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append(json.loads(body))
        self.send_response(404 if self.path == "/no" else 200)
        self.end_headers()
        self.wfile.write(f"no_service at {self.headers['Host']}{self.path}".encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """Return what a channel got; its address is in HOOK, one that refuses in REFUSING."""

    class Handler(Receiver):
        """Has a list of its own."""

        got: ClassVar[list[dict[str, Any]]] = []

    handler = Handler
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    for name, path in (("HOOK", "secret"), ("REFUSING", "no")):
        monkeypatch.setenv(name, f"http://127.0.0.1:{server.server_address[1]}/{path}")
    yield handler.got
    server.shutdown()
    thread.join()
    server.server_close()


def changed(tmp_path: Path, *reports: RunReport) -> Path:
    """Write both runs, and what moved between them beside the second; return its folder."""
    folders = [folder_of(tmp_path, report) for report in reports]
    keep(folders[-1], compare(*reports), None)
    return folders[-1]


def test_what_changed_is_told_once_in_each_channel(tmp_path: Path, channel: list[dict[str, Any]]) -> None:
    """One message each, with the outcome, the violation and the link."""
    folder = changed(tmp_path, run(PASS), run(FAIL, night=2))
    link = "https://ci.example/report.html"
    said = call(notify, folder, "--slack", "HOOK", "--teams", "HOOK", "--webhook", "HOOK", "--link", link)
    assert said.code == 0, said.err
    assert "/secret" not in said.out
    slack, teams, plain = channel
    assert "new violation: a.b on createZone" in json.dumps(slack)
    assert f"<{link}|Report>" in json.dumps(slack)
    card = teams["attachments"][0]["content"]
    assert (card["type"], card["actions"][0]["url"]) == ("AdaptiveCard", link)
    assert (plain["exit_code"], plain["links"]) == (1, {"Report": link})
    assert any("new violation: a.b on createZone" in line for line in plain["lines"])


def test_where_nothing_changed_nothing_is_sent(tmp_path: Path, channel: list[dict[str, Any]]) -> None:
    """A violation of yesterday is no news; with --always it is told."""
    folder = changed(tmp_path, run(FAIL), run(FAIL, night=2))
    said = call(notify, folder, "--slack", "HOOK")
    assert (said.code, channel) == (0, [])
    assert "nothing changed since 20261101T060000Z-0001, nothing sent" in said.out
    assert call(notify, folder, "--slack", "HOOK", "--always").code == 0
    assert len(channel) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "which channel"),
        (("--slack", "https://hooks.slack.com/services/T0/B0/secret"), "not the address"),
        (("--slack", "NOT_SET"), "NOT_SET is not set"),
        (("--slack", "PLACEHOLDER"), "PLACEHOLDER is not set"),
        (("--teams", "NO_ADDRESS"), "NO_ADDRESS: no address"),
        (("--webhook", "REFUSING"), "the channel of REFUSING refused the message: 404"),
        (("--webhook", "CLOSED"), "the channel of CLOSED cannot be reached: ConnectionError"),
        (("--slack", "HOOK", "--link", "javascript:alert(1)"), "--link javascript:alert\\(1\\): no address"),
    ],
)
@pytest.mark.usefixtures("channel")
def test_what_cannot_be_sent_is_said_without_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    """Exit code 2, and no address in the message."""
    monkeypatch.setenv("PLACEHOLDER", "$(SLACK_URL)")
    monkeypatch.setenv("NO_ADDRESS", "hooks.example/x")
    monkeypatch.setenv("CLOSED", "http://127.0.0.1:9/secret")
    said = call(notify, changed(tmp_path, run(PASS), run(FAIL, night=2)), *arguments)
    assert said.code == 2
    assert pytest.importorskip("re").search(words, said.err), said.err
    assert "secret" not in said.err


def test_a_long_message_stays_within_the_limits_of_its_channel() -> None:
    """Whatever a target answers and however much changed; no text of others is markup."""
    rows = [verdict(f"a.b{number}", actual=HOSTILE * 40) for number in range(60)]
    old = run(*(verdict(row["requirement"], "PASS") for row in rows))
    new = run(*rows, night=2, target=HOSTILE)
    cause = Cause(key="k", sentence=HOSTILE * 40, explains=("a.b1@createZone", "a.b2@createZone"))
    notice = notice_of(
        new.model_copy(update={"causes": (cause,)}), compare(old, new), {"Report": "https://x.y"}
    )
    assert any("(2 requirements)" in line for line in notice.lines)
    slack = CHANNELS["slack"](notice)
    assert all(len(block["text"]["text"]) <= 3000 for block in slack["blocks"])
    assert len(slack["blocks"][0]["text"]["text"]) <= 150
    assert "<!channel>" not in json.dumps(slack["blocks"][1:])
    assert len(json.dumps(CHANNELS["teams"](notice))) < 28 * 1024
    texts = [part["text"] for block in _body(CHANNELS["teams"](notice)) for part in block["inlines"]]
    assert any("[click]" in text for text in texts), "a run of text is no Markdown"


def _body(message: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = message["attachments"][0]["content"]["body"]
    return found
