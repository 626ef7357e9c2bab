"""Building: a clean debug build of what is committed, and another after one edit. Takes minutes."""

import io
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path

import budgets
from bench_server import REPOSITORY
from budgets import Result

EDITED = Path("Sources") / "Nouns" / "Domain" / "FunctionName.swift"


def build(folder):
    begin = time.perf_counter()
    subprocess.run(["swift", "build", "--product", "strata"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def measure():
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", "HEAD"], cwd=REPOSITORY, check=True, capture_output=True).stdout
        tarfile.open(fileobj=io.BytesIO(archive)).extractall(folder, filter="tar")
        yield Result(budgets.CLEAN_BUILD, build(folder))
        with open(Path(folder) / EDITED, "a") as source:
            source.write("\n/// Added by a benchmark.\npackage let addedByBenchmark = 1\n")
        yield Result(budgets.INCREMENTAL_BUILD, build(folder), f"an edit of {EDITED}")
