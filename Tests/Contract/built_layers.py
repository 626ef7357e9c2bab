"""`strata layer build`, and what is in the zips that it writes."""

import json
import os
import struct
import subprocess
import zipfile
from pathlib import Path

from account import Account
from server_process import BINARY, REPOSITORY

UV = REPOSITORY / ".strata" / "venv" / "bin" / "uv"
# Packages with what a function imports of each. They have wheels for every Python from 3.9 to 3.13 and both
# architectures.
PACKAGES = {
    "numpy": "numpy", "pillow": "PIL.Image", "pandas": "pandas", "boto3": "boto3", "fastapi": "fastapi",
    "pydantic": "pydantic", "cryptography": "cryptography.hazmat.bindings._rust", "psycopg2-binary": "psycopg2",
    "redis": "redis",
}
MACHINES = {"x86_64": 62, "arm64": 183}  # elf.h: EM_X86_64, EM_AARCH64


def command(*arguments):
    return [str(each) for each in (BINARY, "layer", "build", *arguments, "--uv", UV)]


def build(*arguments, **options):
    """The finished process; it runs in the folder of its input, for paths in that."""
    if arguments and isinstance(arguments[0], Path):
        options.setdefault("cwd", arguments[0].parent)
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=300, **options)


def built(*arguments, **options):
    """The JSON report of a build that must succeed."""
    result = build(*arguments, "--json", **options)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def findings(layer, runtime, architecture):
    """The codes of errors that `strata layer check` finds."""
    result = subprocess.run(
        [BINARY, "layer", "check", layer, "--runtime", runtime, "--architecture", architecture, "--json"],
        capture_output=True, text=True, timeout=120)
    return [each for each in json.loads(result.stdout)["findings"] if each["severity"] == "error"]


def machines(layer):
    """The processors that the programs and libraries in a zip are for."""
    found = set()
    with zipfile.ZipFile(layer) as archive:
        for name in archive.namelist():
            with archive.open(name) as file:
                start = file.read(20)
            if start.startswith(b"\x7fELF"):
                found.add(struct.unpack_from("<H", start, 18)[0])
    return found


def requirements(folder, *lines):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "requirements.txt"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


# Constants whose order in bytecode depends on hash seeds and addresses in some versions of Python; strings that other
# modules have, too, and those that are written twice; nested code of most kinds.
TRICKY = """
'''A docstring.'''
from __future__ import annotations
import os, sys

NAMES = {"b", "a", "os", "sys", "None", "utf-8"}
def find(x, y=(1, 2.5, "a", None), *, z: int = 10 ** 20):
    if x in {None, "", "a", "b", b"c", 1, 2.0, (1, "a"), True, ...}:
        return [each for each in x] if y else {key: lambda: key for key in y}
    return x in ("a", "b") or f"{x!r:>{z}}" or 3j or -0.0

class Thing:
    "A docstring."
    value: int = 1
    def find(self): return super().find, __class__, self.__dict__
    async def run(self):
        async with self as (a, *b): yield [each async for each in b]
"""


def tiny(folder, count=1, source=TRICKY):
    """A requirements file of a wheel that is made here, so that nothing is downloaded."""
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / "tiny-1.0-py3-none-any.whl"
    files = {f"tiny/module_{number}.py": source for number in range(count)}
    files |= {"tiny/__init__.py": "", "tiny/tests/test_tiny.py": "", "tiny/tiny.pyi": "x: int\n"}
    files["tiny-1.0.dist-info/METADATA"] = "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"
    files["tiny-1.0.dist-info/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files["tiny-1.0.dist-info/RECORD"] = "".join(f"{name},,\n" for name in files)
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return requirements(folder, f"./{wheel.name}")


def uncached(folder, **changes):
    """Variables for a build that finds nothing of earlier ones, but what uv has downloaded."""
    cache = subprocess.run([UV, "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
    return environment(XDG_CACHE_HOME=str(folder), UV_CACHE_DIR=cache, **changes)


def environment(**changes):
    return {**os.environ, **changes}


def importer(modules):
    """A function that imports modules, and says which have no bytecode from their layer."""
    return f"""
        import importlib, os, sys
        for name in {sorted(modules)!r}:
            importlib.import_module(name)

        def handler(event, context):
            return sorted(
                name for name, module in sys.modules.items()
                if (getattr(module, "__file__", None) or "").startswith("/opt/")
                and module.__file__.endswith(".py") and not os.path.exists(module.__cached__))
    """


def check_build(folder, packages, runtime, architecture):
    layer = folder / "layer.zip"
    report = built(requirements(folder, *packages), "--runtime", runtime, "--architecture", architecture,
                   "--output", layer)
    assert machines(layer) == {MACHINES[architecture]}
    assert findings(layer, runtime, architecture) == []
    assert report["bytecodeFiles"] > 100 or report["notes"]
    return layer


def check_imports(server, layer, packages, runtime):
    account = Account(server)
    version = account.publish("packages", layer.read_bytes(), CompatibleRuntimes=[runtime])
    name = account.deploy(
        importer(PACKAGES[each] for each in packages), Runtime=runtime, Layers=[version["LayerVersionArn"]],
        Timeout=60, MemorySize=1024)
    return account.invoke(name).value
