"""From inside: the runtime API and the Extensions API answer for their own environment only, in turn, and nothing that
is sent there delays or ends another."""

import json
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from account import Account  # noqa: E402
from log_streams import log_with  # noqa: E402
from prisoners import FUNCTIONS, INTRUDER, Intruder, assert_allowed  # noqa: E402

API, NOBODYS = "/2018-06-01/runtime/invocation/", "01234567-0123-0123-0123-0123456789ab"
REFUSED = "400 InvalidRequestID | 404 NotFound"

ANSWERS = {
    "an unknown invocation": (f"runtime('POST', '{API}{NOBODYS}/response', '1')", REFUSED),
    "an unknown one's error": (f"runtime('POST', '{API}{NOBODYS}/error', '{{}}')", REFUSED),
    "an earlier invocation": (f"runtime('POST', '{API}' + earlier + '/response', '1')", REFUSED),
    "an earlier one's error": (f"runtime('POST', '{API}' + earlier + '/error', '{{}}')", REFUSED),
    "a neighbour's invocation": (f"runtime('POST', '{API}' + neighbour + '/response', '1')", REFUSED),
    "a neighbour's error": (f"runtime('POST', '{API}' + neighbour + '/error', '{{}}')", REFUSED),
    "a neighbour's, in a stream": (
        f"exchange(9001, b'POST {API}' + neighbour.encode() + b'/response HTTP/1.1\\r\\nHost: x\\r\\n"
        "Transfer-Encoding: chunked\\r\\n\\r\\n1\\r\\n1\\r\\n0\\r\\n\\r\\n')", "400"),
    "no identifier": (f"runtime('POST', '{API}/response', '1')", REFUSED),
    "a path for an identifier": (f"runtime('POST', '{API}../../x/response', '1')", REFUSED),
    "an encoded path": (f"runtime('POST', '{API}..%2f..%2fx/response', '1')", REFUSED),
    "a zero byte": (f"runtime('POST', '{API}' + request_id + '%00/response', '1')", REFUSED),
    "its identifier in capitals": (f"runtime('POST', '{API}' + request_id.upper() + '/response', '1')", REFUSED),
    "its identifier and a blank": (f"runtime('POST', '{API}' + request_id + '%20/response', '1')", REFUSED),
    "its identifier and a query": (f"runtime('POST', '{API}' + request_id + '/response?x=1', '1')", REFUSED),
    "an identifier of 20 KB": (f"runtime('POST', '{API}' + 'x' * 20_000 + '/response', '1')", REFUSED + " | 414"),
    "an answer of 7 MB to an unknown one": (
        f"runtime('POST', '{API}{NOBODYS}/response', bytes(7_000_000))", REFUSED + " | 413 RequestEntityTooLarge"),
    "an error whose type has 20 KB": (
        f"runtime('POST', '{API}{NOBODYS}/error', '1', Lambda_Runtime_Function_Error_Type='x' * 20_000)", REFUSED),
}

TURNS = {
    "a second event during the first": (f"runtime('GET', '{API}next')", "403 | 410 | 400 | closed"),
    "a second event and an answer to an unknown one": (
        f"runtime('POST', '{API}{NOBODYS}/response', '1', Strata_Next='1')", REFUSED),
    **{f"{method} for the next event": (f"runtime('{method}', '{API}next')", "404 NotFound | 404 | 405")
       for method in ("POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")},
    **{f"{method} for an answer": (
        f"runtime('{method}', '{API}' + request_id + '/response', '1')", "404 NotFound | 404")
       for method in ("GET", "PUT", "DELETE")},
    "the next event with a query": (f"runtime('GET', '{API}next?x=1')", "404 NotFound"),
    "the next event behind two strokes": (f"runtime('GET', '/{API}next')", "404 NotFound"),
    "another version of the API": ("runtime('GET', '/2015-03-31/runtime/invocation/next')", "404 NotFound"),
    "the AWS API where the runtime API is": ("runtime('GET', '/2015-03-31/functions')", "404 NotFound"),
    "the server's pages there": ("runtime('GET', '/_strata/top')", "404 NotFound"),
    "a reset of the server there": ("runtime('POST', '/_strata/reset')", "404 NotFound"),
}

NEXT = f"GET {API}next HTTP/1.1\\r\\nHost: x\\r\\n"
NONSENSE = {
    name: (f"exchange(9001, {expression})", "400 | 404 | 405 | 413 | 414 | 431 | 501 | 505 | closed")
    for name, expression in {
        "a head of 40 KB": f"b'{NEXT}X: ' + b'x' * 40_000 + b'\\r\\n\\r\\n'",
        "a thousand fields": f"b'{NEXT}' + b'X: y\\r\\n' * 1_000 + b'\\r\\n'",
        "a field without a name": f"b'{NEXT}: x\\r\\n\\r\\n'",
        "a name and a blank": f"b'{NEXT}X : y\\r\\n\\r\\n'",
        "a zero byte in a field": f"b'{NEXT}X: a\\0b\\r\\n\\r\\n'",
        "line feeds alone": f"b'GET {API}next HTTP/1.1\\nHost: x\\n\\n'",
        "a negative length": f"b'POST {API}x/response HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: -1\\r\\n\\r\\n'",
        "a huge length": f"b'POST {API}x/y HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: ' + b'9' * 30 + b'\\r\\n\\r\\n'",
        "a length and chunks": (
            f"b'POST {API}x/response HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 1\\r\\nTransfer-Encoding: chunked"
            "\\r\\n\\r\\n0\\r\\n\\r\\n'"),
        "a chunk of 16 exabytes": (
            f"b'POST {API}x/response HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n"
            "ffffffffffffffff\\r\\n'"),
        "a greeting of TLS": "b'\\x16\\x03\\x01\\x02\\x00\\x01\\x00' + bytes(500)",
        "HTTP/2": "b'PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n'",
        "HTTP/0.9": f"b'GET {API}next\\r\\n\\r\\n'",
        "HTTP/9.9": f"b'GET {API}next HTTP/9.9\\r\\nHost: x\\r\\n\\r\\n'",
        "a tunnel": "b'CONNECT 1.1.1.1:80 HTTP/1.1\\r\\nHost: 1.1.1.1:80\\r\\n\\r\\n'",
        "a proxy's target": "b'GET http://127.0.0.1:4566/_strata/top HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'",
        "a trace": "b'TRACE / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'",
        "a thousand requests in one piece": (
            f"b'POST {API}x/response HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 0\\r\\n\\r\\n' * 1_000"),
    }.items()
}

EXTENSION, HEADER = "/2020-01-01/extension/", "Lambda_Extension_"
EXTENSIONS = {
    "a late registration": (
        f"runtime('POST', '{EXTENSION}register', '{{\"events\": [\"INVOKE\"]}}', {HEADER}Name='late')",
        "403 Extension.RegistrationClosed"),
    "its events without an identifier": (
        f"runtime('GET', '{EXTENSION}event/next')", "403 Extension.MissingExtensionIdentifier"),
    **{f"{what} by a forged identifier": (
        f"runtime('{method}', '{path}', '{{}}', {HEADER}Identifier='{NOBODYS}', {HEADER}Function_Error_Type='x')",
        "403 Extension.UnknownExtensionIdentifier | 403 Extension.InvalidExtensionState")
       for what, method, path in (
           ("events", "GET", f"{EXTENSION}event/next"), ("an error", "POST", f"{EXTENSION}init/error"),
           ("an end", "POST", f"{EXTENSION}exit/error"), ("telemetry", "PUT", "/2022-07-01/telemetry"),
           ("logs", "PUT", "/2020-08-15/logs"))},
    **{f"an identifier that is {what}": (
        f"runtime('GET', '{EXTENSION}event/next', {HEADER}Identifier={value})",
        "403 Extension.InvalidExtensionIdentifier | 403 Extension.MissingExtensionIdentifier")
       for what, value in {"empty": "''", "no UUID": "'../x'", "20 KB long": "'x' * 20_000"}.items()},
}


def registration(document, name="'other'"):
    return f"runtime('POST', '{EXTENSION}register', {document}, {HEADER}Name={name})"


def subscription(uri="http://sandbox.localdomain:8080/", types='["function"]', destination=None, more=""):
    destination = destination or f'{{"protocol": "HTTP", "URI": "{uri}"}}'
    document = f'{{"schemaVersion": "2022-07-01", "types": {types}, "destination": {destination}{more}}}'
    return f"runtime('PUT', '/2022-07-01/telemetry', {document!r}, {HEADER}Identifier=identifier)"


# In the init phase, when an extension may register and subscribe.
EARLY = {
    name: (expression, " | ".join(f"403 {kind}" for kind in (
        "Extension.InvalidExtensionName", "Extension.InvalidEventType", "InvalidRequestFormat",
        "Extension.InvalidExtensionState")) + " | 400 ValidationError")
    for name, expression in {
        "no name": registration("'{\"events\": []}'", "''"),
        "a name that is taken": registration("'{\"events\": []}'", "'own'"),
        "no JSON": registration("'events'"),
        "a list": registration("'[\"INVOKE\"]'"),
        "events that are no list": registration("'{\"events\": {}}'"),
        "events that are numbers": registration("'{\"events\": [1]}'"),
        "an event that there is not": registration("'{\"events\": [\"RESET\"]}'"),
        "the end of the environment": registration("'{\"events\": [\"SHUTDOWN\"]}'"),
        "JSON that is 100 000 deep": registration("'[' * 100_000"),
        "telemetry to the internet": subscription("http://1.1.1.1:80/"),
        "telemetry to the metadata of a cloud": subscription("http://169.254.169.254:80/"),
        "telemetry to a host behind a user": subscription("http://sandbox.localdomain:80@1.1.1.1:80/"),
        "telemetry to a host that begins alike": subscription("http://sandbox.localdomain.evil.com:80/"),
        "telemetry to every address": subscription("http://0.0.0.0:80/"),
        "telemetry by IPv6": subscription("http://[::1]:80/"),
        "telemetry to a number that is an address": subscription("http://2130706433:80/"),
        "telemetry to a file": subscription("file:///etc/passwd"),
        "telemetry by TLS": subscription("https://sandbox.localdomain:443/"),
        "telemetry to no port": subscription("http://sandbox.localdomain:0/"),
        "telemetry to a port that there is not": subscription("http://sandbox.localdomain:65537/"),
        "telemetry with a request in its path": subscription("http://localhost:80/ HTTP/1.1\\r\\nX: y\\r\\n\\r\\n"),
        "telemetry by another method": subscription(
            destination='{"protocol": "HTTP", "URI": "http://localhost:80/", "method": "DELETE"}'),
        "telemetry by another protocol": subscription(destination='{"protocol": "UDP", "port": 80}'),
        "telemetry to the runtime API": subscription("http://localhost:9001/2018-06-01/runtime/init/error"),
        "telemetry to the runtime API by TCP": subscription(destination='{"protocol": "TCP", "port": 9001}'),
        "batches of a gigabyte": subscription(more=', "buffering": {"maxBytes": 1073741824}'),
        "batches that never come": subscription(more=', "buffering": {"timeoutMs": 4294967296}'),
        "batches without an event": subscription(more=', "buffering": {"maxItems": -1}'),
        "types that there are not": subscription(types='["host"]'),
        "no types": subscription(types="[]"),
    }.items()
}
# Telemetry would be calls of the function, made by the server.
TO_THE_API = ("telemetry to the AWS API", "telemetry to the AWS API by TCP")


def early_attempts(port):
    uri = f"http://localhost:{port}/2015-03-31/functions/any/invocations"
    expressions = (subscription(uri), subscription(destination=f'{{"protocol": "TCP", "port": {port}}}'))
    return EARLY | {name: (each, "400 ValidationError") for name, each in zip(TO_THE_API, expressions, strict=True)}


SLOW = "import time\ndef handler(event, context):\n    time.sleep(event)\n    return 'mine'\n"


@pytest.fixture(scope="module")
def intruder(either_server):
    return Intruder(Account(either_server))


def test_no_invocation_but_its_own_is_answered(intruder, either_server):
    victim = Account(either_server)
    name = victim.deploy(SLOW, Timeout=20)
    answer = victim.invoke_aside(name, 2)
    neighbour = re.search(r"RequestId: (\S+)", log_with(victim, name, "START RequestId"))[1]
    intruder.results({"none": ("'none'", "")})
    earlier = intruder.results({"its own": ("request_id", "")})["its own"]
    intruder.check(ANSWERS, earlier=earlier, neighbour=neighbour)
    assert answer().value == "mine"


@pytest.mark.parametrize("table", [TURNS, NONSENSE, EXTENSIONS], ids=["turns", "nonsense", "extensions"])
def test_what_comes_out_of_turn_is_refused(intruder, table):
    intruder.check(table)
    assert intruder.results({"again": ("'still here'", "")}) == {"again": "still here"}


def test_an_extension_reaches_nothing_else_while_it_may_register(either_server):
    account = Account(either_server)
    attempts = early_attempts(either_server.port)
    files = {"app.py": INTRUDER, "early.py": (FUNCTIONS / "early_intruder.py").read_text(),
             "attempts.json": json.dumps({name: expression for name, (expression, _) in attempts.items()})}
    name = account.deploy(files=files, Handler="early.handler", MemorySize=1769, Timeout=60)
    results = account.invoke(name).value
    assert_allowed(attempts, results)
