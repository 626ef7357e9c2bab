"""Packages that S3 refuses or that are invalid: AWS's errors in all three calls, and nothing left on disk."""

import pytest

from account import Account, refused
from packages import answering
from s3_server import ScriptedS3, closed_port, settings
from test_package_refusals import LIMIT_BYTES, stored_files

NO_SUCH_KEY = (
    "Error occurred while GetObject. S3 Error Code: NoSuchKey. "
    "S3 Error Message: The specified key does not exist."
)


@pytest.fixture(scope="module")
def quiet_server(installation, s3):
    """A dedicated server, so that only these tests change its data folder."""
    return installation.start(arguments=("--s3-endpoint", s3.url))


@pytest.fixture(scope="module")
def bucket(s3):
    return s3.bucket("refusals")


def bucket_and_key(account, where):
    """The three calls that read a package, each with one in S3."""
    account.lambda_.get_account_settings()
    name = account.deploy("def handler(event, context): return 'unharmed'")
    return name, [
        (account.lambda_.create_function, settings(account, **where)),
        (account.lambda_.update_function_code, {
            "FunctionName": name, **{{"bucket": "S3Bucket", "key": "S3Key"}[k]: v for k, v in where.items()}
        }),
        (account.lambda_.publish_layer_version, {
            "LayerName": "refused", "Content": {"S3Bucket": where["bucket"], "S3Key": where["key"]}
        }),
    ]


def assert_refused_everywhere(server, where, code, words, status=400):
    """All three calls are refused alike and leave nothing behind."""
    account = Account(server)
    name, calls = bucket_and_key(account, where)
    before = stored_files(server)
    for operation, parameters in calls:
        refusal = refused(operation, **parameters)
        assert (refusal.code, refusal.status) == (code, status), refusal
        assert words in refusal.message
    assert stored_files(server) == before
    assert account.invoke(name).value == "unharmed"
    assert account.lambda_.list_layers()["Layers"] == []


def test_a_missing_bucket_is_reported_in_awss_words(quiet_server):
    words = (
        "Error occurred while GetObject. S3 Error Code: NoSuchBucket. "
        "S3 Error Message: The specified bucket does not exist"
    )
    where = {"bucket": "nobody-made-this-one", "key": "app.zip"}
    assert_refused_everywhere(quiet_server, where, "InvalidParameterValueException", words)


def test_a_missing_key_is_reported_in_awss_words(quiet_server, bucket):
    where = {"bucket": bucket, "key": "missing.zip"}
    assert_refused_everywhere(quiet_server, where, "InvalidParameterValueException", NO_SUCH_KEY)


def test_an_object_that_is_no_zip_is_refused(quiet_server, s3, bucket):
    s3.put(bucket, "not-a.zip", b"not a zip" * 1000)
    words = "Could not unzip uploaded file. Please check your file, then try to upload again."
    where = {"bucket": bucket, "key": "not-a.zip"}
    assert_refused_everywhere(quiet_server, where, "InvalidParameterValueException", words)


def test_an_empty_object_is_refused(quiet_server, s3, bucket):
    s3.put(bucket, "empty.zip", b"")
    words = "Uploaded file must be a non-empty zip"
    where = {"bucket": bucket, "key": "empty.zip"}
    assert_refused_everywhere(quiet_server, where, "InvalidParameterValueException", words)


# Servers that are not S3, or a faulty one. Each has its own Strata server.

DENIED = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
MISBEHAVIOUR = {
    "denied": (
        ("403 Forbidden", (), DENIED), 403, "AccessDeniedException",
        "Your access has been denied by S3, please make sure your request credentials have permission to GetObject "
        "for bucket/a/key. S3 Error Code: AccessDenied. S3 Error Message: Access Denied",
    ),
    "denied without a reason": (
        ("403 Forbidden",), 403, "AccessDeniedException",
        "Your access has been denied by S3, please make sure your request credentials have permission to GetObject "
        "for bucket/a/key. S3 Error Code: AccessDenied. S3 Error Message: Access Denied",
    ),
    "another region": (
        ("301 Moved Permanently", ("x-amz-bucket-region: us-east-2", "Location: http://127.0.0.1:1/"),
         b"<Error><Code>PermanentRedirect</Code><Message>Use the other one</Message></Error>"),
        400, "InvalidParameterValueException",
        "Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this "
        "region: us-east-2. Please use this region to retry the request",
    ),
    "an error with markup": (
        ("400 Bad Request", (), b"<Error><Code>Odd</Code><Message>a &lt;b&gt; &amp;lt; c</Message></Error>"),
        400, "InvalidParameterValueException",
        "Error occurred while GetObject. S3 Error Code: Odd. S3 Error Message: a <b> &lt; c",
    ),
    "overloaded": (
        ("503 Slow Down", (), b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"),
        500, "ServiceException",
        "Error occurred while GetObject. S3 Error Code: SlowDown. S3 Error Message: Reduce your request rate.",
    ),
    "too large": (
        ("200 OK", (f"Content-Length: {LIMIT_BYTES + 1}",)), 400, "InvalidParameterValueException",
        f"Unzipped size must be smaller than {LIMIT_BYTES} bytes",
    ),
    "broken off": (
        ("200 OK", ("Content-Length: 1000",), bytes(10)), 500, "ServiceException", "did not send bucket/a/key",
    ),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", 500, "ServiceException", "did not send bucket/a/key"),
}


@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_an_s3_that_refuses_the_object_is_reported(installation, name):
    answer, status, code, words = MISBEHAVIOUR[name]
    if isinstance(answer, bytes):
        fake = ScriptedS3(lambda connection, _: connection.sendall(answer))
    elif any(header.startswith("Content-Length") for header in answer[1:2] and answer[1]):
        head = f"HTTP/1.1 {answer[0]}\r\n{answer[1][0]}\r\n\r\n".encode() + b"".join(answer[2:])
        fake = ScriptedS3(lambda connection, _: connection.sendall(head))
    else:
        fake = ScriptedS3.answering(*answer)
    server = installation.start(arguments=("--s3-endpoint", fake.url))
    try:
        assert_refused_everywhere(server, {"bucket": "bucket", "key": "a/key"}, code, words, status)
    finally:
        server.stop()
        fake.stop()


def test_an_unreachable_s3_is_reported_with_its_address(installation):
    url = f"http://127.0.0.1:{closed_port()}"
    server = installation.start(arguments=("--s3-endpoint", url))
    where = {"bucket": "bucket", "key": "key"}
    assert_refused_everywhere(server, where, "ServiceException", f"S3 cannot be reached at {url}: ", status=500)
    refusal = refused(Account(server).lambda_.create_function, **settings(Account(server), "bucket", "key"))
    assert "--s3-endpoint" in refusal.message and "AWS_ENDPOINT_URL_S3" in refusal.message
    server.stop()


def test_without_an_s3_the_answer_says_what_to_set(server):
    aws = Account(server)
    refusal = refused(aws.lambda_.create_function, **settings(aws, "bucket", "key"))
    assert refusal.code == "InvalidParameterValueException"
    for word in ("--s3-endpoint", "AWS_ENDPOINT_URL_S3", "ZipFile", "--zip-file fileb://"):
        assert word in refusal.message


@pytest.mark.parametrize("code, words", [
    ({}, "Please provide a source for function code."),
    ({"S3Key": "app.zip"}, "Please provide a source for function code."),
    ({"S3Bucket": "bucket"}, "Please provide a source for function code."),
    ({"S3ObjectVersion": "1"}, "Please provide a source for function code."),
    ({"ZipFile": answering("x"), "S3Bucket": "bucket", "S3Key": "app.zip"},
     "Please do not provide other FunctionCode parameters when providing a ZipFile."),
    ({"ZipFile": answering("x"), "S3Key": "app.zip"},
     "Please do not provide other FunctionCode parameters when providing a ZipFile."),
])
def test_a_package_has_one_source(aws, code, words):
    name = aws.deploy()
    for operation, parameters in (
        (aws.lambda_.create_function, aws.settings() | {"Code": code}),
        (aws.lambda_.update_function_code, {"FunctionName": name, **code}),
        (aws.lambda_.publish_layer_version, {"LayerName": "layer", "Content": code}),
    ):
        refusal = refused(operation, **parameters)
        assert refusal.code == "InvalidParameterValueException"
        assert refusal.message.startswith(words)


def test_a_function_of_a_zip_takes_no_image(aws):
    name = aws.deploy()
    image = "000000000000.dkr.ecr.us-east-1.amazonaws.com/image:latest"
    refusal = refused(aws.lambda_.update_function_code, FunctionName=name, ImageUri=image)
    assert refusal.code == "InvalidParameterValueException"
    assert refusal.message == "Please don't provide ImageUri when updating a function with packageType Zip."
