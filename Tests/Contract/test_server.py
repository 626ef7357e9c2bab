"""The server as a process: start, stop, restart, and refusals."""

import signal
import socket
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from account import Account
from leftovers import descendants, orphans_after_a_while
from server_process import PATIENCE_SECONDS, StartFailure

SLOW = "import time\ndef handler(event, context):\n    time.sleep(event or 0)\n    return 'done'\n"


def other_servers(nothing_left_behind):
    return {server.pid for each in nothing_left_behind for server in each.started if server.process.poll() is None}


def test_health_says_status_and_version(either_server):
    status, body = either_server.health()
    assert status == 200
    assert body["status"] == "ok"
    assert body["version"] == either_server.version


def test_a_folder_with_other_files_is_left_as_it_is(installation):
    folder = installation.folder()
    folder.chmod(0o755)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(StartFailure) as failure:
        installation.start(data=folder)
    assert failure.value.exit_code == 1
    assert f"The folder {folder} has other files in it and is no data folder of Strata." in failure.value.stderr
    assert [each.name for each in folder.iterdir()] == ["notes.txt"]
    assert folder.stat().st_mode & 0o777 == 0o755


def test_a_new_file_system_becomes_a_data_folder(installation):
    folder = installation.folder()
    (folder / "lost+found").mkdir()
    server = installation.start(data=folder)
    server.stop()
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_second_server_on_the_same_data_folder_is_refused(installation, server):
    with pytest.raises(StartFailure) as caught:
        installation.start(data=server.data)
    assert caught.value.exit_code == 1
    assert "in use" in caught.value.stderr
    assert str(server.data) in caught.value.stderr
    assert caught.value.stderr.count("\n") == 1
    assert server.health()[0] == 200


def test_a_damaged_catalogue_is_named_with_its_folder(installation):
    folder = installation.folder()
    (folder / "catalog.sqlite").write_bytes(b"this is no database" * 500)
    with pytest.raises(StartFailure) as caught:
        installation.start(data=folder)
    assert caught.value.exit_code == 1
    message = f"strata: The server cannot start with the data folder {folder}: SQLite error 26: file is not a database"
    assert caught.value.stderr.startswith(message)
    assert caught.value.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_named(installation, server):
    with pytest.raises(StartFailure) as caught:
        installation.start(port=server.port)
    assert caught.value.exit_code == 1
    assert str(server.port) in caught.value.stderr
    assert "in use" in caught.value.stderr


def test_an_address_that_others_can_reach_is_refused(installation):
    for host in ("0.0.0.0", "192.0.2.1"):
        with pytest.raises(StartFailure) as caught:
            installation.start(arguments=["--host", host])
        assert caught.value.exit_code in (1, 2)
        assert host in caught.value.stderr


def test_the_default_account_is_the_one_that_was_named(installation):
    server = installation.start(arguments=["--account", "123456789012"])
    named, unnamed = Account(server, "123456789012"), Account(server, "AKIDEXAMPLE")
    made = unnamed.lambda_.create_function(**unnamed.settings(Role=named.role))
    assert made["FunctionArn"].startswith("arn:aws:lambda:us-east-1:123456789012:")
    assert len(named.lambda_.list_functions()["Functions"]) == 1
    server.stop()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "rebound.example"},
    ],
)
def test_requests_of_another_origins_web_page_are_refused(server, headers):
    functions, health = "/2015-03-31/functions", "/_strata/health"
    for method, path in (("GET", functions), ("POST", functions), ("GET", health)):
        request = urllib.request.Request(server.url + path, method=method, headers=headers)
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=5)
        assert caught.value.code == 403, (method, path)
        assert "Access-Control-Allow-Origin" not in caught.value.headers


def test_a_running_invocation_finishes_when_the_server_stops(either_installation, nothing_left_behind):
    server = either_installation.start()
    aws = Account(server)
    name = aws.deploy(SLOW, Timeout=20)
    assert aws.invoke(name).value == "done"
    running = aws.invoke_aside(name, 2)
    aws.wait_until_busy(name)
    exit_code, seconds = server.stop()
    assert running().value == "done"
    assert exit_code == 0
    assert seconds < 5
    assert orphans_after_a_while(other_servers(nothing_left_behind)) == []


def test_health_says_that_the_server_is_stopping_while_invocations_run(installation):
    server = installation.start()
    aws = Account(server)
    name = aws.deploy(SLOW, Timeout=20)
    with ThreadPoolExecutor() as threads:
        running = threads.submit(aws.invoke, name, 2)
        aws.wait_until_busy(name)
        server.process.send_signal(signal.SIGTERM)
        while server.health()[1]["status"] == "ok":
            assert not running.done()
        assert server.health()[1]["status"] == "stopping"
        assert running.result().value == "done"
    assert server.process.wait(PATIENCE_SECONDS) == 0


def test_a_server_without_work_stops_at_once(installation):
    server = installation.start()
    aws = Account(server)
    assert aws.invoke(aws.deploy(SLOW), 0).value == "done"
    # Its environment is idle, and the client keeps its connection.
    exit_code, seconds = server.stop()
    assert exit_code == 0
    assert seconds < 1


def test_shutdown_does_not_wait_for_a_long_invocation(installation, nothing_left_behind):
    server = installation.start()
    aws = Account(server)
    name = aws.deploy(SLOW, Timeout=60)
    running = aws.invoke_aside(name, 50)
    aws.wait_until_busy(name)
    exit_code, seconds = server.stop()
    assert exit_code == 0
    assert seconds < 6
    with pytest.raises(Exception):
        assert running().error is None
    assert orphans_after_a_while(other_servers(nothing_left_behind)) == []


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_everything_is_there_after_a_restart(either_installation, nothing_left_behind, end):
    server = either_installation.start()
    aws = Account(server)
    layer = aws.publish("kept", {"python/kept.py": "WORD = 'kept'\n"}, Description="kept")["LayerVersionArn"]
    aws.publish("kept", {"python/kept.py": "WORD = 'newer'\n"})
    aws.lambda_.delete_layer_version(LayerName="kept", VersionNumber=2)
    name = aws.deploy("import kept\ndef handler(e, c): return kept.WORD", Layers=[layer], MemorySize=256)
    assert aws.invoke(name).value == "kept"
    before = {key: strip(call()) for key, call in state(aws, name).items()}
    getattr(server, end)()
    assert orphans_after_a_while(other_servers(nothing_left_behind)) == []
    again = either_installation.start(data=server.data)
    aws = aws.reconnected(again)
    assert {key: strip(call()) for key, call in state(aws, name).items()} == before
    assert aws.invoke(name).value == "kept"
    assert aws.publish("kept", {"x": "x"})["Version"] == 3
    assert again.stop()[0] == 0


def state(aws, name):
    return {
        "function": lambda: aws.lambda_.get_function_configuration(FunctionName=name),
        "functions": aws.lambda_.list_functions,
        "layers": aws.lambda_.list_layers,
        "versions": lambda: aws.lambda_.list_layer_versions(LayerName="kept"),
        "settings": aws.lambda_.get_account_settings,
    }


def strip(answer):
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


def test_kill_leaves_no_sandbox_behind(either_installation, nothing_left_behind):
    server = either_installation.start()
    aws = Account(server)
    name = aws.deploy(SLOW, Timeout=60)
    running = [aws.invoke_aside(name, 50) for _ in range(3)]
    idle = aws.deploy(SLOW)
    aws.invoke(idle)
    time.sleep(1)
    assert len(descendants(server.pid)) >= 4
    server.kill()
    assert orphans_after_a_while(other_servers(nothing_left_behind)) == []
    for answer in running:
        with pytest.raises(Exception):
            answer()
    # The next start removes the cgroups of a killed server.
    assert either_installation.start(data=server.data).stop()[0] == 0


def test_an_interpreter_of_the_host_is_found_without_being_named(installation):
    server = installation.start(runtimes=False)
    aws = Account(server)
    assert aws.invoke(aws.deploy("def handler(event, context): return 'found'")).value == "found"
    server.stop()


def test_a_client_that_goes_away_does_no_harm(aws, server):
    name = aws.deploy(SLOW, Timeout=10)
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            scope = f"Credential={aws.number}/20260101/us-east-1/lambda/aws4_request"
            connection.sendall(
                f"POST /2015-03-31/functions/{name}/invocations HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: AWS4-HMAC-SHA256 {scope}, Signature=0\r\nContent-Length: 3\r\n\r\n0.5".encode()
            )
            time.sleep(0.05)
    assert aws.invoke(name).value == "done"
