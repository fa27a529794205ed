"""The pytest plugin that turns scenarios into verdicts; `tests/contract/conftest.py` loads it.

PYTEST_DONT_REWRITE: rewritten assertions print the values that they compare, and a value may be a secret.
"""

from conformance.run.pytest_plugin.judge import Control, Judge, phase, verifies
from conformance.run.pytest_plugin.plugin import (
    client,
    judge,
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_generate_tests,
    pytest_runtest_makereport,
    pytest_runtest_protocol,
    pytest_runtest_setup,
    pytest_runtestloop,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_unconfigure,
    run,
    unique,
)

__all__ = [
    "Control",
    "Judge",
    "client",
    "judge",
    "phase",
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_generate_tests",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
    "pytest_runtest_setup",
    "pytest_runtestloop",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_unconfigure",
    "run",
    "unique",
    "verifies",
]
