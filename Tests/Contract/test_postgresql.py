"""A server whose rows are in PostgreSQL: the same API, its own `kill -9`, and the database's."""

import threading
import time

import pytest
from botocore.exceptions import ClientError

from account import Account, refused
from log_streams import log_of
from operators import until
from postgres_cluster import PASSWORD, PostgresCluster
from server_process import StartFailure
from signing import Keys, client

PRINTS = """
    def handler(event, context):
        print(f"event <{event}>")
"""


@pytest.fixture(scope="module")
def cluster():
    cluster = PostgresCluster()
    yield cluster
    cluster.close()


@pytest.fixture
def database(cluster):
    return cluster.new_database()


@pytest.fixture
def start(installation, database):
    """Starts a server on the test's database, with a data folder of the test's own. They stop after the test."""
    data = installation.folder()
    servers = []

    def start(*arguments, data=data):
        server = installation.start(data=data, arguments=["--database", database, *arguments])
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.end()


def returned(text):
    return f"def handler(event, context): return {text!r}\n"


def test_functions_aliases_layers_and_settings_survive_kill(start):
    server = start()
    aws = Account(server)
    name = aws.deploy(returned("first"))
    aws.lambda_.publish_version(FunctionName=name)
    aws.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    aws.change_code(name, returned("second"))
    layer = aws.publish("layer", {"python/module.py": "value = 1\n"})
    aws.lambda_.tag_resource(Resource=aws.arn(name), Tags={"key": "é"})
    assert (aws.invoke(name).value, aws.invoke(f"{name}:live").value) == ("second", "first")
    server.kill()
    aws = aws.reconnected(start())
    assert (aws.invoke(name).value, aws.invoke(f"{name}:live").value) == ("second", "first")
    assert aws.lambda_.list_tags(Resource=aws.arn(name))["Tags"] == {"key": "é"}
    assert aws.lambda_.list_layers()["Layers"][0]["LatestMatchingVersion"]["LayerVersionArn"] == \
        layer["LayerVersionArn"]
    refusal = refused(aws.lambda_.create_function, **aws.settings(name=name))
    assert refusal.code == "ResourceConflictException"


def test_events_survive_the_server_and_the_database(start, cluster):
    """What was answered 202 is handled, although both are killed while events arrive."""
    server = start()
    aws = Account(server)
    name = aws.deploy(PRINTS)
    accepted = []

    def send(numbers):
        for number in numbers:
            try:
                aws.lambda_.invoke(FunctionName=name, InvocationType="Event", Payload=str(number))
            except ClientError as error:
                assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 503, error
            else:
                accepted.append(number)

    threads = [threading.Thread(target=send, args=(range(first, 400, 4),)) for first in range(4)]
    for thread in threads:
        thread.start()
    until(lambda: len(accepted) > 50, "events that are accepted")
    cluster.kill()
    cluster.start()
    for thread in threads:
        thread.join()
    server.kill()
    aws = aws.reconnected(start())
    send([1000])
    assert accepted[-1] == 1000
    until(lambda: all(f"event <{number}>" in log_of(aws, name) for number in accepted), "every accepted event")


def test_calls_are_refused_with_503_while_the_database_is_away(start, cluster):
    server = start()
    aws = Account(server)
    name = aws.deploy(returned("warm"))
    assert aws.invoke(name).value == "warm"
    cluster.stop()
    try:
        for call, parameters in [
            (aws.lambda_.list_functions, {}),
            (aws.lambda_.create_function, aws.settings(name="other")),
            (aws.lambda_.delete_function, {"FunctionName": name}),
            (aws.lambda_.invoke, {"FunctionName": name, "InvocationType": "Event", "Payload": b"{}"}),
            (aws.client("iam").list_roles, {}),
        ]:
            begin = time.monotonic()
            refusal = refused(call, **parameters)
            assert (refusal.status, refusal.code) == (503, "ServiceUnavailable")
            assert time.monotonic() - begin < 3
            assert "cannot use its database now" in refusal.message and "call again" in refusal.message
            assert PASSWORD not in refusal.message and "socket" not in refusal.message
        assert aws.invoke(name).value == "warm", "what is in memory needs no database"
        health = server.health()[1]
        assert (health["status"], health["reasons"]) == ("degraded", ["The database is away"])
    finally:
        cluster.start()
    until(lambda: works(aws.lambda_.list_functions), "the database's return")
    assert server.health()[1]["status"] == "ok"
    assert [each["FunctionName"] for each in aws.lambda_.list_functions()["Functions"]] == [name]
    aws.deploy(returned("again"))
    assert PASSWORD not in server.stderr()
    assert "The database is away" in server.stderr()
    assert "The database is back" in server.stderr()


def works(call):
    try:
        return call()
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 503, error
        return None


def test_a_second_server_on_the_database_is_refused(start, installation, database):
    first = start()
    with pytest.raises(StartFailure) as failure:
        start(data=installation.folder())
    assert "another Strata server uses this database" in failure.value.stderr
    assert PASSWORD not in failure.value.stderr


def test_a_database_is_used_with_its_own_data_folder_only(start, installation):
    server = start()
    account = Account(server)
    name = account.deploy(returned("kept"))
    server.stop()
    other = installation.folder()
    for _ in range(2):
        with pytest.raises(StartFailure) as failure:
            start(data=other)
        assert "belongs to another data folder, which has its packages and keys" in failure.value.stderr
        assert PASSWORD not in failure.value.stderr
    assert account.reconnected(start()).invoke(name).value == "kept"


@pytest.mark.parametrize("url, words", [
    ("postgres://strata:alpha-omega@127.0.0.1:1/absent", "Connection refused"),
    ("postgres://strata:alpha-omega@/absent?host=/dev/null", "cannot be used"),
    ("mysql://strata:alpha-omega@localhost/db", "postgres://USER@HOST/NAME"),
    ("postgres://strata:alpha?omega@127.0.0.1:1/absent", "postgres://strata@127.0.0.1:1/absent"),
    ("postgres://strata:alpha@omega@127.0.0.1:1/absent", "percent-encoded"),
])
def test_a_database_that_cannot_be_used_is_named_without_its_password(installation, url, words):
    with pytest.raises(StartFailure) as failure:
        installation.start(arguments=["--database", url])
    assert words in failure.value.stderr
    assert "alpha" not in failure.value.stderr and "omega" not in failure.value.stderr


def test_the_log_of_a_start_has_no_part_of_the_databases_password(installation, cluster, database):
    cluster.sql("CREATE ROLE odd SUPERUSER LOGIN PASSWORD 'alpha?omega'")
    url = database.replace(f"strata:{PASSWORD}@", "odd:alpha?omega@")
    server = installation.start(arguments=["--database", url, "--log-level", "info"])
    try:
        until(lambda: "postgres://odd@" in server.stderr(), "the log's line about the database", server.stderr)
        assert "alpha" not in server.stderr() and "omega" not in server.stderr()
    finally:
        server.end()


def test_keys_are_made_and_deleted_beside_the_running_server(start, cluster, database):
    server = start("--auth")
    keys = Keys(server, "--database", database)
    key = keys.create("--account", "111122223333")
    signed = client(server, key)
    until(lambda: lists(signed), "the key's arrival")
    cluster.stop()
    try:
        until(lambda: refused(signed.list_functions).status == 503, "a refusal without keys")
    finally:
        cluster.start()
    until(lambda: works(signed.list_functions), "the database's return")
    assert keys.delete(key).returncode == 0
    until(lambda: not lists(signed), "the key's end")


def lists(signed):
    try:
        return signed.list_functions()
    except ClientError as error:
        assert error.response["Error"]["Code"] == "UnrecognizedClientException", error
        return None
