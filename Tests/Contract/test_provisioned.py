"""Provisioned concurrency: environments that are ready before the first call."""

import re
import textwrap
import time

import pytest

from account import Account, refused
from log_streams import log_with

WHO = """
    import os, time, uuid
    me = str(uuid.uuid4())
    born = time.time()
    def handler(seconds, context):
        if seconds == -1:
            os._exit(1)
        time.sleep(seconds or 0)
        return [os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], me, born, context.function_version]
"""

PROVISIONED, ON_DEMAND = "provisioned-concurrency", "on-demand"


@pytest.fixture
def version(aws):
    """A function with version 1, and the alias `live` of it."""
    name = aws.deploy(WHO, Timeout=20)
    aws.lambda_.publish_version(FunctionName=name)
    aws.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    return name


def provision(aws, name, qualifier, amount):
    return aws.lambda_.put_provisioned_concurrency_config(
        FunctionName=name, Qualifier=qualifier, ProvisionedConcurrentExecutions=amount)


def status(aws, name, qualifier):
    got = aws.lambda_.get_provisioned_concurrency_config(FunctionName=name, Qualifier=qualifier)
    return got["Status"], got["AvailableProvisionedConcurrentExecutions"], got.get("StatusReason")


def wait_until(aws, name, qualifier, wanted, seconds=20):
    deadline = time.monotonic() + seconds
    while status(aws, name, qualifier)[0] != wanted:
        assert time.monotonic() < deadline, status(aws, name, qualifier)
        time.sleep(0.05)


def ready(aws, name, qualifier, amount):
    assert provision(aws, name, qualifier, amount)["Status"] == "IN_PROGRESS"
    wait_until(aws, name, qualifier, "READY")
    assert status(aws, name, qualifier) == ("READY", amount, None)


def invoke_at_once(aws, name, count, seconds=1.5, **parameters):
    running = [aws.invoke_aside(name, seconds, **parameters) for _ in range(count)]
    return [answer().value for answer in running]


@pytest.mark.parametrize("qualifier", ["1", "live"])
def test_environments_are_ready_before_the_first_call(aws, version, qualifier):
    ready(aws, version, qualifier, 2)
    before = time.time()
    answers = invoke_at_once(aws, version, 2, Qualifier=qualifier)
    assert [answer[0] for answer in answers] == [PROVISIONED] * 2
    assert len({answer[1] for answer in answers}) == 2
    assert all(answer[2] < before for answer in answers)
    assert aws.invoke(version).value[0] == ON_DEMAND


def test_what_is_more_spills_over_and_does_not_count_as_provisioned(aws, version):
    ready(aws, version, "1", 2)
    answers = invoke_at_once(aws, version, 4, Qualifier="1")
    assert sorted(answer[0] for answer in answers) == [ON_DEMAND] * 2 + [PROVISIONED] * 2
    assert status(aws, version, "1") == ("READY", 2, None)
    assert aws.invoke(version, Qualifier="1").value[0] == PROVISIONED


def test_a_reservation_that_is_provisioned_in_full_has_nothing_to_spill_over(aws, version):
    aws.lambda_.put_function_concurrency(FunctionName=version, ReservedConcurrentExecutions=1)
    ready(aws, version, "1", 1)
    running = aws.invoke_aside(version, 2, Qualifier="1")
    aws.wait_until_busy(version)
    for parameters in ({"Qualifier": "1"}, {}):
        refusal = refused(aws.lambda_.invoke, FunctionName=version, **parameters)
        assert refusal.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert running().value[0] == PROVISIONED
    assert aws.invoke(version, Qualifier="1").value[0] == PROVISIONED
    assert refused(aws.lambda_.invoke, FunctionName=version).status == 429


def test_an_environment_that_dies_is_replaced(aws, version):
    ready(aws, version, "1", 1)
    first = aws.invoke(version, Qualifier="1").value
    assert aws.invoke(version, -1, Qualifier="1").failure["errorType"] == "Runtime.ExitError"
    wait_until(aws, version, "1", "READY")
    second = aws.invoke(version, Qualifier="1").value
    assert (second[0], second[1] != first[1]) == (PROVISIONED, True)


def test_provisioned_environments_do_not_grow_old(installation):
    server = installation.start(arguments=["--idle-seconds", 1])
    aws = Account(server)
    name = aws.deploy(WHO)
    aws.lambda_.publish_version(FunctionName=name)
    ready(aws, name, "1", 1)
    first = aws.invoke(name, Qualifier="1").value
    time.sleep(3)
    assert aws.invoke(name, Qualifier="1").value == first
    server.end()


def test_it_survives_a_restart_and_a_kill(installation):
    server = installation.start()
    aws = Account(server)
    name = aws.deploy(WHO)
    aws.lambda_.publish_version(FunctionName=name)
    ready(aws, name, "1", 2)
    for how in ("stop", "kill"):
        getattr(server, how)()
        server = installation.start(data=server.data)
        aws = aws.reconnected(server)
        wait_until(aws, name, "1", "READY")
        before = time.time()
        answer = aws.invoke(name, Qualifier="1").value
        assert answer[0] == PROVISIONED and answer[2] < before
    server.end()


def test_it_follows_an_alias(aws, version):
    ready(aws, version, "live", 1)
    assert aws.invoke(version, Qualifier="1").value[0] == PROVISIONED
    aws.change(version, Description="another")
    aws.lambda_.publish_version(FunctionName=version)
    aws.lambda_.update_alias(FunctionName=version, Name="live", FunctionVersion="2")
    wait_until(aws, version, "live", "READY")
    answer = aws.invoke(version, Qualifier="live").value
    assert (answer[0], answer[3]) == (PROVISIONED, "2")
    assert aws.invoke(version, Qualifier="1").value[0] == ON_DEMAND
    aws.lambda_.delete_alias(FunctionName=version, Name="live")
    assert aws.invoke(version, Qualifier="2").value[0] == ON_DEMAND


def test_an_alias_with_weights_shares_it_out(aws, version):
    aws.change(version, Description="another")
    aws.lambda_.publish_version(FunctionName=version)
    aws.lambda_.update_alias(
        FunctionName=version, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.25}})
    ready(aws, version, "live", 4)
    answers = invoke_at_once(aws, version, 4, Qualifier="1")
    assert sorted(answer[0] for answer in answers) == [ON_DEMAND] + [PROVISIONED] * 3
    assert aws.invoke(version, Qualifier="2").value[0] == PROVISIONED


def test_fewer_and_none(aws, version):
    ready(aws, version, "1", 3)
    ready(aws, version, "1", 1)
    answers = invoke_at_once(aws, version, 2, Qualifier="1")
    assert sorted(answer[0] for answer in answers) == [ON_DEMAND, PROVISIONED]
    aws.lambda_.delete_provisioned_concurrency_config(FunctionName=version, Qualifier="1")
    assert aws.invoke(version, Qualifier="1").value[0] == ON_DEMAND


def test_code_that_cannot_start_is_reported(aws):
    name = aws.deploy("raise ValueError('no')")
    aws.lambda_.publish_version(FunctionName=name)
    provision(aws, name, "1", 1)
    wait_until(aws, name, "1", "FAILED")
    assert status(aws, name, "1") == ("FAILED", 0, "FUNCTION_ERROR_INIT_FAILURE")
    listed = aws.lambda_.list_provisioned_concurrency_configs(FunctionName=name)["ProvisionedConcurrencyConfigs"]
    assert [each["Status"] for each in listed] == ["FAILED"]
    # It is gone, and is not restarted.
    aws.lambda_.delete_function(FunctionName=name)


def test_an_init_phase_without_a_waiting_invocation_may_take_longer_than_ten_seconds(aws):
    name = aws.deploy("import time\ntime.sleep(11)" + textwrap.dedent(WHO))
    aws.lambda_.publish_version(FunctionName=name)
    ready(aws, name, "1", 1)
    assert aws.invoke(name, Qualifier="1").value[0] == PROVISIONED
    log = log_with(aws, name, "REPORT RequestId")
    report = re.search(r"INIT_REPORT Init Duration: ([\d.]+) ms\tPhase: init\tStatus: success", log)
    assert float(report[1]) > 11_000


def test_it_waits_for_a_place_on_the_host(installation):
    server = installation.start(arguments=["--max-environments", 1])
    aws = Account(server)
    name = aws.deploy(WHO, Timeout=20)
    aws.lambda_.publish_version(FunctionName=name)
    running = aws.invoke_aside(name, 2)
    aws.wait_until_busy(name)
    provision(aws, name, "1", 1)
    assert status(aws, name, "1") == ("IN_PROGRESS", 0, None)
    assert running().value[0] == ON_DEMAND
    wait_until(aws, name, "1", "READY")
    server.end()
