"""A target is opened only as it was named, and only with names that the requirements know."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.claims.requirements import Catalogue, load_claims
from conformance.emulator.serving import running
from conformance.errors import UsageError
from conformance.targets.opened import open_target

BASE = '[targets.qa]\nbase_url = "https://qa.example.org"\nwrites = "none"\n'
OWNER = '[targets.qa.roles.owner]\ntoken_command = "token"\n'


@pytest.fixture(scope="module")
def claims() -> Catalogue:
    """Return the claims of this checkout."""
    return load_claims()


def refused(folder: Path, claims: Catalogue, text: str, name: str = "qa") -> str:
    """Return the words with which the target of this file is refused."""
    file = folder / "targets.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as why, open_target(name, file, claims):
        pass
    return str(why.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "[targets.qa.roles.outsidr]\ntoken_command = 't'",
            "roles.outsidr: no requirement asks for it; known",
        ),
        ("[targets.qa.roles.outsidr]\ntoken_command = 't'", "did you mean outsider?"),
        ("[targets.qa.roles.Owner]\ntoken_command = 't'", "did you mean owner?"),
        (
            "[targets.qa.roles.no_realitydata_creat]\ntoken_command = 't'",
            "did you mean no_realitydata_create?",
        ),
        (
            "[targets.qa.tokens]\nexpird = '${T}'",
            "tokens.expird: no requirement asks for it; known are expired",
        ),
        ("[targets.qa.tokens]\nnot_yet_valide = '${T}'", "did you mean not_yet_valid?"),
        ("[targets.qa.fixtures]\nforeign_itwinid = 'x'", "did you mean foreign_itwin_id?"),
        ("[targets.qa.fixtures]\nunheard_of = 'x'", "fixtures.unheard_of: no requirement asks for it"),
        ("[targets.qa.rolse.reader]\ntoken_command = 't'", "rolse: unknown key; known here: "),
        ("[targets.qa.rolse.reader]\ntoken_command = 't'", "did you mean roles?"),
        ("[targets.qa.roles.reader]\ntoken_comand = 't'", "did you mean token_command?"),
        ("[targets.dev]\nbase_urll = 'https://x'", "[targets.dev] base_urll: unknown key"),
        ("[targets.dev.roles.x]\ntokn = 'x'", "[targets.dev] roles.x.tokn: unknown key"),
        ("[targets.qa.fixtures]\nitwin_id = ''", "fixtures.itwin_id: the value is empty"),
        ("[targets.qa.fixtures]\nitwin_id = '<id>'", "fixtures.itwin_id: the value holds a placeholder"),
        ("[targets.qa.fixtures]\nitwin_id = '…'", "fixtures.itwin_id: the value holds a placeholder"),
    ],
)
def test_a_typo_is_named_and_never_judges_less(
    tmp_path: Path, claims: Catalogue, monkeypatch: pytest.MonkeyPatch, text: str, complaint: str
) -> None:
    """A name that nothing asks for is refused with the one that was meant."""
    monkeypatch.setenv("T", "some-token")
    assert complaint in refused(tmp_path, claims, BASE + OWNER + text)


@pytest.mark.parametrize("path", ["/itwins", "/itwins/", "/reality-management"])
def test_a_base_url_with_the_path_of_an_operation_is_refused(
    tmp_path: Path, claims: Catalogue, path: str
) -> None:
    """Each path of an operation begins with it already."""
    text = BASE.replace("qa.example.org", f"qa.example.org{path}") + OWNER
    assert "write https://qa.example.org" in refused(tmp_path, claims, text)


def test_a_prefix_before_the_paths_is_kept(tmp_path: Path, claims: Catalogue) -> None:
    """A gateway may serve the API below a path of its own."""
    file = tmp_path / "targets.toml"
    file.write_text(BASE.replace("qa.example.org", "qa.example.org/gateway/v1/") + OWNER, encoding="utf-8")
    with open_target("qa", file, claims) as target:
        assert target.base_url == "https://qa.example.org/gateway/v1"


def test_a_file_without_the_name_of_a_target_is_refused(tmp_path: Path, claims: Catalogue) -> None:
    """A named file is never replaced by the emulator."""
    assert "add --target NAME" in refused(tmp_path, claims, BASE + OWNER, name="")


def test_a_target_that_is_nearly_named_is_named(tmp_path: Path, claims: Catalogue) -> None:
    """The nearest name stands behind those that there are."""
    assert "no target 'qaa'; there are: qa; did you mean qa?" in refused(
        tmp_path, claims, BASE + OWNER, name="qaa"
    )


def test_the_emulator_has_only_names_that_are_known(tmp_path: Path, claims: Catalogue) -> None:
    """What the emulator writes for others opens as it is."""
    with running() as served:
        served.targets().write(tmp_path / "targets.toml")
        with open_target("emulator", tmp_path / "targets.toml", claims) as target:
            assert len(target.roles) > 5
