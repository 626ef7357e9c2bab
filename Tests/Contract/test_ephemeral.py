"""`strata start --ephemeral`: a server that keeps nothing."""

import os
import signal
import subprocess

import pytest

from account import Account


@pytest.fixture
def temporary(either_installation):
    return either_installation.folder("tmp-")


def start(installation, temporary):
    return installation.start(arguments=["--ephemeral"], variables={"TMPDIR": str(temporary)})


def test_the_data_folder_goes_with_the_server(either_installation, temporary):
    server = start(either_installation, temporary)
    account = Account(server)
    name = account.deploy("def handler(event, context): return 'here'")
    assert account.invoke(name).value == "here"
    (folder,) = os.listdir(temporary)
    assert folder.startswith(f"strata-ephemeral-{server.pid}-")
    server.stop()
    assert os.listdir(temporary) == []
    again = start(either_installation, temporary)
    assert Account(again).lambda_.list_functions()["Functions"] == []
    again.stop()


def test_the_next_server_removes_what_a_killed_one_left(either_installation, temporary):
    living, killed = start(either_installation, temporary), start(either_installation, temporary)
    Account(killed).deploy("def handler(event, context): pass")
    killed.process.send_signal(signal.SIGKILL)
    # It stays a zombie, as where the first process of a container reaps late.
    os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)
    assert len(os.listdir(temporary)) == 2
    third = start(either_installation, temporary)
    assert {name.split("-")[2] for name in os.listdir(temporary)} == {str(living.pid), str(third.pid)}
    third.stop()
    living.stop()
    assert os.listdir(temporary) == []


def test_folders_that_are_not_its_own_are_left_alone(installation, tmp_path):
    target = tmp_path / "someone-elses"
    target.mkdir()
    (tmp_path / "strata-ephemeral-999999-abcdef").symlink_to(target)
    foreign = tmp_path / "strata-ephemeral-999998-abcdef"
    foreign.mkdir()
    if os.geteuid() == 0:
        os.chown(foreign, 12345, 12345)
    server = start(installation, tmp_path)
    server.stop()
    assert list(target.iterdir()) == []
    if os.geteuid() == 0:
        assert list(foreign.iterdir()) == []


def test_a_data_folder_and_ephemeral_exclude_each_other(installation, tmp_path):
    command = installation.command("start", "--ephemeral", "--data", tmp_path)
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "--data and --ephemeral exclude each other" in result.stderr
