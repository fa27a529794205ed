"""Make the pictures of the README from the run beside this file: the terminal as SVG, the page as PNG.

    python docs/screenshots/make.py

What both say stands in `terminal.svg` and `report.txt`, and a test compares it with what they say now. The
PNG needs a Chromium; without one, it is left as it is.
"""

from __future__ import annotations

import html
import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from conformance.report.material import kept_comparison, load_report
from conformance.report.registry import render
from conformance.report.terminal import show

HERE: Final = Path(__file__).parent
RUN: Final = HERE / "run"
WIDTH: Final = 100
"""Characters of a line of the terminal."""
SIZE: Final = (1120, 860)
"""Pixels of the picture of the page."""
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")


def terminal() -> str:
    """Return what the terminal shows of the run, as SVG that asks the network for nothing."""
    said = io.StringIO()
    out = Console(width=WIDTH, file=said, force_terminal=True, color_system="truecolor")
    run = load_report(RUN).run
    shown = run.model_copy(update={"folder": Path("reports") / run.run_id})
    show(shown, out, comparison=kept_comparison(RUN))
    recorder = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    recorder.print("[bold]$[/bold] conformance run --target qa", highlight=False)
    for line in said.getvalue().splitlines():
        recorder.print(Text.from_ansi(line), no_wrap=True, overflow="ellipsis")
    picture = recorder.export_svg(title="conformance run", unique_id="conformance")
    return re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL)


def page(folder: Path) -> Path:
    """Write the page of the run into a folder and return its path."""
    shutil.copytree(RUN, folder, dirs_exist_ok=True)
    return render(folder, ["html"])["html"]


def first_view(file: Path) -> str:
    """Return the words of the page without what is folded below them."""
    return text_of(file.read_text(encoding="utf-8").partition('<div class="folds">')[0])


def text_of(markup: str) -> str:
    """Return the words of a picture or a page, one run of text a line."""
    body = re.sub(r"<(style|script|title)\b.*?</\1>", "", markup, flags=re.DOTALL)
    runs = (
        html.unescape(part).replace("\xa0", " ").split()
        for part in re.sub(r"<[^>]+>", "\n", body).split("\n")
    )
    return "\n".join(" ".join(words) for words in runs if words) + "\n"


def screenshot(file: Path, picture: Path) -> bool:
    """Take a picture of the page; False where there is no browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return False
    width, height = SIZE
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--window-size={width},{height}",
    ]
    command = [browser, *flags, f"--screenshot={picture}", file.resolve().as_uri()]
    subprocess.run(command, check=True, capture_output=True)
    return True


def main() -> int:
    """Write the pictures and what they say."""
    (HERE / "terminal.svg").write_text(terminal(), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        file = page(Path(folder))
        (HERE / "report.txt").write_text(first_view(file), encoding="utf-8")
        if not screenshot(file, HERE / "report.png"):
            print("no Chromium here: report.png is left as it is")
    return 0


if __name__ == "__main__":
    sys.exit(main())
