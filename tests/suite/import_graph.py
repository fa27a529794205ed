"""Which module of a package imports which, read from the source: in functions and for types only as well."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

Graph = Mapping[str, set[str]]
"""The modules that each module of a package imports, by dotted names."""


def import_graph(root: Path, package: str) -> Graph:
    """Return the imports between the modules of a package, whose folder is in `root`.

    ``from package import name`` is an import of the module ``package.name`` if there is one, else of the
    package. What importing a module runs on its way, the ``__init__`` of its packages, is left out.
    """
    files = {_name(file, root): file for file in sorted((root / package).rglob("*.py"))}
    return {
        name: {found for found in _imports(file, name, files) if found != name}
        for name, file in files.items()
    }


def circles(graph: Graph) -> list[list[str]]:
    """Return circles of modules that import each other, each ending where it began; none if there is none."""
    found: list[list[str]] = []
    left = {name: set(imported) for name, imported in graph.items()}
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            circle = list(reversed(error.args[1]))
            found.append(circle)
            left[circle[0]].discard(circle[1])
        else:
            return found


def _name(file: Path, root: Path) -> str:
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(file: Path, name: str, known: Mapping[str, Path]) -> Iterator[str]:
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names if each.name in known)
            case ast.ImportFrom(module=module, names=names, level=level):
                outer = ".".join(package.split(".")[: len(package.split(".")) - level + 1]) if level else ""
                base = ".".join(part for part in (outer, module) if part)
                for each in names:
                    inner = f"{base}.{each.name}"
                    yield from [inner] if inner in known else [base] if base in known else []
