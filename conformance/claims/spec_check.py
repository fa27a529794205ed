"""Proves the claims themselves: valid, each row judged or excluded, and, with the pages, true to them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.claims.docs_diff import compare_all
from conformance.claims.folders import specs_dir
from conformance.claims.openapi import load_documents
from conformance.claims.pages import Page, find_page, load_pages, page_hash, quote_stands
from conformance.claims.requirements import Catalogue

EMPTY_QUOTE: Final = re.compile(r"this response (?:indicates|means)(?: that)?[\s.:]*", re.IGNORECASE)


@dataclass(frozen=True)
class Report:
    """What is wrong, one sentence each, and what was checked."""

    problems: list[str]
    checked: list[str]


def check_claims(
    catalogue: Catalogue,
    known_checks: Collection[str],
    scenarios: Mapping[str, Collection[str]],
    pages: Path | None = None,
) -> Report:
    """Check specs and requirements, and the folder of pages if one is given; bad files are `UsageError`.

    `scenarios` are the scenarios (module::function) by the requirement that they verify.
    """
    problems = [
        *_unjudged(catalogue, scenarios),
        *_checks(catalogue, known_checks),
        *_changed(catalogue),
        *_said(catalogue),
    ]
    checked = [
        (
            f"{len(catalogue.operations)} operations, {len(catalogue.rows)} requirements "
            f"({len(catalogue.rows) - len(catalogue.judged())} excluded), "
            f"{len(catalogue.pairs())} verdicts in a full run"
        )
    ]
    if pages is not None:
        texts = load_pages(pages)
        problems += [
            f"{p.page}: {p.where}: {p.message}" for p in compare_all(load_documents(specs_dir()), texts)
        ]
        problems += [*_quotes(catalogue, texts), *_hashes(catalogue, texts)]
        quotes = sum(bool(row.quote) for row in catalogue.rows.values())
        checked.append(f"{len(texts)} pages: statuses, schemas and examples compared, {quotes} quotes found")
    return Report(problems, checked)


def _said(catalogue: Catalogue) -> Iterator[str]:
    """Yield the rows whose quote is no sentence that could be broken."""
    for row in catalogue.rows.values():
        if EMPTY_QUOTE.fullmatch(row.quote):
            cure = "quote the sentence that says it, or name another basis"
            yield f"{row.file}:{row.line}: {row.id}: its quote says nothing: {row.quote!r}; {cure}"


def _changed(catalogue: Catalogue) -> Iterator[str]:
    """Yield the added APIs whose definition is not the one that was added."""
    for api in catalogue.added.values():
        kept = api.override.hash
        if kept and kept != api.hash:
            cure = f"write hash: {api.hash} if that is meant"
            yield f"{api.name}/override.yaml: the definition changed since it was added; {cure}"


def _unjudged(catalogue: Catalogue, scenarios: Mapping[str, Collection[str]]) -> Iterator[str]:
    for row in catalogue.judged():
        if row.id not in scenarios and row.check is None and not row.rule:
            why = "no scenario verifies it, it has no check and no excluded"
            yield f"{row.file}: {row.id}: nobody judges it: {why}"
    for requirement, where in sorted(scenarios.items()):
        known = catalogue.rows.get(requirement)
        if known is None or known.excluded:
            what = "no requirement" if known is None else "excluded"
            yield f"{', '.join(sorted(where))} verifies {requirement}, which is {what}"


def _checks(catalogue: Catalogue, known_checks: Collection[str]) -> Iterator[str]:
    for row in catalogue.judged():
        if isinstance(row.check, str) and row.check not in known_checks:
            known = ", ".join(sorted(known_checks))
            yield f"{row.file}: {row.id}: no check {row.check!r}; there are {known}"
        if isinstance(row.check, dict):
            for operation in map(catalogue.operations.__getitem__, row.operations):
                if row.check["status"] not in operation.responses:
                    yield f"{row.file}: {row.id}: {operation.id} documents no status {row.check['status']}"
                for expression in row.check.get("equal", {}).values():
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
