"""Internal extensions: parts of the runtime's process that receive INVOKE."""

from log_streams import log_with
from test_extensions import events

INTERNAL = """
    import http.client, json, os, threading
    def call(method, path, body=None, **headers):
        connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
        named = {"Lambda-Extension-" + key.replace("_", "-"): value for key, value in headers.items()}
        connection.request(method, path, None if body is None else json.dumps(body), named)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), json.loads(answer.read() or "null")
    REGISTER = "/2020-01-01/extension/register"
    refusals = [
        call("POST", REGISTER, {"events": ["INVOKE"]}),
        call("POST", REGISTER, {"events": ["SHUTDOWN"]}, Name="inside"),
        call("POST", REGISTER, {"events": ["DANCE"]}, Name="inside"),
        call("POST", REGISTER, ["INVOKE"], Name="inside"),
        call("GET", "/2020-01-01/extension/event/next"),
        call("GET", "/2020-01-01/extension/event/next", Identifier="x"),
        call("GET", "/2020-01-01/extension/event/next", Identifier="01234567-0123-0123-0123-0123456789ab"),
    ]
    status, headers, document = call("POST", REGISTER, {"events": ["INVOKE"]}, Name="inside")
    mine = headers["Lambda-Extension-Identifier"]
    refusals.append(call("POST", REGISTER, {"events": ["INVOKE"]}, Name="inside"))
    refusals.append(call("POST", "/2020-01-01/extension/init/error", {}, Identifier=mine))
    seen = []
    def work():
        while True:
            event = call("GET", "/2020-01-01/extension/event/next", Identifier=mine)[2]
            seen.append(event)
            print("<inside> event", json.dumps(event), flush=True)
    threading.Thread(target=work, daemon=True).start()
    def handler(event, context):
        if event == "late":
            return call("POST", REGISTER, {"events": ["INVOKE"]}, Name="late")[::2]
        if event == "refusals":
            return [[status, answer] for status, _, answer in refusals]
        return [status, document, context.aws_request_id]
"""


def test_an_internal_extension_receives_invoke(either):
    name = either.deploy(INTERNAL, Timeout=10)
    status, document, request = either.invoke(name, 1).value
    assert (status, document) == (
        200, {"functionName": name, "functionVersion": "$LATEST", "handler": "app.handler"})
    log = log_with(either, name, '<inside> event {"eventType": "INVOKE"')
    assert events(log, "inside")[0]["requestId"] == request
    assert "EXTENSION\tName: inside\tState: Ready\tEvents: [INVOKE]" in log


def test_requests_of_extensions_out_of_turn_are_refused_in_awss_words(aws):
    name = aws.deploy(INTERNAL, Timeout=10)
    refusals = aws.invoke(name, "refusals").value
    assert {status for status, _ in refusals} == {403}
    assert [answer["errorType"] for _, answer in refusals] == [
        "Extension.InvalidExtensionName", "Extension.InvalidEventType", "Extension.InvalidEventType",
        "InvalidRequestFormat", "Extension.MissingExtensionIdentifier", "Extension.InvalidExtensionIdentifier",
        "Extension.UnknownExtensionIdentifier", "Extension.InvalidExtensionState", "Extension.MissingHeader",
    ]
    assert [refusals[index][1]["errorMessage"] for index in (0, 1, 2, 4, 5, 6, 7, 8)] == [
        "Empty extension name", "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension",
        "DANCE: ErrorInvalidEventType", "Missing Lambda-Extension-Identifier header",
        "Invalid Lambda-Extension-Identifier", "Unknown extension 01234567-0123-0123-0123-0123456789ab",
        "Extension with this name already registered", "Lambda-Extension-Function-Error-Type not found",
    ]
    assert aws.invoke(name, "late").value == [
        403, {"errorMessage": "Extension registration closed already", "errorType": "Extension.RegistrationClosed"}]


SIGNALLED = """
    import signal, sys
    def ended(*_):
        print("asked to end", flush=True)
        sys.exit(0)
    signal.signal(signal.SIGTERM, ended)
    def handler(event, context):
        return 1
"""


def test_a_runtime_with_an_internal_extension_is_asked_to_end(aws):
    lines = INTERNAL.split("def handler")[0].rstrip()
    name = aws.deploy(lines + SIGNALLED.rstrip() + "\n", Timeout=10)
    assert aws.invoke(name).value == 1
    aws.change(name, Description="which retires the environment")
    log_with(aws, name, "asked to end")


def test_a_runtime_without_extensions_is_not_asked(aws):
    name = aws.deploy(SIGNALLED)
    assert aws.invoke(name).value == 1
    aws.change(name, Description="which retires the environment")
    assert aws.invoke(name).value == 1
    assert "asked to end" not in log_with(aws, name, "REPORT")
