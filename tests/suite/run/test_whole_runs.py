"""Whole runs over real sockets: the emulator right, broken, gone and closed, by the command and by pytest."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from conformance.claims.folders import contract_dir, specs_dir
from conformance.emulator.serving import Served, running
from conformance.results.model import schema
from conformance.results.verdicts import Outcome
from tests.suite.analysis.coverage.independent_count import count
from tests.suite.forking import call

pytestmark = [pytest.mark.measured, pytest.mark.xdist_group("whole runs")]

SEED: Final = 20_250_117
GUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
FILES: Final = {
    "run.json",
    "exchanges.ndjson",
    "summary.md",
    "report.html",
    "junit.xml",
    "allure-results",
    "ledger.ndjson",
}
GENERATED: Final = ("test_properties", "test_stateful")


@dataclass(frozen=True)
class Ended:
    """A run that is over: what it said, and what its report says."""

    code: int
    said: str
    folder: Path

    @property
    def document(self) -> dict[str, Any]:
        """Return the run's document."""
        read: dict[str, Any] = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        return read

    @property
    def verdicts(self) -> dict[tuple[str, str], str]:
        """Return the verdict on each requirement of each operation."""
        return {(v["requirement"], v["operation"]): v["verdict"] for v in self.document["verdicts"]}

    def exchanges(self) -> list[dict[str, Any]]:
        """Return the recorded exchanges."""
        text = (self.folder / "exchanges.ndjson").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


def place(folder: Path, served: Served, **changes: str) -> Path:
    """Write the targets file of the emulator, with these words in the place of others, and return it."""
    texts = served.targets()
    toml = texts.toml
    for old, new in changes.items():
        toml = toml.replace(old, new)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "targets.toml").write_text(toml, encoding="utf-8")
    (folder / ".env").write_text(texts.env, encoding="utf-8")
    return folder / "targets.toml"


def command(targets: Path, name: str, *arguments: str) -> Ended:
    """Call `conformance run` as a user does."""
    return ended(["conformance", "run"], targets, name, *arguments)


def ended(words: list[str], targets: Path, name: str, *arguments: str) -> Ended:
    """Call a program on the targets file with a report folder of its own."""
    folder = targets.parent / name
    options = ["--target", "emulator", "--targets", str(targets), "--report-dir", str(folder), *arguments]
    done = call([*words, *options], targets.parent)
    return Ended(done.returncode, done.stdout + done.stderr, folder)


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    """Return a right emulator and its targets file."""
    with running() as served:
        yield served, place(tmp_path_factory.mktemp("right"), served)


@pytest.fixture(scope="module")
def by_command(right: tuple[Served, Path]) -> Ended:
    """Return a run of everything with `conformance run`."""
    return command(right[1], "by-command", "--seed", str(SEED))


@pytest.fixture(scope="module")
def by_pytest(right: tuple[Served, Path]) -> Ended:
    """Return a run of everything with pytest itself, from the same seed."""
    words = ["pytest", str(contract_dir()), "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    return ended(words, right[1], "by-pytest", "--seed", str(SEED))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Ended]]:
    """Return an emulator that lets anybody in and echoes tokens, and the run of that operation."""
    with running(defects=["account-open-to-outsiders", "account-echoes-the-token"]) as served:
        targets = place(tmp_path_factory.mktemp("broken"), served)
        yield served, command(targets, "report", "--only", "getITwinAccount")


def test_a_right_emulator_conforms(by_command: Ended) -> None:
    """Every requirement is judged, none is violated, and the run costs no more than it may."""
    assert by_command.code == 0, by_command.said
    document = by_command.document
    assert (document["exit_code"], document["complete"], document["harness_errors"]) == (0, True, [])
    assert set(by_command.verdicts.values()) <= {"PASS", "OBSERVED", "NOT_APPLICABLE"}
    assert all(v["reason"] for v in document["verdicts"] if v["verdict"] == "NOT_APPLICABLE")
    assert document["requests"]["total"] <= 500
    assert document["requests"]["created"] <= 60
    assert document["leaks"] == []
    assert "conforms" in by_command.said


def test_the_report_is_complete_and_valid(by_command: Ended) -> None:
    """Every file of a report is there, and run.json is what its published schema says."""
    assert {file.name for file in by_command.folder.iterdir()} >= FILES
    Draft202012Validator(schema()).validate(by_command.document)
    judged = {operation for _, operation in by_command.verdicts}
    assert judged == set(by_command.document["operations"])


def test_each_documented_status_was_seen(by_command: Ended) -> None:
    """On each operation every documented status but the rate limit's is provoked at least once."""
    seen: dict[str, set[int]] = {}
    for exchange in by_command.exchanges():
        if exchange["response"]:
            seen.setdefault(exchange["operation"], set()).add(exchange["response"]["status"])
    assert seen["associateRealityData"] >= {200, 401, 404, 409, 422}
    assert seen["moveRealityData"] >= {204, 401, 404, 409, 422} or seen["moveRealityData"] >= {
        200,
        401,
        404,
        409,
        422,
    }
    assert seen["createRepositoryResource"] >= {201, 401, 403, 404, 409, 422}
    assert seen["getITwinAccount"] >= {200, 401, 404}


def test_what_is_covered_agrees_with_a_count_of_the_exchanges(by_command: Ended) -> None:
    """Counted again from the files alone, each number of the coverage is the same, judged ones included."""
    evidence = {name for v in by_command.document["verdicts"] for name in v["evidence"]}
    exchanges = [each for each in by_command.exchanges() if each["response"]]
    checked = [each for each in exchanges if not each.get("off_spec")]
    judged = [each for each in exchanges if not each.get("off_spec") or each["id"] in evidence]
    seen, proven, held = (count(specs_dir(), each) for each in (exchanges, judged, checked))
    found = {
        (operation, dimension, key): pair
        for operation, covered in by_command.document["coverage"]["operations"].items()
        for dimension, cells in covered.items()
        if dimension not in {"never", "undocumented"}
        for key, pair in cells.items()
    }
    assert len(found) > 400
    for (operation, dimension, key), pair in found.items():
        of_body = dimension == "keywords" and key[0].isdigit()
        again = [counts[operation, dimension, key] for counts in (seen, held if of_body else proven)]
        assert pair == again, (operation, dimension, key)
    never = [each["never"] for each in by_command.document["coverage"]["operations"].values()]
    assert sum(len(keys) for reasons in never for keys in reasons.values()) == sum(
        not judged for _, judged in found.values()
    )


def test_pytest_gives_the_same_verdicts(by_command: Ended, by_pytest: Ended) -> None:
    """The same target judged by pytest itself gives the same verdicts and the same exit code."""
    assert by_pytest.code == by_command.code, by_pytest.said
    assert by_pytest.verdicts == by_command.verdicts
    assert "0 violated" in by_pytest.said
    Draft202012Validator(schema()).validate(by_pytest.document)


def test_a_seed_repeats_a_run(by_command: Ended, by_pytest: Ended) -> None:
    """Two runs from one seed generate the same requests but for the names and ids of what they create."""
    first, second = generated(by_command), generated(by_pytest)
    assert by_command.document["seed"] == by_pytest.document["seed"] == SEED
    assert len(first) > 10
    assert first == second


def generated(run: Ended) -> list[tuple[str, str, str]]:
    """Return the requests that were generated, with ids by their order and without the run's own name."""
    names: dict[str, str] = {}
    found = []
    for exchange in run.exchanges():
        if exchange["scenario"].startswith(GENERATED) and exchange["purpose"] == "judged":
            request = exchange["request"]
            text = f"{request['url']} {request['body']}".replace(run.document["run_id"], "RUN")
            text = re.sub(
                r"-\d+(?=\W|$)", "-N", GUID.sub(lambda m: names.setdefault(m[0], f"id{len(names)}"), text)
            )
            found.append((exchange["operation"], request["method"], text))
    return found


def test_a_violation_is_shown_with_its_sentence(broken: tuple[Served, Ended]) -> None:
    """A run on a broken emulator is red, and names what is wrong and the key under which more is known."""
    _, run = broken
    assert run.code == 1
    failed = {pair for pair, verdict in run.verdicts.items() if verdict == Outcome.FAIL}
    assert ("itwins.account.outsider-refused", "getITwinAccount") in failed
    assert ("platform.reply.token-never-echoed", "getITwinAccount") in failed
    for words in ("2 violations from 2 causes", "a user of another organization", "repeats a token", "key "):
        assert words in run.said
    assert all("curl -sS" in v["curl"] for v in run.document["verdicts"] if v["verdict"] == "FAIL")
    Draft202012Validator(schema()).validate(run.document)


def test_a_run_leaves_only_its_report(broken: tuple[Served, Ended]) -> None:
    """In the folder that the user works in stands what stood there, and the report."""
    folder = broken[1].folder
    assert {file.name for file in folder.parent.iterdir()} == {"targets.toml", ".env", folder.name}


def test_no_secret_is_left_anywhere(
    broken: tuple[Served, Ended], by_command: Ended, right: tuple[Served, Path]
) -> None:
    """No file of a report and no line of the terminal holds a secret, even where the target echoes it."""
    served, run = broken
    for emulator, over in ((served, run), (right[0], by_command)):
        secrets = [c.client_secret for c in emulator.credentials.values()] + list(emulator.tokens.values())
        parts = {part for secret in secrets for part in (secret, secret[-40:])}
        assert len(parts) > 6
        files = [file for file in over.folder.rglob("*") if file.is_file()]
        for text in (over.said, *(file.read_text(encoding="utf-8", errors="replace") for file in files)):
            assert not [part for part in parts if part in text]
            assert not re.search(r"eyJ[\w-]{10,}\.[\w-]{10,}", text)


@pytest.fixture
def closed_port() -> int:
    """Return a port of this machine where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def test_a_target_that_is_down_could_not_be_judged(
    right: tuple[Served, Path], tmp_path: Path, closed_port: int
) -> None:
    """Exit code 3, a complete report, and on every requirement that it could not be judged and why."""
    targets = place(
        tmp_path,
        right[0],
        **{f'base_url = "{right[0].base_url}"': f'base_url = "http://127.0.0.1:{closed_port}"'},
    )
    not_judged(command(targets, "report"), "could not connect")


def test_a_target_that_refuses_the_credentials_could_not_be_judged(
    right: tuple[Served, Path], tmp_path: Path
) -> None:
    """Exit code 3 as well when the token service refuses who asks, with its words."""
    targets = place(tmp_path, right[0])
    env = targets.parent / ".env"
    secrets = [credentials.client_secret for credentials in right[0].credentials.values()]
    text = env.read_text(encoding="utf-8")
    for secret in secrets:
        text = text.replace(secret, "not-the-secret")
    env.write_text(text, encoding="utf-8")
    not_judged(command(targets, "report"), "the token service refused it: invalid_client")


def not_judged(run: Ended, reason: str) -> None:
    """Expect a run that judged nothing, red for nobody, and complete in its report."""
    assert run.code == 3, run.said
    assert "Traceback" not in run.said
    Draft202012Validator(schema()).validate(run.document)
    assert {file.name for file in run.folder.iterdir()} >= FILES - {"ledger.ndjson"}
    assert set(run.verdicts.values()) <= {"CANNOT_JUDGE", "NOT_APPLICABLE"}
    open_ones = [v for v in run.document["verdicts"] if v["verdict"] == "CANNOT_JUDGE"]
    assert len(open_ones) > 200
    assert all(v["reason"] for v in open_ones)
    assert sum(reason in v["reason"] for v in open_ones) > len(open_ones) / 2
