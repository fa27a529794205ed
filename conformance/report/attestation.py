"""A run as an in-toto statement of its result, signed: whoever has the public key sees any later change.

The statement is of the kind "test result" (https://in-toto.io/attestation/test-result/v0.1) in a DSSE
envelope. Signing needs the extra `signing` (securesystemslib); keys are PEM, Ed25519, ECDSA or RSA.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import Error
from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined] # named in its documentation

from conformance.errors import UsageError
from conformance.results.model import RunReport
from conformance.results.run_json import load_run, write_text
from conformance.results.verdicts import VIOLATED, ExitCode, Outcome

FILE_NAME: Final = "attestation.dsse.json"
PAYLOAD: Final = "application/vnd.in-toto+json"
STATEMENT: Final = "https://in-toto.io/Statement/v1"
PREDICATE: Final = "https://in-toto.io/attestation/test-result/v0.1"
RESULTS: Final = {ExitCode.CONFORMS: "PASSED", ExitCode.VIOLATION: "FAILED"}
"""By exit code; what could not be judged is a warning."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What was signed: the statement, and the id of the key."""

    statement: Mapping[str, Any]
    key: str


def sign(folder: Path, pem: bytes, passphrase: bytes | None = None) -> Path:
    """Sign a run folder as it is, every file of it, and return the file that holds the signature."""
    run = load_run(folder)
    signer = _signer(pem, passphrase)
    envelope = Envelope(json.dumps(statement(run), sort_keys=True).encode(), PAYLOAD, {})
    envelope.sign(signer)
    write_text(run.folder / FILE_NAME, json.dumps(envelope.to_dict(), indent=1) + "\n")
    return run.folder / FILE_NAME


def read(folder: Path, pem: bytes) -> Signed:
    """Return what the signature of a run folder says; `UsageError` where there is none, or no such key.

    `SignatureError` where it was made with another key, or for another statement.
    """
    key = _public_key(pem)
    try:
        envelope = Envelope.from_dict(json.loads((folder / FILE_NAME).read_bytes()))
        found = json.loads(envelope.payload)
    except FileNotFoundError as error:
        raise UsageError(
            f"{folder}: is not signed: there is no {FILE_NAME} (conformance sign {folder})"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{folder / FILE_NAME}: is no signature of a run") from error
    try:
        # The id of a key is a hint of whoever signed: the key decides.
        for signature in envelope.signatures.values():
            signature.keyid = key.keyid
        envelope.signatures = {key.keyid: next(iter(envelope.signatures.values()))}
        envelope.verify([key], 1)
    except (Error, StopIteration) as error:
        raise SignatureError(
            f"{folder / FILE_NAME}: was not signed with this key, or changed since"
        ) from error
    kinds = (envelope.payload_type, found.get("_type"), found.get("predicateType"))
    if kinds != (PAYLOAD, STATEMENT, PREDICATE):
        raise SignatureError(f"{folder / FILE_NAME}: signs something else than the result of a run")
    return Signed(found, key.keyid)


class SignatureError(Exception):
    """What is signed is not what stands there."""


def changes(folder: Path, signed: Signed) -> Iterator[str]:
    """Yield what is not as it was signed: each file, and each verdict where run.json was changed."""
    digests = {each["name"]: each["digest"]["sha256"] for each in signed.statement["subject"]}
    now = dict(_digests(folder))
    for name in sorted(digests.keys() | now.keys()):
        if name not in now:
            yield f"{name}: is missing"
        elif name not in digests:
            yield f"{name}: was added"
        elif digests[name] != now[name]:
            yield f"{name}: was changed"
    if digests.get("run.json") != now.get("run.json"):
        yield from _changed_verdicts(folder, signed.statement["predicate"])


def _changed_verdicts(folder: Path, before: Mapping[str, Any]) -> Iterator[str]:
    try:
        after = _predicate(load_run(folder))
    except UsageError as error:
        yield str(error)
        return
    old, new = _by_name(before), _by_name(after)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield f"  {name}: signed as {old.get(name, 'not judged')}, now {new.get(name, 'not judged')}"


def _by_name(predicate: Mapping[str, Any]) -> dict[str, str]:
    words = {"passedTests": "passed", "warnedTests": "not judged, or waived", "failedTests": "violated"}
    return {name: word for key, word in words.items() for name in predicate.get(key, ())}


def statement(run: RunReport) -> dict[str, Any]:
    """Return what is signed: the digest of every file of the run folder, and the result in short."""
    return {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": value}} for name, value in _digests(run.folder)],
        "predicateType": PREDICATE,
        "predicate": _predicate(run),
    }


def _predicate(run: RunReport) -> dict[str, Any]:
    names: dict[str, list[str]] = {"passedTests": [], "warnedTests": [], "failedTests": []}
    for verdict in run.verdicts:
        red = verdict.outcome in VIOLATED and run.is_red(verdict)
        passed = verdict.outcome in {Outcome.PASS, Outcome.OBSERVED}
        key = "failedTests" if red else "passedTests" if passed else "warnedTests"
        names[key].append("@".join(verdict.pair))
    identity = run.provenance
    configuration = {
        "specs": identity.specs,
        "requirements": identity.requirements,
        "target": identity.target,
    }
    return {
        "result": RESULTS.get(run.exit_code, "WARNED"),
        "configuration": [
            {"name": name, "digest": {"sha256": value}} for name, value in configuration.items() if value
        ],
        **names,
        "run": {
            "id": run.run_id,
            "target": run.target,
            "exit_code": int(run.exit_code),
            "suite": identity.suite,
        },
    }


def _digests(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != FILE_NAME:
            yield name, hashlib.sha256(path.read_bytes()).hexdigest()


def _signer(pem: bytes, passphrase: bytes | None) -> CryptoSigner:
    try:
        return CryptoSigner(load_pem_private_key(pem, passphrase))
    except (ValueError, TypeError) as error:
        raise UsageError(
            "the signing key cannot be read: expected a private key as PEM (Ed25519, ECDSA or RSA); "
            "one with a passphrase needs CONFORMANCE_SIGNING_PASSPHRASE"
        ) from error


def _public_key(pem: bytes) -> SSlibKey:
    try:
        return SSlibKey.from_crypto(load_pem_public_key(pem))
    except (ValueError, TypeError) as error:
        raise UsageError("the public key cannot be read: expected PEM (Ed25519, ECDSA or RSA)") from error
