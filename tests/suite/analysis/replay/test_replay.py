"""A violation is sent again with everything that led to it, and what was created for it is undone."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from conformance.analysis.replay import Reproduced, ViolationReference, parse_violation, replay
from conformance.analysis.reproduction.plan import TRIES
from conformance.errors import NotJudged, UsageError
from conformance.exchange.recorded import RecordedExchange, RecordedResponse
from conformance.results.exchange_log import read_exchanges
from conformance.results.verdicts import ExitCode
from tests.suite.analysis.runs import folder_of, run, verdict

BASE = "https://qa.example.org"
OLD_SITE, NEW_SITE = "5a0c1d2e-0000-4000-8000-000000000001", "5a0c1d2e-0000-4000-8000-0000000000ff"
VIOLATION = ViolationReference("zones.id.is-unique", "createZone")


def record(
    number: int, request: str, response: str, *, scenario: str = "scenario", body: Any = None, **more: Any
) -> dict[str, Any]:
    """Return a line of exchanges.ndjson for ``METHOD /path`` and ``STATUS json``."""
    method, _, path = request.partition(" ")
    status, _, text = response.partition(" ")
    return {
        "id": f"x{number:04d}",
        "scenario": scenario,
        "role": "owner",
        "operation": "createZone",
        "purpose": "judged",
        "started": 1.0,
        "elapsed_ms": 1.0,
        "request": {
            "method": method,
            "url": f"{BASE}{path}",
            "headers": {"Authorization": "Bearer ***", "Content-Type": "application/json"},
            "body": None if body is None else json.dumps(body),
        },
        "response": {
            "status": int(status),
            "headers": {"Content-Type": "application/json", "Date": "then"},
            "body": text or None,
            "truncated": False,
        },
        "failure": "",
        **more,
    }


RECORDS = [
    record(
        1, "POST /sites", f'201 {{"id": "{OLD_SITE}"}}', scenario="", purpose="setup", body={"name": "site"}
    ),
    record(2, "POST /sites", '201 {"id": "5a0c1d2e-0000-4000-8000-000000000009"}', scenario="other"),
    record(3, f"GET /sites/{OLD_SITE}", "200 {}"),
    record(
        4, f"POST /sites/{OLD_SITE}/zones", '201 {"made": "2026-11-01T06:00:00Z"}', body={"id": "zone-12345"}
    ),
    record(
        5, f"POST /sites/{OLD_SITE}/zones", '201 {"made": "2026-11-01T06:00:01Z"}', body={"id": "zone-12345"}
    ),
    record(6, f"POST /sites/{OLD_SITE}/zones", "422 {}", body={}),
    record(7, f"DELETE /sites/{OLD_SITE}/zones/zone-12345", "204", purpose="undo", scenario=""),
    record(8, f"DELETE /sites/{OLD_SITE}", "204", purpose="undo", scenario=""),
    record(9, "DELETE /sites/5a0c1d2e-0000-4000-8000-000000000009", "204", purpose="undo", scenario=""),
]


def folder_with(tmp_path: Path, *records: Mapping[str, Any], **more: Any) -> Path:
    """Return a run folder with one violation whose evidence is x0005, and these exchanges."""
    row = verdict("zones.id.is-unique", **{"evidence": ["x0005"], **more})
    folder = folder_of(tmp_path, run(row, verdict("zones.name.is-kept", "PASS")))
    lines = [json.dumps(one) for one in records or RECORDS]
    (folder / "exchanges.ndjson").write_text("\n".join([*lines, '{"id": "x00']), encoding="utf-8")
    return folder


class Target:
    """A stand-in for the target: takes the first zone and does to the second as it is told."""

    def __init__(self, second: int = 201, **answers: tuple[int, str]) -> None:
        """Remember how the second create is answered, and any other answer by exchange id."""
        self.sent: list[str] = []
        self.bodies: list[str | None] = []
        self.batches: list[int] = []
        self.answers = {
            "x0001": (201, json.dumps({"id": NEW_SITE})),
            "x0004": (201, '{"made": "2026-11-22T06:00:00Z"}'),
            "x0005": (
                second,
                '{"made": "2026-11-22T06:00:00Z"}' if second == 201 else '{"error": {"code": "X"}}',
            ),
            "x0007": (204, ""),
            "x0008": (204, ""),
            **answers,
        }

    def __call__(self, batch: Sequence[RecordedExchange]) -> list[RecordedResponse]:
        """Answer a batch."""
        self.batches.append(len(batch))
        return [self.respond(exchange) for exchange in batch]

    def respond(self, exchange: RecordedExchange) -> RecordedResponse:
        """Answer one exchange."""
        self.sent.append(f"{exchange.request.method} {exchange.request.url}")
        self.bodies.append(exchange.request.body)
        status, body = self.answers[exchange.id]
        headers = {"content-type": "application/json", "date": "now"}
        return RecordedResponse(status=status, headers=headers, body=body)


def test_a_violation_that_is_there_is_seen_again(tmp_path: Path) -> None:
    """The site of another scenario is made anew, and its new id stands in every later request."""
    target = Target()
    result = replay(folder_with(tmp_path), VIOLATION, target)
    assert (result.outcome, result.exit_code) == (Reproduced.HOLDS, ExitCode.VIOLATION)
    assert target.sent == [
        "POST /sites",
        f"POST /sites/{NEW_SITE}/zones",
        f"POST /sites/{NEW_SITE}/zones",
        f"DELETE /sites/{NEW_SITE}/zones/zone-12345",
        f"DELETE /sites/{NEW_SITE}",
    ]
    assert target.bodies[1] == '{"id": "zone-12345"}'
    assert result.left_behind == ()
    assert [one["evidence"] for one in result.to_document()["exchanges"]] == [False, False, True]


def test_a_mended_violation_is_seen_to_be_gone(tmp_path: Path) -> None:
    """The response that proved it is another one now, and the difference is told."""
    result = replay(folder_with(tmp_path), ViolationReference("zones.id.is-unique"), Target(second=409))
    assert (result.outcome, result.exit_code) == (Reproduced.GONE, ExitCode.CONFORMS)
    assert "status 201 then, 409 now" in result.reason
    assert result.exchanges[-1].now == "409 X"
    assert result.to_document()["violation"] == "zones.id.is-unique@createZone"


def test_nothing_is_said_where_the_way_there_went_differently(tmp_path: Path) -> None:
    """A set-up that is refused today proves nothing about the violation."""
    result = replay(folder_with(tmp_path), VIOLATION, Target(x0001=(403, "{}")))
    assert (result.outcome, result.exit_code) == (Reproduced.UNKNOWN, ExitCode.CANNOT_JUDGE)
    assert "POST /sites answered 403, not 201" in result.reason


def test_a_target_that_does_not_answer_says_nothing(tmp_path: Path) -> None:
    """No response is no proof, and what was never made is not undone."""
    asked: list[str] = []

    def silent(batch: Sequence[RecordedExchange]) -> list[RecordedResponse]:
        asked.append(batch[0].id)
        raise NotJudged(f"no response to {batch[0].id}")

    result = replay(folder_with(tmp_path), VIOLATION, silent)
    assert (result.outcome, result.reason) == (Reproduced.UNKNOWN, "no response to x0001")
    assert (result.left_behind, asked) == ((), ["x0001"])


def test_what_could_not_be_taken_back_is_named(tmp_path: Path) -> None:
    """A refused DELETE leaves something behind; one that finds nothing does not."""
    result = replay(folder_with(tmp_path), VIOLATION, Target(x0007=(500, ""), x0008=(404, "")))
    assert result.left_behind == (f"DELETE /sites/{NEW_SITE}/zones/zone-12345: 500",)


@pytest.mark.parametrize(
    ("number", "change", "words"),
    [
        (4, {"request": {**RECORDS[4]["request"], "body": '{"id": "***"}'}}, "x0005 held a secret"),
        (4, {"request": {**RECORDS[4]["request"], "body": "a… (99999 bytes in all)"}}, "very long body"),
        (4, {"response": None, "failure": "timeout"}, "x0005 had no response to compare with (timeout)"),
    ],
)
def test_a_request_that_cannot_be_sent_as_it_was_is_not_sent(
    tmp_path: Path, number: int, change: dict[str, Any], words: str
) -> None:
    """What a report hides or cuts off is not guessed."""
    target = Target()
    records = [*RECORDS]
    records[number] = {**records[number], **change}
    result = replay(folder_with(tmp_path, *records), VIOLATION, target)
    assert (result.outcome, target.sent) == (Reproduced.UNKNOWN, [])
    assert words in result.reason


def test_a_token_that_should_have_been_refused_is_not_made_up(tmp_path: Path) -> None:
    """The forged token is not in the report; a request without any can be sent again."""
    folder = folder_with(tmp_path / "a", expected="401 with code HeaderNotFound")
    assert "a token to be refused" in replay(folder, VIOLATION, Target()).reason
    bare = {**RECORDS[4], "request": {**RECORDS[4]["request"], "headers": {}}}
    folder = folder_with(tmp_path / "b", *RECORDS[:4], bare, expected="401 with code HeaderNotFound")
    assert replay(folder, VIOLATION, Target()).outcome is Reproduced.HOLDS


@pytest.mark.parametrize(
    ("recorded", "now", "differs"),
    [
        ('{"a": 1}', '{"a": 1}', ""),
        ('{"a": 1}', '{"a": 1.0}', "/a: 1 then, 1.0 now"),
        ('{"a": true}', '{"a": 1}', "/a: True then, 1 now"),
        ('{"a": 1}', '{"a": 1, "b": 2}', "/b: 'nothing' then, 2 now"),
        ('{"a": "left"}', '{"a": "right"}', "/a: 'left' then, 'right' now"),
        (f'{{"a": "/zones/{OLD_SITE}"}}', f'{{"a": "/zones/{NEW_SITE}"}}', ""),
        ('{"a": "***"}', '{"a": "anything"}', ""),
        ('{"a": []}', '{"a": [1]}', "/a: [] then, 'nothing' now"),
        ("plain", "plain text", "the body: 'plain' then, 'plain text' now"),
    ],
)
def test_values_count_and_ids_and_moments_do_not(
    tmp_path: Path, recorded: str, now: str, differs: str
) -> None:
    """A violation about a value is gone only when the value is another one."""
    records = [*RECORDS[:4], {**RECORDS[4], "response": {**RECORDS[4]["response"], "body": recorded}}]
    result = replay(folder_with(tmp_path, *records), VIOLATION, Target(x0005=(201, now)))
    assert result.exchanges[-1].differences[:1] == ((differs,) if differs else ())


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        (f'{{"sites": ["{OLD_SITE[:-1]}7", "{NEW_SITE}"]}}', Reproduced.HOLDS),
        (f'{{"sites": ["{NEW_SITE}", "{OLD_SITE[:-1]}7"]}}', Reproduced.HOLDS),
        (f'{{"sites": ["{OLD_SITE[:-1]}7", "{OLD_SITE[:-1]}8"]}}', Reproduced.GONE),
    ],
)
def test_an_id_that_the_replay_made_is_not_any_id(tmp_path: Path, now: str, outcome: Reproduced) -> None:
    """Where the violation is that a list names the wrong site, another site in it is a difference."""
    body = f'{{"sites": ["{OLD_SITE}", "{OLD_SITE[:-1]}5"]}}'
    reading = record(5, f"GET /sites/{OLD_SITE}/zones/zone-12345", f"200 {body}")
    folder = folder_with(tmp_path, *RECORDS[:4], reading)
    assert replay(folder, VIOLATION, Target(x0005=(200, now))).outcome is outcome


def test_a_changed_media_type_is_a_difference(tmp_path: Path) -> None:
    """A violation about a header is judged by the headers that promises are about."""
    target = Target()

    def as_text(batch: Sequence[RecordedExchange]) -> list[RecordedResponse]:
        headers = {"Content-Type": "text/plain", "Retry-After": "3"}
        return [response.model_copy(update={"headers": headers}) for response in target(batch)]

    result = replay(folder_with(tmp_path), VIOLATION, as_text)
    assert result.exchanges[-1].differences == (
        "header content-type: application/json then, text/plain now",
        "header retry-after: nothing then, 3 now",
    )


def test_a_body_that_was_cut_off_is_not_compared(tmp_path: Path) -> None:
    """What was not recorded whole differs from everything, and proves nothing."""
    cut = {**RECORDS[4]["response"], "body": '{"a": "lo', "truncated": True}
    records = [*RECORDS[:4], {**RECORDS[4], "response": cut}]
    assert replay(folder_with(tmp_path, *records), VIOLATION, Target()).outcome is Reproduced.HOLDS


def race(tmp_path: Path, *statuses: int) -> Path:
    """Return a run whose proof are two equal creates that were sent together and got these statuses."""
    together = [
        record(number, "POST /zones", f"{status} {{}}", body={"id": "zone-12345"}, group="g0001")
        for number, status in zip((4, 5), statuses, strict=True)
    ]
    return folder_with(tmp_path, *together, evidence=["x0004", "x0005"])


@pytest.mark.parametrize(
    ("answers", "outcome", "batches", "words"),
    [
        ([(201, 409), (409, 201), (201, 201)], Reproduced.HOLDS, 3, "after 3 tries"),
        ([(201, 201)], Reproduced.HOLDS, 1, "after 1 try"),
        ([(201, 409)], Reproduced.UNKNOWN, TRIES, "a race may be there still"),
    ],
)
def test_what_was_sent_together_is_sent_together_as_often_as_it_takes(
    tmp_path: Path, answers: list[tuple[int, int]], outcome: Reproduced, batches: int, words: str
) -> None:
    """A race that does not show is no race that is gone: then nobody can say."""
    sizes: list[int] = []
    left = list(answers)

    def respond(batch: Sequence[RecordedExchange]) -> list[RecordedResponse]:
        sizes.append(len(batch))
        statuses = left.pop(0) if len(left) > 1 else left[0]
        headers = {"content-type": "application/json"}
        return [RecordedResponse(status=status, headers=headers, body="{}") for status in statuses]

    result = replay(race(tmp_path, 201, 201), VIOLATION, respond)
    assert (result.outcome, sizes) == (outcome, [2] * batches)
    assert words in result.reason


def test_which_of_two_equal_requests_won_is_chance(tmp_path: Path) -> None:
    """Where the second got what the first had got then, the violation is the same."""
    headers = {"content-type": "application/json"}
    swapped = [RecordedResponse(status=status, headers=headers, body="{}") for status in (500, 201)]
    result = replay(race(tmp_path, 201, 500), VIOLATION, lambda _: swapped)
    assert result.outcome is Reproduced.HOLDS


def test_a_run_that_recorded_no_groups_shows_them_by_its_times(tmp_path: Path) -> None:
    """Requests of one scenario that overlap in time were sent together; those that follow were not."""
    times = ((1.0, 20.0), (1.005, 20.0), (1.024, 9.0), (1.04, 1.0))
    records = [
        record(number, "POST /zones", "201 {}", started=started, elapsed_ms=elapsed)
        for number, (started, elapsed) in enumerate(times, 2)
    ]
    log = read_exchanges(folder_with(tmp_path, *records))
    assert [one.group for one in log.exchanges] == ["with x0002", "with x0002", "", ""]


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("zones.other@createZone", "has no verdict on zones.other"),
        ("zones.id.is-unique@getZone", "has no verdict on zones.id.is-unique@getZone"),
        ("zones.name.is-kept", "is PASS in run"),
        ("", "names no violation"),
        ("zones.id.is-unique@", "names no violation"),
        ("@createZone", "names no violation"),
    ],
)
def test_a_violation_that_is_none_is_a_usage_error(tmp_path: Path, reference: str, words: str) -> None:
    """A mistyped name is said to be one, and nothing is sent."""
    with pytest.raises(UsageError, match=words):
        replay(folder_with(tmp_path), parse_violation(reference), Target())


def test_a_violation_on_several_operations_has_to_be_named_whole(tmp_path: Path) -> None:
    """Nobody guesses which of two violations was meant."""
    folder = folder_of(tmp_path, run(verdict("a.b@createZone"), verdict("a.b@getZone")))
    with pytest.raises(UsageError, match=r"name one of a\.b@createZone, a\.b@getZone"):
        replay(folder, ViolationReference("a.b"), Target())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file"),
        (b"\xff\xfe", "not UTF-8"),
        (b'[]\n{"id": 7}\n{"id": "x0005"}\n', "does not hold x0005 of its evidence"),
    ],
)
def test_a_report_without_its_evidence_is_a_usage_error(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    """Without the exchanges there is nothing to send."""
    folder = folder_with(tmp_path)
    file = folder / "exchanges.ndjson"
    file.unlink() if content is None else file.write_bytes(content)
    with pytest.raises(UsageError, match=words):
        replay(folder, VIOLATION, Target())


def test_a_violation_without_evidence_is_a_usage_error(tmp_path: Path) -> None:
    """A verdict that names no exchange cannot be sent again."""
    folder = folder_of(tmp_path, run(verdict("a.b", evidence=[])))
    (folder / "exchanges.ndjson").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="does not hold any evidence"):
        replay(folder, ViolationReference("a.b"), Target())
