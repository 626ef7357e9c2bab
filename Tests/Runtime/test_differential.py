"""Our runtime against AWS's own client (`awslambdaric`): the same handlers must be indistinguishable from outside."""

import re

import pytest
from execution import normalised, oracle, own, run
from handlers import CASES


def seen(outcome):
    """A run as observed by the function's owner and the server."""
    return {
        "posts": [(post.path, content_type(post), normalised(text(post.body))) for post in outcome.posts],
        "invocation ids": [post.headers.get("lambda-runtime-invocation-id") for post in outcome.posts],
        "exit status": outcome.exit_status,
        "stdout": normalised(outcome.stdout),
        "stderr": without_frames(normalised(outcome.stderr)),
    }


def content_type(post):
    """AWS's client sends none for an init error, which is not documented."""
    return None if post.path.endswith("/init/error") else post.headers.get("content-type")


def text(body):
    return body.decode("utf-8", "backslashreplace")


def without_frames(stderr):
    """A crash of the runtime itself shows the runtime's own frames, which differ: compare the exception."""
    return re.sub(r"Traceback \(most recent call last\):\n(  .*\n)+", "Traceback:\n", stderr)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_our_runtime_behaves_as_awss(case):
    outcomes = [
        seen(run(command, case.files, case.events, case.handler, case.environment)) for command in (oracle(), own())
    ]
    assert outcomes[1] == outcomes[0]
