"""The handlers of test_handlers.py in Python. handlers.c has the same ones for a custom runtime."""

import http.client
import os
import subprocess
import sys
import threading
import time


class OutOfTea(Exception):
    def __str__(self):
        return "no tea – 🍵"


def echo(event, context):
    return event


def error(event, context):
    raise ValueError(event)


def custom(event, context):
    raise OutOfTea()


def leave(event, context):
    os._exit(event)


def die(event, context):
    os.kill(os.getpid(), event)


state = {"count": 0}


def visit(event, context):
    """Counts its calls. Then waits for `event` seconds or, below zero, exits with that status."""
    state["count"] += 1
    if event < 0:
        os._exit(-event)
    time.sleep(event)
    return state["count"]


def sized(event, context):
    return "x" * (event - 2)


def chunked(event, context):
    """Posts its response itself, in chunks, as some clients of the runtime API do."""
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    pieces = [b'"', *[b"x" * 65_536] * (event // 65_536), b"x" * (event % 65_536 - 2), b'"']
    path = "/2018-06-01/runtime/invocation/%s/response" % context.aws_request_id
    connection.request("POST", path, iter(pieces), encode_chunked=True)
    print("answered with", connection.getresponse().status)


def log(event, context):
    print(event)


def environment(event, context):
    return dict(os.environ)


def describe(event, context):
    client = context.client_context
    return {
        "request": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "deadline": int(time.time() * 1000) + context.get_remaining_time_in_millis(),
        "trace": os.environ["_X_AMZN_TRACE_ID"],
        "client": client and {"custom": client.custom, "env": client.env, "client": client.client.app_title},
        "identity": context.identity.cognito_identity_id,
    }


def search(event, context):
    found = subprocess.run(["greet"], capture_output=True, text=True).stdout
    return [found, os.environ["PATH"].split(":"), os.environ["LD_LIBRARY_PATH"].split(":")]


def imports(event, context):
    """Only for Python: modules from both folders of a layer."""
    import beside
    import packaged

    return [beside.__file__, packaged.__file__, sys.path]


def tick():
    while True:
        state["ticks"] += 1
        time.sleep(0.01)


def background(event, context):
    """Returns the thread's count, before and after letting it run for a while."""
    if "ticks" not in state:
        state["ticks"] = 0
        threading.Thread(target=tick, daemon=True).start()
    before = state["ticks"]
    time.sleep(0.2)
    return [before, state["ticks"]]
