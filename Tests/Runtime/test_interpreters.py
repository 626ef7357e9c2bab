"""Our runtime on every available interpreter, against the results of the differential tests."""

import json

import pytest
from execution import own, run
from interpreters import found
from runtime_api import Event

INTERPRETERS = found()

pytestmark = pytest.mark.parametrize("version", INTERPRETERS)

EVERYTHING = """
import decimal, logging, sys, collections
P = collections.namedtuple("P", "x")
def handler(event, context):
    print("printed")
    logging.warning("logged")
    if event == "boom":
        raise ValueError("boom")
    return {"event": event, "name": context.function_name, "decimal": decimal.Decimal("1.10"), "named": P(1)}
"""


def invoke(version, code, events, handler="app.handler", **environment):
    environment.setdefault("AWS_EXECUTION_ENV", "AWS_Lambda_python" + version)
    return run(own(INTERPRETERS[version]), {"app.py": code}, events, handler, environment)


def test_results_errors_and_logs(version):
    outcome = invoke(version, EVERYTHING, [b'{"a": "\xc3\xa9"}', b'"boom"', b"[]"])
    event = '"é"' if int(version[2:]) >= 12 else '"\\u00e9"'
    result = '{"event": {"a": %s}, "name": "example", "decimal": 1.10, "named": {"x": 1}}' % event
    assert outcome.results[0].decode() == result
    error = json.loads(outcome.results[1])
    assert error["errorType"] == "ValueError" and error["errorMessage"] == "boom"
    assert error["stackTrace"] == ['  File "%s", line 8, in handler\n    raise ValueError("boom")\n' % file_of(error)]
    assert json.loads(outcome.results[2])["event"] == []
    assert outcome.stdout.count("printed\n[WARNING]\t") == 3
    assert "[ERROR] ValueError: boom\rTraceback (most recent call last):\r\u00a0\u00a0File " in outcome.stdout
    assert (outcome.exit_status, outcome.stderr, outcome.connections) == ("waiting", "", 1)


def file_of(error):
    return error["stackTrace"][0].split('"')[1]


def test_large_and_broken_up_events(version):
    body = json.dumps("x" * 6_000_000).encode()
    framings = [
        Event(body),
        Event(body, framing="chunked"),
        Event(b'"small"', framing="drip"),
        Event(b"1", closes=True),
    ]
    outcome = invoke(version, "def handler(event, context): return event", framings + [b"2"])
    assert outcome.results == [body, body, b'"small"', b"1", b"2"]


@pytest.mark.parametrize(
    "code, handler, error_type",
    [
        ("import nothing_of_this_name", "app.handler", "Runtime.ImportModuleError"),
        ("def handler(", "app.handler", "Runtime.UserCodeSyntaxError"),
        ("x = 1", "app.handler", "Runtime.HandlerNotFound"),
        ("x = 1", "app", "Runtime.MalformedHandlerName"),
        ("x = 1", "sys.exit", "Runtime.BuiltInModuleConflict"),
        ("raise KeyError('x')", "app.handler", "KeyError"),
    ],
)
def test_errors_of_initialization(version, code, handler, error_type):
    outcome = invoke(version, code, [b"1"], handler)
    (post,) = outcome.posts
    assert post.path == "/2018-06-01/runtime/init/error"
    assert post.headers["lambda-runtime-function-error-type"] == error_type
    assert json.loads(post.body)["errorType"] == error_type
    assert outcome.exit_status == 1
    assert outcome.stdout.split("\t")[0] == "[WARNING]" and "\n[ERROR] " + error_type in outcome.stdout


@pytest.mark.parametrize("log_format", ["Text", "JSON"])
def test_log_formats(version, log_format):
    code = "import logging\ndef handler(event, context):\n    logging.error('x', extra={'own': 1})"
    outcome = invoke(version, code, [b"1"], AWS_LAMBDA_LOG_FORMAT=log_format)
    if log_format == "Text":
        assert outcome.stdout.startswith("[ERROR]\t") and outcome.stdout.endswith("\t%s\tx\n" % request_id(1))
    else:
        record = json.loads(outcome.stdout)
        del record["timestamp"]
        assert record == {"level": "ERROR", "message": "x", "logger": "root", "requestId": request_id(1), "own": 1}


def request_id(number):
    return "00000000-0000-4000-8000-%012d" % number


def test_unusual_results(version):
    code = (
        "VALUES = [None, b'raw', {'b': b'x', 1: 2.5, None: float('nan')}, {1}, 'text']\n"
        "def handler(event, context): return VALUES[event]"
    )
    outcome = invoke(version, code, [b"0", b"1", b"2", b"3", b"4"])
    assert outcome.results[:3] == [b"null", b"raw", b'{"b": "x", "1": 2.5, "null": NaN}']
    assert (
        json.loads(outcome.results[3])["errorMessage"]
        == "Unable to marshal response: Object of type set is not JSON serializable"
    )
    assert outcome.results[4] == b'"text"'


PATCHING = """
import __main__
assert not hasattr(__main__, "nothing_of_this_name")
bootstrap = __main__.awslambdaricmain.bootstrap
import awslambdaric.bootstrap
assert bootstrap is awslambdaric.bootstrap
handle, post = bootstrap.handle_event_request, bootstrap.LambdaRuntimeClient.post_invocation_result
def traced(client, request_handler, *arguments, **more):
    return handle(client, lambda event, context: ["traced", request_handler(event, context)], *arguments, **more)
def posted(client, invoke_id, result_data, *arguments, **more):
    print("posts", result_data)
    return post(client, invoke_id, result_data, *arguments, **more)
bootstrap.handle_event_request, bootstrap.LambdaRuntimeClient.post_invocation_result = traced, posted
def handler(event, context):
    return event
"""


def test_a_library_replaces_parts_of_awss_client_that_it_finds_in_the_main_module(version):
    outcome = invoke(version, PATCHING, [b"1", b"2"])
    assert outcome.results == [b'["traced", 1]', b'["traced", 2]']
    assert outcome.stdout == 'posts ["traced", 1]\nposts ["traced", 2]\n'
    assert (outcome.exit_status, outcome.stderr) == ("waiting", "")
