"""Request bodies that reach a service piece by piece: in every form that is signed, however long, and also those that
break off."""

import hashlib
import http.client
import json
import os
import socket
import subprocess
import urllib.error
import urllib.request
import zlib
from pathlib import Path
from xml.etree import ElementTree

import boto3
import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.config import Config
from botocore.credentials import Credentials

from account import CONFIG
from server_process import PATIENCE_SECONDS
from signing import ChunkSigner, signed

PROGRAM = Path(__file__).resolve().parents[2] / ".build" / "debug" / "upload-probe"
KEY = Credentials("AKIAUPLOADS", "secret")
# Longer than what is gathered of any request, and no multiple of anything.
LONG = os.urandom(1_000_003)
SHORT = b"a few words"
READ_BYTES = 65_536


class UploadServer:
    """A process of `upload-probe`: a gateway whose one service streams bodies."""

    def __init__(self, folder, key=None):
        command = [PROGRAM, folder] + ([key.access_key, key.secret_key] if key else [])
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def discarded(self):
        with urllib.request.urlopen(f"{self.url}/discarded", timeout=PATIENCE_SECONDS) as answer:
            return json.loads(answer.read())

    def peak_bytes(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(PATIENCE_SECONDS) == 0


@pytest.fixture(scope="module", params=["signatures required", "signatures not asked for"])
def server(request, tmp_path_factory):
    server = UploadServer(tmp_path_factory.mktemp("uploads"), KEY if request.param == "signatures required" else None)
    yield server
    server.close()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    server = UploadServer(tmp_path_factory.mktemp("guarded"), KEY)
    yield server
    server.close()


def upload(request):
    """Sends a request: the status, and what the service saw, or the code of the error."""
    prepared = urllib.request.Request(
        request.url, data=request.data, headers=dict(request.headers), method=request.method)
    try:
        with urllib.request.urlopen(prepared, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, answer.headers["X-Seen"]
    except urllib.error.HTTPError as error:
        return error.code, ElementTree.fromstring(error.read() or b"<Error/>").findtext("Code")


def checked(seen, content):
    """What the service saw of an upload, which must be its content."""
    upload = json.loads(seen)
    assert (upload["bytes"], upload["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    return upload


def hashed(server, content, path="/b/k"):
    return signed(server, KEY, path, "PUT", content, S3SigV4Auth, service="s3")


def chunked(server, content):
    class Signer(ChunkSigner):
        chunk_bytes = 30_000 if len(content) > 1_000 else 8

    return signed(server, KEY, "/b/k", "PUT", content, Signer, service="s3")


def presigned(server, content):
    request = signed(server, KEY, "/b/k", "PUT", b"", S3SigV4QueryAuth, service="s3", expires=60)
    request.data = content
    return request


def trailing(server, content):
    """Unsigned chunks and a checksum behind them, as the SDKs send streams."""
    checksum = zlib.crc32(content).to_bytes(4, "big").hex()
    headers = {
        "X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "X-Amz-Trailer": "x-amz-checksum-crc32",
        "Content-Encoding": "aws-chunked", "X-Amz-Decoded-Content-Length": str(len(content))}

    class Signer(S3SigV4Auth):
        def payload(self, request):
            return headers["X-Amz-Content-SHA256"]

    request = signed(server, KEY, "/b/k", "PUT", b"", Signer, headers, service="s3")
    coded = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces(content, 100_000))
    request.data = coded + b"0\r\nx-amz-checksum-crc32:%s\r\n\r\n" % checksum.encode()
    return request


def pieces(content, length):
    return [content[at:at + length] for at in range(0, len(content), length)]


@pytest.mark.parametrize("content", [SHORT, LONG], ids=["short", "long"])
@pytest.mark.parametrize("form", [hashed, chunked, presigned, trailing])
def test_the_service_gets_the_content_of_every_signed_form(server, form, content):
    status, seen = upload(form(server, content))
    assert status == 200
    arrived = checked(seen, content)
    assert set(arrived["trailers"]) == ({"x-amz-checksum-crc32"} if form is trailing else set())
    assert (arrived["pieces"] > 1) == (content is LONG)


def test_boto3_uploads(server):
    s3 = boto3.client(
        "s3", endpoint_url=server.url, region_name="us-east-1", aws_access_key_id=KEY.access_key,
        aws_secret_access_key=KEY.secret_key, config=CONFIG.merge(Config(s3={"addressing_style": "path"})))
    for content in (SHORT, LONG):
        answer = s3.put_object(Bucket="b", Key="k", Body=content)
        checked(answer["ResponseMetadata"]["HTTPHeaders"]["x-seen"], content)


@pytest.mark.parametrize("content", [SHORT, LONG], ids=["short", "long"])
@pytest.mark.parametrize("form, status, code", [
    (hashed, 400, "XAmzContentSHA256Mismatch"), (chunked, 403, "SignatureDoesNotMatch"),
    (trailing, 400, "IncompleteBody"),
])
def test_a_body_that_is_not_what_was_signed_is_discarded(guarded, form, status, code, content):
    before = guarded.discarded()
    request = form(guarded, content)
    middle = len(request.data) // 2
    if form is trailing:
        # Its chunks are not signed, but their coding is checked.
        request.data = request.data[:-20]
    else:
        request.data = request.data[:middle] + bytes([request.data[middle] ^ 1]) + request.data[middle + 1:]
    assert upload(request) == (status, code)
    assert guarded.discarded() - before == (1 if content is LONG else 0)


def test_a_forged_head_never_reaches_the_service(guarded):
    before = guarded.discarded()
    for content in (SHORT, LONG):
        request = hashed(guarded, content)
        request.url += "2"
        assert upload(request) == (403, "SignatureDoesNotMatch")
    assert guarded.discarded() == before


def test_an_upload_beyond_the_limit_is_answered_before_it_ends(server):
    before = server.discarded()
    assert upload(hashed(server, LONG * 76)) == (400, "EntityTooLarge")
    assert server.discarded() == before + 1


@pytest.mark.parametrize("content", [SHORT, LONG], ids=["short", "long"])
def test_a_service_may_refuse_an_upload_at_its_first_piece(server, content):
    before = server.discarded()
    assert upload(hashed(server, content, "/full/k")) == (507, None)
    assert server.discarded() == before + 1


def test_an_upload_that_breaks_off_is_discarded(server):
    before = server.discarded()
    request = hashed(server, LONG)
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        connection.sendall(f"PUT /b/k HTTP/1.1\r\n{head}Content-Length: {len(LONG)}\r\n\r\n".encode() + LONG[:500_000])
    connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE_SECONDS)
    for _ in range(10_000):
        connection.request("GET", "/discarded")
        if json.loads(connection.getresponse().read()) == before + 1:
            break
    connection.close()
    assert server.discarded() == before + 1


def test_seventy_megabytes_are_never_in_memory(server):
    content = LONG * 70
    assert upload(hashed(server, LONG))[0] == 200
    before = server.peak_bytes()
    assert checked(upload(hashed(server, content))[1], content)["longestPiece"] <= READ_BYTES
    assert server.peak_bytes() - before < 8_000_000
