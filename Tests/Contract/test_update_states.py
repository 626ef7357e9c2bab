"""The state that a function reports after an update, with the default delay and others, through boto3."""

import itertools

import pytest

from account import Account, refused
from packages import zip_of

CODE = "def handler(event, context):\n    return {!r}\n"
numbers = itertools.count(520_000_000_001)


@pytest.fixture(scope="module")
def slow_server(installation):
    server = installation.start(arguments=["--update-delay", "600"])
    yield server
    server.stop()


@pytest.fixture
def slow(slow_server):
    return Account(slow_server, str(next(numbers)))


@pytest.fixture(scope="module")
def default_server(installation):
    server = installation.start(arguments=["--update-delay", "0.2"])
    yield server
    server.stop()


@pytest.fixture
def aws(default_server):
    return Account(default_server, str(next(numbers)))


def code(word):
    return zip_of({"app.py": CODE.format(word)})


UPDATES = {
    "code": ("update_function_code", lambda: {"ZipFile": code("new")}),
    "configuration": ("update_function_configuration", lambda: {"Timeout": 7}),
}


@pytest.mark.parametrize("kind", UPDATES)
def test_an_update_is_in_progress_for_a_moment_and_refuses_another(slow, kind):
    name = slow.deploy()
    operation, parameters = UPDATES[kind]
    updated = getattr(slow.lambda_, operation)(FunctionName=name, **parameters())
    assert (updated["State"], updated["LastUpdateStatus"]) == ("Active", "InProgress")
    seen = slow.lambda_.get_function_configuration(FunctionName=name)
    assert (seen["State"], seen["LastUpdateStatus"]) == ("Active", "InProgress")
    assert seen["LastUpdateStatusReason"] == "The function is being created."
    assert seen["LastUpdateStatusReasonCode"] == "Creating"
    assert seen["RevisionId"] == updated["RevisionId"]
    sentence = "The operation cannot be performed at this time. An update is in progress for resource: "
    for other, more in (*UPDATES.values(), ("publish_version", dict)):
        refusal = refused(getattr(slow.lambda_, other), FunctionName=name, **more())
        assert (refusal.code, refusal.status) == ("ResourceConflictException", 409)
        assert refusal.message == sentence + slow.arn(name)


def test_new_code_answers_while_its_update_is_still_reported(slow):
    name = slow.deploy(CODE.format("old"))
    assert slow.invoke(name).value == "old"
    slow.lambda_.update_function_code(FunctionName=name, ZipFile=code("new"))
    assert slow.lambda_.get_function_configuration(FunctionName=name)["LastUpdateStatus"] == "InProgress"
    assert slow.invoke(name).value == "new"


def test_a_function_made_again_has_no_update_in_progress(slow):
    name = slow.deploy()
    slow.lambda_.update_function_configuration(FunctionName=name, Timeout=7)
    slow.lambda_.delete_function(FunctionName=name)
    slow.deploy(name=name)
    assert slow.lambda_.get_function_configuration(FunctionName=name)["LastUpdateStatus"] == "Successful"
    slow.lambda_.update_function_configuration(FunctionName=name, Timeout=8)


def test_a_dry_run_is_no_update(slow):
    name = slow.deploy()
    slow.lambda_.update_function_code(FunctionName=name, ZipFile=code("new"), DryRun=True)
    assert slow.lambda_.get_function_configuration(FunctionName=name)["LastUpdateStatus"] == "Successful"


def test_waiters_wait_until_an_update_is_over_and_its_revision_is_new(aws):
    name = aws.deploy()
    updated = aws.lambda_.update_function_code(FunctionName=name, ZipFile=code("new"))
    waiter = aws.lambda_.get_waiter("function_updated_v2")
    waiter.wait(FunctionName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 200})
    seen = aws.lambda_.get_function(FunctionName=name)["Configuration"]
    assert (seen["State"], seen["LastUpdateStatus"]) == ("Active", "Successful")
    assert "LastUpdateStatusReason" not in seen
    assert seen["RevisionId"] != updated["RevisionId"]
    aws.lambda_.update_function_configuration(FunctionName=name, Timeout=9, RevisionId=seen["RevisionId"])
    waiter.wait(FunctionName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 200})
    assert aws.lambda_.publish_version(FunctionName=name)["State"] == "Active"


def test_without_a_delay_updates_follow_each_other(installation):
    server = installation.start(arguments=["--update-delay", "0"])
    account = Account(server, str(next(numbers)))
    name = account.deploy()
    for timeout in (4, 5, 6):
        account.lambda_.update_function_configuration(FunctionName=name, Timeout=timeout)
        seen = account.lambda_.get_function_configuration(FunctionName=name)
        assert (seen["Timeout"], seen["LastUpdateStatus"]) == (timeout, "Successful")
    server.stop()
