"""The details of an error, on every way that leads to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance.checks.check import response_check
from conformance.checks.request_faults import faults_of, valid_members
from conformance.checks.values import shown
from conformance.claims.openapi import Operation, ResponseSpec
from conformance.exchange.model import ABSENT, Exchange, value_at

INVALID: Final = 422
CODES: Final = {"required": "MissingRequiredProperty", "maxLength": "InvalidValue", "format": "InvalidValue"}
"""The code of a detail by the rule that is broken, where the operation's example shows that code."""

OPTIONAL: Final = "no error of this run has details"


def _has_details(exchange: Exchange, documented: ResponseSpec | None) -> bool:
    return documented is not None and exchange.at("/error/details") is not ABSENT


def _invalid_with_details(exchange: Exchange, documented: ResponseSpec | None) -> bool:
    return exchange.status == INVALID and _has_details(exchange, documented)


@response_check("details-are-errors", _has_details, optional=OPTIONAL)
def each_is_an_error(exchange: Exchange, operation: Operation) -> str:
    """The details of an error are a list, and each is an error with a code and a message of its own."""
    details = exchange.at("/error/details")
    if not isinstance(details, list):
        return f"/error/details is {shown(details)}, no list"
    example = _example(exchange, operation)
    if not details and example:
        return "/error/details is []"
    return "; ".join(
        said for place, each in enumerate(details) if (said := _odd(each, f"/error/details/{place}", example))
    )


def _odd(detail: Any, place: str, example: list[dict[str, Any]]) -> str:
    """Return what is wrong with a detail by itself."""
    if not isinstance(detail, dict):
        return f"{place} is {shown(detail)}, no object"
    for member in ("code", "message"):
        value = detail.get(member)
        if not isinstance(value, str) or not value.strip():
            return f"{place}/{member} is {shown(detail.get(member, ABSENT))}"
    target = detail.get("target")
    if target is not None and not isinstance(target, str):
        return f"{place}/target is {shown(target)}"
    if detail["code"] in {each.get("target") for each in example}:
        return f"{place}/code is {shown(detail['code'])}, which is a target"
    return (
        f"{place}/target is {shown(target)}, which is a code"
        if target in {each.get("code") for each in example}
        else ""
    )


@response_check("details-name-the-fault", _invalid_with_details, optional=OPTIONAL)
def they_name_the_fault(exchange: Exchange, operation: Operation) -> str:
    """The details of a 422 name what is wrong with the request, with the code that the page shows for it."""
    details = exchange.at("/error/details")
    faults, valid = faults_of(exchange, operation), valid_members(exchange, operation)
    if not faults or not all(faults.values()) or not isinstance(details, list):
        return ""
    entries = [each for each in details if isinstance(each, dict)]
    named = [str(each.get("target")) for each in entries]
    return "; ".join(_deviations(entries, named, faults, valid, _example(exchange, operation)))


def _deviations(
    entries: list[dict[str, Any]],
    named: list[str],
    faults: Mapping[str, str],
    valid: set[str],
    example: list[dict[str, Any]],
) -> Iterator[str]:
    shown_codes, shown_targets = ({each.get(key) for each in example} for key in ("code", "target"))
    if entries and faults.keys() <= shown_targets and not faults.keys() & set(named):
        yield f"no detail names {' or '.join(sorted(faults))}, but {shown(named)}"
    for each in entries:
        target, code = str(each.get("target")), each.get("code")
        wanted = CODES.get(faults.get(target, ""), "")
        if wanted in shown_codes and code != wanted:
            yield f"the detail of {target} has the code {shown(code)}, not {wanted}"
        if target in valid:
            yield f"a detail names {target}, which is valid"


def _example(exchange: Exchange, operation: Operation) -> list[dict[str, Any]]:
    """Return the details of the documented example of this status."""
    documented = operation.responses.get(exchange.status or 0)
    details = value_at(documented.example, "/error/details") if documented else ABSENT
    return details if isinstance(details, list) else []
