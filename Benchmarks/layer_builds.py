"""Building a layer of large packages: `strata layer build` against `pip install -t` and `zip`, with warm caches."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import budgets
from bench_server import REPOSITORY
from budgets import Result

PACKAGES = ["boto3", "cryptography", "fastapi", "numpy", "pandas", "pillow", "psycopg2-binary", "redis"]
ROUNDS = 3
RUNTIME = f"python3.{sys.version_info.minor}"


def timed(command, folder, **options):
    """Seconds, the peak memory of the largest process in MB, and the standard output."""
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.DEVNULL, **options)
        _, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError(f"{command}: exit code {process.returncode}")
        output.seek(0)
        return taken, usage.ru_maxrss / 1024, output.read()


def with_pip(folder):
    """What tutorials say: install into a folder, and zip it."""
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--target", "python",
               "--requirement", "requirements.txt"]  # fmt: skip
    taken = timed(install, folder)[0] + timed(["zip", "-qr", "pip.zip", "python"], folder)[0]
    subprocess.run(["rm", "-rf", "python", "pip.zip"], cwd=folder, check=True)
    return taken


def with_strata(folder, cache):
    command = [
        os.environ["STRATA_BINARY"], "layer", "build", "requirements.txt", "--force", "--json", "--runtime", RUNTIME,
        "--uv", REPOSITORY / ".strata" / "venv" / "bin" / "uv",
    ]
    uv = subprocess.run([command[-1], "cache", "dir"], check=True, capture_output=True, text=True).stdout.strip()
    variables = os.environ | {"XDG_CACHE_HOME": str(cache), "UV_CACHE_DIR": uv}
    taken, memory, output = timed(command, folder, env=variables)
    return taken, memory, json.loads(output)


def measure():
    with tempfile.TemporaryDirectory() as root:
        folder, cache = Path(root) / "layer", Path(root) / "cache"
        folder.mkdir()
        (folder / "requirements.txt").write_text("\n".join(PACKAGES) + "\n")
        # uv and pip download.
        with_strata(folder, Path(root) / "unused")
        with_pip(folder)
        first, peak, report = with_strata(folder, cache)
        pairs = [(with_pip(folder), with_strata(folder, cache)) for _ in range(ROUNDS)]
        pip = statistics.median(pair[0] for pair in pairs)
        strata = statistics.median(pair[1][0] for pair in pairs)
        size = report["unzippedBytes"] / (1 << 20)
        note = f"{strata:.1f} against {pip:.1f} s; without Strata's cache {first:.1f} s ({pip / first:.1f} ×)"
        yield Result(budgets.LAYER_BUILD, pip / strata, note)
        memory = max([peak] + [pair[1][1] for pair in pairs])
        yield Result(budgets.LAYER_BUILD_MEMORY, memory, f"{len(report['packages'])} packages, {size:.0f} MB unpacked")
