"""`strata invoke --stream`: the response as the function sends it."""

import json
import os
import pty
import signal
import subprocess

import pytest

from server_process import PATIENCE_SECONDS


def arguments(name, event):
    return ["invoke", name, "--stream", "--payload", json.dumps(event)]


def test_what_the_function_sends_is_printed_while_it_runs(aws, operator, streaming):
    follower = operator.start(*arguments(streaming, {"chunks": ["tick\n"], "repeat": 60, "pause": 0.5}))
    follower.wait_for("tick", count=2)
    assert follower.process.poll() is None
    assert follower.interrupt(signal.SIGINT) == -signal.SIGINT


def test_a_response_is_printed_unchanged_and_its_line_ended(operator, streaming):
    assert operator.ask(*arguments(streaming, {"chunks": ["one ", "two"]})) == "one two\n"
    assert operator.ask(*arguments(streaming, {"chunks": ["one\n"]})) == "one\n"
    assert len(operator.ask(*arguments(streaming, {"length": 7_000_000}))) == 7_000_001


def test_a_function_that_fails_amid_its_response_is_exit_code_1(operator, streaming):
    result = operator.run(*arguments(streaming, {"chunks": ["half"], "error": "no more", "announces": False}))
    assert (result.returncode, result.stdout) == (1, "half\n")
    assert result.stderr == "The function failed: no more\n"


def test_a_function_without_a_stream_and_the_tail_of_its_log(aws, operator):
    name = aws.deploy("def handler(event, context):\n    print('heard', event)\n    return event")
    result = operator.run(*arguments(name, "ü"), "--tail")
    assert (result.returncode, json.loads(result.stdout)) == (0, "ü")
    assert "heard ü" in result.stderr and "REPORT RequestId" in result.stderr


def test_a_refusal_is_reported_in_the_words_of_the_service(operator):
    result = operator.run("invoke", "nowhere", "--stream")
    assert result.returncode == 1
    assert result.stderr.startswith("strata: ResourceNotFoundException: Function not found: ")


@pytest.mark.parametrize("option", ["--async", "--json"])
def test_what_a_stream_cannot_be_combined_with_is_a_usage_error(operator, option):
    result = operator.run("invoke", "any", "--stream", option)
    assert result.returncode == 2
    assert "--stream cannot be combined with --async or --json" in result.stderr


def test_a_terminal_gets_no_control_characters_of_a_function(aws, operator, streaming):
    primary, secondary = pty.openpty()
    try:
        command = aws.server.installation.command(*arguments(streaming, {"chunks": ["\u001b[31mred\u00e9", "\u00e9"]}))
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=secondary, **operator.options())
        assert process.wait(PATIENCE_SECONDS) == 0
        assert os.read(primary, 1_000).decode() == "\u241b[31mred\u00e9\u00e9\r\n"
    finally:
        os.close(primary)
        os.close(secondary)
