"""Programs in C that run inside of environments: built from `functions/` when a test needs them, without libraries."""

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).parent / "functions"


@functools.cache
def compiled(source):
    """The program of one of the sources, statically linked."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "program"
        flags = ["-O1", "-static", "-Wall", "-Werror", "-pthread", "-D_GNU_SOURCE"]
        subprocess.run([compiler, *flags, "-o", output, FUNCTIONS / source], check=True)
        return output.read_bytes()
