"""Proves the claims themselves: valid, each row judged or excluded, and, with the pages, true to them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.claims.docs_diff import compare_all
from conformance.claims.folders import contract_dir, specs_dir
from conformance.claims.openapi import load_documents, load_operations
from conformance.claims.pages import Page, find_page, load_pages, page_hash, quote_stands
from conformance.claims.requirements import Catalogue, load_catalogue

ENGINE_JUDGED: Final = frozenset({"platform.reply.whole"})
"""Judged by the engine itself as it sends, in no scenario and by no oracle of one response."""


@dataclass(frozen=True)
class Report:
    """What is wrong, one sentence each, and what was checked."""

    problems: list[str]
    checked: list[str]


def check_claims(known_checks: frozenset[str], pages: Path | None = None) -> Report:
    """Check specs and requirements, and the folder of pages if one is given; bad files are `UsageError`."""
    folder = specs_dir()
    documents = load_documents(folder)
    catalogue = load_catalogue(folder, load_operations(folder))
    problems = [*_unjudged(catalogue, declared()), *_checks(catalogue, known_checks)]
    checked = [
        (
            f"{len(catalogue.operations)} operations, {len(catalogue.rows)} requirements "
            f"({len(catalogue.rows) - len(catalogue.judged())} excluded), "
            f"{len(catalogue.pairs())} verdicts in a full run"
        )
    ]
    if pages is not None:
        texts = load_pages(pages)
        problems += [f"{p.page}: {p.where}: {p.message}" for p in compare_all(documents, texts)]
        problems += [*_quotes(catalogue, texts), *_hashes(catalogue, texts)]
        quotes = sum(bool(row.quote) for row in catalogue.rows.values())
        checked.append(f"{len(texts)} pages: statuses, schemas and examples compared, {quotes} quotes found")
    return Report(problems, checked)


def declared(folder: Path | None = None) -> dict[str, set[str]]:
    """Return which scenarios (module::function) declare each requirement with `@verifies`; nothing is run."""
    found: dict[str, set[str]] = {}
    for file in sorted((folder or contract_dir()).rglob("test_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        constants = _constants(tree)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                for requirement in _verified(node, constants):
                    found.setdefault(requirement, set()).add(f"{file.stem}::{node.name}")
    return found


def _constants(tree: ast.Module) -> dict[str, tuple[str, ...]]:
    """Return the module's tuples of strings by name: a scenario may verify a requirement for each."""
    return {
        target.id: tuple(str(e.value) for e in node.value.elts if isinstance(e, ast.Constant))
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _verified(function: ast.FunctionDef, constants: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "verifies":
            for argument in decorator.args:
                if isinstance(argument, ast.Constant):
                    yield str(argument.value)
                elif isinstance(argument, ast.Starred):
                    yield from _spread(ast.unparse(argument.value), constants)


def _spread(expression: str, constants: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield what `*(f"prefix.{kind}" for kind in KINDS)` stands for."""
    match = re.search(r"f['\"](?P<prefix>[\w.-]+)\{\w+\}['\"] for \w+ in (?P<name>\w+)", expression)
    for kind in constants.get(match["name"], ()) if match else ():
        yield f"{match['prefix'] if match else ''}{kind}"


def _unjudged(catalogue: Catalogue, scenarios: Mapping[str, set[str]]) -> Iterator[str]:
    for row in catalogue.judged():
        if row.id not in scenarios and row.oracle is None and row.id not in ENGINE_JUDGED:
            why = "no scenario verifies it, it has no oracle and no excluded"
            yield f"{row.file}: {row.id}: nobody judges it: {why}"
    for requirement, where in sorted(scenarios.items()):
        known = catalogue.rows.get(requirement)
        if known is None or known.excluded:
            what = "no requirement" if known is None else "excluded"
            yield f"{', '.join(sorted(where))} verifies {requirement}, which is {what}"


def _checks(catalogue: Catalogue, known_checks: frozenset[str]) -> Iterator[str]:
    for row in catalogue.judged():
        if isinstance(row.oracle, str) and row.oracle not in known_checks:
            known = ", ".join(sorted(known_checks))
            yield f"{row.file}: {row.id}: no oracle {row.oracle!r}; there are {known}"
        if isinstance(row.oracle, dict):
            for operation in map(catalogue.operations.__getitem__, row.operations):
                if row.oracle["status"] not in operation.responses:
                    yield f"{row.file}: {row.id}: {operation.id} documents no status {row.oracle['status']}"
                for expression in row.oracle.get("equal", {}).values():
                    name = expression.removeprefix("$request.path.")
                    if name != expression and name not in operation.path_parameters:
                        yield f"{row.file}: {row.id}: {operation.id} has no path parameter {name}"


def _quotes(catalogue: Catalogue, pages: Mapping[str, Page]) -> Iterator[str]:
    for row in catalogue.rows.values():
        ids = [row.page] if row.page else sorted({catalogue.operations[o].page for o in row.operations})
        for page in ids if row.quote else ():
            if not quote_stands(find_page(pages, page), row.quote):
                yield f"{row.file}: {row.id}: its quote does not stand on page {page}: {row.quote!r}"


def _hashes(catalogue: Catalogue, pages: Mapping[str, Page]) -> Iterator[str]:
    used = {operation.page for operation in catalogue.operations.values()}
    for page in sorted(used - set(catalogue.pages)):
        yield f"no requirements file keeps the hash of page {page}: add it under pages"
    for page, kept in catalogue.pages.items():
        if page_hash(find_page(pages, page).text) != kept:
            yield f"page {page} has changed since its rows were read: review them, then keep the new hash"
