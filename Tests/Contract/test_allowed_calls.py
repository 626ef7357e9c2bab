"""Programs of many languages and C libraries have the system calls that they need."""

import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from account import Account
from log_streams import log_with
from packages import program

SOURCES = Path(__file__).parent / "functions" / "languages"
# How each makes a program; the first word has to be installed.
BUILDS = {
    "C, glibc": ["cc", "-O1", "-pthread", "-D_GNU_SOURCE", "-o", "OUT", "work.c"],
    "C, musl": ["musl-gcc", "-O1", "-static", "-pthread", "-D_GNU_SOURCE", "-o", "OUT", "work.c"],
    "Go": ["go", "build", "-o", "OUT", "work.go"],
    "Rust": ["rustc", "-O", "-o", "OUT", "work.rs"],
    "Ruby": ["ruby", "work.rb"],
    "Node.js": ["node", "work.mjs"],
    "Java": ["java", "Work.java"],
}
# A custom runtime that runs a program for each event, and answers with its output.
BOOTSTRAP = """#!/bin/bash
set -euo pipefail
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
    id=$(curl -sS -D - -o /dev/null "$api/next" | tr -d '\\r' | sed -n 's/^lambda-runtime-aws-request-id: //pI')
    output=$(cd /tmp && {command} 2>&1) || output="$output (exit $?)"
    curl -sS -o /dev/null "$api/$id/response" --data-raw "\\"$output\\""
done
"""


@functools.cache
def built(language):
    """The command that runs the language's program inside, and the files that it needs."""
    build = BUILDS[language]
    if (tool := shutil.which(build[0])) is None:
        pytest.skip(f"{build[0]} is not installed")
    if "OUT" not in build:
        # Interpreters below /usr are there inside, under the same path.
        tool = os.path.realpath(tool)
        if not tool.startswith("/usr/"):
            pytest.skip(f"{tool} is not below /usr")
        return f"{tool} /var/task/{build[-1]}", {build[-1]: (SOURCES / build[-1]).read_text()}
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "work"
        command = [str(output) if word == "OUT" else word for word in build[1:]]
        environment = os.environ | {"GOCACHE": f"{folder}/cache", "GOFLAGS": "-mod=mod", "GO111MODULE": "off"}
        subprocess.run([tool, *command], cwd=SOURCES, env=environment, check=True, capture_output=True)
        return "/var/task/work", {"work": program(output.read_bytes())}


@pytest.mark.parametrize("language", BUILDS)
def test_programs_of_every_language_have_the_calls_that_they_need(aws, language):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    command, files = built(language)
    name = aws.deploy(
        files={"bootstrap": program(BOOTSTRAP.replace("{command}", command)), **files}, Runtime="provided.al2023",
        Handler="any", MemorySize=1024, Timeout=60)
    assert aws.invoke(name).value == "done"
    aws.lambda_.delete_function(FunctionName=name)


def test_the_log_names_other_calls(aws):
    source = """
        import ctypes, os
        def handler(event, context):
            ctypes.CDLL(None, use_errno=True).syscall(447, 0)  # memfd_secret
            print("Function not implemented")
        """
    name = aws.deploy(source)
    aws.invoke(name)
    assert log_with(aws, name, "refused to this program: memfd_secret")
