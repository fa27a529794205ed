"""Fifty clients write all they can, the emulator is killed, and another one goes on from its state."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.suite.emulator.processes import process, token

CLIENTS = 50
WRITES = 1500
DATA = "/reality-management/reality-data"
MAPS = {"class": "GeographicInformationSystem", "subClass": "ArcGIS"}


@dataclass(frozen=True)
class Held:
    """What one client knows to be at the platform; every change makes a new one."""

    name: str
    description: str | None = None
    resources: frozenset[str] = frozenset()
    repositories: frozenset[str] = frozenset()
    homes: tuple[str, ...] = ()
    favorite: bool = False
    extra: frozenset[str] = frozenset()
    meshes: frozenset[str] = frozenset()


@dataclass
class Client:
    """One client with things of its own, and what it was told of its writes."""

    url: str
    bearer: dict[str, str]
    number: int
    shared: str
    contested: str
    acknowledged: Counter[str]
    session: requests.Session = field(default_factory=requests.Session)
    held: Held = field(default_factory=lambda: Held(""))
    waiting: Held | None = None
    won: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Send one request."""
        return self.session.request(method, self.url + path, json=body, headers=self.bearer, timeout=30)

    def made(self, path: str, body: Any) -> dict[str, Any]:
        """Create something and return it."""
        response = self.send("POST", path, body)
        assert response.status_code == 201, response.text
        (found,) = response.json().values()
        return dict(found)

    def arrive(self) -> None:
        """Create what this client works on."""
        body = {"class": "Thing", "subClass": "Asset", "displayName": f"client {self.number}"}
        self.itwin, self.second = (self.made("/itwins", body)["id"] for _ in range(2))
        self.repository = self.made(
            f"/itwins/{self.itwin}/repositories", MAPS | {"uri": "https://example.com"}
        )["id"]
        data = {"iTwinId": self.itwin, "displayName": "mesh", "type": "3MX"}
        self.data = self.made(DATA, data)["id"]
        self.held = Held(body["displayName"], homes=(self.itwin,))

    def contest(self, key: str) -> None:
        """Try to be the first to take an id that all others want too."""
        response = self.send("POST", self.contested, {"id": key, "displayName": f"name of {key}"})
        assert response.status_code in {201, 409}, response.text
        if response.status_code == 201:
            self.won.append(key)

    def live(self) -> None:
        """Write again and again until the other side is gone."""
        try:
            for turn in count():
                self.turn(turn)
        except requests.RequestException:
            return

    def turn(self, turn: int) -> None:
        """Send every writing operation, in an order in which all of them succeed."""
        held, name, uri = self.held, f"turn {turn}", f"https://example.com/{turn}"
        number = f"extra {self.number} {turn}"
        itwin, data = f"/itwins/{self.itwin}", f"{DATA}/{self.data}"
        repositories = f"{itwin}/repositories"
        resources, shared = f"{repositories}/{self.repository}/resources", f"{data}/iTwins/{self.shared}"
        self.contest(f"zone-{turn}")
        self.change("update iTwin", "PATCH", itwin, {"displayName": name}, name=name)
        body: dict[str, str] = {"id": name, "displayName": name}
        self.change("create resource", "POST", resources, body, resources=held.resources | {name})
        self.change("update reality data", "PATCH", data, {"description": name}, description=name)
        self.change("associate", "POST", shared, homes=(self.itwin, self.shared))
        self.change("dissociate", "DELETE", shared, homes=(self.itwin,))
        for there in (self.second, self.itwin):
            self.change("move", "PATCH", f"{data}/move", {"iTwinId": there}, homes=(there,))
        body = MAPS | {"uri": uri}
        self.change("create repository", "POST", repositories, body, repositories=held.repositories | {uri})
        verb = "DELETE" if held.favorite else "POST"
        self.change("mark", verb, f"/itwins/favorites/{self.itwin}", favorite=not held.favorite)
        body = {"class": "Endeavor", "subClass": "Project", "displayName": number, "number": number}
        self.change("create iTwin", "POST", "/itwins", body, extra=held.extra | {number})
        body = {"iTwinId": self.itwin, "displayName": name, "type": "OPC"}
        self.change("create reality data", "POST", DATA, body, meshes=held.meshes | {name})
        if turn % 2:
            ids = self.ids
            self.change("delete resource", "DELETE", f"{resources}/{name}", resources=held.resources)
            repository = f"{repositories}/{ids['repository']}"
            self.change("delete repository", "DELETE", repository, repositories=held.repositories)
            self.change("delete iTwin", "DELETE", f"/itwins/{ids['iTwin']}", extra=held.extra)
            self.change("delete reality data", "DELETE", f"{DATA}/{ids['reality data']}", meshes=held.meshes)

    def change(self, what: str, method: str, path: str, body: Any = None, **changes: Any) -> None:
        """Send a write that has to succeed, and remember before and after it what it changes."""
        self.waiting = replace(self.held, **changes)
        response = self.send(method, path, body)
        assert response.ok, (what, response.status_code, response.text)
        self.held, self.waiting = self.waiting, None
        self.acknowledged[what] += 1
        if what.startswith("create "):
            (made,) = response.json().values()
            self.ids[what.removeprefix("create ")] = made["id"]

    def seen(self) -> Held:
        """Return what the platform shows of this client's things."""
        itwin = self.send("GET", f"/itwins/{self.itwin}").json()["iTwin"]
        data = f"{DATA}/{self.data}"
        pages = f"/itwins/{self.itwin}/repositories"
        resources = self.send("GET", f"{pages}/{self.repository}/resources?$top=1000").json()["resources"]
        uris = {each["uri"] for each in self.send("GET", pages).json()["repositories"]}
        favorites = self.send("GET", "/itwins/favorites?$top=1000").json()["iTwins"]
        of_itwin = f"?iTwinId={self.itwin}&$top=500&types=OPC"
        meshes = self.send("GET", f"{DATA}{of_itwin}").json()["realityData"]
        extra = self.send("GET", f"/itwins?$search=extra {self.number} &$top=1000").json()["iTwins"]
        return Held(
            itwin["displayName"],
            self.send("GET", data).json()["realityData"]["description"],
            frozenset(each["id"] for each in resources),
            frozenset(each for each in uris if each.startswith("https://example.com/")),
            tuple(self.send("GET", f"{data}/itwins").json()["iTwins"]),
            any(each["id"] == self.itwin for each in favorites),
            frozenset(each["number"] for each in extra),
            frozenset(each["displayName"] for each in meshes),
        )


@pytest.mark.slow
def test_fifty_clients_and_a_kill_break_no_rule_and_lose_no_write(tmp_path: Path) -> None:
    """Each client finds what it was told, perhaps with its last write; each contest has one winner."""
    told: Counter[str] = Counter()
    with process(tmp_path) as (first, url):
        bearer = {"Authorization": f"Bearer {token(tmp_path)}"}
        host = Client(url, bearer, -1, "", "", Counter())
        host.arrive()
        contested = f"/itwins/{host.itwin}/repositories/{host.repository}/resources"
        clients = [Client(url, bearer, number, host.second, contested, told) for number in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS + 1) as pool:
            list(pool.map(Client.arrive, clients))
            lives = [pool.submit(client.live) for client in clients]
            while sum(told.values()) < WRITES and not any(life.done() for life in lives):
                pass_a_moment()
            os.kill(first.pid, signal.SIGKILL)
            for life in lives:
                life.result()
    assert len(told) == 14
    assert all(told.values())
    with process(tmp_path) as (_, url):
        bearer = {"Authorization": f"Bearer {token(tmp_path)}"}
        for client in clients:
            client.url, client.bearer = url, bearer
            assert client.seen() in (client.held, client.waiting), client.number
        host.url, host.bearer = url, bearer
        listed = [row["id"] for row in host.send("GET", f"{contested}?$top=1000").json()["resources"]]
        won = [key for client in clients for key in client.won]
        assert len(set(listed)) == len(listed)
        assert len(set(won)) == len(won)
        assert set(won) <= set(listed)
        again = {"id": won[0], "displayName": "another name"}
        assert host.send("POST", contested, again).status_code == 409


def pass_a_moment() -> None:
    """Let the clients write."""
    time.sleep(0.02)
