"""Commands against another implementation of AWS's API, and where they find endpoint, region and credentials."""

import hashlib
import http.server
import json
import os
import subprocess
import threading

import pytest

from packages import zip_of
from server_process import BINARY, PATIENCE_SECONDS


class Person:
    """A user with a home folder of their own, and nothing in the environment but what is given."""

    def __init__(self, home):
        self.home = home
        (home / ".aws").mkdir()

    def write(self, name, text):
        (self.home / ".aws" / name).write_text(text)

    def run(self, *arguments, **variables):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home)} | variables
        return subprocess.run(
            [BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE_SECONDS, env=environment)

    def layers(self, *arguments, **variables):
        result = self.run("layer", "list", "--json", *arguments, **variables)
        assert result.returncode == 0, result.stderr
        return [each["layerVersionArn"] for each in json.loads(result.stdout)]


@pytest.fixture
def person(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    return Person(home)


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "layer.zip"
    path.write_bytes(zip_of({"python/thing.py": "VALUE = 1"}))
    return path


class Signatures(http.server.BaseHTTPRequestHandler):
    """Notes who asks for what, and answers lists and SSO's credentials."""

    def do_GET(self):
        self.server.seen.append((self.path, self.headers))
        body = {"Layers": [], "places": []}
        if self.path.startswith("/federation/credentials"):
            body = {"roleCredentials": {
                "accessKeyId": "ASIASSO", "secretAccessKey": "secret", "sessionToken": "token", "expiration": 0}}
        failures = self.server.failures
        content = json.dumps(body if not failures else {"message": "slow down"}).encode()
        self.send_response(failures.pop(0) if failures else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def listener():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Signatures)
    server.seen, server.failures = [], []
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def signer(listener):
    """The key and the region of the last request."""
    scope = listener.seen[-1][1]["Authorization"].split("Credential=")[1].split(",")[0].split("/")
    return scope[0], scope[2]


def test_layers_are_published_listed_and_pruned_on_motos_server(s3, person, archive):
    variables = {"AWS_ENDPOINT_URL": s3.url, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    first = person.run("layer", "publish", archive, "--name", "thing", "--runtime", "python3.12", **variables)
    assert first.returncode == 0, first.stderr
    arn = first.stdout.strip()
    assert arn.endswith(":layer:thing:1")
    again = person.run("layer", "publish", archive, "--name", "thing", "--runtime", "python3.12", **variables)
    assert "nothing was published" in again.stderr and again.stdout == first.stdout
    assert person.layers(**variables) == [arn]
    users = person.run("layer", "users", "thing", "--json", **variables)
    assert (users.returncode, users.stdout) == (0, "[]\n")
    pruned = person.run("layer", "prune", "--keep", "0", "--yes", **variables)
    assert pruned.returncode == 0, pruned.stderr
    assert pruned.stdout.startswith(f"deleted {arn}")
    assert person.layers(**variables) == []


def test_a_large_zip_goes_through_a_bucket(s3, person, archive):
    s3.s3.create_bucket(Bucket="uploads")
    variables = {"AWS_ENDPOINT_URL": s3.url, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    result = person.run("layer", "publish", archive, "--name", "big", "--s3-bucket", "uploads", **variables)
    assert result.returncode == 0, result.stderr
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    stored = s3.s3.get_object(Bucket="uploads", Key=f"strata/layers/{digest}.zip")
    assert stored["Body"].read() == archive.read_bytes()
    refused = person.run("layer", "publish", archive, "--name", "other", "--s3-bucket", "absent", **variables)
    assert refused.returncode == 1 and "NoSuchBucket" in refused.stderr


def test_variables_come_before_the_default_profile(person, listener):
    person.write("config", f"[default]\nregion = eu-west-1\nendpoint_url = {listener.url}\n")
    person.write("credentials", "[default]\naws_access_key_id = FROMFILE\naws_secret_access_key = secret\n")
    person.layers()
    assert signer(listener) == ("FROMFILE", "eu-west-1")
    person.layers(AWS_ACCESS_KEY_ID="FROMVARIABLE", AWS_SECRET_ACCESS_KEY="secret", AWS_REGION="eu-west-2")
    assert signer(listener) == ("FROMVARIABLE", "eu-west-2")
    person.layers("--region", "ca-central-1", AWS_REGION="eu-west-2")
    assert signer(listener) == ("FROMFILE", "ca-central-1")


def test_a_named_profile_comes_before_variables(person, listener):
    person.write("config", f"""
        # Comments and blank lines are passed over.
[profile work]
region=eu-west-3
services = mine
[services mine]
lambda =
  endpoint_url = {listener.url}
""")
    person.write("credentials", "[work]\naws_access_key_id=WORK\naws_secret_access_key=secret\naws_session_token=t\n")
    elsewhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "OTHER", "AWS_SECRET_ACCESS_KEY": "x"}
    person.layers("--profile", "work", **elsewhere)
    assert signer(listener) == ("WORK", "eu-west-3")
    assert listener.seen[-1][1]["X-Amz-Security-Token"] == "t"
    person.layers(AWS_PROFILE="work")
    assert signer(listener) == ("WORK", "eu-west-3")


def test_the_aws_clis_name_of_the_endpoint_is_taken_too(person, listener):
    person.layers("--endpoint-url", listener.url, AWS_ACCESS_KEY_ID="KEY", AWS_SECRET_ACCESS_KEY="secret")
    assert signer(listener) == ("KEY", "us-east-1")


def test_a_role_of_a_profile_is_assumed(s3, person, listener):
    person.write("config", f"""[profile base]
aws_access_key_id = BASE
aws_secret_access_key = secret
[profile deployer]
role_arn = arn:aws:iam::123456789012:role/deployer
source_profile = base
region = us-west-2
endpoint_url = {listener.url}
""")
    person.layers("--profile", "deployer", AWS_ENDPOINT_URL_STS=s3.url)
    key, region = signer(listener)
    assert key.startswith("ASIA") and region == "us-west-2"
    assert listener.seen[-1][1]["X-Amz-Security-Token"]


def test_a_signed_in_user_has_credentials(person, listener):
    person.write("config", f"""[profile sso]
sso_session = company
sso_account_id = 123456789012
sso_role_name = Developer
endpoint_url = {listener.url}
[sso-session company]
sso_region = eu-central-1
sso_start_url = https://company.example/start
""")
    refused = person.run("layer", "list", "--profile", "sso", AWS_ENDPOINT_URL_SSO=listener.url)
    assert refused.returncode == 1
    assert "is not signed in; sign in again with 'aws sso login --profile sso'" in refused.stderr
    cache = person.home / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    token = cache / f"{hashlib.sha1(b'company').hexdigest()}.json"
    token.write_text(json.dumps({"accessToken": "signed-in", "expiresAt": "2020-01-01T00:00:00Z"}))
    expired = person.run("layer", "list", "--profile", "sso", AWS_ENDPOINT_URL_SSO=listener.url)
    assert "has expired" in expired.stderr
    token.write_text(json.dumps({"accessToken": "signed-in", "expiresAt": "2999-01-01T00:00:00Z"}))
    person.layers("--profile", "sso", AWS_ENDPOINT_URL_SSO=listener.url)
    assert signer(listener)[0] == "ASIASSO"
    asked = next(headers for path, headers in listener.seen if path.startswith("/federation/credentials"))
    assert asked["x-amz-sso_bearer_token"] == "signed-in"


def test_a_program_prints_credentials(person, listener):
    printed = json.dumps({"Version": 1, "AccessKeyId": "PRINTED", "SecretAccessKey": "secret"})
    person.write("config", f"[profile tool]\nendpoint_url = {listener.url}\ncredential_process = echo '{printed}'\n")
    person.layers("--profile", "tool")
    assert signer(listener)[0] == "PRINTED"
    person.write("config", f"[profile tool]\nendpoint_url = {listener.url}\ncredential_process = exit 3\n")
    refused = person.run("layer", "list", "--profile", "tool")
    assert refused.returncode == 1 and "printed no credentials" in refused.stderr


def test_a_profile_that_does_not_exist_is_refused(person):
    refused = person.run("layer", "list", "--profile", "wrok")
    assert (refused.returncode, refused.stderr) == (1, "strata: The config profile (wrok) could not be found\n")


def test_profiles_that_name_each_other_are_refused(person):
    person.write("config", """[profile a]
role_arn = arn:aws:iam::123456789012:role/a
source_profile = b
[profile b]
role_arn = arn:aws:iam::123456789012:role/b
source_profile = a
""")
    refused = person.run("layer", "list", "--profile", "a", "--endpoint", "http://127.0.0.1:9")
    assert refused.returncode == 1 and "name each other as source_profile" in refused.stderr


def test_nothing_is_asked_of_aws_without_credentials(person):
    for arguments in (["--endpoint", "aws"], ["--profile", "bare"]):
        person.write("config", "[profile bare]\nregion = eu-west-1\n")
        refused = person.run("layer", "list", *arguments)
        assert refused.returncode == 2
        assert "there are no credentials for AWS" in refused.stderr


def test_a_busy_server_is_asked_again(person, listener):
    listener.failures += [503, 429]
    assert person.layers(AWS_ENDPOINT_URL=listener.url) == []
    assert len(listener.seen) == 3
    listener.failures += [500] * 2
    refused = person.run("layer", "list", AWS_ENDPOINT_URL=listener.url, AWS_MAX_ATTEMPTS="2")
    assert refused.returncode == 1 and "slow down" in refused.stderr
