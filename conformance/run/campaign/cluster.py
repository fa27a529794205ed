"""Where the workers are: on this machine, or at a scheduler that somebody started."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from distributed import Client, LocalCluster

from conformance.errors import NotJudged
from conformance.run.signals import signals_held_back

LOOPBACK: Final = "127.0.0.1:0"
LONGEST_WAIT: Final = 60
"""Seconds that a scheduler is given to be reachable and to have a worker."""


@contextmanager
def local_workers(number: int) -> Iterator[Client]:
    """Start so many workers on this machine, each a process, and end them with the block."""
    with signals_held_back():  # for good in the workers: the campaign ends them, after they have undone
        cluster = LocalCluster(
            n_workers=number,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=LOOPBACK,
            worker_dashboard_address=LOOPBACK,
            memory_limit=None,
            silence_logs=logging.CRITICAL,
        )
    with cluster, Client(cluster) as client:
        yield client


@contextmanager
def workers_at(scheduler: str) -> Iterator[Client]:
    """Join a scheduler, with the certificates that Dask's configuration names; `NotJudged` without one."""
    try:
        client = Client(scheduler, timeout=LONGEST_WAIT)
    except (OSError, ValueError) as error:
        raise NotJudged(f"--scheduler {scheduler}: cannot be reached: {error}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=LONGEST_WAIT)
        except TimeoutError as error:
            raise NotJudged(f"--scheduler {scheduler}: has no worker: start `dask worker`") from error
        yield client
