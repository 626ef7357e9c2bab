"""Reserved concurrency: accepted and returned values, and refusals in AWS's words."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from account import Account, refused
from concurrency import BELOW_MINIMUM, refused_reservation, reserve, unreserved

FUNCTION_ONLY = (
    "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
    "Please specify either a function name or an unqualified function ARN."
)


@pytest.fixture
def function(aws):
    return aws.deploy()


@pytest.fixture
def version(aws, function):
    """A function with version 1 and an alias of it."""
    aws.publish_live(function)
    return function


@pytest.mark.parametrize("amount", [0, 1, 900])
def test_concurrency_is_reserved_returned_and_released(aws, function, amount):
    assert reserve(aws, function, amount)["ReservedConcurrentExecutions"] == amount
    got = aws.lambda_.get_function_concurrency(FunctionName=function)
    assert got["ReservedConcurrentExecutions"] == amount
    assert aws.lambda_.get_function(FunctionName=function)["Concurrency"] == {"ReservedConcurrentExecutions": amount}
    assert unreserved(aws) == 1000 - amount
    deleted = aws.lambda_.delete_function_concurrency(FunctionName=function)
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert "ReservedConcurrentExecutions" not in aws.lambda_.get_function_concurrency(FunctionName=function)
    assert "Concurrency" not in aws.lambda_.get_function(FunctionName=function)
    assert unreserved(aws) == 1000
    aws.lambda_.delete_function_concurrency(FunctionName=function)


def test_a_hundred_executions_stay_unreserved(aws, function):
    refusal = refused_reservation(aws, function, 901)
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert refusal.message == f"Specified ReservedConcurrentExecutions for function {BELOW_MINIMUM}"
    assert "Type" not in refusal.response
    reserve(aws, function, 600)
    assert refused_reservation(aws, aws.deploy(), 301).message == refusal.message
    reserve(aws, aws.deploy(), 300)
    # A function's own reservation does not count against its next one.
    reserve(aws, function, 600)
    assert refused_reservation(aws, function, 601).message == refusal.message


def test_sixteen_clients_reserve_no_more_than_there_is(aws):
    names = [aws.deploy() for _ in range(16)]

    def try_to_reserve(name):
        try:
            return reserve(aws, name, 100)["ReservedConcurrentExecutions"]
        except aws.lambda_.exceptions.InvalidParameterValueException:
            return 0

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(try_to_reserve, names)) == 900
    assert unreserved(aws) == 100


def test_accounts_do_not_share_their_concurrency(aws, server, function):
    reserve(aws, function, 900)
    other = Account(server)
    reserve(other, other.deploy(), 900)


def test_a_server_with_a_lower_limit_keeps_a_tenth_unreserved(installation):
    server = installation.start(arguments=["--max-concurrency", 20])
    aws = Account(server)
    name = aws.deploy()
    assert refused_reservation(aws, name, 19).message.endswith("below its minimum value of [2].")
    reserve(aws, name, 18)
    assert unreserved(aws) == 2
    server.end()


def test_reserved_concurrency_of_a_missing_function(aws):
    refusal = refused_reservation(aws, "nobody", 1)
    assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
    assert refusal.message == f"Function not found: {aws.arn('nobody')}:$LATEST"
    for operation in (aws.lambda_.get_function_concurrency, aws.lambda_.delete_function_concurrency):
        refusal = refused(operation, FunctionName="nobody")
        assert (refusal.code, refusal.message) == (
            "ResourceNotFoundException", f"Function not found: {aws.arn('nobody')}")


def test_versions_have_no_reserved_concurrency(aws, version):
    for refusal in (
        refused_reservation(aws, f"{aws.arn(version)}:1", 1),
        refused(aws.lambda_.get_function_concurrency, FunctionName=f"{version}:live"),
        refused(aws.lambda_.delete_function_concurrency, FunctionName=f"{version}:$LATEST"),
    ):
        assert (refusal.code, refusal.message) == ("InvalidParameterValueException", FUNCTION_ONLY)


def test_a_negative_reservation(aws, function):
    refusal = refused_reservation(aws, function, -1)
    assert refusal.code == "ValidationException"
    assert "Member must have value greater than or equal to 0" in refusal.message
