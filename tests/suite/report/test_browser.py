"""`report.html` in a real browser: readable, quiet, quick, and usable by keyboard alone."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from conformance.emulator.kernel.status_page import STYLE
from conformance.emulator.serving import running
from conformance.report.environment import TEMPLATES
from conformance.report.registry import render
from tests.suite.report import documents, explained
from tests.suite.report.chromium import Page, browser_page

pytestmark = pytest.mark.browser
AXE = "axe-core@4.11.0"


def opened(page: Page, folder: Path, content: dict[str, Any], hash_: str = "", **more: Any) -> None:
    """Render a folder and open its page."""
    documents.write(folder, content, [documents.exchange(body=documents.HOSTILE)])
    path = render(folder, ["html"], **more)["html"]
    page.open(path.resolve().as_uri() + hash_)


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return axe-core: from node_modules where it is installed, else from npm."""
    found = Path(os.environ.get("CONFORMANCE_AXE", "node_modules/axe-core/axe.min.js"))
    if not found.exists() and shutil.which("npm"):
        folder = tmp_path_factory.mktemp("axe")
        command = ["npm", "install", "--silent", "--no-audit", "--prefix", str(folder), AXE]
        subprocess.run(command, check=False, capture_output=True)
        found = folder / "node_modules/axe-core/axe.min.js"
    if not found.exists():
        if "browser" in os.environ.get("CONFORMANCE_REQUIRE", ""):
            pytest.fail("CONFORMANCE_REQUIRE names browser, and axe-core is neither installed nor on npm")
        pytest.skip("axe-core is neither installed nor on npm")
    return found.read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_quiet_and_accessible_everywhere(
    width: int, scheme: str, axe: str, tmp_path: Path
) -> None:
    """On a phone and a desktop, dark and light: axe finds nothing serious, and nothing is loaded."""
    shots = Path(os.environ.get("CONFORMANCE_SCREENSHOTS", tmp_path / "shots"))
    with browser_page(tmp_path / "profile", width, 900, scheme) as page:
        content, past = explained.by_causes(), documents.history()
        opened(page, tmp_path / "run", content, comparison=documents.comparison(), history=past)
        nav = "document.querySelector('nav.sections .wrap')"
        assert page.run(f"{nav}.scrollWidth <= {nav}.clientWidth")
        page.screenshot(shots / f"first-{width}-{scheme}.png")
        page.run("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        page.call("Page.setBypassCSP", enabled=True)
        page.run(f"{axe}; 0")
        found = page.run("axe.run(document).then((all) => all.violations.map((v) => [v.impact, v.id]))")
        assert [problem for problem in found if problem[0] in {"serious", "critical"}] == []
        assert page.run("document.documentElement.scrollWidth <= innerWidth")
        assert page.complaints() == []
        assert page.requested() == [(tmp_path / "run" / "report.html").as_uri()]
        for section in ("causes", "grid", "coverage", "moved", "runs", "verdicts", "waivers"):
            page.run(f"document.getElementById('{section}').scrollIntoView()")
            page.screenshot(shots / f"{section}-{width}-{scheme}.png")


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_the_status_page_of_the_emulator_is_accessible_and_fits_a_phone(
    width: int, scheme: str, axe: str, tmp_path: Path
) -> None:
    """It has the style of the report, and nothing of it is wider than the screen."""
    with running(latency=0.001) as served, browser_page(tmp_path / "profile", width, 900, scheme) as page:
        served.token()
        page.open(f"{served.base_url}/")
        page.run(f"{axe}; 0")
        found = page.run("axe.run(document).then((all) => all.violations.map((v) => [v.impact, v.id]))")
        assert [problem for problem in found if problem[0] in {"serious", "critical"}] == []
        assert page.run("document.documentElement.scrollWidth <= innerWidth")
        assert "a delay of 0.001 s" in page.run("document.body.innerText")
        assert page.complaints() == []
    colours = [file.read_text("utf-8").split("}")[0] for file in (STYLE, TEMPLATES / "report.css")]
    assert colours[0] == colours[1]


def test_the_first_view_of_any_run_ends_within_1500_pixels(tmp_path: Path) -> None:
    """Forty causes with long sentences, thirty operations, ten reasons: everything else is folded."""
    past: dict[str, Any] = {"comparison": documents.comparison(), "history": documents.history()}
    with browser_page(tmp_path / "profile") as page:
        for number, content in enumerate((explained.by_causes(40, 30), explained.unjudged(10))):
            opened(page, tmp_path / str(number), content, **past)
            page.screenshot(Path(os.environ.get("CONFORMANCE_SCREENSHOTS", tmp_path)) / f"any-{number}.png")
            assert page.run("document.documentElement.scrollHeight") <= 1_500
            page.run("document.querySelectorAll('.fold').forEach((part) => { part.open = true; })")
        opened(page, tmp_path / "again", explained.by_causes(40, 30), **past)
        page.run("document.querySelector('.fold').open = true")
        assert page.run("document.querySelectorAll('.cause').length") == 43
        assert page.complaints() == []


def test_what_a_hostile_server_sent_is_only_text(tmp_path: Path) -> None:
    """Markup in responses makes no element, no dialog and no request."""
    with browser_page(tmp_path / "profile") as page:
        opened(page, tmp_path / "run", documents.hostile(), "#v=", comparison=documents.comparison())
        page.run("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        page.wait("document.querySelectorAll('.verdict .body').length === 4")
        assert page.run("document.querySelectorAll('img, iframe, [onerror]').length") == 0
        assert page.run("document.body.innerText.includes('<script>alert(1)</script>')")
        assert page.complaints() == []
        assert len(page.requested()) == 1


def test_every_violation_is_found_and_copied_by_keyboard_alone(tmp_path: Path) -> None:
    """Search, walk, open, copy: no pointer is needed."""
    rows = [documents.violation(f"a.b.claim-{n}", curl=f"curl https://x.example/{n}") for n in range(3)]
    with browser_page(tmp_path / "profile") as page:
        opened(page, tmp_path / "run", documents.document(rows))
        page.run("navigator.clipboard.writeText = async (text) => { window.copied = text; }; 0")
        for number in range(3):
            page.press("j")
            page.press("c")
            page.wait(f"window.copied === 'curl https://x.example/{number}'")
        page.press("k", "Enter")
        page.wait("location.hash.includes('claim-1')")
        page.wait("document.querySelector('.cause .body') !== null")
        page.press("/")
        page.press("m", "-", "2")
        page.wait("document.querySelectorAll('.verdict').length === 1")
        assert page.run("location.hash") == "#q=m-2"
        assert page.run("document.getElementById('verdicts').open")
        page.press("Escape")
        page.wait("document.querySelectorAll('.verdict').length === 3")


def test_the_key_copies_the_whole_way_to_a_violation(tmp_path: Path) -> None:
    """The copied lines create anew what the run had created for it; how long it stands is told."""
    site = "5a0c1d2e-0000-4000-8000-000000000001"
    made = documents.exchange("x0001", body=f'{{"id": "{site}"}}', status=201)
    reading = documents.exchange() | {"started": made["started"] + 1}
    reading["request"] = {**reading["request"], "method": "GET", "url": f"https://x.example/data/{site}"}
    content = documents.document([documents.violation("a.b.c")])
    past = documents.history(6, content["verdicts"])
    with browser_page(tmp_path / "profile") as page:
        documents.write(tmp_path / "run", content, [made, reading])
        page.open(render(tmp_path / "run", ["html"], history=past)["html"].resolve().as_uri())
        page.run("navigator.clipboard.writeText = async (text) => { window.copied = text; }; 0")
        page.press("j", "c")
        page.wait("(window.copied || '').includes('id_1=$(')")
        assert page.run("window.copied").endswith('https://x.example/data/"$id_1"')
        page.press("Enter")
        page.wait("document.querySelector('.cause .body') !== null")
        told = page.run("document.querySelector('.cause').innerText")
        assert "Violated since 06 Oct 2026, 02:00; in 3 of the last 7 runs." in told
        assert "it came twice and went once" in told
        assert "conformance replay a.b.c@associateRealityData --run reports/run" in told


def test_the_address_holds_what_the_reader_chose(tmp_path: Path) -> None:
    """A link shows somebody else the same filters and the same open verdict; going back goes back."""
    hash_ = "#v=PASS.FAIL&op=associateRealityData&at=reality.association.succeeds%7CassociateRealityData"
    with browser_page(tmp_path / "profile") as page:
        opened(page, tmp_path / "run", documents.one_of_each(), hash_)
        page.wait("document.querySelectorAll('.verdict').length === 2")
        page.wait("document.querySelector('.verdict[open] .id').innerText === 'reality.association.succeeds'")
        assert page.run("document.getElementById('op').value") == "associateRealityData"
        page.run("document.querySelector('#grid td a[data-op]').click()")
        page.wait("location.hash.includes('theme=')")
        page.run("history.back()")
        page.wait("document.querySelectorAll('.verdict').length === 2")
        page.run("document.querySelector('nav a[href=\"#runs\"]').click()")
        assert page.run("document.getElementById('runs').open")


def test_the_difference_is_marked(tmp_path: Path) -> None:
    """Only what differs between expected and actual is marked."""
    rows = [documents.violation("a.b.c", expected='409 with code "One"', actual='409 with code "Two"')]
    with browser_page(tmp_path / "profile") as page:
        opened(page, tmp_path / "run", documents.document(rows))
        page.run("document.querySelector('.see > summary').click()")
        page.wait("document.querySelector('.cause .body') !== null")
        assert page.run("[...document.querySelectorAll('mark')].map((mark) => mark.innerText)") == [
            "One",
            "Two",
        ]


def test_ten_thousand_rows_do_not_lag(tmp_path: Path) -> None:
    """Filtering ten thousand verdicts takes a blink, and scrolling brings the rest of them."""
    content = documents.huge()
    with browser_page(tmp_path / "profile") as page:
        opened(page, tmp_path / "run", content, "#v=", history=documents.history(29, content["verdicts"]))
        took = page.run("""new Promise((done) => {
            const begun = performance.now();
            const box = document.getElementById('level');
            box.value = 'must';
            box.dispatchEvent(new Event('change'));
            requestAnimationFrame(() => done(performance.now() - begun));
        })""")
        assert took < 1_000
        assert page.run("document.querySelectorAll('.verdict').length") <= 300
        page.run("document.getElementById('list-more').click()")
        page.wait("document.querySelectorAll('.verdict').length >= 200")
        assert page.complaints() == []


def test_the_page_follows_the_readers_theme(tmp_path: Path) -> None:
    """The button goes from automatic to light to dark."""
    with browser_page(tmp_path / "profile", scheme="dark") as page:
        opened(page, tmp_path / "run", documents.one_of_each())
        colour = "getComputedStyle(document.body).backgroundColor"
        dark = page.run(colour)
        page.run("document.getElementById('theme').click()")
        light = page.run(colour)
        assert light != dark
        page.run("document.getElementById('theme').click()")
        assert page.run(colour) == dark
