"""Asynchronous events that fail: what their messages carry, and that none vanishes."""

import json
import re
import urllib.request

import pytest

from account import Account
from log_streams import log_with
from moto_queue import make_queue, message, send


@pytest.fixture(scope="module")
def services(installation, s3):
    """An account on a server that retries at once and sends records to moto."""
    server = installation.start(arguments=["--retry-delay", "0"], variables={"AWS_ENDPOINT_URL_SQS": s3.url})
    yield Account(server)
    server.stop()


@pytest.fixture
def queue(s3, services):
    """A queue, as its URL and its ARN."""
    return make_queue(s3, services)


TRACE = r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01];Lineage=\S+"


def test_messages_to_queues_carry_the_trace_of_the_invocation(services, s3, queue):
    traced = """
        import os
        def handler(event, context):
            print(os.environ["_X_AMZN_TRACE_ID"])
            raise ValueError(os.environ["_X_AMZN_TRACE_ID"])
    """
    name = services.deploy(traced, DeadLetterConfig={"TargetArn": queue[1]})
    services.lambda_.put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": queue[1]}})
    send(services, name, {"n": 7})
    for _ in range(2):
        got = message(s3, services, queue[0])
        header = got["Attributes"]["AWSTraceHeader"]
        assert re.fullmatch(TRACE, header)
        body = json.loads(got["Body"])
        if "responsePayload" in body:
            assert body["responsePayload"]["errorMessage"] == header
        else:
            assert got["MessageAttributes"]["ErrorMessage"]["StringValue"] == header


def test_an_event_for_a_function_that_cannot_run_ends_like_any_other_failure(services, s3, queue):
    """In retries, a record, a dead letter, the function's log, its metrics and the server's log."""
    name = services.deploy(Architectures=["arm64"], DeadLetterConfig={"TargetArn": queue[1]})
    services.lambda_.put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=2, DestinationConfig={"OnFailure": {"Destination": queue[1]}})
    request = send(services, name, {"n": 7})
    found = [message(s3, services, queue[0]) for _ in range(2)]
    bodies = [json.loads(each["Body"]) for each in found]
    [record] = [body for body in bodies if "requestContext" in body]
    assert record["requestContext"] | {"functionArn": 0} == {
        "requestId": request, "functionArn": 0, "condition": "RetriesExhausted", "approximateInvokeCount": 3}
    reason = "This function is for arm64, and this host is x86_64."
    assert record["responsePayload"]["errorType"] == "InvalidRuntimeException"
    assert reason in record["responsePayload"]["errorMessage"]
    [letter] = [each for each in found if "MessageAttributes" in each]
    assert letter["MessageAttributes"]["ErrorCode"]["StringValue"] == "200"
    assert reason in letter["MessageAttributes"]["ErrorMessage"]["StringValue"]
    log_with(services, name, f"RequestId: {request} Error: {reason}")
    assert services.server.stderr().count(f"request_id={request}") >= 3
    with urllib.request.urlopen(services.server.url + "/_strata/metrics", timeout=10) as metrics:
        lines = metrics.read().decode().splitlines()
    [errors] = [line for line in lines if line.startswith("strata_errors_total") and f'"{name}"' in line]
    assert errors.endswith(" 3")
