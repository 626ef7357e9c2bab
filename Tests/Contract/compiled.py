"""C programs built on demand; those in `functions/` run inside environments."""

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).parent / "functions"


def compile_c(flags, output, source, **options):
    """Runs the C compiler; skips the test when there is none."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    subprocess.run([compiler, *flags, "-o", output, source], check=True, **options)


@functools.cache
def compiled(source):
    """The program of one of the sources, statically linked."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "program"
        compile_c(
            ["-O1", "-static", "-Wall", "-Werror", "-pthread", "-D_GNU_SOURCE"], output, FUNCTIONS / source)
        return output.read_bytes()
