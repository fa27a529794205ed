"""A signed run: any byte, file or verdict that changed afterwards is said; nothing else is."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from conformance.cli.sign import sign, verify
from conformance.report.attestation import FILE_NAME
from conformance.report.registry import render
from tests.suite.analysis.runs import folder_of, run, verdict
from tests.suite.cli.verbs import call

Edit = Callable[[Path], object]


def keys(folder: Path, name: str = "key", passphrase: bytes = b"") -> tuple[Path, Path]:
    """Write a new pair of keys and return both files."""
    private = (
        ed25519.Ed25519PrivateKey.generate() if name != "ec" else ec.generate_private_key(ec.SECP256R1())
    )
    hidden = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    files = folder / f"{name}.pem", folder / f"{name}.pub"
    files[0].write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden))
    files[1].write_bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return files


def signed(tmp_path: Path, name: str = "key") -> tuple[Path, Path]:
    """Return the folder of a run that was signed, and the public key."""
    folder = folder_of(tmp_path / "reports", run(verdict("a.b"), verdict("a.c", "PASS")))
    render(folder, ["summary", "html"])
    private, public = keys(tmp_path, name)
    said = call(sign, folder, "--key", private)
    assert (said.code, said.out.strip()) == (0, str(folder / FILE_NAME)), said.err
    return folder, public


@pytest.mark.parametrize("name", ["key", "ec"])
def test_a_run_is_as_it_was_signed(tmp_path: Path, name: str) -> None:
    """The statement is an in-toto test result, and names every file."""
    folder, public = signed(tmp_path, name)
    said = call(verify, folder, "--public-key", public)
    assert (said.code, "as it was signed (FAILED, key" in said.out) == (0, True)


def replaced(name: str, old: str, new: str) -> Edit:
    """Return what replaces a text in a file."""
    return lambda folder: (folder / name).write_text(
        (folder / name).read_text(encoding="utf-8").replace(old, new), encoding="utf-8"
    )


def waived(folder: Path) -> None:
    """Waive the violation by hand, after the run."""
    document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    document["verdicts"][0]["waived"] = "it is fine"
    document["exit_code"] = 0
    (folder / "run.json").write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (replaced("run.json", '"FAIL"', '"PASS"'), "exit_code: 1, and no verdict and no waiver is red"),
        (waived, "a.b@createZone: signed as violated, now not judged, or waived"),
        (replaced("summary.md", "a", "b"), "summary.md: was changed"),
        (lambda folder: (folder / "report.html").unlink(), "report.html: is missing"),
        (lambda folder: (folder / "more.txt").write_text("x"), "more.txt: was added"),
        (lambda folder: (folder / "run.json").write_text("{"), "run.json: is truncated"),
        (
            replaced(FILE_NAME, '"payload": "', '"payload": "eyJ9'),
            "was not signed with this key, or changed since",
        ),
        (replaced(FILE_NAME, '"sig": "', '"sig": "AAAA'), "was not signed with this key, or changed since"),
    ],
)
def test_what_changed_after_signing_is_said(tmp_path: Path, edit: Edit, words: str) -> None:
    """Exit code 1 and the name of what changed."""
    folder, public = signed(tmp_path)
    edit(folder)
    said = call(verify, folder, "--public-key", public)
    assert said.code in {1, 2}
    assert words in said.out + said.err or "is no signature" in said.err


def test_another_key_does_not_verify(tmp_path: Path) -> None:
    """Exit code 1: whoever signed was somebody else."""
    folder, _ = signed(tmp_path)
    _, other = keys(tmp_path, "other")
    said = call(verify, folder, "--public-key", other)
    assert (said.code, "was not signed with this key" in said.err) == (1, True)


def test_a_key_with_a_passphrase_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In CI the key is a secret variable, and so is its passphrase."""
    folder = folder_of(tmp_path, run(verdict("a.c", "PASS")))
    private, public = keys(tmp_path, passphrase=b"open sesame")
    monkeypatch.setenv("SIGNING_KEY", private.read_text(encoding="utf-8"))
    assert "CONFORMANCE_SIGNING_PASSPHRASE" in call(sign, folder, "--key-env", "SIGNING_KEY").err
    monkeypatch.setenv("CONFORMANCE_SIGNING_PASSPHRASE", "open sesame")
    assert call(sign, folder, "--key-env", "SIGNING_KEY").code == 0
    assert "PASSED" in call(verify, folder, "--public-key", public).out


def test_what_cannot_be_signed_or_told_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2 and what to do: no key, no such key, no signature, no library."""
    folder = folder_of(tmp_path, run(verdict("a.c", "PASS")))
    private, public = keys(tmp_path)
    for arguments, words in (
        ((), "which key"),
        (("--key", private, "--key-env", "X"), "which key"),
        (("--key", tmp_path / "none"), "cannot be read: No such file"),
        (("--key", public), "the signing key cannot be read"),
        (("--key-env", "NOT_SET"), "NOT_SET: the environment variable is not set"),
    ):
        said = call(sign, folder, *arguments)
        assert (said.code, words in said.err) == (2, True), said.err
    said = call(verify, folder, "--public-key", public)
    assert (said.code, "is not signed" in said.err) == (2, True)
    said = call(verify, folder, "--public-key", private)
    assert (said.code, "the public key cannot be read" in said.err) == (2, True)
    monkeypatch.delitem(sys.modules, "conformance.report.attestation", raising=False)
    monkeypatch.setitem(sys.modules, "securesystemslib.dsse", None)
    monkeypatch.delattr("conformance.report.attestation", raising=False)
    said = call(sign, folder, "--key", private)
    assert (said.code, "itwin-conformance[signing]" in said.err) == (2, True), said.err
