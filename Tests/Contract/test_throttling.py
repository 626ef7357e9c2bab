"""Concurrency limits: throttling with its reasons, and queueing on a full host."""

import collections
import concurrent.futures
import os
import threading
import time

import pytest
from botocore.exceptions import ClientError

from account import CONFIG, SESSION, Account, refused

SPAN = """
    import time
    def handler(seconds, context):
        begin = time.time()
        time.sleep(seconds or 0)
        return [begin, time.time()]
"""


@pytest.fixture
def start(installation):
    """Starts dedicated servers, with an account on each."""
    servers = []

    def run(*arguments, data=None):
        server = installation.start(data=data, arguments=arguments)
        servers.append(server)
        return Account(server)

    yield run
    for server in servers:
        server.end()


def with_connections(aws, count):
    return SESSION.client(
        "lambda", endpoint_url=aws.server.url, region_name=aws.region, aws_access_key_id=aws.number,
        aws_secret_access_key="secret", config=CONFIG.merge(type(CONFIG)(max_pool_connections=count)),
    )


def call_at_once(aws, name, count, event=None):
    """Calls a function from many threads: the values of successful calls, and the reasons of throttled ones."""
    client = with_connections(aws, count)
    together = threading.Barrier(count)

    def call(_):
        together.wait()
        try:
            answer = client.invoke(FunctionName=name, Payload=str(event or 0))
            assert answer.get("FunctionError") is None
            return __import__("json").load(answer["Payload"]), None
        except ClientError as error:
            response = error.response
            assert (response["Error"]["Code"], response["Error"]["Message"]) == (
                "TooManyRequestsException", "Rate Exceeded.")
            assert response["ResponseMetadata"]["HTTPStatusCode"] == 429
            return None, response["Reason"]

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(call, range(count)))
    values = [value for value, reason in answers if reason is None]
    return values, collections.Counter(reason for _, reason in answers if reason)


def most_at_once(spans):
    """The maximum number of overlapping spans."""
    moments = sorted([(begin, 1) for begin, _ in spans] + [(end, -1) for _, end in spans])
    most = running = 0
    for _, change in moments:
        running += change
        most = max(most, running)
    return most


def warm(aws, name, count):
    """Creates `count` idle environments."""
    values, reasons = call_at_once(aws, name, count, 1)
    assert (len(values), reasons) == (count, {})


def test_of_a_thousand_calls_at_once_a_limit_of_ten_lets_ten_run(aws):
    name = aws.deploy(SPAN, Timeout=60)
    aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=10)
    # Longer than a thousand responses take on a slow machine: no invocation ends before the last call.
    values, reasons = call_at_once(aws, name, 1000, 20)
    assert len(values) == 10
    assert reasons == {"ReservedFunctionConcurrentInvocationLimitExceeded": 990}
    assert most_at_once(values) <= 10


def test_short_calls_never_have_an_eleventh_environment(aws):
    name = aws.deploy(SPAN, Timeout=60)
    aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=10)
    values, reasons = call_at_once(aws, name, 300, 0.05)
    assert len(values) + sum(reasons.values()) == 300
    assert len(values) >= 10
    assert set(reasons) <= {
        "ReservedFunctionConcurrentInvocationLimitExceeded", "ReservedFunctionInvocationRateLimitExceeded"}
    assert most_at_once(values) <= 10


def test_a_thousand_calls_at_once_exceed_the_accounts_limit_of_ten(start):
    aws = start("--max-concurrency", 10)
    name = aws.deploy(SPAN, Timeout=60)
    values, reasons = call_at_once(aws, name, 500, 10)
    assert len(values) == 10
    assert reasons == {"ConcurrentInvocationLimitExceeded": 490}
    assert most_at_once(values) <= 10


def test_a_reservation_of_zero_throttles_every_invocation(aws):
    name = aws.deploy(SPAN)
    aws.invoke(name)
    aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    refusal = refused(aws.lambda_.invoke, FunctionName=name)
    assert (refusal.code, refusal.status, refusal.message) == ("TooManyRequestsException", 429, "Rate Exceeded.")
    assert refusal.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    aws.lambda_.delete_function_concurrency(FunctionName=name)
    assert aws.invoke(name).error is None


def test_all_versions_share_what_is_reserved_for_the_function(aws):
    name = aws.deploy(SPAN, Timeout=20)
    aws.lambda_.publish_version(FunctionName=name)
    aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    running = aws.invoke_aside(name, 2)
    aws.wait_until_busy(name)
    refusal = refused(aws.lambda_.invoke, FunctionName=name, Qualifier="1")
    assert refusal.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert running().error is None
    assert aws.invoke(name, Qualifier="1").error is None


def test_other_functions_cannot_use_reserved_concurrency(start):
    aws = start("--max-concurrency", 10)
    name, other = aws.deploy(SPAN, Timeout=60), aws.deploy(SPAN, Timeout=60)
    aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=7)
    running = [aws.invoke_aside(other, 8) for _ in range(3)]
    aws.wait_until_busy(other, 3)
    refusal = refused(aws.lambda_.invoke, FunctionName=other)
    assert refusal.response["Reason"] == "ConcurrentInvocationLimitExceeded"
    values, reasons = call_at_once(aws, name, 8, 5)
    assert len(values) == 7
    assert reasons == {"ReservedFunctionConcurrentInvocationLimitExceeded": 1}
    assert [answer().error for answer in running] == [None] * 3


def test_reservations_hold_after_a_restart(start):
    aws = start()
    name = aws.deploy(SPAN)
    aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    aws.server.kill()
    aws = aws.reconnected(start(data=aws.server.data).server)
    refusal = refused(aws.lambda_.invoke, FunctionName=name)
    assert refusal.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"


def test_ten_requests_a_second_for_each_invocation_at_once(start):
    aws = start("--max-concurrency", 10, "--request-rate", 2)
    name, other = aws.deploy(), aws.deploy()
    aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)

    def reasons(function, count):
        found = collections.Counter()
        for _ in range(count):
            try:
                aws.lambda_.invoke(FunctionName=function)
            except ClientError as error:
                found[error.response["Reason"]] += 1
        return found

    aws.invoke(name)
    time.sleep(1)
    assert set(reasons(name, 8)) == {"ReservedFunctionInvocationRateLimitExceeded"}
    # Nine unreserved: 18 requests per second for one function, 20 for all.
    aws.invoke(other)
    time.sleep(1.1)
    assert set(reasons(other, 200)) <= {"FunctionInvocationRateLimitExceeded", "CallerRateLimitExceeded"}
    assert reasons(other, 200)["FunctionInvocationRateLimitExceeded"] > 0


def test_a_function_starts_environments_within_its_scaling_rate(start):
    aws = start("--scaling-rate", 3)
    name, other = aws.deploy(SPAN, Timeout=60), aws.deploy(SPAN, Timeout=60)
    values, reasons = call_at_once(aws, name, 10, 2)
    assert len(values) == 3
    assert reasons == {"FunctionInvocationRateLimitExceeded": 7}
    # Reusing environments does not count, and another function has its own rate.
    values, reasons = call_at_once(aws, name, 3, 0.2)
    assert (len(values), reasons) == (3, {})
    assert len(call_at_once(aws, other, 3, 1)[0]) == 3


def test_invocations_that_exceed_only_the_host_wait_in_order(start):
    aws = start("--max-environments", 2, "--queue-seconds", 20)
    name = aws.deploy(SPAN, Timeout=60)
    values, reasons = call_at_once(aws, name, 6, 0.5)
    assert (len(values), reasons) == (6, {})
    assert most_at_once(values) <= 2


def test_an_invocation_that_waits_too_long_is_throttled(start):
    aws = start("--max-environments", 1, "--queue-seconds", 1)
    name = aws.deploy(SPAN, Timeout=60)
    running = aws.invoke_aside(name, 5)
    aws.wait_until_busy(name)
    begin = time.monotonic()
    refusal = refused(aws.lambda_.invoke, FunctionName=name)
    assert 0.9 < time.monotonic() - begin < 3
    assert (refusal.status, refusal.response["Reason"]) == (429, "ConcurrentInvocationLimitExceeded")
    assert running().error is None


def test_a_full_queue_throttles_at_once(start):
    aws = start("--max-environments", 1, "--queue-length", 1, "--queue-seconds", 30)
    name = aws.deploy(SPAN, Timeout=60)
    values, reasons = call_at_once(aws, name, 5, 1)
    assert len(values) == 2
    assert reasons == {"ConcurrentInvocationLimitExceeded": 3}


def test_idle_environments_make_room_for_other_functions(start):
    aws = start("--max-environments", 2)
    names = [aws.deploy(SPAN, Timeout=60) for _ in range(4)]
    for name in names + names:
        assert aws.invoke(name).error is None


def memory_factor(mebibytes):
    """The --overcommit factor that gives functions this much memory."""
    return mebibytes / (os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20)


def test_memory_of_environments_stays_within_the_overcommit_limit(start):
    aws = start("--overcommit", memory_factor(520), "--queue-seconds", 0)
    name, large = aws.deploy(SPAN, Timeout=60), aws.deploy(SPAN, Timeout=60, MemorySize=256)
    values, reasons = call_at_once(aws, name, 8, 2)
    assert len(values) == 4
    assert reasons == {"ConcurrentInvocationLimitExceeded": 4}
    running = [aws.invoke_aside(large, 2, LogType="None") for _ in range(2)]
    outcomes = []
    for answer in running:
        try:
            outcomes.append(answer().error)
        except ClientError as error:
            outcomes.append(error.response["Reason"])
    # The first invocations use idle places; without time to wait for their end, the call may be too early.
    assert set(outcomes) <= {None, "ConcurrentInvocationLimitExceeded"}


def test_a_function_larger_than_the_host_is_refused_with_the_reason(start):
    aws = start("--overcommit", memory_factor(200))
    assert aws.invoke(aws.deploy()).error is None
    refusal = refused(aws.lambda_.invoke, FunctionName=aws.deploy(MemorySize=256))
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert "--overcommit" in refusal.message


def test_idle_environments_end_after_their_time(start):
    aws = start("--idle-seconds", 1)
    name = aws.deploy("import uuid\nme = str(uuid.uuid4())\ndef handler(event, context): return me")
    first = aws.invoke(name).value
    assert aws.invoke(name).value == first
    time.sleep(3)
    assert aws.invoke(name).value != first
