"""AWS's own tests of its wire protocols, from the server's side: a request that botocore's tests expect of a client has
to be decoded to the test's parameters, and a result has to be encoded so that botocore parses the same result."""

import base64
import json
import subprocess

import pytest
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import PROTOCOL_PARSERS
from wire_probe import (
    ROOT, Probe, for_probe, model_text, pruned, request_line, response_parts, tagged, take_query_maps)

FOLDER = ROOT / ".strata" / "protocol-tests"

# What is not for a server to do, or cannot be known by it, with the reason.
NOT_FOR_SERVERS = {
    "HttpPrefixHeadersResponse": "an empty prefix gives a client every header, also those that are no member",
    "IgnoreQueryParamsInResponse": "no service of AWS has an output with a parameter of the query",
    "RestJsonQueryPrecedence": "a parameter that is also in a map has one value on the wire",
    "RestXmlQueryPrecedence": "a parameter that is also in a map has one value on the wire",
    "RestJsonHostWithPath": "no endpoint here has a path in front of the operations'",
    "RestJsonHttpPayloadTraitsWithNoBlobBody": "an absent payload and an empty one are the same bytes",
    "RestJsonHttpWithEmptyBlobPayload": "an absent payload and an empty one are the same bytes",
    "HttpPayloadTraitsWithNoBlobBody": "an absent payload and an empty one are the same bytes",
    "RestXmlHttpPayloadWithUnsetUnion": "an absent payload and an empty one are the same bytes",
    "RestJsonHttpPayloadWithUnsetUnion": "an absent payload and an empty one are the same bytes",
}


def cases(direction):
    if not (FOLDER / direction).is_dir():
        setup = subprocess.run([ROOT / "script" / "setup", "--protocol-tests"], capture_output=True, text=True)
        if setup.returncode != 0:
            return [pytest.param(None, None, marks=pytest.mark.skip(
                reason=f"AWS's protocol tests could not be fetched: {setup.stderr.strip()[-200:]}"))]
    found = []
    for path in sorted((FOLDER / direction).glob("*.json")):
        for suite in json.loads(path.read_text()):
            for number, case in enumerate(suite["cases"]):
                name = f"{path.stem}-{case.get('id', number)}"
                found.append(pytest.param(suite, case, id=name))
    return found


@pytest.fixture(scope="module")
def probe():
    probe = Probe()
    yield probe
    probe.close()


def load(probe, suite, case):
    """Loads the model of a suite with the operation of a case; returns botocore's model of the operation."""
    given = {"http": {"method": "POST", "requestUri": "/"}, "name": "OperationName", **case["given"]}
    operations = {given["name"]: given}
    model = {"operations": operations, "shapes": suite["shapes"],
             "metadata": {"apiVersion": "2020-01-01", **suite["metadata"]}}
    probe.load(model_text("test", model, keeps_required=False))
    return OperationModel(given, ServiceModel(model))


def skip_where_not_for_servers(case):
    name = case.get("id") or ""
    if "IdempotencyTokenAutoFill" in name and not name.endswith("IsSet"):
        pytest.skip("the client fills in the token")
    if name.startswith("SDKAppend") or name.startswith("SDKApplied"):
        pytest.skip("only the headers are given, no body")
    if name in NOT_FOR_SERVERS:
        pytest.skip(NOT_FOR_SERVERS[name])


def skip_where_botocore_fails(case, protocol):
    """botocore lists the results that its own parsers read wrongly."""
    listed = json.loads((FOLDER / "protocol-tests-ignore-list.json").read_text())["protocols"]
    if case.get("id") in listed.get(protocol, {}).get("output", {}).get("cases", ()):
        pytest.skip("botocore's own parser fails it")


@pytest.mark.parametrize("suite, case", cases("input"))
def test_a_request_is_decoded_to_the_parameters(probe, suite, case):
    skip_where_not_for_servers(case)
    operation = load(probe, suite, case)
    wire = case["serialized"]
    body = wire.get("body", "")
    protocol = suite["metadata"]["protocol"]
    body = base64.b64decode(body) if "cbor" in protocol else body.encode()
    headers = wire.get("headers", {})
    if protocol == "json":
        # Tests of other things leave it out.
        headers.setdefault("X-Amz-Target", f"{suite['metadata']['targetPrefix']}.{operation.name}")
    answer = probe.call(request_line({
        "method": wire.get("method", "POST"), "url_path": wire["uri"], "headers": headers, "body": body}))
    assert answer["status"] < 300, base64.b64decode(answer["body"])
    assert answer["operation"] == operation.name
    shape = operation.input_shape
    expected = tagged(shape, case["params"]) if shape else {}
    actual = answer["input"]
    take_query_maps(shape, actual, expected)
    assert actual == expected or pruned(actual) == pruned(expected)


@pytest.mark.parametrize("suite, case", cases("output"))
def test_a_result_is_encoded_for_its_clients(probe, suite, case):
    protocol = suite["metadata"]["protocol"]
    skip_where_not_for_servers(case)
    skip_where_botocore_fails(case, protocol if suite["metadata"].get("jsonVersion") != "1.0" else "json_1_0")
    operation = load(probe, suite, case)
    request = request_line(request_for(operation, suite, protocol))
    parser = PROTOCOL_PARSERS[protocol]()
    shape = operation.output_shape
    if "error" in case:
        check_error(probe, suite, case, operation, request, parser)
        return
    if shape and any(member.serialization.get("eventstream") for member in shape.members.values()):
        pytest.skip("streams of events are written message by message")
    if protocol == "query" and shape is not None:
        shape.serialization["resultWrapper"] = f"{operation.name}Result"
    result = tagged(shape, case["result"]) if shape else {}
    answer = probe.call(request, for_probe(shape, result) if shape else {})
    assert answer["status"] == case["response"].get("status_code", 200), base64.b64decode(answer["body"])
    parsed = parser.parse(response_parts(answer) | {"context": {"operation_name": operation.name}}, shape)
    parsed.pop("ResponseMetadata")
    actual = tagged(shape, parsed) if shape else {}
    assert actual == result or pruned(actual) == pruned(result)


def request_for(operation, suite, protocol):
    """The least request for an operation."""
    uri = operation.http["requestUri"]
    headers, body = {}, b""
    if protocol in ("query", "ec2"):
        body = {"Action": operation.name, "Version": suite["metadata"].get("apiVersion", "2020-01-01")}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    elif protocol == "json":
        headers["X-Amz-Target"] = f"{suite['metadata']['targetPrefix']}.{operation.name}"
    elif "cbor" in protocol:
        headers["smithy-protocol"] = "rpc-v2-cbor"
        uri = f"/service/{suite['metadata']['targetPrefix']}/operation/{operation.name}"
    return {"method": operation.http["method"], "url_path": uri, "headers": headers, "body": body}


def check_error(probe, suite, case, operation, request, parser):
    named = operation.service_model.shape_for_error_code(case["errorCode"]) if case.get("errorCode") else None
    if named is None:
        pytest.skip("the error is in no model")
    members = tagged(named, case["error"])
    message = next((members.pop(key) for key in ("message", "Message") if key in members), case.get("errorMessage", ""))
    answer = probe.call(
        request, error={"name": named.name, "message": message, "details": for_probe(named, members)})
    response = response_parts(answer)
    parsed = parser.parse(response, operation.output_shape)
    assert parsed["Error"]["Code"] == case["errorCode"]
    assert (parsed["Error"].get("Message") or "") == (message or "")
    modeled = tagged(named, parser.parse(response, named))
    for name, value in members.items():
        assert modeled.get(name) == value or pruned(modeled.get(name)) == pruned(value), name
