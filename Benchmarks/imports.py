"""Cold starts of functions with large packages: before and after the packages' bytecode is there."""

import hashlib
import io
import os
import subprocess
import tempfile
import time
import zipfile
from pathlib import Path

import budgets
from bench_server import REPOSITORY, WHOLE_PROCESSOR_MEBIBYTES, Account, RawClient, median, running_server
from budgets import Result

PACKAGES = {"pandas": ["pandas"], "fastapi": ["fastapi"]}
ROUNDS = 5
STARTS = 4
PATIENCE_SECONDS = 300


def layer_of(requirements, runtime, folder):
    """A layer's zip, built by `strata layer build`."""
    (folder / "requirements.txt").write_text("\n".join(requirements))
    strata = os.environ["STRATA_BINARY"]
    subprocess.run(
        [strata, "layer", "build", "--requirements", folder / "requirements.txt", "--runtime", runtime,
         "--output", folder / "layer.zip", "--uv", REPOSITORY / ".strata" / "venv" / "bin" / "uv", "--no-bytecode"],
        check=True, capture_output=True,
    )  # fmt: skip
    return (folder / "layer.zip").read_bytes()


def cold_starts(account, client, module, layer, **environment):
    """Milliseconds of first invocations, each in an environment of its own."""
    source = f"import {module}\ndef handler(event, context):\n    return event\n"
    settings = {"Environment": {"Variables": environment}} if environment else {}
    taken = []
    for _ in range(STARTS):
        name = account.deploy(
            source, Layers=[layer], Timeout=60, MemorySize=WHOLE_PROCESSOR_MEBIBYTES, **settings)
        taken.append(client.timed_invoke(name))
    return taken


def wait_for_bytecode(server, content):
    digest = hashlib.sha256(content).hexdigest()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not list((server.data / "bytecode" / "packs").glob(f"??/{digest}.*")):
        if time.monotonic() > deadline:
            raise RuntimeError("the package was not compiled")
        time.sleep(0.05)


def versions(content):
    """The layer in other versions, each of which is compiled anew."""
    for number in range(ROUNDS):
        output = io.BytesIO(content)
        with zipfile.ZipFile(output, "a") as archive:
            archive.writestr(f"python/version-{number}.txt", str(number))
        yield output.getvalue()


def measure():
    with running_server() as server, tempfile.TemporaryDirectory() as folder:
        account = Account(server)
        client = RawClient(account)
        for module, requirements in PACKAGES.items():
            firsts, later, seconds = [], [], []
            for content in versions(layer_of(requirements, server.runtime, Path(folder))):
                begin = time.monotonic()
                layer = account.publish(module, content, CompatibleRuntimes=[server.runtime])["LayerVersionArn"]
                wait_for_bytecode(server, content)
                seconds.append(time.monotonic() - begin)
                first, *more = cold_starts(account, client, module, layer)
                firsts.append(first)
                later += more
            # Optimized interpreters use no packs.
            without = cold_starts(account, client, module, layer, PYTHONOPTIMIZE="1")
            note = (
                f"import {module}: first {median(firsts):.0f} ms, then {median(later):.0f} ms; without bytecode "
                f"{median(without):.0f} ms; compiled in {median(seconds):.1f} s"
            )
            yield Result(budgets.FIRST_COLD_START[module], median(firsts) / median(later), note)
