"""Building: a clean debug build of what is committed, and another after one edit; a release build, and another with the
models of five more services. Takes minutes."""

import io
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path

import budgets
import models
from bench_server import REPOSITORY
from budgets import Result

EDITED = Path("Sources") / "Nouns" / "Domain" / "FunctionName.swift"


def build(folder, *options):
    begin = time.perf_counter()
    command = ["swift", "build", "--product", "strata", *options]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def check_out(folder):
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=REPOSITORY, check=True, capture_output=True).stdout
    tarfile.open(fileobj=io.BytesIO(archive)).extractall(folder, filter="tar")


def release(folder):
    """Seconds of a clean release build, and the program's size without symbols, as it is installed."""
    taken = build(folder, "--configuration", "release", "--static-swift-stdlib")
    program = Path(folder) / ".build" / "release" / "strata"
    subprocess.run(["strip", "--strip-all", program], check=True)
    return taken, program.stat().st_size


def measure():
    yield from measure_debug()
    yield from measure_models()


def measure_models():
    with tempfile.TemporaryDirectory() as plain, tempfile.TemporaryDirectory() as larger:
        check_out(plain)
        check_out(larger)
        operations = models.add(Path(larger), REPOSITORY)
        (before, small), (after, large) = release(plain), release(larger)
    note = f"{operations} operations of five services; {before:.0f} and {after:.0f} s"
    yield Result(budgets.MODELS_BUILD, after - before, note)
    yield Result(budgets.MODELS_SIZE, (large - small) / 1e6, f"{small / 1e6:.1f} and {large / 1e6:.1f} MB")


def measure_debug():
    with tempfile.TemporaryDirectory() as folder:
        check_out(folder)
        yield Result(budgets.CLEAN_BUILD, build(folder))
        with open(Path(folder) / EDITED, "a") as source:
            source.write("\n/// Added by a benchmark.\npackage let addedByBenchmark = 1\n")
        yield Result(budgets.INCREMENTAL_BUILD, build(folder), f"an edit of {EDITED}")
