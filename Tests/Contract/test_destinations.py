"""Destinations of asynchronous invocations: functions, and queues, topics, event buses and buckets of moto's server."""

import json
import re
import time

import pytest

from account import Account, refused
from event_bus import EventBus
from moto_queue import make_queue, message, send

FAILS = "def handler(event, context): raise ValueError('broken')"


@pytest.fixture(scope="module")
def services(installation, s3):
    """An account on a server that uses moto for other services and retries at once."""
    variables = {f"AWS_ENDPOINT_URL_{name}": s3.url for name in ("SQS", "SNS", "EVENTBRIDGE", "S3")}
    server = installation.start(arguments=["--retry-delay", "0"], variables=variables)
    yield Account(server)
    server.stop()


@pytest.fixture
def queue(s3, services):
    """A queue, as its URL and its ARN."""
    return make_queue(s3, services)


def destined(services, source=None, *, retries=0, **destinations):
    """A function with destinations."""
    name = services.deploy(source)
    services.lambda_.put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=retries,
        DestinationConfig={kind: {"Destination": arn} for kind, arn in destinations.items()})
    return name


def test_the_record_of_a_success_goes_to_a_queue(services, s3, queue):
    name = destined(services, OnSuccess=queue[1])
    request = send(services, name, {"a": [1, "é"]})
    got = message(s3, services, queue[0])
    record = json.loads(got["Body"])
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record.pop("timestamp"))
    assert record == {
        "version": "1.0",
        "requestContext": {
            "requestId": request, "functionArn": services.arn(name) + ":$LATEST", "condition": "Success",
            "approximateInvokeCount": 1,
        },
        "requestPayload": {"a": [1, "é"]},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
        "responsePayload": {"a": [1, "é"]},
    }
    assert "MessageAttributes" not in got


def test_the_record_of_a_failure_has_attempts_and_cause(services, s3, queue):
    name = destined(services, FAILS, retries=2, OnFailure=queue[1])
    send(services, name, 7)
    record = json.loads(message(s3, services, queue[0])["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["responseContext"] == {
        "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert record["responsePayload"]["errorMessage"] == "broken"


def test_an_event_that_failed_goes_to_the_dead_letter_queue_with_the_reason(services, s3, queue):
    name = services.deploy(FAILS, DeadLetterConfig={"TargetArn": queue[1]})
    services.lambda_.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1)
    request = send(services, name, {"n": 7})
    got = message(s3, services, queue[0])
    assert json.loads(got["Body"]) == {"n": 7}
    attributes = {key: (each["DataType"], each["StringValue"]) for key, each in got["MessageAttributes"].items()}
    assert attributes == {
        "RequestID": ("String", request), "ErrorCode": ("Number", "200"), "ErrorMessage": ("String", "broken")}


def test_an_event_that_failed_goes_to_the_dead_letter_topic_with_the_reason(services, s3, queue):
    sns = s3.client("sns", key=services.number)
    topic = sns.create_topic(Name="dead-letters")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue[1])
    name = services.deploy(FAILS, DeadLetterConfig={"TargetArn": topic})
    services.lambda_.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    request = send(services, name, {"n": 7})
    notification = json.loads(message(s3, services, queue[0])["Body"])
    assert json.loads(notification["Message"]) == {"n": 7}
    assert {key: each["Value"] for key, each in notification["MessageAttributes"].items()} == {
        "RequestID": request, "ErrorCode": "200", "ErrorMessage": "broken"}


def test_an_event_too_old_for_its_next_retry_goes_to_the_destination(installation, s3, services, queue):
    account = services.reconnected(installation.start(
        arguments=["--retry-delay", "61"], variables={"AWS_ENDPOINT_URL_SQS": s3.url}))
    name = account.deploy(FAILS)
    account.lambda_.put_function_event_invoke_config(
        FunctionName=name, MaximumEventAgeInSeconds=60, DestinationConfig={"OnFailure": {"Destination": queue[1]}})
    send(account, name, 7)
    record = json.loads(message(s3, account, queue[0])["Body"])
    assert record["requestContext"]["condition"] == "EventAgeExceeded"
    assert record["requestContext"]["approximateInvokeCount"] == 1
    assert record["responsePayload"]["errorMessage"] == "broken"


def test_events_of_a_function_with_reservation_zero_go_to_the_destination_unattempted(services, s3, queue):
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
    letters = make_queue(s3, services)
    name = services.deploy(DeadLetterConfig={"TargetArn": letters[1]})
    services.lambda_.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnFailure": {"Destination": queue[1]}})
    services.invoke(name, 1)
    services.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    request = send(services, name, {"n": 7})
    record = json.loads(message(s3, services, queue[0])["Body"])
    del record["timestamp"]
    assert record == {
        "version": "1.0",
        "requestContext": {
            "requestId": request, "functionArn": services.arn(name) + ":$LATEST",
            "condition": "ZeroReservedConcurrency", "approximateInvokeCount": 0,
        },
        "requestPayload": {"n": 7},
    }
    assert json.loads(message(s3, services, letters[0])["Body"]) == {"n": 7}
    services.lambda_.delete_function_concurrency(FunctionName=name)
    services.lambda_.update_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": queue[1]}})
    send(services, name, 8)
    assert json.loads(message(s3, services, queue[0])["Body"])["responsePayload"] == 8


def test_a_record_goes_to_another_function(services, s3, queue):
    relay = destined(services, OnSuccess=queue[1])
    name = destined(services, OnSuccess=services.arn(relay))
    request = send(services, name, "first")
    record = json.loads(message(s3, services, queue[0])["Body"])
    assert record["requestContext"]["functionArn"] == services.arn(relay) + ":$LATEST"
    inner = record["requestPayload"]
    assert (inner["requestContext"]["requestId"], inner["requestPayload"]) == (request, "first")


def test_a_record_goes_to_a_topic(services, s3, queue):
    sns = s3.client("sns", key=services.number)
    topic = sns.create_topic(Name="records")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue[1])
    name = destined(services, OnSuccess=topic)
    send(services, name, "ünïcode & <more>=+%")
    notification = json.loads(message(s3, services, queue[0])["Body"])
    assert json.loads(notification["Message"])["requestPayload"] == "ünïcode & <more>=+%"


@pytest.mark.parametrize("answers", [[b'{"FailedEntryCount":0}'], [b'{"FailedEntryCount":1}', b"{}"]])
def test_a_record_goes_to_an_event_bus_until_it_takes_it(installation, services, answers):
    bus = EventBus(answers)
    account = services.reconnected(installation.start(variables={"AWS_ENDPOINT_URL_EVENTBRIDGE": bus.url}))
    arn = f"arn:aws:events:us-east-1:{account.number}:event-bus/records"
    name = destined(account, OnSuccess=arn)
    send(account, name, 7)
    end = time.monotonic() + 20
    while len(bus.calls) < len(answers) and time.monotonic() < end:
        time.sleep(0.05)
    bus.shutdown()
    bus.server_close()
    assert len(bus.calls) == len(answers)
    target, call = bus.calls[-1]
    assert target == "AWSEvents.PutEvents"
    (entry,) = call["Entries"]
    assert entry["Source"] == "lambda"
    assert entry["DetailType"] == "Lambda Function Invocation Result - Success"
    assert entry["Resources"] == [arn, account.arn(name) + ":$LATEST"]
    assert entry["EventBusName"] == arn
    assert json.loads(entry["Detail"])["responsePayload"] == 7


def test_a_record_of_a_failure_goes_to_a_bucket(services, s3):
    client = s3.client("s3", key=services.number)
    client.create_bucket(Bucket="records")
    name = destined(services, FAILS, OnFailure="arn:aws:s3:::records")
    send(services, name, 7)
    for _ in range(200):
        objects = client.list_objects_v2(Bucket="records").get("Contents", [])
        if objects:
            break
        time.sleep(0.1)
    assert objects[0]["Key"].startswith(f"aws/lambda/async/{name}/20")
    record = json.loads(client.get_object(Bucket="records", Key=objects[0]["Key"])["Body"].read())
    assert record["requestContext"]["condition"] == "RetriesExhausted"


def test_a_message_waits_until_its_service_is_back(installation, s3, services):
    """The queue is created only after the record was first sent and the server restarted."""
    account = services.reconnected(installation.start(
        arguments=["--retry-delay", "0"], variables={"AWS_ENDPOINT_URL_SQS": s3.url}))
    name = account.deploy()
    arn = f"arn:aws:sqs:us-east-1:{account.number}:late"
    account.lambda_.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": arn}})
    send(account, name, "patient")
    time.sleep(1.5)
    url = s3.client("sqs", key=account.number).create_queue(QueueName="late")["QueueUrl"]
    assert json.loads(message(s3, account, url)["Body"])["requestPayload"] == "patient"


def test_every_record_arrives_however_often_the_server_is_killed(installation, s3, services, queue):
    variables = {"AWS_ENDPOINT_URL_SQS": s3.url}
    server = installation.start(variables=variables)
    account = services.reconnected(server)
    name = destined(account, OnSuccess=queue[1])
    for number in range(200):
        send(account, name, number)
    sqs, arrived = s3.client("sqs", key=services.number), set()
    end, kills = time.monotonic() + 60, 0
    while len(arrived) < 200:
        assert time.monotonic() < end, f"{200 - len(arrived)} of 200 records never arrived"
        got = sqs.receive_message(QueueUrl=queue[0], MaxNumberOfMessages=10).get("Messages", [])
        arrived |= {json.loads(each["Body"])["requestPayload"] for each in got}
        for each in got:
            sqs.delete_message(QueueUrl=queue[0], ReceiptHandle=each["ReceiptHandle"])
        if kills < 3 and len(arrived) > kills * 50:
            server.kill()
            server, kills = installation.start(data=server.data, variables=variables), kills + 1
    assert kills == 3


def test_the_configuration_goes_with_the_version_or_alias_that_was_invoked(services, s3, queue):
    other = make_queue(s3, services)
    name = destined(services, OnSuccess=queue[1])
    services.lambda_.publish_version(FunctionName=name)
    services.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    services.lambda_.put_function_event_invoke_config(
        FunctionName=name, Qualifier="live", DestinationConfig={"OnSuccess": {"Destination": other[1]}})
    services.lambda_.invoke(FunctionName=name, Qualifier="live", InvocationType="Event", Payload=b'"live"')
    send(services, name, "latest")
    live = json.loads(message(s3, services, other[0])["Body"])
    assert live["requestContext"]["functionArn"] == services.arn(name) + ":live"
    assert live["responseContext"]["executedVersion"] == "1"
    assert json.loads(message(s3, services, queue[0])["Body"])["requestPayload"] == "latest"


def test_an_endpoint_that_is_no_url_is_refused_at_the_start(installation):
    from server_process import StartFailure

    with pytest.raises(StartFailure) as failure:
        installation.start(variables={"AWS_ENDPOINT_URL_SQS": "localhost"})
    assert "AWS_ENDPOINT_URL_SQS takes an http or https URL" in failure.value.stderr


def test_a_destination_of_no_known_service_is_refused_when_it_is_set(services):
    name = services.deploy(files={"app.py": "def handler(event, context): pass"})
    refusal = refused(
        services.lambda_.put_function_event_invoke_config, FunctionName=name,
        DestinationConfig={"OnSuccess": {"Destination": "arn:aws:dynamodb:us-east-1:123456789012:table/t"}})
    assert refusal.status == 400
