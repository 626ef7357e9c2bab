"""The API below the clients: responses to requests that AWS's clients would not send."""

import http.client
import json
import re
import uuid

import boto3
import pytest

from account import refused
from packages import zip_of

FUNCTIONS = "/2015-03-31/functions"
LATER = re.compile(
    "(Create|Update)(FunctionUrlConfig|EventSourceMapping)|DurableExecution|CapacityProvider|ScalingConfig"
    "|ResourcePolicy"
)


def request(server, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


def assert_error(answer, content, status, code):
    assert answer.status == status, content
    assert answer.headers["x-amzn-ErrorType"].partition(":")[0] == code
    assert answer.headers["x-amzn-RequestId"]
    body = json.loads(content)
    assert body.get("message") or body.get("Message")
    return body


def test_every_answer_has_a_request_id_of_its_own(server):
    answers = [request(server, "GET", FUNCTIONS)[0] for _ in range(2)]
    ids = {str(uuid.UUID(answer.headers["x-amzn-RequestId"])) for answer in answers}
    assert len(ids) == 2


def test_a_request_without_credentials_belongs_to_the_servers_own_account(server):
    answer, content = request(server, "GET", FUNCTIONS)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    assert json.loads(content)["Functions"] == []


def test_an_unknown_path(server):
    for method, path in (("GET", "/nothing/here"), ("POST", "/"), ("GET", "/2015-03-31/functionsX")):
        answer, content = request(server, method, path)
        assert answer.status == 404
        assert answer.headers["x-amzn-ErrorType"]
        assert json.loads(content)


def test_a_method_that_a_path_does_not_have(server):
    answer, _ = request(server, "PATCH", FUNCTIONS)
    assert answer.status in (404, 405)


@pytest.mark.parametrize("body", [b"{", b"{'a': 1}", b"\xff\xfe", b'{"FunctionName": "x"', b"[" * 100_000])
def test_a_body_that_is_not_json(server, body):
    answer, content = request(server, "POST", FUNCTIONS, body)
    assert_error(answer, content, 400, "SerializationException")


@pytest.mark.parametrize(
    "body",
    [b'{"FunctionName": 7}', b'{"Timeout": "many"}', b'{"Code": []}', b'{"Code": {"ZipFile": "%%%"}}', b"[]", b'"x"'],
)
def test_json_of_the_wrong_shape(server, body):
    answer, content = request(server, "POST", FUNCTIONS, body)
    assert answer.status == 400, content
    assert answer.headers["x-amzn-ErrorType"].partition(":")[0] in ("SerializationException", "ValidationException")


@pytest.mark.parametrize(("method", "path", "purpose"), [
    ("POST", FUNCTIONS, " for the CreateFunction operation"),
    ("PUT", f"{FUNCTIONS}/f/code", " for the UpdateFunctionCode operation"),
    ("POST", "/2015-03-31/nothing", ""),
])
def test_a_body_over_the_limit(server, method, path, purpose):
    """CreateFunction accepts 70 167 211 bytes: a zip of 50 MB in base64 and its settings."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest(method, path)
    connection.putheader("Content-Length", "70167212")
    connection.putheader("Expect", "100-continue")
    connection.endheaders()
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert_error(answer, content, 413, "RequestEntityTooLargeException")
    assert json.loads(content)["message"] == f"Request must be smaller than 70167211 bytes{purpose}"


def test_an_unimplemented_operation_is_named(aws):
    names = filter(LATER.search, aws.lambda_.meta.service_model.operation_names)
    for name in sorted(names):
        answer = send(aws, name)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501, (name, answer)
        assert name in answer["Error"]["Message"], (name, answer)


def send(aws, operation):
    """Sends an operation with some value for every required parameter, without the client's validation."""
    model = aws.lambda_.meta.service_model.operation_model(operation)
    parameters = {name: example(model.input_shape.members[name]) for name in model.input_shape.required_members}
    with pytest.raises(aws.lambda_.exceptions.ClientError) as caught:
        aws.lambda_._make_api_call(operation, parameters)
    return caught.value.response


def example(shape):
    """A value of a shape, valid or not: unimplemented operations do not validate."""
    if shape.type_name == "structure":
        return {name: example(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [example(shape.member)]
    if shape.type_name == "map":
        return {"key": "value"}
    if shape.type_name == "string":
        return (shape.enum or ["example"])[0]
    return {"integer": 1, "long": 1, "boolean": True, "blob": b"{}", "timestamp": 0}[shape.type_name]


def test_another_service_is_refused(server):
    client = boto3.client(
        "sqs", endpoint_url=server.url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    refusal = refused(client.list_queues)
    assert 400 <= refusal.status < 500 or refusal.status == 501


def test_a_long_connection_serves_many_requests(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for _ in range(50):
        connection.request("GET", FUNCTIONS)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        assert not answer.will_close
    connection.close()


def test_a_request_in_pieces_is_one_request(aws, server):
    name = aws.deploy()
    chunks = (b'{"a":', b" 1", b"}")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    credential = f"AWS4-HMAC-SHA256 Credential={aws.number}/20260101/us-east-1/lambda/aws4_request, Signature=0"
    headers = {"Transfer-Encoding": "chunked", "Authorization": credential}
    connection.request("POST", f"{FUNCTIONS}/{name}/invocations", iter(chunks), headers, encode_chunked=True)
    assert json.loads(connection.getresponse().read()) == {"a": 1}
    connection.close()


def test_a_function_name_is_decoded_from_its_path(aws, server):
    name = aws.deploy()
    credential = f"AWS4-HMAC-SHA256 Credential={aws.number}/20260101/us-east-1/lambda/aws4_request, Signature=0"
    encoded = aws.arn(name).replace(":", "%3A")
    answer, content = request(server, "GET", f"{FUNCTIONS}/{encoded}/configuration",
                              headers={"Authorization": credential})
    assert json.loads(content)["FunctionName"] == name


def test_the_same_zip_by_two_accounts_is_theirs_alone(aws, server):
    """Accounts may share stored bytes, but must not see each other's resources."""
    from account import Account

    code = zip_of({"app.py": "def handler(e, c): return 1"})
    other = Account(server)
    for account in (aws, other):
        account.deploy(Code={"ZipFile": code}, name="same")
    aws.lambda_.delete_function(FunctionName="same")
    assert other.invoke("same").value == 1
