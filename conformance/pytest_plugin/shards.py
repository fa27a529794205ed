"""More processes for the generated requests: each has a seed of its own, and all of them spend one budget.

Only a nightly or release run has shards, since a quick one generates few requests. The run itself tells every
story; a shard tells the generated ones again from the next seed, and what it finds is booked on the run.
Rate, limits, `Retry-After` and the stop sign hold for all at once: they pass one gate in shared memory.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from conformance.ledger import Leak, load_ledger
from conformance.run import Options, Run, load_claims, new_run
from conformance.session import stop
from conformance.targets import Target
from conformance.verdicts import Judgement, Level, Verdict

GENERATED: Final = (
    "platform.input.invalid-refused",
    "platform.input.valid-answered",
    "platform.model.agrees",
)


@contextmanager
def sharded(run: Run) -> Iterator[None]:
    """Run the other shards beside the block, and book what they found when it ends."""
    shards = run.options.workers - 1 if run.options.profile != "quick" else 0
    chosen = tuple(f"{r}@{o}" for r, o in sorted(run.selected) if r in GENERATED)
    if shards < 1 or not chosen:
        yield
        return
    spawn = multiprocessing.get_context("spawn")
    shared = run.client.budget.share(spawn)
    seats = spawn.Value("i", 0)
    with ProcessPoolExecutor(
        shards, mp_context=spawn, initializer=_sit_down, initargs=(*shared, seats)
    ) as pool:
        asked = []
        for number in range(1, shards + 1):
            options = replace(
                run.options,
                only=chosen,
                seed=run.seed + number,
                workers=1,
                report_dir=run.folder / "shards" / str(number),
                baseline=None,
                waivers=None,
            )
            asked.append(pool.submit(_tell, options, run.target))
        yield
        for number, future in enumerate(asked, 1):
            _merge(run, number, future)
    run.client.budget.sit_alone()
    for number, future in enumerate(asked, 1):
        if future.exception() is not None:
            _inherit(run, run.folder / "shards" / str(number) / "ledger.ndjson")


_SEAT: list[Any] = []


def _sit_down(tally: Any, gate: Any, seats: Any) -> None:
    """Keep what the processes of the run share, and take a seat; called once in each process."""
    with seats.get_lock():
        seats.value += 1
        _SEAT[:] = [tally, gate, seats.value]


def _tell(options: Options, target: Target) -> dict[str, Any]:
    """Run one shard; the body of its process."""
    from conformance.pytest_plugin.launch import judge  # noqa: PLC0415 - launch imports this module

    run = new_run(options, target, load_claims())
    run.client.budget.join(*_SEAT)
    over = threading.Event()
    threading.Thread(target=_end_with_the_run, args=(run, over), daemon=True).start()
    try:
        return judge(run, formats=False)
    finally:
        over.set()


def _end_with_the_run(run: Run, over: threading.Event) -> None:
    """Take back what was created, and end, when the process of the run is gone: killed perhaps."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        stop(run, "the process of the run is gone")
        over.wait()
        os._exit(1)  # nobody is there to tell the pool that it is over


def _merge(run: Run, number: int, future: Future[dict[str, Any]]) -> None:
    error = future.exception()
    if error is not None:  # whatever ends another process is a failure of the suite
        run.harness_errors.append(run.redactor.mask(f"shard {number} ended: {type(error).__name__}: {error}"))
        return
    document = future.result()
    for verdict in document["verdicts"]:
        pair = (verdict["requirement"], verdict["operation"])
        if pair in run.selected:
            run.book.add(_judgement(verdict, number))
    run.leaks += [Leak(**leak) for leak in document["leaks"]]
    run.harness_errors += document["harness_errors"]
    counts = document["requests"]
    for key, total in (
        ("per_operation", run.client.per_operation),
        ("per_purpose", run.client.per_purpose),
    ):
        for name, count in counts[key].items():
            total[name] = total.get(name, 0) + count
    _append_exchanges(run, number)


def _inherit(run: Run, file: Path) -> None:
    """Take over what a shard that ended too early left behind."""
    ledger = load_ledger(file) if file.is_file() else None
    if ledger is not None and ledger.unfinished() and ledger.hold():
        run.client.inherit(ledger)


def _judgement(verdict: dict[str, Any], number: int) -> Judgement:
    kept = {k: v for k, v in verdict.items() if k in Judgement.__dataclass_fields__}
    kept |= {
        "level": Level(verdict["level"]),
        "verdict": Verdict(verdict["verdict"]),
        "evidence": tuple(f"s{number}-{name}" for name in verdict["evidence"]),
        "waived": "",
        "variations": tuple(verdict.get("variations", ())),
    }
    return Judgement(**kept)


def _append_exchanges(run: Run, number: int) -> None:
    """Add the shard's exchanges, already redacted, to those of the run, under ids of their own."""
    source = run.folder / "shards" / str(number) / "exchanges.ndjson"
    if not source.is_file():
        return
    with Path(run.folder / "exchanges.ndjson").open("a", encoding="utf-8") as file:
        for line in source.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            file.write(json.dumps(record | {"id": f"s{number}-{record['id']}"}) + "\n")
