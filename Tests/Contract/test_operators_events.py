"""`strata events`: listing, retrying and purging queued events."""

import json
import time

import pytest

from account import Account
from operators import Operator, figure, metrics, until
from record_queue import RecordQueue
from test_asynchronous import FAILS, SPEAKS, lines, send


@pytest.fixture(scope="module")
def patient(installation):
    """A server with a retry delay of minutes."""
    server = installation.start(arguments=["--retry-delay", "600"])
    yield server
    server.stop()


@pytest.fixture
def aws(patient):
    return Account(patient)


def waiting(operator, count, *arguments):
    """The events that wait for a retry, once there are `count` of them."""
    def found():
        events = operator.documents("events", "list", *arguments)
        are_waiting = all(each["attempts"] == 1 and not each["isRunning"] for each in events)
        return len(events) == count and are_waiting and events
    return until(found, f"{count} events", lambda: operator.ask("events", "list"))


def test_queued_events_are_listed_with_reason_and_next_attempt(aws, operator):
    name = aws.deploy(FAILS)
    answer = send(aws, name, {"n": 1})
    (event,) = waiting(operator, 1)
    assert event["target"] == aws.arn(name)
    assert event["requestId"] == answer["ResponseMetadata"]["RequestId"]
    assert (event["reason"], event["attempts"], event["retries"]) == ("The function failed: broken", 1, 1)
    assert event["payloadBytes"] == len(b'{"n": 1}')
    assert event["nextTry"] > event["accepted"]
    head, row = operator.ask("events", "list").splitlines()
    assert head.split() == [
        "ID", "REQUEST", "ID", "TARGET", "SOURCE", "STATE", "AGE", "ATTEMPTS", "NEXT", "ATTEMPT", "REASON"]
    cells = row.split()
    assert cells[:5] == [str(event["number"]), event["requestId"], name, "-", "waiting"]
    assert cells[6:8] == ["1", "in"] and cells[8] in ("9m", "10m")
    assert row.endswith("The function failed: broken")


@pytest.mark.parametrize("arguments, words", [
    (["list"], "No event is queued."),
    (["list", "--function", "nope"], "No event of nope is queued."),
    (["list", "--json"], None),
    (["retry", "--function", "nope"], "No event of nope is waiting for a retry."),
    (["purge", "--function", "nope", "--id", "7"], "No event with ID 7 of nope is queued."),
    (["purge", "--all"], "No event is queued."),
])
def test_an_empty_queue_is_reported_on_standard_error_but_not_in_json(operator, arguments, words):
    result = operator.run("events", *arguments)
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == (f"{words}\n" if words else "")


def test_retry_attempts_a_waiting_event_at_once(aws, operator):
    name = aws.deploy(FAILS)
    send(aws, name, 1)
    (event,) = waiting(operator, 1)
    begin = time.monotonic()
    assert operator.ask("events", "retry", "--function", name) == "Retrying 1 event.\n"
    assert len(lines(aws, name, "tried", 2)) == 2
    assert time.monotonic() - begin < 30
    until(lambda: operator.documents("events", "list", "--id", str(event["number"]))[0]["attempts"] == 2, "2 attempts")
    aws.change_code(name, SPEAKS)
    assert operator.documents("events", "retry", "--id", str(event["number"])) == [{"count": 1}]
    assert lines(aws, name, "handled") == [f"handled 1 {event['requestId']}"]
    until(lambda: operator.ask("events", "list") == "", "an empty queue")


def test_purged_events_are_gone(aws, operator):
    broken, other = aws.deploy(FAILS), aws.deploy(FAILS)
    for function, event in [(broken, 1), (broken, 2), (other, 3)]:
        send(aws, function, event)
    events = waiting(operator, 3)
    first = next(event for event in events if event["target"] == aws.arn(broken))
    assert operator.ask("events", "purge", "--id", str(first["number"])) == "Deleted 1 event.\n"
    assert operator.ask("events", "purge", "--id", str(first["number"])) == ""
    assert operator.ask("events", "purge", "--function", broken) == "Deleted 1 event.\n"
    assert [event["target"] for event in operator.documents("events", "list")] == [aws.arn(other)]
    assert operator.ask("events", "purge", "--all") == "Deleted 1 event.\n"
    assert operator.ask("events", "list") == ""


def test_an_event_is_found_by_the_request_id_of_its_invocation(aws, operator):
    name = aws.deploy(FAILS)
    first, second = (operator.ask("invoke", name, "--async").strip() for _ in range(2))
    waiting(operator, 2)
    for id in (second, second.upper()):
        (event,) = operator.documents("events", "list", "--id", id)
        assert event["requestId"] == second
    assert operator.ask("events", "retry", "--id", second) == "Retrying 1 event.\n"
    until(lambda: [each["attempts"] for each in operator.documents("events", "list")] == [1, 2], "a second attempt")
    assert operator.documents("events", "purge", "--id", second, "--function", "another") == [{"count": 0}]
    assert Operator(aws.server, "999999999999").documents("events", "purge", "--id", second) == [{"count": 0}]
    assert operator.ask("events", "purge", "--id", second) == "Deleted 1 event.\n"
    assert [event["requestId"] for event in operator.documents("events", "list")] == [first]


def test_a_message_to_a_destination_belongs_to_its_source_function(aws, operator):
    bus = f"arn:aws:events:us-east-1:{aws.number}:event-bus/default"
    bucket = "arn:aws:s3:::records"
    name, other = aws.deploy(SPEAKS), aws.deploy(FAILS)
    for function, kind, destination in [(name, "OnSuccess", bus), (other, "OnFailure", bucket)]:
        aws.lambda_.put_function_event_invoke_config(
            FunctionName=function, MaximumRetryAttempts=0, DestinationConfig={kind: {"Destination": destination}})
    request = operator.ask("invoke", name, "--async").strip()
    operator.ask("invoke", other, "--async")
    # Both messages: they are tried again every few seconds.
    until(lambda: [bool(each["source"]) for each in operator.documents("events", "list")] == [True, True], "2 messages")
    (event,) = operator.documents("events", "list", "--function", name)
    assert (event["target"], event["source"]) == (bus, aws.arn(name))
    assert [each["number"] for each in operator.documents("events", "list", "--id", request)] == [event["number"]]
    row = operator.ask("events", "list", "--function", name).splitlines()[1].split()
    assert row[:4] == [str(event["number"]), request, bus, name]
    assert operator.ask("events", "purge", "--function", name) == "Deleted 1 event.\n"
    assert [event["target"] for event in operator.documents("events", "list")] == [bucket]
    assert operator.documents("events", "retry", "--function", other) == [{"count": 1}]
    # A bucket's ARN has no account: the message is its sender's.
    stranger = Operator(aws.server, "999999999999")
    assert stranger.documents("events", "list") == []
    assert stranger.documents("events", "purge", "--all") == [{"count": 0}]
    assert operator.ask("events", "purge", "--function", other) == "Deleted 1 event.\n"


def test_a_message_is_sent_at_the_start_of_a_server_that_knows_its_endpoint(installation):
    queue = RecordQueue()
    first = installation.start()
    aws = Account(first)
    arn = f"arn:aws:sqs:us-east-1:{aws.number}:records"
    name = aws.deploy(SPEAKS)
    aws.lambda_.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": arn}})
    send(aws, name, "sent")

    def event():
        return next(iter(Operator(first, aws.number).documents("events", "list")), {"attempts": 0})

    # Three attempts: the fourth would come four seconds after the third.
    until(lambda: event()["attempts"] == 3, "three attempts", event)
    assert "set AWS_ENDPOINT_URL_SQS" in event()["reason"]
    first.stop()
    second = installation.start(data=first.data, variables={"AWS_ENDPOINT_URL_SQS": queue.url})
    started = time.monotonic()
    until(lambda: queue.records, "the record")
    assert time.monotonic() - started < 2
    second.stop()
    queue.close()


def test_a_dead_letter_belongs_to_the_function_that_failed(aws, operator):
    queue = f"arn:aws:sqs:us-east-1:{aws.number}:letters"
    name = aws.deploy(FAILS, DeadLetterConfig={"TargetArn": queue})
    aws.lambda_.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    send(aws, name, 1)
    def letters():
        return [each for each in operator.documents("events", "list", "--function", name) if each["source"]]

    (letter,) = until(letters, "the letter")
    assert (letter["target"], letter["source"]) == (queue, aws.arn(name))


def test_events_of_versions_and_aliases_belong_to_their_function(aws, operator):
    name = aws.deploy(FAILS, Publish=True)
    similar = aws.deploy(FAILS, name=name + "0")
    for function, qualifier in [(name, "1"), (name, "$LATEST"), (similar, "$LATEST")]:
        send(aws, function, 1, Qualifier=qualifier)
    waiting(operator, 3)
    events = operator.documents("events", "list", "--function", name)
    assert sorted(event["target"] for event in events) == [f"{aws.arn(name)}:$LATEST", f"{aws.arn(name)}:1"]


def test_a_running_event_is_listed_as_running(aws, operator):
    name = aws.deploy("import time\ndef handler(event, context): time.sleep(5)", Timeout=10)
    send(aws, name, 1)
    events = until(lambda: [each for each in operator.documents("events", "list") if each["isRunning"]], "it to run")
    assert len(events) == 1
    assert operator.ask("events", "list").splitlines()[1].split()[4] == "running"
    # It is not interrupted, and has no consequence.
    assert operator.ask("events", "purge", "--all") == "Deleted 1 event.\n"
    assert len(lines(aws, name, "REPORT")) == 1


def test_a_long_queue_is_listed_whole(aws, operator):
    name = aws.deploy("import time\ndef handler(event, context): time.sleep(300)", Timeout=300)
    aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    for number in range(1_203):
        send(aws, name, number)
    numbers = [event["number"] for event in operator.documents("events", "list")]
    assert len(numbers) == 1_203 and numbers == sorted(set(numbers))
    operator.ask("events", "purge", "--all")


def test_accounts_and_regions_do_not_see_each_others_events(aws, operator):
    name = aws.deploy(FAILS)
    send(aws, name, 1)
    waiting(operator, 1)
    for stranger in (Operator(aws.server, "999999999999"), Operator(aws.server, aws.number, region="eu-west-1")):
        assert stranger.ask("events", "list") == ""
        for verb in ("retry", "purge"):
            assert stranger.documents("events", verb, "--all") == [{"count": 0}]
        assert "AccessDeniedException" in stranger.run("events", "purge", "--function", aws.arn(name)).stderr
    assert len(operator.documents("events", "list")) == 1


def test_the_metrics_report_depth_and_age_of_the_queue(aws, operator):
    name = aws.deploy(FAILS)
    send(aws, name, 1)
    send(aws, name, 2)
    waiting(operator, 2)
    time.sleep(1)
    families = metrics(aws.server)
    labels = frozenset({("target", aws.arn(name))})
    assert families["strata_queue_events"][1][("strata_queue_events", labels)] == 2
    assert 1 <= families["strata_queue_oldest_age_seconds"][1][("strata_queue_oldest_age_seconds", labels)] < 60
    assert figure(families, "strata_errors_total", name, account=aws.number) == 2
    (picture,) = [json.loads(line) for line in operator.ask("top", "--once", "--json").splitlines()]
    (queue,) = [each for each in picture["queues"] if each["target"] == aws.arn(name)]
    assert queue["events"] == 2 and queue["oldestSeconds"] >= 1
