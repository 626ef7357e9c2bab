"""Signatures that a server with `--auth` accepts and refuses, in headers, queries and chunks."""

import datetime
import json
import socket
from unittest import mock

import botocore.auth
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest

from account import refused
from signing import LIST, MISMATCH, ChunkSigner, client, send, signed


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic dXNlcjpwYXNz"}])
def test_a_request_without_a_signature_misses_its_token(guarded, headers):
    for path, method in ((LIST, "GET"), (LIST + "f/invocations", "POST"), ("/nowhere", "PUT")):
        status, name, document = send(AWSRequest(method=method, url=guarded.url + path, headers=headers))
        assert (status, name) == (403, "MissingAuthenticationTokenException")
        assert json.loads(document) == {"message": "Missing Authentication Token"}


def test_an_incomplete_signature_is_refused_with_the_missing_part(guarded):
    headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/lambda/aws4_request"}
    status, name, document = send(AWSRequest(method="GET", url=guarded.url + LIST, headers=headers))
    assert (status, name) == (403, "IncompleteSignatureException")
    assert json.loads(document)["message"].startswith(
        "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' "
        "parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")


@pytest.mark.parametrize("minutes, words", [(-6, "Signature expired: "), (6, "Signature not yet current: ")])
def test_a_clock_that_is_wrong_by_more_than_five_minutes_is_refused(guarded, key, minutes, words):
    there = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + datetime.timedelta(minutes=minutes)
    with mock.patch.object(botocore.auth, "get_current_datetime", return_value=there):
        refusal = refused(client(guarded, key).list_functions)
    assert (refusal.code, refusal.status) == ("InvalidSignatureException", 403)
    assert refusal.message.startswith(words + there.strftime("%Y%m%dT%H%M%SZ"))
    assert refusal.message.endswith(" 5 min.)")


@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_clock_that_is_wrong_by_less_is_forgiven(guarded, key, minutes):
    there = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + datetime.timedelta(minutes=minutes)
    with mock.patch.object(botocore.auth, "get_current_datetime", return_value=there):
        client(guarded, key).list_functions()


def test_an_altered_request_is_refused(guarded, key):
    def invocation():
        return signed(
            guarded, key, LIST + "f/invocations?Qualifier=1", "POST", b'{"a":1}', headers={"X-Amz-Log-Type": "Tail"})

    whole = invocation()
    assert send(whole)[1] == "ResourceNotFoundException"
    changes = [
        lambda request: setattr(request, "data", b'{"a":2}'),
        lambda request: setattr(request, "url", request.url.replace("/f/", "/g/")),
        lambda request: setattr(request, "url", request.url + "&more=1"),
        lambda request: setattr(request, "method", "PUT"),
        lambda request: request.headers.replace_header("X-Amz-Log-Type", "None"),
        lambda request: request.headers.add_header("X-Amz-Client-Context", "e30="),
    ]
    for change in changes:
        request = invocation()
        change(request)
        assert send(request)[:2] == (403, "InvalidSignatureException")


def test_a_presigned_request_needs_no_header(guarded, key):
    request = signed(guarded, key, LIST + "?MaxItems=5", signer=SigV4QueryAuth, expires=900)
    status, _, document = send(AWSRequest(method="GET", url=request.url))
    assert status == 200 and "Functions" in json.loads(document)
    altered = request.url.replace("MaxItems=5", "MaxItems=6")
    assert send(AWSRequest(method="GET", url=altered))[:2] == (403, "InvalidSignatureException")


def test_a_presigned_request_expires(guarded, key):
    then = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - datetime.timedelta(minutes=16)
    with mock.patch.object(botocore.auth, "get_current_datetime", return_value=then):
        request = signed(guarded, key, signer=SigV4QueryAuth, expires=900)
    status, name, document = send(AWSRequest(method="GET", url=request.url))
    assert (status, name) == (403, "InvalidSignatureException")
    assert json.loads(document)["message"].endswith(" 15 min.)")


def test_a_body_in_signed_chunks_is_put_together(guarded, key, owner):
    name = owner.deploy()
    event = json.dumps({"text": "a longer event than one chunk"}).encode()
    request = signed(guarded, key, LIST + name + "/invocations", "POST", event, signer=ChunkSigner)
    assert json.loads(send(request)[2]) == json.loads(event)
    request = signed(guarded, key, LIST + name + "/invocations", "POST", event, signer=ChunkSigner)
    request.data = request.data.replace(b'{"text"', b'{"TEXT"')
    assert send(request)[:2] == (403, "InvalidSignatureException")


def test_the_signature_of_another_service_opens_no_invocation(guarded, key):
    request = signed(guarded, key, LIST + "f/invocations", "POST", service="sqs")
    status, name, document = send(request)
    assert (status, name) == (501, "NotImplementedException")
    assert "this request is for sqs" in json.loads(document)["message"]


@pytest.mark.parametrize("service, operation, code, status", [
    ("s3", "list_buckets", "SignatureDoesNotMatch", 403), ("sqs", "list_queues", "InvalidSignatureException", 400),
    ("dynamodb", "list_tables", "InvalidSignatureException", 400), ("sns", "list_topics", "SignatureDoesNotMatch", 403),
])
def test_clients_of_every_protocol_can_read_why(guarded, key, service, operation, code, status):
    refusal = refused(getattr(client(guarded, key, service, secret="wrong"), operation))
    assert (refusal.code, refusal.status, refusal.message) == (code, status, MISMATCH)


def test_an_unsigned_form_is_answered_in_xml(guarded):
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    request = AWSRequest(
        method="POST", url=guarded.url + "/", data=b"Action=GetCallerIdentity&Version=2011-06-15", headers=headers)
    status, _, document = send(request)
    assert status == 403
    assert b"<Code>MissingAuthenticationToken</Code>" in document


def test_a_strangers_large_body_is_not_read(guarded):
    def answer_to_headers(length):
        with socket.create_connection(("127.0.0.1", guarded.port), timeout=2) as connection:
            connection.sendall(f"POST {LIST} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n".encode())
            return connection.recv(4096)

    assert b"MissingAuthenticationTokenException" in answer_to_headers(65_537)
    with pytest.raises(TimeoutError):
        answer_to_headers(65_536)


def test_a_large_body_of_an_unknown_key_is_not_read_though_the_keys_have_changed(guarded, key, owner):
    """Any change of the catalogue may have brought new keys: they are read before the body is."""
    unknown = type(key)("AKIAUNKNOWN", "secret")
    for known, status in ((unknown, b"403"), (key, b"HTTP/1.1 100"), (unknown, b"403")):
        owner.deploy()
        request = signed(guarded, known, LIST, "POST", b"x" * 70_000)
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        with socket.create_connection(("127.0.0.1", guarded.port), timeout=10) as connection:
            connection.sendall(
                f"POST {LIST} HTTP/1.1\r\n{head}Content-Length: 70000\r\nExpect: 100-continue\r\n\r\n".encode())
            assert status in connection.recv(4096)
