"""The way to a violation: what has to be sent again, and the same as a shell script."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from conformance.analysis.reproduction import Plan, Planner, shell_script
from conformance.results.exchange_log import read_exchanges
from conformance.targets.embedded import embedded_target
from conformance.targets.model import Target
from tests.suite.analysis.replay.test_replay import BASE, NEW_SITE, OLD_SITE, RECORDS, folder_with, record
from tests.suite.analysis.replay.test_replay_on_the_emulator import DEFECT, scenario

JQ = """#!{python}
import json, sys
found = json.load(sys.stdin)
for name in sys.argv[2].strip(".").split("."):
    found = found[name]
print(found)
"""


def plan_of(folder: Path, evidence: str = "x0005") -> Plan:
    """Return the plan for this evidence."""
    return Planner(read_exchanges(folder)).plan([evidence])


def steps_to(folder: Path, evidence: str) -> list[str]:
    """Return the ids of what is sent for this evidence."""
    return [one.id for one in plan_of(folder, evidence).steps]


def test_what_another_scenario_wrote_and_this_one_reads_is_sent_too(tmp_path: Path) -> None:
    """A scenario that looks at the end for what an early one changed has the change on its way."""
    read = f"GET /sites/{OLD_SITE}/name"
    records = (
        RECORDS[0],
        record(2, f"PATCH /sites/{OLD_SITE}", "204", scenario="early"),
        record(3, f"PATCH /sites/{OLD_SITE}", "422 {}", scenario="early"),
        record(4, f"POST /sites/{OLD_SITE}/zones", "201 {}", scenario="early", body={"id": "zone-12345"}),
        record(5, read, "200 {}", scenario="late"),
        record(6, f"GET /sites/{OLD_SITE}/zones/zone-12345", "200 {}", scenario="late"),
    )
    folder = folder_with(tmp_path, *records)
    assert steps_to(folder, "x0005") == ["x0001", "x0002", "x0005"]
    assert steps_to(folder, "x0006") == ["x0001", "x0004", "x0006"]


def test_a_scenario_that_wrote_for_itself_needs_nobody_else(tmp_path: Path) -> None:
    """What others did to the same site before is not sent where the scenario made its own change."""
    records = (
        RECORDS[0],
        record(2, f"PATCH /sites/{OLD_SITE}", "204", scenario="early"),
        record(3, f"PATCH /sites/{OLD_SITE}", "204", scenario="late"),
        record(4, f"GET /sites/{OLD_SITE}", "200 {}", scenario="late"),
    )
    assert steps_to(folder_with(tmp_path, *records), "x0004") == ["x0001", "x0003", "x0004"]


def test_only_what_the_way_made_is_undone(tmp_path: Path) -> None:
    """An association of another thing with the same site is none of this violation's business."""
    other = "5a0c1d2e-0000-4000-8000-00000000000a"
    records = (
        *RECORDS[:5],
        record(6, "POST /things", f'201 {{"id": "{other}"}}', scenario="other"),
        record(7, f"DELETE /things/{other}/sites/{OLD_SITE}", "204", purpose="undo", scenario=""),
        record(8, f"DELETE /sites/{OLD_SITE}", "204", purpose="undo", scenario=""),
    )
    plan = plan_of(folder_with(tmp_path, *records))
    assert [one.id for one in plan.undo] == ["x0008"]


def test_an_id_of_the_target_is_a_variable_in_the_script(tmp_path: Path) -> None:
    """The new id stands wherever the old one stood, and every other word is quoted."""
    records = [*RECORDS[:4], record(5, f"GET /sites/{OLD_SITE}/o'clock", "200 {}"), RECORDS[7]]
    script = shell_script(plan_of(folder_with(tmp_path, *records)))
    assert OLD_SITE not in script
    assert 'id_1=$(printf %s "$response" | jq -r .id)' in script
    assert f"{BASE}/sites/\"$id_1\"'/o'\"'\"'clock'" in script
    assert "'Authorization: Bearer '\"$TOKEN\"" in script
    assert script.splitlines()[0] == "# TOKEN: a token of the role owner"
    assert script.splitlines()[-1].endswith(f'{BASE}/sites/"$id_1"')


def test_each_role_has_a_token_of_its_own(tmp_path: Path) -> None:
    """Where two identities take part, the script names both."""
    reading = record(5, f"GET /sites/{OLD_SITE}", "200 {}", role="reader")
    script = shell_script(plan_of(folder_with(tmp_path, RECORDS[0], reading)))
    assert "# TOKEN_OWNER: a token of the role owner" in script
    assert "'Authorization: Bearer '\"$TOKEN_READER\"" in script


@pytest.mark.parametrize("body", ['{"secret": "***"}', "a… (99999 bytes in all)"])
def test_what_a_report_does_not_keep_makes_no_script(tmp_path: Path, body: str) -> None:
    """A script that sends something else than the run would prove nothing."""
    hidden = {**RECORDS[3], "request": {**RECORDS[3]["request"], "body": body}}
    plan = plan_of(folder_with(tmp_path, *RECORDS[:3], hidden, RECORDS[4]))
    assert shell_script(plan) == ""


def test_evidence_that_needs_nothing_needs_no_script(tmp_path: Path) -> None:
    """One request is a curl line already."""
    alone = record(5, f"GET /sites/{NEW_SITE}", "404 {}")
    assert shell_script(plan_of(folder_with(tmp_path, alone))) == ""


def sent_by_a_shell(script: str, target: Target, folder: Path) -> str:
    """Run the script with a token of the owner, and return what it printed."""
    owner = target.roles["owner"]
    assert owner.client_secret is not None
    response = requests.post(
        f"{target.base_url}/connect/token",
        data={"grant_type": "client_credentials", "scope": "itwin-platform"},
        auth=(owner.client_id, owner.client_secret.get_secret_value()),
        timeout=10,
    )
    if not shutil.which("jq"):
        (folder / "jq").write_text(JQ.format(python=sys.executable), encoding="utf-8")
        (folder / "jq").chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{os.environ['PATH']}:{folder}",
        "TOKEN": response.json()["access_token"],
    }
    said = subprocess.run(
        ["bash", "-eu", "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert said.stderr == ""
    return said.stdout


@pytest.mark.parametrize(("defects", "proof"), [([DEFECT], "HTTP/1.1 201"), ([], "HTTP/1.1 409")])
def test_the_script_shows_the_violation_on_the_emulator(
    defects: list[str], proof: str, tmp_path: Path
) -> None:
    """An emulator with the defect answers as then, and a healthy one as it ought."""
    with embedded_target(defects=[DEFECT]) as target:
        found = scenario(target, tmp_path)
        base = target.base_url
    script = shell_script(plan_of(tmp_path, found[1].id))
    with embedded_target(defects=defects) as target:
        said = sent_by_a_shell(script.replace(base, target.base_url), target, tmp_path)
        again = sent_by_a_shell(script.replace(base, target.base_url), target, tmp_path)
    assert said.splitlines()[1].startswith(proof) or said.splitlines()[0].startswith(proof), said
    assert again.count("HTTP/1.1") == 1
