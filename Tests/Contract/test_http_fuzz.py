"""Random and slightly malformed requests at the socket: the server responds or disconnects, and keeps running."""

import http.client
import json
import os
import random
import re
import socket
import time

from account import Account

SEED = int(os.environ.get("STRATA_SEED", random.SystemRandom().randrange(1 << 32)))
SECONDS = 8
METHODS = [b"GET", b"POST", b"PUT", b"DELETE", b"HEAD", b"OPTIONS", b"PATCH", b"CONNECT", b"TRACE", b"X" * 300]
PATHS = [
    b"/2015-03-31/functions", b"/2015-03-31/functions/echo/invocations", b"/2015-03-31/functions/echo/configuration",
    b"/2018-10-31/layers", b"/2018-10-31/layers/x/versions", b"/2018-10-31/layers/x/versions/1",
    b"/2016-08-19/account-settings", b"/_strata/health", b"/downloads/00?Expires=1&Signature=2", b"/",
    b"/2018-10-31/layers?find=LayerVersion&Arn=arn:aws:lambda:us-east-1:000000000000:layer:x:1",
    b"/2015-03-31/functions/%00", b"/2015-03-31/functions/..%2f..%2fetc", b"*", b"/" + b"a" * 9000,
    b"/2015-03-31/functions?MaxItems=-1&Marker=%ff", b"/2015-03-31/functions/%zz/invocations",
]
HEADERS = [
    b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: 99999999999999999999", b"Content-Length: 5, 5",
    b"Transfer-Encoding: chunked", b"Transfer-Encoding: nonsense", b"Expect: 100-continue", b"Connection: close",
    b"Authorization: AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/lambda/aws4_request",
    b"Authorization: AWS4-HMAC-SHA256 Credential=////", b"Authorization: \xff\xfe", b"X-Amz-Invocation-Type: Nonsense",
    b"X-Amz-Log-Type: Tail", b"X-Amz-Client-Context: %%%", b"Host:", b"Host: localhost", b"Content-Encoding: gzip",
    b": empty", b"No-Colon", b"X-Long: " + b"y" * 20_000, b"Content-Type: application/json", b" folded: x",
]
BODIES = [
    b"", b"{}", b"null", b"[]", b'{"FunctionName": "x"}', b'{"Code": {"ZipFile": "UEsFBg=="}}', b"{" * 1000,
    b"[" * 5000, b'"' + b"\\u0000" * 100 + b'"', b"\xff" * 64, b"5\r\nhello\r\n0\r\n\r\n", b"ffffffffff\r\n",
    b"1e999999",
    b'{"Timeout": 99999999999999999999999}', b'{"Timeout": 1.5}', b'{"a": ' * 200 + b"1" + b"}" * 200, b"-0", b"\x00",
]


def well_formed(generator, body):
    method, path = generator.choice(METHODS), generator.choice(PATHS)
    headers = [b"Host: 127.0.0.1"] + generator.sample(HEADERS, generator.randrange(4))
    if generator.random() < 0.7:
        headers.append(b"Content-Length: %d" % len(body))
    return b"%s %s HTTP/1.1\r\n%s\r\n\r\n%s" % (method, path, b"\r\n".join(headers), body)


def mutated(generator, data):
    data = bytearray(data)
    for _ in range(generator.randrange(1, 8)):
        position = generator.randrange(len(data) + 1)
        choice = generator.randrange(4)
        if choice == 0:
            data[position:position + 1] = generator.randbytes(1)
        elif choice == 1:
            data[position:position] = generator.randbytes(generator.randrange(1, 20))
        elif choice == 2:
            del data[position:position + generator.randrange(1, 30)]
        else:
            data[position:position] = data[:generator.randrange(1, 60)]
    return bytes(data)


def exchange(port, data):
    """All received bytes until the server disconnects or goes silent."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.settimeout(0.15)
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                received += piece
        except OSError:
            pass
    return received


def assert_answers_are_sound(received, sent):
    for status in re.findall(rb"^HTTP/1\.[01] (\d{3})", received, re.MULTILINE):
        # A mutation may change the version of HTTP.
        assert int(status) < 500 or int(status) in (501, 505), (status, sent)
    if not received:
        return
    head, separator, body = received.partition(b"\r\n\r\n")
    assert separator and re.match(rb"HTTP/1\.[01] \d{3} ", head), (received[:200], sent)
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    is_json = re.search(rb"(?i)\r\ncontent-type: application/(x-amz-)?json", head)
    if length and is_json and not sent.startswith(b"HEAD") and len(body) >= int(length[1]) > 0:
        json.loads(body[: int(length[1])])


def test_random_requests_do_no_harm(server):
    print(f"seed: STRATA_SEED={SEED}")
    generator = random.Random(SEED)
    account = Account(server, "000000000000")
    account.deploy(name="echo")
    deadline, count = time.monotonic() + SECONDS, 0
    while time.monotonic() < deadline:
        data = well_formed(generator, generator.choice(BODIES))
        if generator.random() < 0.5:
            data = mutated(generator, data)
        assert_answers_are_sound(exchange(server.port, data), data)
        assert server.process.poll() is None, (SEED, data)
        count += 1
    assert count > 50
    assert server.health()[0] == 200
    assert account.invoke("echo", "well").value == "well"
    account.lambda_.delete_function(FunctionName="echo")


def test_connections_that_say_nothing_do_not_keep_others_out(server):
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
    try:
        for connection in silent[::2]:
            connection.sendall(b"POST /2015-03-31/functions HTTP/1.1\r\nContent-Le")
        assert server.health()[0] == 200
    finally:
        for connection in silent:
            connection.close()


def test_a_query_of_very_many_parameters_is_answered(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/2015-03-31/functions?" + "&".join(["MaxItems=1"] * 2000))
    assert connection.getresponse().status == 200
    connection.close()
