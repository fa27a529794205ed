"""What is deployed fits together: labels, volumes, images, and commands that exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
import pytest
import typer
import yaml
from distributed.cli import dask_scheduler, dask_worker

from conformance.cli import app
from tests.suite.checkout import ROOT

MANIFESTS = tuple(
    yaml.safe_load_all((ROOT / "deploy" / "kubernetes" / "campaign.yaml").read_text(encoding="utf-8"))
)
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))[
    "services"
]
PODS = {
    each["metadata"]["name"]: each["spec"]["template"] for each in MANIFESTS if "template" in each["spec"]
}


def commands() -> Iterator[list[str]]:
    """Yield every command that a container starts with."""
    yield from (service["command"] for service in SERVICES.values())
    yield from (container["command"] for pod in PODS.values() for container in pod["spec"]["containers"])


def parser_of(program: str, verb: str) -> click.Command:
    """Return what reads the words of a command."""
    if program == "conformance":
        found: click.Command = typer.main.get_command(app).commands[verb]  # type: ignore[attr-defined] # it is a group
        return found
    return {"scheduler": dask_scheduler.main, "worker": dask_worker.main}[verb]


@pytest.mark.parametrize("words", tuple(commands()), ids=" ".join)
def test_every_command_is_understood(words: list[str]) -> None:
    """By the verb of this suite, or by Dask's own."""
    program, verb, *rest = words
    parser_of(program, verb).make_context(verb, list(rest))


def test_every_selector_finds_its_pods() -> None:
    """The service and the policy speak of pods that are there."""
    labels = [pod["metadata"]["labels"]["app"] for pod in PODS.values()]
    for each in MANIFESTS:
        spec = each["spec"]
        selector = spec.get("selector") or spec.get("podSelector")
        if selector is not None:
            assert selector.get("matchLabels", selector)["app"] in labels, each["metadata"]["name"]
    policy = next(each for each in MANIFESTS if each["kind"] == "NetworkPolicy")
    (source,) = policy["spec"]["ingress"][0]["from"]
    assert {*source["podSelector"]["matchExpressions"][0]["values"]} < {*labels}


@pytest.mark.parametrize("name", ["conformance-worker", "conformance-campaign"])
def test_workers_and_campaign_share_folder_and_secrets(name: str) -> None:
    """Under the same paths, without which a worker finds no targets file and no ledger."""
    spec = PODS[name]["spec"]
    (container,) = spec["containers"]
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    assert set(mounts) == {"/judge", "/targets"}
    assert {volume["name"] for volume in spec["volumes"]} == set(mounts.values())
    assert container["envFrom"] == [{"secretRef": {"name": "conformance"}}]
    assert spec["automountServiceAccountToken"] is False
    claims = [each["metadata"]["name"] for each in MANIFESTS if each["kind"] == "PersistentVolumeClaim"]
    assert spec["volumes"][0]["persistentVolumeClaim"]["claimName"] in claims


def test_every_image_is_a_stage_of_the_containerfile() -> None:
    """The one that has Dask."""
    images = [service["image"] for service in SERVICES.values()]
    images += [each["image"].partition(":")[0] for pod in PODS.values() for each in pod["spec"]["containers"]]
    assert set(images) == {"conformance-campaign"}
    assert "AS campaign" in (ROOT / "Containerfile").read_text(encoding="utf-8")
