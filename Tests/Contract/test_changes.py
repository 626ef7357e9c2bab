"""Changes and caches: the invocation right after a change sees it, and absent names do not disturb other functions."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from account import Account, refused
from packages import answering
from permissions import allow

TIMES = 50
BOGUS_NAMES = 2_000

VERSION = """
    def handler(event, context):
        return context.function_version
"""


@pytest.fixture
def other(aws):
    """Another account on the same server."""
    return Account(aws.server)


def assert_absent(aws, name):
    refusal = refused(aws.lambda_.invoke, FunctionName=name)
    assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)


def test_the_next_invocation_runs_updated_code(aws):
    name = aws.deploy()
    for number in range(TIMES):
        aws.lambda_.update_function_code(FunctionName=name, ZipFile=answering(number))
        assert aws.invoke(name).value == number


def test_the_next_invocation_has_updated_settings(aws):
    name = aws.deploy("""
        import os

        def handler(event, context):
            return [os.environ["NUMBER"], context.memory_limit_in_mb]
    """)
    for number in range(TIMES):
        memory = 128 + number % 2
        aws.lambda_.update_function_configuration(
            FunctionName=name, MemorySize=memory, Environment={"Variables": {"NUMBER": str(number)}})
        assert aws.invoke(name).value == [str(number), str(memory)]


def test_the_next_invocation_follows_an_updated_alias(aws):
    name = aws.deploy_live(VERSION)
    aws.lambda_.update_function_configuration(FunctionName=name, Description="second")
    assert aws.lambda_.publish_version(FunctionName=name)["Version"] == "2"
    for number in range(TIMES):
        version = str(2 - number % 2)
        aws.lambda_.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
        assert aws.invoke(f"{name}:live").value == version


def test_the_next_invocation_of_an_alias_sees_its_creation_and_deletion(aws):
    name = aws.deploy_live(VERSION)
    for _ in range(TIMES):
        assert_absent(aws, f"{name}:late")
        aws.lambda_.create_alias(FunctionName=name, Name="late", FunctionVersion="1")
        assert aws.invoke(f"{name}:late").value == "1"
        aws.lambda_.delete_alias(FunctionName=name, Name="late")


def test_the_next_invocation_of_a_version_sees_its_publication_and_deletion(aws):
    name = aws.deploy(VERSION)
    for number in range(1, TIMES + 1):
        assert_absent(aws, f"{name}:{number}")
        aws.lambda_.update_function_configuration(FunctionName=name, Description=str(number))
        assert aws.lambda_.publish_version(FunctionName=name)["Version"] == str(number)
        assert aws.invoke(f"{name}:{number}").value == str(number)
        aws.lambda_.delete_function(FunctionName=name, Qualifier=str(number))
        assert_absent(aws, f"{name}:{number}")


def test_the_next_invocation_of_a_function_sees_its_creation_and_deletion(aws):
    for number in range(TIMES):
        assert_absent(aws, "phoenix")
        aws.lambda_.create_function(**aws.settings(name="phoenix", Code={"ZipFile": answering(number)}))
        assert aws.invoke("phoenix").value == number
        aws.lambda_.delete_function(FunctionName="phoenix")


def test_the_next_invocation_of_another_account_sees_added_and_removed_permissions(aws, other):
    name = aws.deploy(VERSION)
    arn = aws.arn(name)
    for _ in range(TIMES):
        refusal = refused(other.lambda_.invoke, FunctionName=arn)
        assert (refusal.code, refusal.status) == ("AccessDeniedException", 403)
        allow(aws, name, "other", principal=other.number)
        assert other.invoke(arn).value == "$LATEST"
        aws.lambda_.remove_permission(FunctionName=name, StatementId="other")


def test_the_next_invocation_sees_reserved_concurrency(aws):
    name = aws.deploy(VERSION)
    for _ in range(TIMES):
        aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        refusal = refused(aws.lambda_.invoke, FunctionName=name)
        assert (refusal.code, refusal.status) == ("TooManyRequestsException", 429)
        aws.lambda_.delete_function_concurrency(FunctionName=name)
        assert aws.invoke(name).value == "$LATEST"


def test_two_thousand_absent_names_leave_a_warm_function_alone(aws):
    name = aws.deploy("""
        count = 0

        def handler(event, context):
            global count
            count += 1
            return count
    """)
    assert aws.invoke(name).value == 1
    with ThreadPoolExecutor(8) as clients:
        absent = [clients.submit(assert_absent, aws, f"absent-{number}") for number in range(BOGUS_NAMES)]
        # One environment runs all of them, and no invocation is lost or run twice.
        assert [aws.invoke(name).value for _ in range(200)] == list(range(2, 202))
        for each in absent:
            each.result()
    assert aws.invoke(name).value == 202
