"""The rules of the house that a linter cannot hold: each yields one line for each violation."""

import ast
import fnmatch
import io
import re
import statistics
import tokenize
from collections.abc import Iterator
from typing import Final

import yaml

from tests.suite.project.source_tree import FUNCTIONS, Module, Tree

# Dependencies point down this list; rooms of one layer may use each other as long as no circle appears.
LAYERS: Final = (
    ("errors",),
    ("claims", "targets"),
    ("exchange",),
    ("ledger",),
    ("client", "results"),
    ("checks", "generate"),
    ("analysis",),
    ("report",),
    ("run",),
    ("proof",),
    ("cli",),
    ("__main__",),
)
LAYER_OF: Final = {room: height for height, rooms in enumerate(LAYERS) for room in rooms}

# A new major version of one of these libraries is felt in these rooms and nowhere else.
RISKS: Final = {
    "requests": ("client",),
    "urllib3": ("client",),
    "schemathesis": ("generate",),
    "hypothesis": ("generate",),
    "pytest": ("run.pytest_plugin", "emulator.fixture", "cli.run"),
    "_pytest": ("run.pytest_plugin", "emulator.fixture", "cli.run"),
    "allure": ("report",),
    "allure_commons": ("report",),
    "starlette": ("emulator",),
    "uvicorn": ("emulator",),
    "typer": ("cli",),
    "distributed": ("run.campaign",),
}

# The one place that turns an unforeseen exception into a HARNESS_ERROR.
BOUNDARIES: Final = ("cli",)

# The emulator's own layers, from the ground up.
EMULATOR_ROOMS: Final = ("state", "identity", "blobs", "kernel", "apis", "defects", "variations")

MOST_ROOMS: Final = 16
LARGEST_CLASS: Final = 12
LONGEST_MODULE: Final = 300
LONGEST_TEST_MODULE: Final = 400
MEDIAN_MODULE: Final = 130
FEWEST_WORDS_OF_A_SENTENCE: Final = 4
FEWEST_WORDS_OF_A_REASON: Final = 2


def dependencies_point_one_way(tree: Tree) -> Iterator[str]:
    """A room of the engine imports only rooms of its own layer or below."""
    for room in sorted({module.room for module in tree.package} - LAYER_OF.keys() - {"", "emulator"}):
        yield f"{room} has no layer yet; give it one in LAYERS"
    for module, line, target in _engine_imports(tree):
        if module.room in LAYER_OF and target in LAYER_OF and LAYER_OF[target] > LAYER_OF[module.room]:
            yield f"{module.name}:{line}: {module.room} stands below {target} and imports it"


def no_circles(tree: Tree) -> Iterator[str]:
    """No file imports itself through others, at run time or for its types; the emulator's files neither."""
    known = {module.name: module for module in tree.package}
    graph = {
        name: {found.target for found in module.imports if found.target in known} - {name}
        for name, module in known.items()
    }
    for circle in _circles(graph):
        yield f"{len(circle)} files import each other: {', '.join(sorted(circle))}"


def the_emulator_is_layered(tree: Tree) -> Iterator[str]:
    """State knows nothing of requests, the kernel nothing of APIs, no API anything of defects."""
    height = {f"emulator.{room}": place for place, room in enumerate(EMULATOR_ROOMS)}
    for module in _rooms(tree, "emulator"):
        for found in module.imports:
            names = (module.inside, found.target.partition(".")[2])
            below, above = (".".join(name.split(".")[:2]) for name in names)
            if height.get(above, -1) > height.get(below, len(EMULATOR_ROOMS)):
                yield f"{module.name}:{found.line}: {below} stands below {above} and imports it"


def the_root_is_small(tree: Tree) -> Iterator[str]:
    """The folder of the package has at most 16 entries: who opens it reads what the product is."""
    root = tree.root / "conformance"
    entries = sorted(path.name for path in root.iterdir() if not path.name.startswith("_"))
    if len(entries) > MOST_ROOMS:
        yield f"conformance: {len(entries)} entries, at most {MOST_ROOMS}: {', '.join(entries)}"


def classes_are_small(tree: Tree) -> Iterator[str]:
    """A class has at most 12 public methods, and at most 12 fields where they change."""
    models = _models(tree)
    for module in tree.package:
        for name, node in module.definitions():
            if not isinstance(node, ast.ClassDef):
                continue
            methods = [each.name for each in node.body if isinstance(each, FUNCTIONS)]
            public = [each for each in methods if not each.startswith("_")]
            fields = [each for each in node.body if isinstance(each, ast.AnnAssign)]
            counts = (
                (len(public), "public methods"),
                (0 if _is_record(node, models) else len(fields), "fields"),
            )
            for count, what in counts:
                if count > LARGEST_CLASS:
                    where = f"{module.name}:{node.lineno}: {name}"
                    yield f"{where} has {count} {what}, at most {LARGEST_CLASS}"


def _models(tree: Tree) -> set[str]:
    """Return the names of the package's pydantic models: what mirrors a file."""
    bases = {
        name: {ast.unparse(base).partition("[")[0] for base in node.bases}
        for module in tree.package
        for name, node in module.definitions()
        if isinstance(node, ast.ClassDef)
    }
    known = {"BaseModel"}
    while more := {name for name, above in bases.items() if above & known} - known:
        known |= more
    return known


def _is_record(node: ast.ClassDef, models: set[str]) -> bool:
    """Tell whether nothing of an instance changes: a frozen dataclass, or a model of a file."""
    frozen = any("frozen=True" in ast.unparse(each) for each in node.decorator_list)
    return frozen or node.name in models


def each_library_has_its_rooms(tree: Tree) -> Iterator[str]:
    """One room for each upgrade risk: a library whose upgrades bite is imported nowhere else."""
    packages = {module.inside for module in tree.package if module.path.name == "__init__.py"}
    for module in tree.package:
        for found in module.imports:
            rooms = RISKS.get(found.library)
            if rooms and not any(_in_room(module.inside, room, packages) for room in rooms):
                yield f"{module.name}:{found.line}: {found.library} belongs to {' '.join(rooms)}"


def the_emulator_stands_alone(tree: Tree) -> Iterator[str]:
    """The emulator imports nothing of the engine: its mistakes and the engine's stay independent."""
    for module in _rooms(tree, "emulator"):
        for found in module.imports:
            _, _, inside = found.target.partition("conformance.")
            if found.library == "conformance" and inside and inside.partition(".")[0] != "emulator":
                yield f"{module.name}:{found.line}: imports {found.target}"


def the_engine_does_not_lean_on_the_emulator(tree: Tree) -> Iterator[str]:
    """Only targets (inside a function), the command line and the suite's own tests import the emulator."""
    engine = [module for module in tree.package if module.room != "emulator"]
    for module in (*engine, *tree.contract):
        for found in module.imports:
            if not (found.target + ".").startswith("conformance.emulator."):
                continue
            if module.name.startswith("conformance.") and module.room == "targets":
                if not found.lazy:
                    yield f"{module.name}:{found.line}: imports the emulator before anybody asked for it"
            elif module.room != "cli" or module in tree.contract:
                yield f"{module.name}:{found.line}: imports {found.target}"


def the_engine_knows_no_api(tree: Tree) -> Iterator[str]:
    """No string of the engine names an API, an operation or a path of the specs: data does."""
    words, paths = {"reality", "itwins"}, set()
    for file in sorted((tree.root / "specs").glob("*/openapi.yaml")):
        words.add(file.parent.name)
        for path, item in (yaml.safe_load(file.read_text(encoding="utf-8")).get("paths") or {}).items():
            paths.add(path)
            words.update(
                op["operationId"] for op in item.values() if isinstance(op, dict) and "operationId" in op
            )
    names = re.compile(
        r"(?<![A-Za-z0-9])(" + "|".join(map(re.escape, sorted(words))) + r")(?![A-Za-z0-9])", re.IGNORECASE
    )
    for module in tree.package:
        if module.room == "emulator":
            continue
        for text, line in module.code_strings():
            if (found := names.search(text)) or text in paths:
                yield f"{module.name}:{line}: the engine names {found[0] if found else text!r}"


def modules_are_short(tree: Tree) -> Iterator[str]:
    """A module does one thing: at most 300 lines, a test module 400, the median of the package 130."""
    for module in tree.everything:
        limit = LONGEST_TEST_MODULE if module.name.startswith("tests.") else LONGEST_MODULE
        if module.lines > limit:
            yield f"{module.name}: {module.lines} lines, at most {limit}"
    sizes = [module.lines for module in tree.package if module.path.name != "__init__.py"]
    if sizes and (median := statistics.median(sizes)) > MEDIAN_MODULE:
        yield f"conformance: the median module has {median:.0f} lines, at most {MEDIAN_MODULE}"


def everything_public_is_explained(tree: Tree) -> Iterator[str]:
    """Every module, and every public function, class and method of the package, has a docstring."""
    for module in tree.package:
        if not ast.get_docstring(module.syntax):
            yield f"{module.name}: no docstring"
        for name, node in module.definitions():
            if not any(part.startswith("_") for part in name.split(".")) and not _explained(node):
                yield f"{module.name}:{node.lineno}: {name} has no docstring"


def exceptions_are_named(tree: Tree) -> Iterator[str]:
    """Only the boundary catches everything; elsewhere a broad except would hide whose fault it is."""
    for module in tree.everything:
        if module.name.startswith("conformance.") and module.room in BOUNDARIES:
            continue
        for node in ast.walk(module.syntax):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node.type):
                yield f"{module.name}:{node.lineno}: catches everything"


def every_exception_to_a_tool_has_a_reason(tree: Tree) -> Iterator[str]:
    """A comment that silences a tool says why, in words."""
    silencer = re.compile(
        r"(noqa\b(:\s*[A-Z]+\d+([,\s]+[A-Z]+\d+)*)?|type:\s*ignore(\[[\w\-, ]*\])?|pragma: no (cover|branch))"
    )
    for module in tree.everything:
        for token in tokenize.generate_tokens(io.StringIO(module.source).readline):
            if token.type == tokenize.COMMENT and silencer.search(token.string):
                reason = silencer.sub(" ", token.string)
                if len(re.findall(r"[A-Za-z]+", reason)) < FEWEST_WORDS_OF_A_REASON:
                    yield f"{module.name}:{token.start[0]}: silenced without a reason: {token.string}"


def scenarios_inherit_nothing(tree: Tree) -> Iterator[str]:
    """No class of the contract has another one as its base: a scenario is read in one place."""
    classes = [
        (module, node)
        for module in tree.contract
        for _, node in module.definitions()
        if isinstance(node, ast.ClassDef)
    ]
    own = {node.name for _, node in classes}
    for module, node in classes:
        for base in node.bases:
            if (name := ast.unparse(base).rpartition(".")[2]) in own:
                yield f"{module.name}:{node.lineno}: {node.name} inherits {name}"


def scenarios_are_sentences(tree: Tree) -> Iterator[str]:
    """A test of the contract is named by a sentence and tells its scenario in one more."""
    for module in tree.contract:
        for name, node in module.definitions():
            words = name.rpartition(".")[2].split("_")
            if words[0] != "test" or isinstance(node, ast.ClassDef):
                continue
            if len(words) <= FEWEST_WORDS_OF_A_SENTENCE:
                yield f"{module.name}:{node.lineno}: {name} is no sentence"
            if not _is_one_sentence(ast.get_docstring(node) or ""):
                yield f"{module.name}:{node.lineno}: the docstring of {name} is not one sentence"


def _engine_imports(tree: Tree) -> Iterator[tuple[Module, int, str]]:
    for module in tree.package:
        if module.room in {"", "emulator"}:
            continue
        for found in module.imports:
            room = found.target.removeprefix("conformance.").partition(".")[0]
            if found.target.startswith("conformance.") and room not in {module.room, "emulator"}:
                yield module, found.line, room


def _circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """Return the groups of nodes that reach each other."""
    reach = {node: _reachable(graph, node) for node in graph}
    found: list[set[str]] = []
    for node in graph:
        circle = {other for other in reach[node] if node in reach[other]}
        if circle and circle not in found:
            found.append(circle)
    return found


def _reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    ahead = set(graph.get(start, ()))
    while ahead:
        room = ahead.pop()
        seen.add(room)
        ahead |= graph.get(room, set()) - seen
    return seen


def _rooms(tree: Tree, room: str) -> Iterator[Module]:
    return (module for module in tree.package if module.room == room)


def _in_room(inside: str, room: str, packages: set[str]) -> bool:
    """Tell whether a module is the room, stands in it, or is the flat file that the room would be in."""
    if fnmatch.fnmatchcase(inside, room) or inside.startswith(f"{room}."):
        return True
    return inside not in packages and room.startswith(f"{inside}.")


def _explained(node: ast.AST) -> bool:
    assert isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    overloads = {"overload", "typing.overload", "override", "typing.override"}
    return bool(ast.get_docstring(node)) or any(ast.unparse(d) in overloads for d in node.decorator_list)


def _is_broad(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(_is_broad(part) for part in caught.elts)
    return caught is None or ast.unparse(caught) in {"Exception", "BaseException"}


def _is_one_sentence(text: str) -> bool:
    words = " ".join(text.split())
    return "\n\n" not in text and words.endswith((".", "?")) and not re.search(r"[.?!]\s+[A-Z]", words)
