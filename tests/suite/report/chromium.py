"""A headless Chromium driven over its debugging pipe: the standard library and nothing else."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

Json = dict[str, Any]
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE = 60.0


class Browser:
    """One browser process; speaks the DevTools protocol, messages end in NUL."""

    def __init__(self, profile: Path) -> None:
        command = next(found for found in map(shutil.which, COMMANDS) if found)
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        high = [fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (theirs_in, theirs_out)]
        flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--remote-debugging-pipe",
        ]
        quiet = [
            "--disable-background-networking",
            "--disable-component-update",
            f"--user-data-dir={profile}",
        ]
        null = os.open(os.devnull, os.O_RDWR)
        actions = [
            *((os.POSIX_SPAWN_DUP2, null, number) for number in (1, 2)),
            *((os.POSIX_SPAWN_DUP2, end, 3 + number) for number, end in enumerate(high)),
        ]
        arguments = [command, *flags, *quiet, "about:blank"]
        self._pid = os.posix_spawn(command, arguments, os.environ, file_actions=actions, setpgroup=0)
        for end in (theirs_in, theirs_out, null, *high):
            os.close(end)
        self._buffer = b""
        self._number = 0
        self.events: list[Json] = []

    def call(self, method: str, session: str = "", **params: Any) -> Json:
        """Send a command and return its result; events that arrive meanwhile are kept."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self._read(deadline)
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: Json = answer["result"]
                return result
            self.events.append(answer)

    def _read(self, deadline: float) -> Json:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], deadline - time.monotonic())
            assert ready, "the browser does not answer"
            self._buffer += os.read(self._in, 1 << 20)
        line, _, self._buffer = self._buffer.partition(b"\0")
        message: Json = json.loads(line)
        return message

    def close(self) -> None:
        """End the browser's own process group, and wait for it."""
        with suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._in)
        os.close(self._out)


class Page:
    """One tab with what went wrong in it."""

    def __init__(self, browser: Browser, width: int, height: int, scheme: str) -> None:
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", features=[feature])
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **size)

    def call(self, method: str, **params: Any) -> Json:
        """Send a command to this tab."""
        return self.browser.call(method, self._session, **params)

    def open(self, address: str) -> None:
        """Go to an address and wait until it is loaded."""
        self.call("Page.navigate", url=address)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def run(self, script: str) -> Any:
        """Return the value of an expression in the page; a promise is awaited."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until an expression is true."""
        deadline = time.monotonic() + PATIENCE
        while not self.run(condition):
            assert time.monotonic() < deadline, f"never became true: {condition}"
            time.sleep(0.02)

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as a hand does."""
        codes = {"Enter": ("\r", 13), "Escape": ("", 27), "Tab": ("", 9)}
        for key in keys:
            text, code = codes.get(key, (key, ord(key[0].upper())))
            event = {"key": key, "windowsVirtualKeyCode": code}
            self.call("Input.dispatchKeyEvent", type="keyDown", **event, **({"text": text} if text else {}))
            self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def screenshot(self, path: Path) -> None:
        """Write what the tab shows."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def complaints(self) -> list[str]:
        """Return errors of the console and of the page, and dialogs that somebody opened."""
        kinds = {"Runtime.exceptionThrown", "Page.javascriptDialogOpening"}
        found = [str(event["params"]) for event in self.browser.events if event.get("method") in kinds]
        entries = [e["params"] for e in self.browser.events if e.get("method") == "Log.entryAdded"]
        said = [e["params"] for e in self.browser.events if e.get("method") == "Runtime.consoleAPICalled"]
        found += [str(entry) for entry in entries if entry["entry"]["level"] in {"error", "warning"}]
        return found + [str(call) for call in said if call["type"] in {"error", "warning"}]

    def requested(self) -> list[str]:
        """Return every address that the page asked for."""
        sent = [e for e in self.browser.events if e.get("method") == "Network.requestWillBeSent"]
        return [str(event["params"]["request"]["url"]) for event in sent]


@contextmanager
def browser_page(
    profile: Path, width: int = 1280, height: int = 900, scheme: str = "light"
) -> Iterator[Page]:
    """Give a tab of a browser of its own, and end that browser afterwards."""
    browser = Browser(profile)
    try:
        yield Page(browser, width, height, scheme)
    finally:
        browser.close()
