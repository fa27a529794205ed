"""No circle between the files of the emulator, and none that the search for circles would overlook."""

from __future__ import annotations

from pathlib import Path

from tests.suite.import_graph import circles, import_graph

ROOT = Path(__file__).parents[3]
ROOMS = ("state", "identity", "kernel", "apis", "defects", "variations")
"""Each room imports only those before it, and modules at the root that import no room above them."""


def test_no_file_of_the_emulator_imports_itself_through_others() -> None:
    """Imports for types only and inside functions count as well."""
    graph = import_graph(ROOT, "conformance")
    emulator = {name: found for name, found in graph.items() if name.startswith("conformance.emulator")}
    assert len(emulator) > 60
    assert circles(emulator) == []


def test_the_rooms_of_the_emulator_import_one_way() -> None:
    """State knows nothing of requests, the kernel nothing of the APIs, and no API anything of defects."""
    height = {f"conformance.emulator.{room}": place for place, room in enumerate(ROOMS)}
    upward = [
        f"{name} imports {found}"
        for name, imported in import_graph(ROOT, "conformance").items()
        for found in imported
        if height.get(_room(found), -1) > height.get(_room(name), len(ROOMS))
    ]
    assert upward == []


def _room(module: str) -> str:
    return ".".join(module.split(".")[:3])


def test_a_circle_is_found_wherever_the_import_is_written(tmp_path: Path) -> None:
    """At the top, in a function, for types only, relative or of a package: each closes a circle."""
    writings = (
        "import house.b",
        "from house import b",
        "from house.b import name",
        "def later():\n    from . import b\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .b import name\n",
    )
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "__init__.py").write_text("")
    (tmp_path / "house" / "b.py").write_text("from house.a import name\n")
    for writing in writings:
        (tmp_path / "house" / "a.py").write_text(writing)
        (circle,) = circles(import_graph(tmp_path, "house"))
        assert sorted(circle[1:]) == ["house.a", "house.b"], writing
        assert circle[0] == circle[-1]
    (tmp_path / "house" / "a.py").write_text("import json\n")
    assert circles(import_graph(tmp_path, "house")) == []
