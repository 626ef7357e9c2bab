"""docs/guides/testing.md: its example runs as printed."""

import os
import re
import subprocess
import sys

from server_process import REPOSITORY


def test_the_pytest_example_passes(installation, tmp_path):
    guide = (REPOSITORY / "docs" / "guides" / "testing.md").read_text()
    files = dict(re.findall(r"```python\n# (\S+)\n(.*?)```", guide, re.DOTALL))
    assert set(files) == {"conftest.py", "test_greeting.py"}
    for name, text in files.items():
        # The tests may have another version of the interpreter than the guide.
        (tmp_path / name).write_text(text.replace("python3.11", installation.runtime))
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = os.environ | {
        "PATH": f"{installation.binary.parent}:{os.environ['PATH']}", "TMPDIR": str(temporary),
        "STRATA_RUNTIME": f"{installation.runtime}={installation.interpreter}",
    }
    command = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-q", str(tmp_path)]
    result = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "2 passed" in result.stdout
    assert os.listdir(temporary) == []
