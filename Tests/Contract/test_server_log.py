"""The server's own log: what went wrong and why, without secrets."""

import contextlib
import json
import re
import sqlite3
import time
import urllib.error
import urllib.request

import pytest

from account import Account, refused
from packages import zip_of
from test_containment import TAKES_CONNECTIONS

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
TEXT_LINE = re.compile(f"^{TIME} (ERROR|WARNING|INFO|DEBUG) ([a-z]+): ([^=]+?)( \\w+=.*)?$")


def id_of(refusal):
    """The request ID of a refused call."""
    return refusal.response["ResponseMetadata"]["RequestId"]


def lines_of(server):
    """The lines of the log once the server has stopped."""
    server.stop()
    return server.stderr().splitlines()


def failed_publication(installation, disk, *arguments):
    """Publishes a layer on a full disk: the refusal, and the lines of the server's log."""
    server = installation.start(data=disk.folder / "data", arguments=arguments)
    account = Account(server)
    disk.fill()
    content = {"ZipFile": zip_of({"noise": bytes(range(256)) * 4_000})}
    refusal = refused(account.lambda_.publish_layer_version, LayerName="layer", Content=content)
    assert refusal.status == 500
    disk.free()
    return account, refusal, lines_of(server)


def test_a_failed_write_is_explained_in_the_log(installation, disk):
    account, refusal, lines = failed_publication(installation, disk)
    (line,) = lines
    match = TEXT_LINE.match(line)
    assert match and match.group(1, 2, 3) == ("ERROR", "lambda", "A request failed"), line
    assert f"request_id={id_of(refusal)} operation=lambda:PublishLayerVersion account={account.number}" in line
    assert " status=500 error=ServiceException " in line
    assert "No space left on device" in line.split(" cause=")[1]


def test_a_failed_write_is_explained_in_a_log_of_json(installation, disk):
    account, refusal, lines = failed_publication(installation, disk, "--log-format", "json")
    (event,) = [json.loads(line) for line in lines]
    assert list(event)[:4] == ["time", "level", "component", "message"]
    assert (event["level"], event["component"], event["message"]) == ("error", "lambda", "A request failed")
    assert (event["request_id"], event["account"], event["region"]) == (
        id_of(refusal), account.number, account.region)
    assert (event["operation"], event["status"]) == ("lambda:PublishLayerVersion", 500)
    assert "No space left on device" in event["cause"]


def test_a_quiet_server_logs_nothing_by_default(installation):
    server = installation.start()
    account = Account(server)
    assert account.invoke(account.deploy("def handler(event, context): return event"), 1).value == 1
    refused(account.lambda_.get_function, FunctionName="missing")
    assert lines_of(server) == []


def test_start_stop_and_collections_are_information(installation):
    server = installation.start(arguments=["--log-level", "info"])
    time.sleep(0.2)
    lines = lines_of(server)
    assert all(TEXT_LINE.match(line) for line in lines), lines
    messages = [TEXT_LINE.match(line)[3] for line in lines]
    for message in ("The server has started", "Unreferenced packages were collected", "The server has stopped"):
        assert message in messages
    assert not any(line.split()[1] == "DEBUG" for line in lines)


CALL_LINE = re.compile(f"^{TIME} (\\S+) (.+) (\\d{{3}}) (\\d+\\.\\d) ms( account=\\d{{12}})?$")


def test_every_call_is_logged_when_it_has_been_answered_where_that_is_asked_for(installation):
    server = installation.start(arguments=["--log-requests"])
    account = Account(server)
    name = account.deploy("import time\ndef handler(event, context): time.sleep(0.2)")
    account.invoke(name, 1)
    refused(account.lambda_.get_function, FunctionName="missing")
    refused(account.client("sqs").list_queues)
    account.client("sts").get_caller_identity()
    Account(server, "000000000000").lambda_.list_functions()
    with urllib.request.urlopen(server.url + "/_strata/health", timeout=5):
        pass
    lines = lines_of(server)
    assert "\x1b" not in "".join(lines), "a file has no colours"
    calls = [CALL_LINE.match(line) for line in lines]
    assert all(calls), lines
    found = [match.group(1, 2, 3) for match in calls if match[2] != "GetFunction" or match[3] != "200"]
    assert found == [
        ("lambda", "CreateFunction", "201"), ("lambda", "Invoke", "200"), ("lambda", "GetFunction", "404"),
        ("sqs", "POST /", "501"), ("sts", "GetCallerIdentity", "200"), ("lambda", "ListFunctions", "200")]
    (milliseconds,) = [float(match[4]) for match in calls if match[2] == "Invoke"]
    assert milliseconds >= 200
    assert calls[0][5] == f" account={account.number}" and calls[-1][5] is None


def test_calls_are_json_in_a_log_of_json(installation):
    server = installation.start(arguments=["--log-requests", "--log-format", "json"])
    account = Account(server)
    account.lambda_.list_functions()
    (event,) = [json.loads(line) for line in lines_of(server)]
    assert (event["component"], event["message"]) == ("requests", "A call was answered")
    assert (event["service"], event["operation"], event["status"]) == ("lambda", "ListFunctions", 200)
    assert event["account"] == account.number and event["milliseconds"] >= 0


def test_refused_requests_are_details(installation):
    server = installation.start(arguments=["--log-level", "debug", "--log-format", "json"])
    account = Account(server)
    refusal = refused(account.lambda_.get_function, FunctionName="missing")
    request = urllib.request.Request(server.url + "/_strata/health", headers={"Origin": "https://evil.example"})
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(request, timeout=5)
    events = [json.loads(line) for line in lines_of(server)]
    (missing,) = [each for each in events if each["message"] == "A request was refused"]
    assert (missing["request_id"], missing["error"]) == (id_of(refusal), "ResourceNotFoundException")
    (page,) = [each for each in events if each["message"] == "A request of a web page was refused"]
    assert page["origin"] == "https://evil.example"


def test_a_refused_signature_is_information_without_the_signature(installation):
    server = installation.start(arguments=["--auth", "--log-level", "info"])
    account = Account(server, "AKIDEXAMPLE")
    refused(account.lambda_.list_functions)
    lines = lines_of(server)
    assert any("A signature was refused reason=unknownKey service=lambda" in line for line in lines), lines
    assert "Signature=" not in "".join(lines)


def test_no_secret_is_in_the_log_of_every_detail(installation):
    server = installation.start(arguments=["--log-level", "debug"])
    account = Account(server)
    settings = {"Environment": {"Variables": {"TOKEN": "secret-variable"}}}
    name = account.deploy("def handler(event, context):\n    raise ValueError(event)", **settings)
    account.invoke(name, "secret-payload")
    refused(
        account.lambda_.update_function_configuration, FunctionName=name,
        Environment={"Variables": {"_secret": "secret-value"}},
    )
    text = "\n".join(lines_of(server))
    assert "lambda" in text
    for secret in ("secret-variable", "secret-payload", "secret-value", "Signature="):
        assert secret not in text, secret


def test_connections_that_are_refused_are_in_the_log_once(installation):
    server = installation.start()
    account = Account(server)
    name = account.deploy(TAKES_CONNECTIONS, MemorySize=1024, Timeout=20)
    assert account.invoke(name, {"port": 9001}).value == "held them"
    (line,) = [line for line in lines_of(server) if "onnections" in line]
    assert " WARNING http: Connections are refused: " in line and line.endswith(" from=functions")


def test_a_damaged_catalogue_is_explained(installation):
    server = installation.start()
    server.stop()
    with contextlib.closing(sqlite3.connect(server.data / "catalog.sqlite")) as connection:
        connection.execute("ALTER TABLE layer_version RENAME TO lost")
    again = installation.start(data=server.data)
    refusal = refused(Account(again).lambda_.list_layers)
    assert refusal.status == 500
    lines = lines_of(again)
    # The collector reads the same table when the server starts.
    (collection,) = [line for line in lines if " WARNING lambda: Unreferenced packages could not be collected" in line]
    assert "no such table: layer_version" in collection
    (failure,) = [line for line in lines if " ERROR lambda: A request failed" in line]
    assert f"request_id={id_of(refusal)} operation=lambda:ListLayers" in failure
    assert "SQLite error 1: no such table: layer_version" in failure.split(" cause=")[1]


def test_an_invocation_that_cannot_start_is_explained(installation):
    server = installation.start()
    account = Account(server)
    name = account.deploy("def handler(event, context): return event")
    store = server.data / "store"
    store.rename(server.data / "elsewhere")
    refusal = refused(account.lambda_.invoke, FunctionName=name, Payload=b"1")
    assert refusal.status == 500
    (server.data / "elsewhere").rename(store)
    (line,) = lines_of(server)
    assert f" ERROR lambda: A request failed request_id={id_of(refusal)} operation=lambda:InvokeFunction " in line
    assert "No such file or directory" in line.split(" cause=")[1]
