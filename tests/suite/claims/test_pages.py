"""Reading pages, shown on two invented ones of different style."""

from pathlib import Path

import pytest

from conformance.claims.pages import (
    Block,
    Page,
    Table,
    find_page,
    load_pages,
    page_hash,
    parse_page,
    quote_stands,
)
from conformance.errors import UsageError
from tests.suite.toy_pages import BULB, BULB_PAGE, LIT, LIT_PAGE


@pytest.fixture
def pages(tmp_path: Path) -> dict[str, Page]:
    """Hand over the two invented pages, read from files."""
    (tmp_path / f"{LIT}.txt").write_text(LIT_PAGE, encoding="utf-8")
    (tmp_path / f"{BULB}_saved-later.txt").write_text(BULB_PAGE, encoding="utf-8")
    (tmp_path / "README.txt").write_text("No page.", encoding="utf-8")
    (tmp_path / "notes.md").write_text("No page either.", encoding="utf-8")
    return load_pages(tmp_path)


def test_pages_are_found_by_their_id_whatever_follows_it_in_the_name(pages: dict[str, Page]) -> None:
    """A file is a page when its name begins with a page id, and other files are left alone."""
    assert set(pages) == {LIT, BULB}
    assert find_page(pages, BULB) is pages[BULB]


def test_a_page_of_json_lines_is_taken_apart(pages: dict[str, Page]) -> None:
    """Each JSON line is an example or a schema, by what stands above it."""
    page = pages[LIT]
    assert page.route is None
    assert page.body_title == "bulb-light"
    assert page.statuses == {"200", "204", "429"}
    assert page.statuses_with_headers == {"429"}
    assert page.blocks[:3] == (
        Block("request", "", {"level": 3}),
        Block("response", "200", {"bulb": {"level": 3, "colour": None}}),
        Block("response", "429", {"error": {"code": "TooBright"}}),
    )
    assert [block.name for block in page.blocks[3:]] == ["bulb-light", "Bulb Response", "Bulb", "Error"]
    assert page.tables == ()


def test_a_page_of_tables_is_taken_apart(pages: dict[str, Page]) -> None:
    """Tables give names and types; untyped rows, empty tables and bare lists of values are kept apart."""
    page = pages[BULB]
    assert page.route == ("GET", "/bulbs/{bulbId}")
    assert page.body_title is None
    assert page.blocks == (Block("response", "200", {"bulb": {"kind": "Desk", "bulbs": [{}]}}),)
    assert page.tables == (
        Table("bulb-response", {}),
        Table("Bulb (short)", {"kind": "", "colour": "String, null"}),
        Table("Bulb Kind", {"Desk": "String", "Floor": "String"}),
    )


def test_a_table_without_a_title_is_named_by_its_head() -> None:
    """A table that follows a sentence has no title, and no schema of a specification will answer to it."""
    page = parse_page(BULB, "A bulb.\n\nName\nType\nDescription\nkind\nString")
    assert page.tables == (Table("Name", {"kind": "String"}),)


def test_a_page_hash_changes_with_every_character() -> None:
    """The hash is SHA-256 of the text, so that it can be checked by hand."""
    assert page_hash("page") == "3660315a9af3df255d8f19ab077e4797822b41488a0e2a04bc6af71213c23274"
    assert page_hash("page ") != page_hash("page")


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("A bulb that is lit stays lit.", True),
        ("  A bulb that\n is lit  stays lit. ", True),
        ("a bulb that is lit stays lit.", False),
        ("A bulb that is lit, stays lit.", False),
        ("A bulbthat is lit", False),
        ("", False),
        (" \n", False),
    ],
)
def test_a_quote_stands_word_for_word_and_only_white_space_may_differ(
    pages: dict[str, Page], quote: str, *, stands: bool
) -> None:
    """A quote that runs over a line break of the page stands, one with another letter does not."""
    assert quote_stands(pages[LIT], quote) is stands


def test_a_page_that_is_not_there_is_the_users_error(pages: dict[str, Page]) -> None:
    """The message names the page that is missing and those that are there."""
    with pytest.raises(UsageError, match=f"page 009_x is missing.*{LIT}, {BULB}"):
        find_page(pages, "009_x")


def test_a_folder_that_cannot_be_read_is_the_users_error(tmp_path: Path) -> None:
    """A folder that is absent, or is a file, is named with the reason."""
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(UsageError, match="absent cannot be read: No such file"):
        load_pages(tmp_path / "absent")
    with pytest.raises(UsageError, match="file cannot be read: Not a directory"):
        load_pages(file)


def test_a_folder_without_pages_is_the_users_error(tmp_path: Path) -> None:
    """An empty folder proves nothing, so it is refused."""
    with pytest.raises(UsageError, match="holds no page"):
        load_pages(tmp_path)


def test_two_files_of_one_page_are_the_users_error(tmp_path: Path) -> None:
    """Nobody can know which of two files is the page."""
    for name in (f"{LIT}.txt", f"{LIT}_old.txt"):
        (tmp_path / name).write_text(LIT_PAGE, encoding="utf-8")
    with pytest.raises(UsageError, match=f"two files of .* are page {LIT}"):
        load_pages(tmp_path)


def test_a_page_that_is_no_text_is_the_users_error(tmp_path: Path) -> None:
    """A page in another encoding, or a folder with a page's name, is named with the reason."""
    page = tmp_path / f"{LIT}.txt"
    page.write_bytes(b"\xff")
    with pytest.raises(UsageError, match=r"is not UTF-8 text \(byte 0\); save the file as UTF-8"):
        load_pages(tmp_path)
    page.unlink()
    page.mkdir()
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        load_pages(tmp_path)


def test_a_damaged_json_block_is_the_users_error() -> None:
    """A block that breaks off is named by page and line, and never skipped."""
    with pytest.raises(UsageError, match=f"page {LIT}, line 2: this is not a JSON block"):
        parse_page(LIT, 'Example\n{ "level": ')
