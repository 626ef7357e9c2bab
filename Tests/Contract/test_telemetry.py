"""The Telemetry API and the Logs API: delivery to extensions over HTTP and TCP, inside the environment."""

import json
import re
import time

import pytest

from log_streams import log_of, log_with
from packages import program
from test_extensions import PYTHON, deploy


def told(log):
    """The events that the extension has received, in order."""
    return [json.loads(text) for text in re.findall(r"<witness> told (.*)", log)]


def records(events, kind):
    return [event["record"] for event in events if event["type"] == kind]


@pytest.mark.parametrize("protocol", ["HTTP", "TCP"])
def test_a_subscriber_receives_the_events_of_an_environment(either, protocol):
    name = deploy(either, variables={"EXTENSION_TELEMETRY": protocol})
    requests = [either.invoke(name, number).value[1] for number in range(3)]
    time.sleep(0.2)
    either.change(name, Description="which retires the environment")
    log = log_with(either, name, "<witness> over")
    assert 'subscribed (200, b\'"OK"\')' in log
    assert "TELEMETRY\tName: witness\tState: Subscribed\tTypes: [Platform, Function, Extension]" in log
    events = told(log)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["time"]) for event in events)
    assert [event["type"] for event in events][0] == "platform.initStart"
    start = records(events, "platform.initStart")[0]
    assert start["initializationType"] == "on-demand"
    assert (start["phase"], start["functionName"], start["functionVersion"]) == ("init", name, "$LATEST")
    assert start["instanceMaxMemory"] == 512 << 20
    assert records(events, "platform.telemetrySubscription") == [
        {"name": "witness", "state": "Subscribed", "types": ["platform", "function", "extension"]}]
    assert records(events, "platform.initRuntimeDone")[0]["status"] == "success"
    assert records(events, "platform.initReport")[0]["metrics"]["durationMs"] > 0
    assert records(events, "platform.extension") == [
        {"name": "witness", "state": "Ready", "events": ["INVOKE", "SHUTDOWN"]}]
    assert [record["requestId"] for record in records(events, "platform.start")] == requests
    assert [record["requestId"] for record in records(events, "platform.runtimeDone")] == requests
    done = records(events, "platform.runtimeDone")[0]
    assert done["status"] == "success"
    assert done["metrics"]["producedBytes"] == len(json.dumps([0, requests[0]]))
    assert [record["requestId"] for record in records(events, "platform.report")] == requests
    assert records(events, "function") == ["init of the function", *[f"handled {number}" for number in range(3)]]
    assert "platform.end" not in {event["type"] for event in events}
    first = records(events, "platform.report")[0]["metrics"]
    assert set(first) == {"durationMs", "billedDurationMs", "memorySizeMB", "maxMemoryUsedMB", "initDurationMs"}


def test_the_logs_api_delivers_the_same_events(aws):
    name = deploy(aws, variables={"EXTENSION_TELEMETRY": "HTTP", "EXTENSION_API": "logs"})
    request = aws.invoke(name, 1).value[1]
    aws.change(name, Description="which retires the environment")
    log = log_with(aws, name, "<witness> over")
    assert "LOGS\tName: witness\tState: Subscribed\tTypes: [Platform, Function, Extension]" in log
    events = told(log)
    types = [event["type"] for event in events]
    assert "platform.logsSubscription" in types
    assert not [kind for kind in types if kind.startswith("platform.init")]
    assert records(events, "platform.end") == [{"requestId": request}]
    assert records(events, "platform.report")[0]["requestId"] == request
    assert "handled 1" in records(events, "function")


def test_a_failed_invocation_is_reported_with_its_status(aws):
    name = deploy(aws, variables={"EXTENSION_TELEMETRY": "HTTP"}, Timeout=1)
    aws.invoke(name, "sleep")
    events = told(log_with(aws, name, "<witness> over"))
    assert [record["status"] for record in records(events, "platform.runtimeDone")] == ["timeout"]
    report = records(events, "platform.report")[0]
    assert report["status"] == "timeout"
    start = records(events, "platform.start")[0]
    assert start["tracing"] == report["tracing"]
    assert start["tracing"]["value"].startswith("Root=1-")


def test_json_lines_are_delivered_as_objects_with_json_logs(aws):
    source = """
        import json
        def handler(event, context):
            print(json.dumps({"level": "INFO", "what": event}))
            print("{not json")
            return [event, context.aws_request_id]
    """
    name = deploy(aws, source=source, variables={"EXTENSION_TELEMETRY": "HTTP"}, LoggingConfig={"LogFormat": "JSON"})
    aws.invoke(name, 1)
    aws.change(name, Description="which retires the environment")
    lines = records(told(log_with(aws, name, "<witness> over")), "function")
    assert {"level": "INFO", "what": 1} in lines
    assert "{not json" in lines


def test_a_slow_subscriber_delays_no_invocation(aws):
    """It accepts connections and reads nothing."""
    script = PYTHON.replace("for event in json.loads", "time.sleep(60)\n        for event in json.loads")
    name = deploy(aws, {"witness": program(script)}, variables={"EXTENSION_TELEMETRY": "HTTP"})
    begin = time.monotonic()
    for number in range(5):
        aws.invoke(name, number)
    assert time.monotonic() - begin < 10


def test_events_are_held_back_while_the_environment_is_frozen(aws):
    name = deploy(aws, variables={"EXTENSION_TELEMETRY": "HTTP"})
    first = aws.invoke(name, 1).value[1]
    time.sleep(0.5)
    second = aws.invoke(name, 2).value[1]
    time.sleep(0.5)
    aws.change(name, Description="which retires the environment")
    events = told(log_with(aws, name, "<witness> over"))
    assert [record["requestId"] for record in records(events, "platform.report")] == [first, second]


REFUSED = """
    import http.client, json, os
    API = os.environ["AWS_LAMBDA_RUNTIME_API"]
    def call(method, path, body=None, **headers):
        connection = http.client.HTTPConnection(API)
        named = {"Lambda-Extension-" + key: value for key, value in headers.items()}
        connection.request(method, path, None if body is None else json.dumps(body), named)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), json.loads(answer.read() or "null")
    headers = call("POST", "/2020-01-01/extension/register", {"events": []}, Name="inside")[1]
    mine = headers["Lambda-Extension-Identifier"]
    http_ = {"protocol": "HTTP", "URI": "http://sandbox.localdomain:4243"}
    good = {"schemaVersion": "2022-07-01", "types": ["platform"], "destination": http_}
    bad = [
        {**good, "schemaVersion": "2020-08-15"}, {**good, "types": []}, {**good, "types": ["weather"]},
        {**good, "destination": {"protocol": "UDP"}}, {**good, "destination": {"protocol": "TCP", "port": 9001}},
        {**good, "destination": {"protocol": "HTTP", "URI": "http://example.com:80"}},
        {**good, "buffering": {"maxItems": 999}}, {**good, "buffering": {"maxBytes": 1048577}},
        {**good, "buffering": {"timeoutMs": 24}}, {**good, "buffering": {"timeoutMs": 30001}},
    ]
    def subscribe(body, path="/2022-07-01/telemetry", identifier=mine):
        status, _, answer = call("PUT", path, body, Identifier=identifier)
        return [status, answer if isinstance(answer, str) else answer["errorType"]]
    answers = [subscribe(body) for body in bad]
    unknown = subscribe(good, identifier="01234567-0123-0123-0123-0123456789ab")
    import threading
    ask = lambda: call("GET", "/2020-01-01/extension/event/next", Identifier=mine)
    threading.Thread(target=ask, daemon=True).start()
    def handler(event, context):
        return {"answers": answers, "unknown": unknown,
                "late": [subscribe(good), subscribe({**good, "schemaVersion": "2020-08-15"}, "/2020-08-15/logs")]}
"""


def test_subscriptions_are_refused_outside_their_bounds_and_after_the_init_phase(aws):
    found = aws.invoke(aws.deploy(REFUSED, Timeout=10)).value
    assert found["answers"] == [[400, "ValidationError"]] * 10
    assert found["unknown"] == [403, "Extension.UnknownExtensionIdentifier"]
    assert found["late"] == [[403, "Telemetry.SubscriptionClosed"], [403, "Logs.SubscriptionClosed"]]


def test_telemetry_never_leaves_the_environment(aws):
    """A port with a listener only on the host is not reachable."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as outside:
        outside.settimeout(1.5)
        script = PYTHON.replace("    listen(protocol)\n", "").replace(
            "PORT = 4243", f"PORT = {outside.getsockname()[1]}")
        name = deploy(aws, {"witness": program(script)}, variables={"EXTENSION_TELEMETRY": "HTTP"})
        aws.invoke(name, 1)
        with pytest.raises(TimeoutError):
            outside.accept()
    assert "subscribed (200" in log_of(aws, name)
