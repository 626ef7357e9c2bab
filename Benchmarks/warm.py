"""Warm invocations: latency, throughput, and AWS's own runtime interface emulator on the same handler."""

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import budgets
from bench_server import (
    EVENT, HANDLER, REPOSITORY, WHOLE_PROCESSOR_MEBIBYTES, Account, authorization, median, running_server, wrk,
)
from budgets import Result

EMULATOR = REPOSITORY / ".strata" / "bin" / "aws-lambda-rie"
ROUNDS, SECONDS = 5, 2
# More than an account's 10 000 requests per second, which Lambda and Strata allow by default.
ARGUMENTS = ["--request-rate", "100"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running_emulator():
    """The emulator with AWS's Python client, in front of the same handler; its URL."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "app.py").write_text(HANDLER)
        port = free_port()
        command = [
            EMULATOR, "--runtime-interface-emulator-address", f"127.0.0.1:{port}",
            "--runtime-api-address", f"127.0.0.1:{free_port()}",
            sys.executable, "-m", "awslambdaric", "app.handler",
        ]
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
            wait_for(url)
            yield url
        finally:
            process.terminate()
            process.wait()


def wait_for(url):
    for _ in range(200):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, EVENT.encode(), timeout=10).read()
            return
        time.sleep(0.05)
    raise RuntimeError(f"the emulator does not answer at {url}")


def measure():
    with running_server(arguments=ARGUMENTS) as server, contextlib.ExitStack() as stack:
        account = Account(server)
        name = account.deploy(HANDLER, Timeout=30, MemorySize=WHOLE_PROCESSOR_MEBIBYTES)
        url, credentials = f"{server.url}/2015-03-31/functions/{name}/invocations", authorization(account)
        emulator = stack.enter_context(running_emulator()) if EMULATOR.exists() else None
        wrk(url, 16, 2, credentials)
        ours, theirs = [], []
        # In turn, so that other load on the machine affects both.
        for _ in range(ROUNDS):
            ours.append(wrk(url, 1, SECONDS, credentials))
            if emulator:
                theirs.append(wrk(emulator, 1, SECONDS))
        throughput = [wrk(url, 16, SECONDS, credentials) for _ in range(ROUNDS)]
        # 7 % of a processor, as on Lambda: once its share of a period is used up, an invocation waits for the next.
        small = account.deploy(HANDLER, Timeout=30, MemorySize=128)
        small_url = f"{server.url}/2015-03-31/functions/{small}/invocations"
        wrk(small_url, 1, 1, credentials)
        shares = [wrk(small_url, 1, SECONDS, credentials) for _ in range(ROUNDS)]
    yield from results(ours, theirs, throughput, shares)


def results(ours, theirs, throughput, shares):
    """The fastest round of each: other load on the machine only adds time."""
    best = min(ours, key=lambda run: run["p50"])
    yield Result(budgets.WARM, best["p50"], f"p99 {best['p99']:.0f} µs; {spread([run['p50'] for run in ours])}")
    if theirs:
        emulators = min(run["p50"] for run in theirs)
        yield Result(budgets.WARM_AGAINST_EMULATOR, best["p50"] / emulators, f"its p50 {emulators:.0f} µs")
    rates = [run["per_second"] for run in throughput]
    yield Result(budgets.THROUGHPUT, max(rates), spread(rates))
    share = min(shares, key=lambda run: run["p99"])
    yield Result(budgets.WARM_SMALL, share["p99"] / 1e3, f"p50 {share['p50']:.0f} µs, {share['per_second']:,.0f}/s")


def spread(values):
    return f"best of {len(values)}; median {median(values):,.0f}"
