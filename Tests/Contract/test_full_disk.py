"""A completely full disk: operations that write nothing still work, others work again when there is room."""

import re
import time

import pytest

from account import Account, refused
from packages import answering, zip_of
from server_process import StartFailure
from test_asynchronous import send

SPEAKS = "def handler(event, context):\n    print('said', event)\n    return event\n"


@pytest.fixture
def account(installation, disk):
    """An account whose server's disk is full, with a function `warm` that has run and one `cold` that has not."""
    server = installation.start(data=disk.folder / "data", arguments=["--retry-delay", 0])
    account = Account(server)
    account.deploy(SPEAKS, name="warm")
    account.deploy(SPEAKS, name="cold")
    account.publish("layer", {"python/module.py": "x = 1"})
    assert account.invoke("warm", "before").value == "before"
    send(account, "warm", "queued")
    wait_until_said(account, "warm", "queued")
    disk.fill()
    yield account
    account.server.end()


def said(account, name):
    """The function's printed lines in its log; whole lines only."""
    folder = account.server.data / "logs" / account.number / account.region / name
    text = "".join(path.read_text() for path in folder.glob("*.log"))
    return [line.split(" said ")[1] for line in text.splitlines() if " said " in line]


def wait_until_said(account, name, word):
    end = time.monotonic() + 20
    while word not in said(account, name):
        assert time.monotonic() < end
        time.sleep(0.05)


def writes(account):
    """Calls that write to disk."""
    lambda_ = account.lambda_
    noise = zip_of({"app.py": "x = 1", "noise": bytes(100_000)})
    return [
        (lambda_.create_function, account.settings(name="new", Code={"ZipFile": answering("new")})),
        (lambda_.update_function_code, {"FunctionName": "warm", "ZipFile": noise}),
        (lambda_.publish_layer_version, {"LayerName": "layer", "Content": {"ZipFile": noise}}),
        (lambda_.invoke, {"FunctionName": "warm", "InvocationType": "Event", "Payload": b'"event"'}),
    ]


def names(account):
    return sorted(each["FunctionName"] for each in account.lambda_.list_functions()["Functions"])


def test_functions_answer_on_a_full_disk_warm_and_cold(account):
    assert account.invoke("warm", "now").value == "now"
    assert account.invoke("cold", "now").value == "now"
    assert names(account) == ["cold", "warm"]


def test_what_must_be_written_is_refused_changes_nothing_and_is_done_when_there_is_room(account, disk):
    # Use up the databases' free pages too.
    for _ in range(200):
        try:
            account.lambda_.tag_resource(Resource=account.arn("warm"), Tags={"key": "x" * 256})
        except account.lambda_.exceptions.ServiceException:
            break
        disk.fill()
    before = account.lambda_.get_function(FunctionName="warm")["Configuration"]
    for operation, parameters in writes(account):
        disk.fill()
        refusal = refused(operation, **parameters)
        assert (refusal.code, refusal.status) == ("ServiceException", 500), operation
    assert account.lambda_.get_function(FunctionName="warm")["Configuration"] == before
    assert names(account) == ["cold", "warm"]
    assert len(account.lambda_.list_layer_versions(LayerName="layer")["LayerVersions"]) == 1
    disk.free()
    for operation, parameters in reversed(writes(account)):
        operation(**parameters)
    wait_until_said(account, "warm", "event")


def test_logs_continue_when_the_disk_has_room_again(account, disk):
    for name in ("warm", "cold"):
        assert account.invoke(name, "unheard").value == "unheard"
    disk.free()
    for name in ("warm", "cold"):
        assert account.invoke(name, "heard").value == "heard"
        wait_until_said(account, name, "heard")
        assert said(account, name)[-1] == "heard"


def test_lines_that_are_lost_are_in_the_servers_log_once_and_so_is_the_end_of_that(account, disk):
    def lines(message):
        return [line for line in account.server.stderr().splitlines() if f"logs: {message}" in line]

    def speak_until(message, word):
        end = time.monotonic() + 20
        while not lines(message):
            assert time.monotonic() < end
            account.invoke("warm", word)

    speak_until("Functions' logs cannot be written", "unheard")
    account.invoke("cold", "unheard")
    disk.free()
    speak_until("Functions' logs are written again", "heard")
    (begin,) = lines("Functions' logs cannot be written")
    assert " WARNING " in begin and "No space left on device" in begin.split(" cause=")[1]
    (end,) = lines("Functions' logs are written again")
    assert int(end.split(" dropped_lines=")[1]) >= 3


def test_a_new_data_folder_on_a_full_disk_is_refused_with_what_is_needed(installation, disk):
    disk.fill()
    data = disk.folder / "data"
    with pytest.raises(StartFailure) as failure:
        installation.start(data=data)
    assert failure.value.exit_code == 1
    message = failure.value.stderr.strip()
    assert re.fullmatch(
        rf"strata: A new data folder takes about 1 MB, and the disk of {data} has 0 MB and 0 files free\. Free "
        r"some space, or choose a folder on another disk with --data\.", message), message
    disk.free()
    installation.start(data=data).end()


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_server_starts_on_a_full_disk(installation, account, disk, end):
    getattr(account.server, end)()
    disk.fill()
    again = account.reconnected(installation.start(data=account.server.data))
    assert again.invoke("cold", {"n": 1}).value == {"n": 1}
    assert names(again) == ["cold", "warm"]
    again.server.end()
