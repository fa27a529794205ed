"""What the house rules look at: the Python modules of a tree with their imports, and its text files."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

CACHES: Final = frozenset({"__pycache__", "node_modules", "build", "dist"})
FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


@dataclass(frozen=True)
class Import:
    """One import: the dotted name it reaches, its line, and whether it waits inside a function."""

    target: str
    line: int
    lazy: bool

    @property
    def library(self) -> str:
        """Return the distribution-level name: `requests` for `requests.adapters`."""
        return self.target.partition(".")[0]


@dataclass(frozen=True)
class Module:
    """One Python file under its dotted name, counted from the root of the tree."""

    name: str
    path: Path
    known: frozenset[str]

    @cached_property
    def source(self) -> str:
        """Return the text of the file."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def lines(self) -> int:
        """Return how many lines the file has."""
        return len(self.source.splitlines())

    @cached_property
    def syntax(self) -> ast.Module:
        """Return the parsed file."""
        return ast.parse(self.source, filename=str(self.path))

    @property
    def inside(self) -> str:
        """Return the name below the top package: `client.budget`, and an empty string for the top itself."""
        return self.name.partition(".")[2]

    @property
    def room(self) -> str:
        """Return the first name below the top package, whether it is a module or a package."""
        return self.inside.partition(".")[0]

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Return every import of the file, also those inside functions and by `import_module("…")`."""
        return tuple(self._imports(self.syntax, lazy=False))

    def _imports(self, node: ast.AST, *, lazy: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            for target in self._targets(child):
                yield Import(target, getattr(child, "lineno", 0), lazy)
            yield from self._imports(child, lazy=lazy or isinstance(child, FUNCTIONS))

    def _targets(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(names=names):
                base = self._base(node)
                for alias in names:
                    child = f"{base}.{alias.name}"
                    yield child if child in self.known else base
            case ast.Call(
                func=ast.Name(id="import_module") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(target)), *_],
            ):
                yield target

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name.split(".") if self.path.name == "__init__.py" else self.name.split(".")[:-1]
        parent = package[: len(package) - node.level + 1]
        return ".".join([*parent, node.module] if node.module else parent)

    def definitions(self) -> Iterator[tuple[str, Definition]]:
        """Yield the functions and classes of the module and of its classes, each with its dotted name."""
        yield from _definitions(self.syntax, "")

    def code_strings(self) -> Iterator[tuple[str, int]]:
        """Yield each string that the code uses, with its line; docstrings and bare strings are prose."""
        prose = {id(node.value) for node in ast.walk(self.syntax) if isinstance(node, ast.Expr)}
        for node in ast.walk(self.syntax):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
                yield node.value, node.lineno


def _definitions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Definition]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield f"{prefix}{child.name}", child
            yield from _definitions(child, f"{prefix}{child.name}.")
        elif isinstance(child, FUNCTIONS):
            yield f"{prefix}{child.name}", child
        elif isinstance(child, ast.If | ast.Try | ast.With):
            yield from _definitions(child, prefix)


@dataclass(frozen=True)
class Tree:
    """A checkout, or a miniature of one in which a rule is broken on purpose."""

    root: Path

    @cached_property
    def package(self) -> tuple[Module, ...]:
        """Return the modules of `conformance/`."""
        return self._modules("conformance")

    @cached_property
    def contract(self) -> tuple[Module, ...]:
        """Return the modules of `tests/contract/`."""
        return self._modules("tests/contract")

    @cached_property
    def tests(self) -> tuple[Module, ...]:
        """Return the modules of `tests/`."""
        return self._modules("tests")

    @property
    def everything(self) -> tuple[Module, ...]:
        """Return the modules of the package and of its tests."""
        return (*self.package, *self.tests)

    def _modules(self, folder: str) -> tuple[Module, ...]:
        paths = sorted(p for p in (self.root / folder).rglob("*.py") if "_data" not in p.parts)
        names = {path: self._name(path) for path in paths}
        return tuple(Module(name, path, frozenset(names.values())) for path, name in names.items())

    def _name(self, path: Path) -> str:
        parts = path.relative_to(self.root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def texts(self) -> dict[str, str]:
        """Return the text files that belong to the project, by path: git's, or all where there is no git."""
        found = {}
        for name in self._files():
            path = self.root / name
            try:
                found[name] = path.read_text(encoding="utf-8")
            except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):  # binary, or deleted meanwhile
                continue
        return found

    def _files(self) -> list[str]:
        if (self.root / ".git").exists():
            command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
            listed = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=True).stdout
            return sorted({name for name in listed.split("\0") if name})
        files = (path.relative_to(self.root) for path in self.root.rglob("*") if path.is_file())
        return sorted(file.as_posix() for file in files if not CACHES.intersection(file.parts))
