"""Asynchronous invocations: durable before accepted, retried after failures, never lost."""

import json
import threading
import time

import pytest

from account import Account, refused

SPEAKS = """
    def handler(event, context):
        print("handled", event, context.aws_request_id)
"""
FAILS = """
    import time

    def handler(event, context):
        print("tried", event, time.monotonic())
        raise ValueError("broken")
"""


@pytest.fixture(scope="module")
def impatient(installation):
    """An account on a server with a short retry delay."""
    server = installation.start(arguments=["--retry-delay", "0.3"])
    yield lambda: Account(server)
    server.stop()


def send(aws, name, event, **parameters):
    return aws.lambda_.invoke(
        FunctionName=name, InvocationType="Event", Payload=json.dumps(event).encode(), **parameters)


def lines(aws, name, word, count=1, seconds=20):
    """A function's printed lines that start with a word, once there are `count` of them."""
    folder = aws.server.data / "logs" / aws.number / aws.region / name
    found = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        text = "".join(path.read_text() for path in folder.glob("*.log"))
        found = [line.split(" ", 1)[1] for line in text.splitlines() if line.split(" ", 1)[1:]]
        found = [line for line in found if line.startswith(word + " ")]
        if len(found) >= count:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited for {count} lines '{word} …' of {name}, got {found}")


def test_an_event_is_accepted_and_handled_later(aws):
    name = aws.deploy(SPEAKS)
    answer = send(aws, name, {"n": 1})
    assert answer["StatusCode"] == 202
    assert answer["Payload"].read() == b""
    assert "ExecutedVersion" not in answer
    (line,) = lines(aws, name, "handled")
    assert line == f"handled {{'n': 1}} {answer['ResponseMetadata']['RequestId']}"


def test_an_event_is_handled_by_the_version_or_alias_that_was_named(aws):
    name = aws.deploy("def handler(event, context): print('ran', context.invoked_function_arn)", Publish=True)
    aws.change(name, Description="another")
    aws.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    for qualifier in ["1", "live", "$LATEST"]:
        send(aws, name, 1, Qualifier=qualifier)
    assert sorted(lines(aws, name, "ran", 3)) == sorted(
        f"ran {aws.arn(name)}:{qualifier}" for qualifier in ["1", "live", "$LATEST"])


def test_the_client_context_reaches_the_function(aws):
    name = aws.deploy("def handler(event, context): print('context', context.client_context.custom)")
    aws.lambda_.invoke(
        FunctionName=name, InvocationType="Event", ClientContext="eyJjdXN0b20iOiB7ImEiOiAiYiJ9fQ==", Payload=b"1")
    assert lines(aws, name, "context") == ["context {'a': 'b'}"]


@pytest.mark.parametrize("parameters, kind, status", [
    ({"Payload": b"{"}, "InvalidRequestContentException", 400),
    ({"Payload": b'"' + b"x" * 1_048_576 + b'"'}, "RequestEntityTooLargeException", 413),
    ({"FunctionName": "nowhere"}, "ResourceNotFoundException", 404),
    ({"Qualifier": "7"}, "ResourceNotFoundException", 404),
])
def test_what_cannot_be_run_is_not_accepted(aws, parameters, kind, status):
    name = aws.deploy(SPEAKS)
    refusal = refused(aws.lambda_.invoke, **{"FunctionName": name, "InvocationType": "Event", **parameters})
    assert (refusal.code, refusal.status) == (kind, status)


def test_a_megabyte_is_accepted(aws):
    name = aws.deploy("def handler(event, context): print('length', len(event))")
    send(aws, name, "x" * 1_048_574)
    assert lines(aws, name, "length") == ["length 1048574"]


def test_a_failure_is_retried_twice_with_increasing_delays(impatient):
    aws = impatient()
    name = aws.deploy(FAILS)
    send(aws, name, 7)
    times = [float(line.split()[-1]) for line in lines(aws, name, "tried", 3)]
    assert 0.3 <= times[1] - times[0] and 0.6 <= times[2] - times[1]
    time.sleep(1.5)
    assert len(lines(aws, name, "tried", 3)) == 3


def test_a_function_that_recovers_is_not_tried_again(impatient):
    aws = impatient()
    name = aws.deploy("""
        count = 0

        def handler(event, context):
            global count
            count += 1
            print("tried", count)
            assert count > 1
    """)
    send(aws, name, 7)
    lines(aws, name, "tried", 2)
    time.sleep(1.2)
    assert lines(aws, name, "tried", 2) == ["tried 1", "tried 2"]


def test_the_events_of_a_deleted_function_are_forgotten(impatient):
    aws = impatient()
    settings = aws.settings(FAILS, name="gone")
    aws.lambda_.create_function(**settings)
    send(aws, "gone", 1)
    lines(aws, "gone", "tried")
    aws.lambda_.delete_function(FunctionName="gone")
    time.sleep(1)
    aws.lambda_.create_function(**settings)
    time.sleep(1)
    assert len(lines(aws, "gone", "tried")) == 1


def test_no_accepted_event_is_lost_when_the_server_is_killed(installation):
    server = installation.start()
    aws = Account(server)
    name = aws.deploy("def handler(event, context): print('handled', event)")
    accepted = []

    def work(worker):
        try:
            for number in range(1_000):
                send(aws, name, f"{worker}-{number}")
                accepted.append(f"{worker}-{number}")
        except Exception:  # the server was killed: an event without a response was not accepted
            pass

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    server.kill()
    for thread in threads:
        thread.join()
    assert len(accepted) > 50
    aws = aws.reconnected(installation.start(data=server.data))
    end = time.monotonic() + 60
    while time.monotonic() < end:
        missing = {f"handled {event}" for event in accepted} - set(lines(aws, name, "handled", 1))
        if not missing:
            return
        time.sleep(0.2)
    raise AssertionError(f"{len(missing)} of {len(accepted)} accepted events were never handled")


def test_destinations_that_feed_each_other_come_to_an_end(aws):
    names = [aws.deploy("def handler(event, context): print('ran')") for _ in range(2)]
    for name, other in zip(names, reversed(names)):
        aws.lambda_.put_function_event_invoke_config(
            FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": aws.arn(other)}})
    send(aws, names[0], 1)
    for name in names:
        log = aws.server.data / "logs" / aws.number / aws.region / name
        end = time.monotonic() + 30
        while sum(path.read_text().count("REPORT") for path in log.glob("*.log")) < 16:
            assert time.monotonic() < end
            time.sleep(0.1)
    time.sleep(1)
    for name in names:
        log = aws.server.data / "logs" / aws.number / aws.region / name
        assert sum(path.read_text().count("REPORT") for path in log.glob("*.log")) == 16
