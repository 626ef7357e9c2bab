"""Execution environments: reused, multiplied, retired, limited."""

import concurrent.futures
import subprocess
import time

import pytest

from account import Account, refused

WHO = """
    import time, uuid
    me = str(uuid.uuid4())
    count = 0
    def handler(seconds, context):
        global count
        count += 1
        time.sleep(seconds or 0)
        return [me, count]
"""


def at_once(work, arguments):
    with concurrent.futures.ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(work, arguments))


def test_globals_and_temporary_files_survive(either):
    name = either.deploy(
        """
        import os
        def handler(event, context):
            path = "/tmp/count"
            count = int(open(path).read()) + 1 if os.path.exists(path) else 1
            open(path, "w").write(str(count))
            return count
        """
    )
    assert [either.invoke(name).value for _ in range(5)] == [1, 2, 3, 4, 5]


def test_an_idle_environment_is_used_again(either):
    name = either.deploy(WHO)
    answers = [either.invoke(name).value for _ in range(5)]
    assert [count for _, count in answers] == [1, 2, 3, 4, 5]
    assert len({me for me, _ in answers}) == 1


def test_an_environment_serves_a_function_by_all_its_names(aws):
    name = aws.deploy(WHO)
    aws.lambda_.create_alias(FunctionName=name, Name="newest", FunctionVersion="$LATEST")
    names = [name, f"{name}:$LATEST", name, f"{name}:newest", f"{name}:$LATEST", name]
    answers = [aws.invoke(each).value for each in names]
    assert [count for _, count in answers] == [1, 2, 3, 4, 5, 6]


def test_an_environment_stays_when_settings_beside_the_code_change(aws):
    name = aws.deploy(WHO)
    me = aws.invoke(name).value[0]
    aws.lambda_.create_alias(FunctionName=name, Name="newest", FunctionVersion="$LATEST")
    changes = [
        lambda: aws.lambda_.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0),
        lambda: aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=5),
        lambda: aws.lambda_.put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow"),
        lambda: aws.lambda_.update_alias(FunctionName=name, Name="newest", Description="changed"),
        lambda: aws.lambda_.publish_version(FunctionName=name),
        lambda: aws.lambda_.delete_alias(FunctionName=name, Name="newest"),
    ]
    for number, change in enumerate(changes, start=2):
        change()
        assert aws.invoke(name).value == [me, number]
    aws.change(name, Description="this outdates it")
    assert aws.invoke(name).value[0] != me


def test_invocations_at_once_have_environments_of_their_own(either):
    name = either.deploy(WHO, Timeout=20)
    # Longer than a start takes: an environment that is free before takes the invocation.
    answers = at_once(lambda _: either.invoke(name, 3).value, range(4))
    assert len({me for me, _ in answers}) == 4
    assert {count for _, count in answers} == {1}
    again = at_once(lambda _: either.invoke(name, 0.5).value, range(4))
    assert {me for me, _ in again} <= {me for me, _ in answers}


def test_an_environment_that_is_free_takes_the_invocation_that_another_starts_for(aws):
    source = """
        import time, uuid
        time.sleep(4)
        me = str(uuid.uuid4())
        def handler(seconds, context):
            time.sleep(seconds or 0)
            return me
    """
    name = aws.deploy(source, Timeout=20)
    first = aws.invoke(name).value
    running = aws.invoke_aside(name, 1)
    aws.wait_until_busy(name)
    # It would start for four seconds.
    assert aws.invoke(name).value == first
    assert running().value == first


def test_temporary_files_of_one_environment_are_not_there_in_another(aws):
    source = """
        import os, time
        def handler(event, context):
            open("/tmp/" + event, "w").close()
            time.sleep(3)
            return sorted(os.listdir("/tmp"))
    """
    name = aws.deploy(source, Timeout=20)
    assert at_once(lambda event: aws.invoke(name, event).value, ["one", "two"]) == [["one"], ["two"]]


@pytest.mark.parametrize("what", ["code", "configuration"])
def test_an_update_retires_environments_after_their_invocation(aws, what):
    source = """
        import os, time
        def handler(seconds, context):
            time.sleep(seconds or 0)
            return [{!r}, os.environ["WORD"]]
    """
    name = aws.deploy(source.format("old"), Environment={"Variables": {"WORD": "old"}}, Timeout=20)
    running = aws.invoke_aside(name, 2)
    aws.wait_until_busy(name)
    if what == "code":
        aws.change_code(name, source.format("new"))
    else:
        aws.change(name, Environment={"Variables": {"WORD": "new"}})
    expected = ["new", "old"] if what == "code" else ["old", "new"]
    assert aws.invoke(name).value == expected
    assert running().value == ["old", "old"]
    for _ in range(3):
        assert aws.invoke(name).value == expected


def test_deleting_a_function_lets_its_running_invocation_finish(aws):
    name = aws.deploy(WHO, Timeout=20)
    running = aws.invoke_aside(name, 1)
    aws.wait_until_busy(name)
    aws.lambda_.delete_function(FunctionName=name)
    assert running().value[1] == 1
    assert refused(aws.lambda_.invoke, FunctionName=name).code == "ResourceNotFoundException"


def test_an_account_never_has_more_invocations_than_its_limit(installation):
    help_text = subprocess.run(installation.command("start", "--help"), capture_output=True, text=True).stdout
    if "--max-concurrency" not in help_text:
        pytest.skip("there is no flag yet that lowers the account's concurrency (--max-concurrency)")
    server = installation.start(arguments=["--max-concurrency", 2])
    aws = Account(server)
    name = aws.deploy(WHO, Timeout=20)
    running = [aws.invoke_aside(name, 2) for _ in range(2)]
    aws.wait_until_busy(name, 2)
    refusal = refused(aws.lambda_.invoke, FunctionName=name)
    assert (refusal.code, refusal.status) == ("TooManyRequestsException", 429)
    assert refusal.message == "Rate Exceeded."
    assert refusal.response["Reason"] == "ConcurrentInvocationLimitExceeded"
    other = Account(server)
    assert other.invoke(other.deploy(), "another account has a limit of its own").error is None
    assert [answer().error for answer in running] == [None, None]
    assert aws.invoke(name).error is None
    server.stop()


def test_a_burst_of_invocations_is_answered_in_full(aws):
    """More concurrent clients than environments that a small machine can start at once: each gets its own response."""
    name = aws.deploy("def handler(event, context): return event")
    assert at_once(lambda number: aws.invoke(name, number).value, range(24)) == list(range(24))
    assert at_once(lambda number: aws.invoke(name, number).value, range(24)) == list(range(24))
