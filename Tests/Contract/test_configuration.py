"""The configuration of a server: a file, variables and the command line."""

import os

import pytest

from account import Account
from server_process import StartFailure


@pytest.fixture
def write(installation):
    """Writes a configuration file in a folder of its own: its path."""

    def written(text):
        path = installation.folder("settings-") / "strata.toml"
        path.write_text(text)
        return path

    return written


def account_of(server):
    """The account of callers whose access key does not name one."""
    return Account(server, "AKIDEXAMPLE").client("sts").get_caller_identity()["Account"]


def test_a_file_configures_a_server(installation, write):
    # Port 1 is the file's; the command line names another one, and takes precedence.
    path = write('[server]\naccount = "123456789012"\nport = 1\n[log]\nlevel = "info"\nformat = "json"\n')
    server = installation.start(arguments=["--config", path])
    assert server.port != 1
    assert account_of(server) == "123456789012"
    server.stop()
    assert '"message":"The server has started"' in server.stderr()


def test_a_variable_takes_precedence_over_the_file(installation, write):
    path = write('[server]\naccount = "123456789012"\n')
    variables = {"STRATA_CONFIG": str(path), "STRATA_ACCOUNT": "210987654321"}
    server = installation.start(variables=variables)
    assert account_of(server) == "210987654321"
    server.stop()


def test_a_file_is_read_only_when_it_is_named(installation):
    folder = installation.folder("home-")
    (folder / "strata.toml").write_text("this is no TOML")
    os.makedirs(folder / ".config" / "strata")
    (folder / ".config" / "strata" / "strata.toml").write_text("this is no TOML")
    installation.start(variables={"HOME": str(folder)}).stop()


@pytest.mark.parametrize(
    "text, message",
    [
        ("\n[server]\nacount = '1'\n", ":3: unknown key 'server.acount'; did you mean 'server.account'?"),
        ("[limits]\nidle-seconds = '1'\n", ":2: limits.idle-seconds takes a number, not the string '1'"),
        ("limits.overcommit = -1", ":1: limits.overcommit takes a number above 0, up to 1000, not '-1'"),
        ("[server\n", ":1:8: expected ']', not the end of the line"),
    ],
)
def test_an_error_in_the_file_names_file_and_line(installation, write, text, message):
    path = write(text)
    with pytest.raises(StartFailure) as caught:
        installation.start(arguments=["--config", path])
    assert caught.value.exit_code == 2
    assert caught.value.stderr == f"strata start: {path}{message}\n"


def test_an_unknown_variable_is_refused(installation):
    with pytest.raises(StartFailure) as caught:
        installation.start(variables={"STRATA_IDLE_SECOND": "1"})
    assert caught.value.exit_code == 2
    message = "unknown variable 'STRATA_IDLE_SECOND'; did you mean 'STRATA_IDLE_SECONDS'?"
    assert caught.value.stderr == f"strata start: {message}\n"
