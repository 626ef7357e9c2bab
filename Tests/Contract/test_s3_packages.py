"""Packages in S3: read by bucket, key, version and region, and stored like any other package."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from account import Account, refused
from packages import answering, sha256, zip_of
from s3_server import ODD_KEYS, S3Server, ScriptedS3, settings


@pytest.fixture
def aws(server_with_s3):
    """An unused account on a server that has an S3."""
    return Account(server_with_s3)


@pytest.fixture(scope="module")
def bucket(s3):
    return s3.bucket("code.with.dots")


def test_a_function_is_created_and_updated_from_s3(aws, s3, bucket):
    s3.put(bucket, "first.zip", answering("first"))
    s3.put(bucket, "second.zip", answering("second"))
    created = aws.lambda_.create_function(**settings(aws, bucket, "first.zip"))
    assert created["CodeSha256"] == sha256(answering("first"))
    assert created["CodeSize"] == len(answering("first"))
    name = created["FunctionName"]
    aws.wait_until_active(name)
    assert aws.invoke(name).value == "first"
    aws.lambda_.update_function_code(FunctionName=name, S3Bucket=bucket, S3Key="second.zip")
    aws.wait_until_updated(name)
    assert aws.invoke(name).value == "second"
    # The deployed package is independent of the object.
    s3.s3.delete_object(Bucket=bucket, Key="second.zip")
    assert aws.invoke(name).value == "second"


def test_a_layer_is_published_from_s3(aws, s3, bucket):
    layer = zip_of({"python/greeting.py": "WORD = 'hello'\n"})
    s3.put(bucket, "layer.zip", layer)
    published = aws.lambda_.publish_layer_version(
        LayerName="greeting", Content={"S3Bucket": bucket, "S3Key": "layer.zip"}
    )
    assert published["Content"]["CodeSha256"] == sha256(layer)
    source = "import greeting\ndef handler(event, context): return greeting.WORD"
    assert aws.invoke(aws.deploy(source, Layers=[published["LayerVersionArn"]])).value == "hello"


def test_a_version_of_an_object_is_read_by_its_id(aws, s3):
    versioned = s3.bucket("versioned")
    s3.s3.put_bucket_versioning(Bucket=versioned, VersioningConfiguration={"Status": "Enabled"})
    old, new = (s3.put(versioned, "app.zip", answering(word)) for word in ("old", "new"))
    for version, word in ((old, "old"), (new, "new")):
        created = aws.lambda_.create_function(**settings(aws, versioned, "app.zip", S3ObjectVersion=version))
        assert created["CodeSha256"] == sha256(answering(word))
    latest = aws.lambda_.create_function(**settings(aws, versioned, "app.zip"))
    assert latest["CodeSha256"] == sha256(answering("new"))
    refusal = refused(aws.lambda_.create_function, **settings(aws, versioned, "app.zip", S3ObjectVersion="none"))
    assert refusal.code == "InvalidParameterValueException"
    assert refusal.message == (
        "Error occurred while GetObject. S3 Error Code: NoSuchVersion. "
        "S3 Error Message: The specified version does not exist."
    )


@pytest.mark.parametrize("key", ODD_KEYS)
def test_a_key_may_have_any_characters(aws, s3, bucket, key):
    s3.put(bucket, key, answering(key))
    created = aws.lambda_.create_function(**settings(aws, bucket, key))
    assert created["CodeSha256"] == sha256(answering(key))


def test_a_zip_over_the_limit_of_a_request_is_read_without_filling_the_memory(aws, s3, bucket, server_with_s3):
    large = zip_of({"noise": os.urandom(60_000_000)}, level=1)
    assert len(large) > 60_000_000
    s3.put(bucket, "large.zip", large)
    aws.lambda_.list_functions()
    before = peak_memory(server_with_s3)
    published = aws.lambda_.publish_layer_version(
        LayerName="large", Content={"S3Bucket": bucket, "S3Key": "large.zip"}
    )
    assert published["Content"]["CodeSize"] == len(large)
    assert published["Content"]["CodeSha256"] == sha256(large)
    assert peak_memory(server_with_s3) - before < 30_000_000


def peak_memory(server):
    """A server's peak memory, in bytes (proc(5), VmHWM)."""
    lines = Path(f"/proc/{server.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def test_the_aws_cli_deploys_from_s3(aws, s3, bucket, cli):
    s3.put(bucket, "cli code.zip", answering("by command"))

    def run(*arguments):
        result = aws.aws("lambda", *arguments, program=cli)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    code = f"S3Bucket={bucket},S3Key=cli code.zip"
    created = run(
        "create-function", "--function-name", "cli", "--runtime", aws.server.runtime, "--role", aws.role,
        "--handler", "app.handler", "--code", code,
    )
    assert created["CodeSha256"] == sha256(answering("by command"))
    # As `aws cloudformation package` names its uploads: by digest, without an extension.
    s3.put(bucket, "stack/0123456789abcdef0123456789abcdef", answering("by template"))
    aws.wait_until_active("cli")
    updated = run(
        "update-function-code", "--function-name", "cli", "--s3-bucket", bucket,
        "--s3-key", "stack/0123456789abcdef0123456789abcdef",
    )
    assert updated["CodeSha256"] == sha256(answering("by template"))
    assert run("publish-layer-version", "--layer-name", "cli", "--content", code)["Version"] == 1
    aws.wait_until_updated("cli")
    assert aws.invoke("cli").value == "by template"


def test_what_cloudformation_package_uploads_is_deployed(aws, s3, bucket, cli, tmp_path):
    """`aws cloudformation package` zips a folder, uploads it and writes its location into the template."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("def handler(event, context): return 'packaged'\n")
    (tmp_path / "src" / "app.py").chmod(0o644)
    template = {"Resources": {"Hello": {"Type": "AWS::Lambda::Function", "Properties": {"Code": "src"}}}}
    (tmp_path / "template.json").write_text(json.dumps(template))
    result = aws.aws(
        "cloudformation", "package", "--template-file", tmp_path / "template.json", "--s3-bucket", bucket,
        "--s3-prefix", "my stack", "--use-json", program=cli, variables={"AWS_ENDPOINT_URL_S3": s3.url},
    )
    assert result.returncode == 0, result.stderr
    packaged = json.loads(result.stdout[result.stdout.index("{"):])
    code = packaged["Resources"]["Hello"]["Properties"]["Code"]
    assert code["S3Key"].startswith("my stack/")
    assert aws.invoke(aws.deploy(Code=code)).value == "packaged"


def test_the_endpoint_may_come_from_the_environment(installation, s3, bucket):
    s3.put(bucket, "environment.zip", answering("x"))
    variables = {"AWS_ENDPOINT_URL_S3": s3.url + "/", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    server = installation.start(variables=variables)
    aws = Account(server)
    aws.lambda_.create_function(**settings(aws, bucket, "environment.zip"))
    server.stop()


def test_requests_are_signed_for_the_callers_account_and_region(installation):
    code = answering("signed")
    fake = ScriptedS3.answering("200 OK", body=code)
    server = installation.start(arguments=("--s3-endpoint", fake.url))
    aws = Account(server, region="eu-central-1")
    aws.lambda_.create_function(**settings(aws, "my.bucket", "a b.zip", S3ObjectVersion="v/1"))
    server.stop()
    fake.stop()
    [request] = fake.requests
    assert request.startswith("GET /my.bucket/a%20b.zip?versionId=v%2F1 HTTP/1.1\r\n")
    assert f"Credential={aws.number}/" in request
    assert "/eu-central-1/s3/aws4_request" in request
    assert "X-Amz-Security-Token" not in request


# Permissions, with an S3 that checks signatures


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A key and a self-signed certificate for 127.0.0.1."""
    folder = tmp_path_factory.mktemp("certificate")
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", folder / "key.pem", "-out", folder / "certificate.pem"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "certificate.pem", folder / "key.pem"


def test_an_s3_is_trusted_if_its_authority_is(installation, certificate):
    code = answering("by TLS")
    fake = ScriptedS3.answering("200 OK", body=code, certificate=certificate)
    for variables, trusted in (({}, False), ({"AWS_CA_BUNDLE": str(certificate[0])}, True)):
        server = installation.start(arguments=("--s3-endpoint", fake.url), variables=variables)
        aws = Account(server)
        if trusted:
            created = aws.lambda_.create_function(**settings(aws, "bucket", "app.zip"))
            assert created["CodeSha256"] == sha256(code)
        else:
            refusal = refused(aws.lambda_.create_function, **settings(aws, "bucket", "app.zip"))
            assert refusal.code == "ServiceException"
            assert f"S3 at {fake.url} is not trusted: " in refusal.message
            assert "AWS_CA_BUNDLE" in refusal.message
        server.stop()
    fake.stop()
    assert len(fake.requests) == 1


@pytest.fixture(scope="module")
def guarded_s3(nothing_left_behind, tmp_path_factory):
    """An S3 with one user and one role, who may read one bucket of two."""
    guarded = S3Server(tmp_path_factory.mktemp("guarded-s3"))
    try:
        guard(guarded)
        yield guarded
    finally:
        guarded.stop()


def guard(s3):
    for name in ("open", "closed"):
        s3.bucket(name)
        for key in ODD_KEYS:
            s3.put(name, key, answering(key))
    policy = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::open/*"}
    ]})
    iam = s3.client("iam")
    iam.create_user(UserName="reader")
    iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=policy)
    s3.user = iam.create_access_key(UserName="reader")["AccessKey"]
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust)["Role"]
    iam.put_role_policy(RoleName="reader", PolicyName="read", PolicyDocument=policy)
    assumed = s3.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="test")
    s3.role = assumed["Credentials"]
    s3.lock()


def variables(credentials, **more):
    names = {"AccessKeyId": "AWS_ACCESS_KEY_ID", "SecretAccessKey": "AWS_SECRET_ACCESS_KEY",
             "SessionToken": "AWS_SESSION_TOKEN"}
    return {name: credentials[key] for key, name in names.items() if key in credentials} | more


@pytest.mark.parametrize("who", ["user", "role"])
def test_the_servers_own_credentials_sign_the_requests_of_its_account(installation, guarded_s3, who):
    server = installation.start(
        arguments=("--s3-endpoint", guarded_s3.url), variables=variables(getattr(guarded_s3, who))
    )
    aws = Account(server, "000000000000")
    # S3 signs the decoded path, and moto the path as it came: they differ where dots are encoded.
    for key in (key for key in ODD_KEYS if "/../" not in key):
        created = aws.lambda_.create_function(**settings(aws, "open", key))
        assert created["CodeSha256"] == sha256(answering(key))
    refusal = refused(aws.lambda_.create_function, **settings(aws, "closed", "plain.zip"))
    assert (refusal.code, refusal.status) == ("AccessDeniedException", 403)
    assert refusal.message.startswith("Your access has been denied by S3, please make sure")
    server.stop()


def test_s3_reports_a_wrong_secret(installation, guarded_s3):
    wrong = variables(guarded_s3.user, AWS_SECRET_ACCESS_KEY="wrong")
    server = installation.start(arguments=("--s3-endpoint", guarded_s3.url), variables=wrong)
    aws = Account(server, "000000000000")
    refusal = refused(aws.lambda_.create_function, **settings(aws, "open", "plain.zip"))
    assert "S3 Error Code: SignatureDoesNotMatch." in refusal.message
    server.stop()
