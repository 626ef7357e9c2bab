"""Requests that two readers take differently, that get more than they were signed for, that multiply quotas, or
that are sent in parts to take connections, memory and disk."""

import hashlib
import http.client
import json
import os
import resource
import socket
from pathlib import Path

import botocore
import pytest

from account import Account, refused
from operators import until
from packages import zip_of
from server_process import PATIENCE_SECONDS
from signing import LIST, Keys, client, send, signed

BODY = b'{"a":1}'


def answer(port, request):
    """The status line and everything behind it, until the server closes the connection."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as connection:
        connection.sendall(request)
        while piece := connection.recv(65_536):
            received += piece
    return received


def post(*fields, body=BODY):
    return b"POST /2015-03-31/functions/f/invocations HTTP/1.1\r\n" + b"".join(
        field + b"\r\n" for field in fields) + b"\r\n" + body


SMUGGLED = b"GET /_strata/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
AMBIGUOUS = {
    "a length and chunks": (b"Content-Length: 5", b"Transfer-Encoding: chunked"),
    "chunks and a length": (b"Transfer-Encoding: chunked", b"Content-Length: 5"),
    "two lengths": (b"Content-Length: 7", b"Content-Length: 0"),
    "one length twice": (b"Content-Length: 7", b"content-length: 7"),
    "a list of lengths": (b"Content-Length: 7, 7",),
    "a length with a sign": (b"Content-Length: +7",),
    "a hexadecimal length": (b"Content-Length: 0x7",),
    "a length before a blank": (b"Content-Length : 7",),
    "an unknown coding": (b"Transfer-Encoding: nonsense",),
    "a coding before chunks": (b"Transfer-Encoding: gzip, chunked",),
    "chunks twice": (b"Transfer-Encoding: chunked, chunked",),
    "two codings in two lines": (b"Transfer-Encoding: identity", b"Transfer-Encoding: chunked"),
    "a coding with a control character": (b"Transfer-Encoding: \x0bchunked",),
    "a coding before a blank": (b"Transfer-Encoding : chunked",),
    "a folded coding": (b"Transfer-Encoding:", b" chunked"),
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_a_body_whose_length_is_ambiguous_is_refused_with_what_follows_it(server, name):
    received = answer(server.port, post(b"Host: localhost", *AMBIGUOUS[name], body=BODY + SMUGGLED))
    assert received.split(b" ", 2)[1] in (b"400", b"501"), received
    # The connection has ended: what came behind is no request.
    assert received.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("field", [
    b"Host : localhost", b"Host: [evil.com", b"Host: [evil.com]", b"Host: [::1]evil.com", b"Host: localhost@evil.com",
    b"Host: localhost/evil", b"Host: localhost:1:2", b"Host: localhost:evil", b"Host: local host", b" Host: localhost",
])
def test_a_host_that_is_no_host_is_refused(server, field):
    received = answer(server.port, post(field, b"Content-Length: 0", b"Connection: close", body=b""))
    assert received.split(b" ", 2)[1] == b"400", received


@pytest.mark.parametrize("host", [b"evil.com", b"localhost.evil.com", b"127.0.0.1.evil.com", b"0x7f000001.evil.com"])
def test_a_page_under_another_name_is_refused(server, host):
    received = answer(server.port, post(b"Host: " + host, b"Content-Length: 0", b"Connection: close", body=b""))
    assert received.split(b" ", 2)[1] == b"403", received


@pytest.mark.parametrize("kind", ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"])
def test_no_body_is_left_unsigned_but_an_objects(guarded, key, kind):
    headers = {"X-Amz-Content-SHA256": kind}
    request = signed(guarded, key, LIST + "f/invocations", "POST", BODY, headers=headers)
    request.data = b"7\r\n" + BODY + b"\r\n0\r\n\r\n" if kind.startswith("STREAMING") else BODY
    status, name, document = send(request)
    assert (status, name) == (403, "InvalidSignatureException")
    assert json.loads(document)["message"].startswith("The request signature we calculated does not match")


def test_a_signed_query_means_the_same_in_every_order(guarded, key, owner):
    """The signature sorts values of one name, so an intermediary can change their order."""
    for name in ("first", "second"):
        owner.deploy(name=name)
    query = "?MaxItems=1&MaxItems=2&FunctionVersion=ALL"
    request = signed(guarded, key, LIST + query)
    documents = []
    for order in (query, "?MaxItems=2&MaxItems=1&FunctionVersion=ALL", "?FunctionVersion=ALL&MaxItems=2&MaxItems=1"):
        request.url = guarded.url + LIST + order
        status, _, document = send(request)
        assert status == 200, document
        documents.append(json.loads(document)["Functions"])
    assert [len(functions) for functions in documents] == [1, 1, 1]


@pytest.mark.parametrize("region", ["mars-1", "us-east-11", "us-east-1-copy", "a", "aws-global"])
def test_a_region_that_aws_does_not_have_has_no_quotas(aws, guarded, key, region):
    words = f"Credential should be scoped to a valid region, not '{region}'."
    there = aws.in_region(region)
    for operation in (there.lambda_.list_functions, there.lambda_.get_account_settings):
        refusal = refused(operation)
        assert (refusal.code, refusal.status) == ("InvalidSignatureException", 403)
        assert refusal.message.startswith(words)
    refusal = refused(there.lambda_.create_function, **there.settings())
    assert refusal.message.startswith(words)
    refusal = refused(there.lambda_.invoke, FunctionName="f")
    assert refusal.message.startswith(words)
    refusal = refused(there.client("sts").get_caller_identity)
    assert (refusal.code, refusal.status) == ("SignatureDoesNotMatch", 403)
    refusal = refused(there.client("ssm").describe_parameters)
    assert (refusal.code, refusal.status) == ("InvalidSignatureException", 400)


def test_every_region_of_aws_is_known(aws):
    partitions = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text())["partitions"]
    regions = {region for partition in partitions for region in partition["regions"] if not region.endswith("global")}
    assert len(regions) > 40
    for region in sorted(regions):
        assert aws.in_region(region).lambda_.list_functions()["Functions"] == []


@pytest.fixture
def half_sent():
    """Sends the beginning of a request: the connection, which the test need not close."""
    connections = []

    def send_part(port, head):
        connection = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
        connections.append(connection)
        connection.sendall(head)
        return connection

    yield send_part
    for connection in connections:
        connection.close()


def status_of(connection):
    """The status of the answer; `None` where the connection ends without one."""
    received = b""
    while b" " not in received or len(received) < 12:
        piece = connection.recv(4_096)
        if not piece:
            return None
        received += piece
    return int(received.split(b" ", 2)[1])


def memory_bytes(server):
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


@pytest.fixture
def many_descriptors():
    """More than the server's connections, for this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 6_000:
        pytest.skip(f"this process may have {hard} descriptors only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (6_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("head", [
    b"", b"G", b"POST /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\nX: ",
    b"POST /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
], ids=["nothing", "a byte", "a head", "a body"])
def test_thousands_of_half_sent_requests_lock_no_one_out(installation, many_descriptors, half_sent, head):
    server = installation.start()
    victim = Account(server)
    name = victim.deploy("def handler(event, context): return 'unharmed'")
    connections = [half_sent(server.port, head) for _ in range(4_300)]
    # The oldest has given way: the server has taken the others.
    assert connections[0].recv(1) == b""
    for _ in range(3):
        assert victim.invoke(name).value == "unharmed"
        assert Account(server, victim.number).lambda_.get_function(FunctionName=name)
    # The victim's connections have taken the places of the oldest ones only.
    connections[-1].settimeout(0.01)
    with pytest.raises(TimeoutError):
        connections[-1].recv(1)


def send_partly(half_sent, server, head, count, length):
    """Requests whose bodies have arrived up to a length; their connections."""
    connections = []
    for _ in range(count):
        connection = half_sent(server.port, head)
        connection.sendall(bytes(length))
        connections.append(connection)
    return connections


def test_partial_bodies_are_on_the_disk_and_not_in_memory(installation, half_sent):
    """Thirty clients of one account send 59 of 60 MB; before, that took 2.1 GB."""
    server = installation.start()
    victim = Account(server)
    name = victim.deploy("def handler(event, context): return 'unharmed'")
    before = memory_bytes(server)
    head = post(
        b"Host: localhost", b"Content-Length: 60000000",
        b"Authorization: AWS4-HMAC-SHA256 Credential=111111111111/20260101/us-east-1/lambda/aws4_request, "
        b"SignedHeaders=host, Signature=0", body=b"")
    connections = send_partly(half_sent, server, head, 30, 59_000_000)
    assert memory_bytes(server) - before < 200_000_000
    assert victim.invoke(name).value == "unharmed"
    # An upload of another account has room beside these.
    victim.publish("mine", zip_of({"python/mine.py": os.urandom(3_000_000)}))
    for connection in connections:
        connection.close()
    until(lambda: deleted_bytes(server) == 0, "no body on the disk", lambda: deleted_bytes(server))


def deleted_bytes(server):
    """What files without a name take that the server has open."""
    total = 0
    for link in Path(f"/proc/{server.pid}/fd").iterdir():
        try:
            if "/bodies/" in os.readlink(link):
                total += link.stat().st_size
        except FileNotFoundError:
            continue
    return total


def test_a_forged_signature_is_refused_before_its_body_is_sent(guarded, key, half_sent):
    headers = {"X-Amz-Content-SHA256": hashlib.sha256(BODY).hexdigest(), "Content-Length": "50000000"}
    request = signed(guarded, key, LIST + "f/invocations", "POST", BODY, headers=headers)
    forged = request.headers["Authorization"][:-1] + ("0" if request.headers["Authorization"][-1] != "0" else "1")
    head = b"POST " + request.url.removeprefix(guarded.url).encode() + b" HTTP/1.1\r\n"
    for name, value in request.headers.items():
        head += f"{name}: {forged if name == 'Authorization' else value}\r\n".encode()
    assert status_of(half_sent(guarded.port, head + b"\r\n")) == 403


def test_a_forged_body_without_a_hash_takes_no_memory_and_nothing_of_its_owner(installation, half_sent):
    """Only the whole body says what was signed. Until then it is on the disk, in a share of its own."""
    server = installation.start(arguments=["--auth"])
    key = Keys(server).create("--account", "111122223333")
    owner = Account(server, "111122223333")
    owner.lambda_ = client(server, key)
    request = signed(server, key, LIST + "f/invocations", "POST", BODY, headers={"Content-Length": "50000000"})
    head = b"POST " + request.url.removeprefix(server.url).encode() + b" HTTP/1.1\r\n" + b"".join(
        f"{name}: {value}\r\n".encode() for name, value in request.headers.items()) + b"\r\n"
    before = memory_bytes(server)
    connections = send_partly(half_sent, server, head, 20, 49_999_999)
    assert memory_bytes(server) - before < 150_000_000
    owner.publish("mine", zip_of({"python/mine.py": os.urandom(3_000_000)}))
    connections[0].sendall(b"\0")
    assert status_of(connections[0]) == 403


def test_a_long_body_arrives_whole_in_every_form(aws):
    """In memory, on the disk, and across the border of both; by length and in chunks."""
    name = aws.deploy("def handler(event, context): return len(event)")
    for count in (65_000, 66_000, 1 << 20, (1 << 20) + 1, 1_310_720, 5_900_000):
        text = "x" * (count - 2)
        assert aws.invoke(name, text).value == count - 2
        chunks = (piece.encode() for piece in ('"', text[:100_000], text[100_000:], '"'))
        scope = f"{aws.number}/20260101/us-east-1/lambda/aws4_request"
        connection = http.client.HTTPConnection("127.0.0.1", aws.server.port, timeout=PATIENCE_SECONDS)
        connection.request(
            "POST", f"{LIST}{name}/invocations", chunks, encode_chunked=True,
            headers={"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}", "Transfer-Encoding": "chunked"})
        assert connection.getresponse().read() == str(count - 2).encode()
        connection.close()
