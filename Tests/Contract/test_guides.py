"""docs/guides: the commands of layers.md and from-aws-tutorials.md run as printed, one after the other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from server_process import BINARY, REPOSITORY


def commands(name, runtime):
    """The shell blocks of a guide as one script, for the runtime that the tests have."""
    guide = (REPOSITORY / "docs" / "guides" / name).read_text()
    return "\n".join(re.findall(r"```sh\n(.*?)```", guide, re.DOTALL)).replace("python3.12", runtime)


def run(script, aws, folder, **variables):
    tools = folder / "tools"
    tools.mkdir()
    (tools / "strata").symlink_to(BINARY)
    scripts = Path(sys.executable).parent
    environment = os.environ | {
        "PATH": f"{tools}:{scripts}:{os.environ['PATH']}", "HOME": str(folder), "AWS_ENDPOINT_URL": aws.server.url,
        "AWS_ACCESS_KEY_ID": aws.number, "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1",
        "PYTHONDONTWRITEBYTECODE": "1", "AWS_PAGER": "",
    }
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script], cwd=folder, env=environment | variables, capture_output=True,
        text=True, timeout=240)


def test_the_guide_to_layers_works_as_printed(aws, tmp_path):
    result = run(commands("layers.md", aws.server.runtime), aws, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert '{"message": "ADA!"}' in result.stdout
    assert '{"message": "ADA!!"}' in result.stdout
    assert "differs: answer" in result.stdout
    assert result.stdout.count("deleted ") == 1


def test_the_guide_to_tutorials_works_as_printed(aws, tmp_path):
    script = commands("from-aws-tutorials.md", aws.server.runtime)
    script = script.replace("http://127.0.0.1:4566", aws.server.url).replace("000000000000", aws.number)
    result = run(script, aws, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert '"body": "Hello"' in result.stdout


@pytest.mark.parametrize("name", ["layers.md", "from-aws-tutorials.md"])
def test_a_guide_has_commands(name):
    assert len(commands(name, "python3.12").splitlines()) > 10
