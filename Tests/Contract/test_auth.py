"""`strata start --auth` and `strata credentials`: accepted and refused requests of AWS's own clients."""

import contextlib
import json
import socket
import subprocess
import time
import urllib.request

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from account import Account, refused
from server_process import PATIENCE_SECONDS, StartFailure
from signing import LIST, MISMATCH, UNKNOWN, Keys, client, send, session


def test_a_registered_key_does_everything_in_its_account(guarded, key, owner):
    name = owner.deploy()
    assert owner.invoke(name, {"a": 1}).value == {"a": 1}
    assert owner.lambda_.invoke(FunctionName=name, InvocationType="Event", Payload=b"1")["StatusCode"] == 202
    streamed = owner.lambda_.invoke_with_response_stream(FunctionName=name, Payload=b"1")["EventStream"]
    assert next(iter(streamed))["PayloadChunk"]["Payload"] == b"1"
    made = owner.lambda_.get_function_configuration(FunctionName=name)
    assert made["FunctionArn"] == f"arn:aws:lambda:us-east-1:111122223333:function:{name}"
    assert owner.invoke(made["FunctionArn"], "é/ +%").value == "é/ +%"
    layer = owner.publish("layer", {"python/x.py": ""})
    assert owner.lambda_.get_layer_version_by_arn(Arn=layer["LayerVersionArn"])["Version"] == layer["Version"]
    assert [each["LayerName"] for each in owner.lambda_.list_layers()["Layers"]] == ["layer"]
    owner.lambda_.delete_function(FunctionName=name)


def test_the_aws_cli_is_accepted_with_the_right_secret_only(guarded, key, cli):
    def run(secret):
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(guarded.installation.root), "AWS_PAGER": "",
            "AWS_ACCESS_KEY_ID": key.access_key, "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": guarded.url,
        }
        command = [cli, "lambda", "list-functions", "--query", "Functions"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    assert isinstance(json.loads(run(key.secret_key).stdout), list)
    assert f"(InvalidSignatureException) when calling the ListFunctions operation: {MISMATCH}" in run("x").stderr


def test_a_wrong_secret_is_refused(guarded, key):
    refusal = refused(client(guarded, key, secret="wrong").list_functions)
    assert (refusal.code, refusal.message, refusal.status) == ("InvalidSignatureException", MISMATCH, 403)
    refusal = refused(client(guarded, key, secret="wrong").invoke, FunctionName="any")
    assert (refusal.code, refusal.message, refusal.status) == ("InvalidSignatureException", MISMATCH, 403)


@pytest.mark.parametrize("name", ["AKIAIOSFODNN7EXAMPLE", "111122223333", "s3.amazonaws.com", "test"])
def test_an_unknown_key_is_refused(guarded, name):
    stranger = client(guarded, Credentials(name, "secret"))
    invocations = (stranger.invoke, stranger.invoke_with_response_stream)
    for refusal in (refused(stranger.list_functions), *(refused(each, FunctionName="any") for each in invocations)):
        assert (refusal.code, refusal.message, refusal.status) == ("UnrecognizedClientException", UNKNOWN, 403)


def test_an_unknown_session_token_is_refused(guarded, key):
    refusal = refused(client(guarded, key, token="made up").list_functions)
    assert (refusal.code, refusal.message) == ("UnrecognizedClientException", UNKNOWN)


def test_a_session_of_a_role_works_until_it_expires(guarded):
    fresh = session(guarded, "222233334444", time.time() + 60)
    assert client(guarded, fresh, token=fresh.token).list_functions()["Functions"] == []
    old = session(guarded, "222233334444", time.time() - 1)
    refusal = refused(client(guarded, old, token=old.token).list_functions)
    expected = ("ExpiredTokenException", "The security token included in the request is expired", 403)
    assert (refusal.code, refusal.message, refusal.status) == expected
    refusal = refused(client(guarded, old, "sts", token=old.token).get_caller_identity)
    assert (refusal.code, refusal.status) == ("ExpiredToken", 403)


def test_keys_are_created_and_deleted_while_the_server_runs(guarded, keys):
    key = keys.create()
    visitor = client(guarded, key)
    assert visitor.list_functions()["Functions"] == []
    assert keys.delete(key).returncode == 0
    assert refused(visitor.list_functions).code == "UnrecognizedClientException"
    again = keys.delete(key)
    assert again.returncode == 1
    assert again.stderr == f"strata: There is no access key {key.access_key} in {guarded.data}.\n"


def test_a_folder_without_a_servers_data_is_left_as_it_is(installation, tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "notes.txt").write_text("mine")
    for words in (["create"], ["list"], ["delete", "AKIAIOSFODNN7EXAMPLE"]):
        result = subprocess.run(
            installation.command("credentials", *words, "--data", tmp_path), env=installation.environment(),
            capture_output=True, text=True, timeout=PATIENCE_SECONDS)
        assert (result.returncode, result.stdout) == (1, "")
        assert result.stderr.startswith(f"strata: There is no data folder at {tmp_path}. ")
    assert [each.name for each in tmp_path.iterdir()] == ["notes.txt"]
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_the_data_folder_of_another_user_is_left_alone(installation, ordinary_installation):
    folder = ordinary_installation.folder()
    result = subprocess.run(
        installation.command("credentials", "create", "--data", folder), env=installation.environment(),
        capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert result.returncode == 1
    owner = f"belongs to another user (uid {ordinary_installation.uid})"
    assert result.stderr == f"strata: The data folder {folder} {owner}: run this as that user.\n"
    assert list(folder.iterdir()) == []


def test_only_the_owner_can_read_secrets(installation):
    server = installation.start()
    server.stop()
    folder = server.data
    folder.chmod(0o755)
    command = installation.command("credentials", "create", "--data", folder)
    subprocess.run(command, env=installation.environment(), check=True, capture_output=True, timeout=PATIENCE_SECONDS)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_keys_are_there_after_a_restart(installation):
    server = installation.start(arguments=["--auth"])
    key = Keys(server).create()
    server.stop()
    again = installation.start(data=server.data, arguments=["--auth"])
    assert client(again, key).list_functions()["Functions"] == []
    again.stop()


@pytest.mark.parametrize("secret, code, message", [
    ("wrong", "SignatureDoesNotMatch", MISMATCH), (None, "InvalidClientTokenId", UNKNOWN),
])
def test_services_of_the_query_protocol_are_answered_in_xml(guarded, key, secret, code, message):
    caller = key if secret else Credentials("AKIAIOSFODNN7EXAMPLE", "x")
    sts = client(guarded, caller, "sts", secret=secret)
    refusal = refused(sts.get_caller_identity)
    assert (refusal.code, refusal.message, refusal.status) == (code, message, 403)


def test_health_and_download_links_stay_open(guarded, key, owner):
    assert guarded.health()[1]["status"] == "ok"
    name = owner.deploy()
    location = owner.lambda_.get_function(FunctionName=name)["Code"]["Location"]
    with urllib.request.urlopen(location, timeout=PATIENCE_SECONDS) as answer:
        assert answer.read(2) == b"PK"


def test_a_function_reaches_the_server_without_a_key(guarded, key, owner):
    name = owner.deploy("""
        import json, os, urllib.request
        def handler(event, context):
            url = os.environ["AWS_ENDPOINT_URL"] + "/2015-03-31/functions/"
            with urllib.request.urlopen(url, timeout=10) as answer:
                return [each["FunctionName"] for each in json.load(answer)["Functions"]]
    """)
    assert name in owner.invoke(name).value


def test_a_server_may_have_a_name_where_requests_are_signed(guarded, server, key):
    def ask(where, headers=()):
        request = AWSRequest(method="GET", url=where.url + LIST, headers={"Host": "lambda.example", **dict(headers)})
        SigV4Auth(key, "lambda", "us-east-1").add_auth(request)
        return send(request)[0]

    assert ask(guarded) == 200
    assert ask(guarded, {"Origin": "https://evil.example"}) == 403
    assert ask(server) == 403


def test_a_non_loopback_address_needs_signatures(installation):
    with pytest.raises(StartFailure) as caught:
        installation.start(arguments=["--host", "0.0.0.0"])
    assert caught.value.exit_code == 2
    message = "--host 0.0.0.0 is reachable from other machines: that requires --auth"
    assert caught.value.stderr == f"strata start: {message}\n"


def test_with_signatures_others_may_reach_the_server(installation, server):
    def reaches(port):
        with contextlib.closing(socket.socket()) as caller:
            return caller.connect_ex(("127.0.0.2", port)) == 0

    assert not reaches(server.port)
    open_to_all = installation.start(arguments=["--auth", "--host", "0.0.0.0"])
    assert reaches(open_to_all.port)
    open_to_all.stop()


def test_without_signatures_a_registered_key_names_its_account(installation):
    server = installation.start()
    key = Keys(server).create("--account", "444455556666")
    arn = client(server, key, secret="any").publish_layer_version(
        LayerName="layer", Content={"ZipFile": Account(server).settings()["Code"]["ZipFile"]})["LayerArn"]
    assert arn == "arn:aws:lambda:us-east-1:444455556666:layer:layer"
    server.stop()


def test_a_function_in_the_hosts_network_signs_with_credentials_of_its_role(installation):
    server = installation.start(arguments=["--auth", "--function-network", "host"])
    key = Keys(server).create("--account", "111122223333")
    owner = Account(server, "111122223333")
    owner.lambda_ = client(server, key)
    credentials = owner.invoke(owner.deploy("""
        import os
        def handler(event, context):
            return [os.environ[name] for name in
                    ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL")]
    """)).value
    assert credentials.pop() == server.url
    inside = Credentials(*credentials)
    assert inside.access_key.startswith("ASIA")
    assert client(server, inside, token=inside.token).list_functions()["Functions"]
    assert refused(client(server, inside, token=inside.token[:-8] + "AAAAAAA=").list_functions).message == UNKNOWN
    assert refused(client(server, inside).list_functions).message == UNKNOWN
    server.stop()
