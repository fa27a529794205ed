"""An authentication file of the Web Fuzzing Commons: whom it names, how they are let in, what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.client.auth.login import logged_in
from conformance.errors import NotJudged, UsageError
from conformance.results.verdicts import VIOLATED, Outcome
from conformance.targets.auth_file import users_of
from conformance.targets.load import load_target
from conformance.targets.model import Target
from tests.suite.run.derived.judged import added, judged, verdicts
from tests.suite.run.derived.small_server import Answer, Call, served
from tests.suite.run.derived.test_one_member import NoteApi

LOGIN = """
auth:
  - name: ann
    loginEndpointAuth:
      payloadUserPwd: {username: ann, password: "${PW}", usernameField: u, passwordField: p}
  - name: bob
    loginEndpointAuth: {payloadRaw: '{"u": "bob", "p": "pw-bob"}'}
authTemplate:
  loginEndpointAuth: {endpoint: /login, verb: POST, contentType: application/json, expectCookies: true}
"""
TOKEN = "token: {extractFrom: %s, extractSelector: %s, sendIn: %s, sendName: %s, sendTemplate: '%s'}"
ROLES = '[targets.t.roles.owner]\nauth = "ann"\n[targets.t.roles.outsider]\nauth = "bob"\n'


class Door:
    """Lets in whose password is right, by cookie, body and header."""

    broken = ""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def definition(self) -> dict[str, Any]:
        """Return nothing: nobody asks."""
        return {}

    def answer(self, call: Call) -> Answer:
        """Answer a login."""
        self.calls.append(call)
        name = call.body.get("u", "") if isinstance(call.body, dict) else ""
        if call.parts != ("login",) or call.body.get("p") != f"pw-{name}":
            return Answer(401, {})
        headers = {"Set-Cookie": f"session=c-{name}; Path=/", "X-Token": f"h-{name}"}
        return Answer(200, {"a": {"token": f"t-{name}"}}, headers)


def target(folder: Path, auth: str, *, url: str = "http://127.0.0.1:9", roles: str = ROLES) -> Target:
    """Return the target of a targets file with this authentication file beside it."""
    (folder / "auth.yaml").write_text(auth, encoding="utf-8")
    (folder / ".env").write_text("PW=pw-ann\n", encoding="utf-8")
    file = folder / "targets.toml"
    text = f'[targets.t]\nbase_url = "{url}"\nauth_file = "auth.yaml"\n{roles}'
    file.write_text(text, encoding="utf-8")
    return load_target(file, "t")


def let_in(folder: Path, auth: str) -> Target:
    """Return the target with its roles logged in at a door."""
    with served(Door()) as url:
        return logged_in(target(folder, auth, url=url))


def test_cookies_of_a_login_go_with_each_request(tmp_path: Path) -> None:
    """What the template says once holds for both; the variable is resolved, and its password is masked."""
    found = let_in(tmp_path, LOGIN)
    assert found.credentials("owner").cookies == {"session": "c-ann"}
    assert found.credentials("outsider").cookies == {"session": "c-bob"}
    assert {"c-ann", "c-bob"} <= set(found.secrets())


@pytest.mark.parametrize(
    ("token", "headers", "query"),
    [
        (("body", "/a/token", "header", "Authorization", "JWT {token}"), {"Authorization": "JWT t-ann"}, {}),
        (("header", "X-Token", "header", "X-Key", "{token}"), {"X-Key": "h-ann"}, {}),
        (("body", "/a/token", "query", "key", "{token}"), {}, {"key": "t-ann"}),
    ],
)
def test_a_token_is_taken_and_sent_as_the_file_says(
    token: tuple[str, ...], headers: dict[str, str], query: dict[str, str], tmp_path: Path
) -> None:
    """From the body or a header, in a header or the query, with the text around it; it is a secret."""
    found = let_in(tmp_path, LOGIN.replace("expectCookies: true", TOKEN % token))
    assert found.extra_headers("owner") == headers
    assert found.credentials("owner").query == query
    assert not found.roles["owner"].login
    assert any("-ann" in word for word in found.secrets())


def test_older_spellings_of_the_token_are_read(tmp_path: Path) -> None:
    """As files of older versions have it."""
    old = "token: {extractFromField: /a/token, httpHeaderName: Authorization, headerPrefix: 'Bearer '}"
    found = let_in(tmp_path, LOGIN.replace("expectCookies: true", old))
    assert found.extra_headers("owner") == {"Authorization": "Bearer t-ann"}


def test_fixed_headers_are_those_of_a_role_and_need_no_login(tmp_path: Path) -> None:
    """The first user is the owner where no role is named; a role's own header outranks the file's."""
    fixed = "auth: [{name: ann, fixedHeaders: [{name: X-Key, value: ' k1'}, {name: X-More, value: m}]}]"
    alone = target(tmp_path, fixed, roles="")
    assert alone.extra_headers("owner") == {"X-Key": "k1", "X-More": "m"}
    assert logged_in(alone) is alone
    assert "x-key" in alone.secret_headers()
    own = '[targets.t.roles.owner]\nauth = "ann"\nheaders = { X-More = "mine" }\n'
    assert target(tmp_path, fixed, roles=own).extra_headers("owner") == {"X-Key": "k1", "X-More": "mine"}


@pytest.mark.parametrize(
    ("auth", "message"),
    [
        (LOGIN.replace("/login", "/logout"), "POST /logout of the login answered 401 and set no cookie"),
        (
            LOGIN.replace("expectCookies: true", TOKEN % ("body", "/no", "header", "X", "{token}")),
            "answered 200 without a token at /no",
        ),
    ],
)
def test_who_is_not_let_in_ends_the_run_with_the_reason(auth: str, message: str, tmp_path: Path) -> None:
    """Nobody can judge then; the reason says which role and which request, and no password."""
    with pytest.raises(NotJudged, match=f"role owner: .*{message}") as raised:
        let_in(tmp_path, auth)
    assert "pw-" not in str(raised.value)


def test_a_door_that_is_not_there_is_said(tmp_path: Path) -> None:
    """The port of nobody."""
    with pytest.raises(NotJudged, match="POST /login of the login got no response"):
        logged_in(target(tmp_path, LOGIN))


@pytest.mark.parametrize(
    ("auth", "message"),
    [
        ("[]", "expected a mapping at the top"),
        ("auth: []", "auth: expected a list of users"),
        ("auth: [{name: ann}]", r"auth\[0\]: give fixedHeaders or loginEndpointAuth"),
        ("auth: [{name: ann, fixedHeader: []}]", r"auth\[0\]\.fixedHeader: Extra inputs"),
        (LOGIN.replace("name: bob", "name: ann"), "'ann' stands twice"),
        (
            LOGIN.replace("name: ann", "name: anne"),
            "has no user 'ann'; there are: anne, bob; did you mean anne",
        ),
        (LOGIN.replace("verb: POST", "verb: POKE"), r"loginEndpointAuth\.verb"),
        (LOGIN.replace("endpoint: /login, ", ""), "give endpoint or externalEndpointURL"),
        (LOGIN.replace("expectCookies: true", "expectCookies: false"), "give token, or expectCookies"),
        (LOGIN.replace("expectCookies: true", "token: {}"), "extractSelector: say where"),
        (LOGIN.replace("payloadRaw:", "payloadUserPwd: {username: 1}, payloadRaw:"), "payloadUserPwd"),
        (LOGIN.replace("${PW}", "${NOBODY}"), "NOBODY"),
        ("auth: [{name: ann, createUsers: {}}]", "no users are created"),
        ("auth: [{name: ann, requireMockHandling: true}]", "only the real service"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(auth: str, message: str, tmp_path: Path) -> None:
    """File, user, key and cure, before anything is sent."""
    with pytest.raises(UsageError, match=message):
        target(tmp_path, auth)


def test_a_file_of_toml_is_read_too(tmp_path: Path) -> None:
    """The same form in the other language; what is no TOML is said."""
    file = tmp_path / "auth.toml"
    file.write_text(
        '[[auth]]\nname = "ann"\nfixedHeaders = [{ name = "X-Key", value = "k" }]\n', encoding="utf-8"
    )
    assert users_of(file, {})["ann"]["headers"]["X-Key"].get_secret_value() == "k"
    file.write_text("auth = [", encoding="utf-8")
    with pytest.raises(UsageError, match=r"auth\.toml: not valid TOML"):
        users_of(file, {})


class NotesBehindADoor(NoteApi):
    """Notes for whom a login has given a session."""

    def answer(self, call: Call) -> Answer:
        """Let in by cookie alone."""
        if call.parts == ("login",):
            return Door().answer(call)
        let_in = "session=c-ann" in {name.lower(): v for name, v in call.headers.items()}.get("cookie", "")
        return super().answer(call) if let_in else Answer(401, {})


def test_an_api_behind_a_login_is_judged(tmp_path: Path) -> None:
    """The operations succeed with what the login gave, and the run keeps none of it."""
    api = NotesBehindADoor(closed=True)
    with served(api) as url:
        behind = target(tmp_path, LOGIN, url=url, roles=ROLES.partition("[targets.t.roles.outsider]")[0])
        run = judged(added(tmp_path, api.definition()), behind, tmp_path / "run")
    found = verdicts(run)
    assert [name for name, v in found.items() if v.outcome in VIOLATED] == []
    assert found["small.post-notes.documented-status"].outcome is Outcome.PASS
    assert api.notes == {}
    assert "c-ann" not in (tmp_path / "run" / "exchanges.ndjson").read_text(encoding="utf-8")
