"""Write the targets file of a running emulator and the secrets that it names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from conformance.emulator.errors import TargetsFileError
from conformance.emulator.kernel.throttle import Rate


@dataclass(frozen=True)
class Credentials:
    """What one role gets its tokens with."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class TargetsText:
    """The text of a targets file and of the ``.env`` beside it, which holds every secret."""

    toml: str
    env: str

    def write(self, path: Path) -> None:
        """Write both files, the ``.env`` readable by its owner only; raise :class:`TargetsFileError`.

        Other variables of an ``.env`` that is already there are kept.
        """
        secrets = path.parent / ".env"
        try:
            kept = _others(secrets.read_text(encoding="utf-8-sig") if secrets.exists() else "", self.env)
            path.write_text(self.toml, encoding="utf-8")
            handle = os.open(secrets, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                secrets.chmod(0o600)
                file.write(kept + self.env)
        except UnicodeDecodeError as error:
            raise TargetsFileError(f"{secrets} is not UTF-8 text: save it as such first") from error
        except OSError as error:
            raise TargetsFileError(f"cannot write the targets file {path}: {error}") from error


def _others(old: str, new: str) -> str:
    ours = {line.partition("=")[0] for line in new.splitlines()}
    return "".join(f"{line}\n" for line in old.splitlines() if line.partition("=")[0].strip() not in ours)


def compose(  # noqa: PLR0913 - the parts of a targets file
    target: str,
    *,
    base_url: str,
    token_url: str,
    credentials: Mapping[str, Credentials],
    tokens: Mapping[str, str],
    fixtures: Mapping[str, str],
    rate: Rate | None,
) -> TargetsText:
    """Return the files' text for one target; secrets are only in the ``.env``."""
    prefix = target.upper().replace("-", "_")
    lines = [
        f"[targets.{target}]",
        f'base_url = "{base_url}"',
        f'token_url = "{token_url}"',
        'scope = "itwin-platform"',
    ]
    if rate is not None:
        unit = "s" if rate.seconds == 1 else "m"
        lines.append(f'rate = "{rate.requests}/{unit}"')
    lines.append('writes = "free"')
    env: list[str] = []
    for role, held in credentials.items():
        name = f"{prefix}_{role.upper()}"
        lines += [
            "",
            f"[targets.{target}.roles.{role}]",
            f'client_id = "${{{name}_CLIENT_ID}}"',
            f'client_secret = "${{{name}_CLIENT_SECRET}}"',
        ]
        env += [f"{name}_CLIENT_ID={held.client_id}", f"{name}_CLIENT_SECRET={held.client_secret}"]
    if tokens:
        lines += ["", f"[targets.{target}.tokens]"]
    for name, token in tokens.items():
        variable = f"{prefix}_{name.upper()}_TOKEN"
        lines.append(f'{name} = "${{{variable}}}"')
        env.append(f"{variable}={token}")
    if fixtures:
        lines += ["", f"[targets.{target}.fixtures]"]
    lines += [f'{name} = "{value}"' for name, value in fixtures.items()]
    return TargetsText("\n".join(lines) + "\n", "\n".join(env) + "\n")
