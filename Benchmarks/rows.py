"""Durable rows: how many small writes of concurrent writers an SQLite store takes, each answered when it is durable."""

import subprocess
import tempfile
from pathlib import Path

import budgets
from asynchronous import fsync_milliseconds
from bench_server import median
from budgets import Result
from server_process import BINARY

WRITERS, SECONDS, ROUNDS = 16, 3, 5


def writes_per_second(writers):
    """One round on a new store."""
    with tempfile.TemporaryDirectory(prefix="strata-bench-") as folder:
        command = [BINARY.parent / "WriteRate", folder, str(writers), str(SECONDS)]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure():
    # In turns, so that other work on the machine meets both.
    rounds = [(writes_per_second(WRITERS), writes_per_second(1)) for _ in range(ROUNDS)]
    together, alone = median([each[0] for each in rounds]), median([each[1] for each in rounds])
    with tempfile.TemporaryDirectory(prefix="strata-bench-") as folder:
        disk = fsync_milliseconds(Path(folder))
    note = f"median of {ROUNDS}; {alone:,.0f}/s with one writer; an fsync takes {disk:.2f} ms"
    yield Result(budgets.ROWS, together, note)
    yield Result(budgets.ROWS_TOGETHER, together / alone, f"{together:,.0f} and {alone:,.0f}/s")
