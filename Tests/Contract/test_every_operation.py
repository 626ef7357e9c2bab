"""Every operation of the model, with valid and invalid values: each response is a result or a well-formed error.

The values are generated from the shapes with `STRATA_SEED`, which a failure prints.
"""

import json
import os

import botocore.exceptions
import pytest

from account import client
from nonsense import nonsense
from service_model import operations
from shape_values import Values
from wire import TARGET_BYTES, Wire

SEED = int(os.environ.get("STRATA_SEED", "1"))
PATIENCE = {"read_timeout": 15, "retries": {"total_max_attempts": 1}}
VALID_CALLS = 8
NONSENSE_CALLS = 20
# The target or the headers exceed the server's memory for them: the request reached no operation.
TOO_LONG = (414, 431)
every_operation = pytest.mark.parametrize("operation", operations().values(), ids=lambda operation: operation.name)


@pytest.fixture
def real_names(aws):
    """Members that may name existing resources."""
    name = aws.deploy()
    layer = aws.publish("layer", {"a": b"a"})
    return {
        "FunctionName": [name, aws.arn(name), f"{name}:$LATEST"], "LayerName": ["layer", layer["LayerArn"]],
        "VersionNumber": [1], "Arn": [layer["LayerVersionArn"]], "Layers": [[layer["LayerVersionArn"]]],
        "Resource": [aws.arn(name)], "Qualifier": ["$LATEST", "1"], "FunctionVersion": ["$LATEST"], "Role": [aws.role],
        "Runtime": [aws.server.runtime], "Handler": ["app.handler"],
    }


def with_real_names(members, real_names, values):
    named = {name for name in members if name in real_names and values.random.random() < 0.6}
    return {name: values.random.choice(real_names[name]) if name in named else value for name, value in members.items()}


def problem(status, code, message, operation):
    """The fault in an error response; `None` for none."""
    if status in TOO_LONG:
        return None
    if not code or not message:
        return f"{status} without a type or a message: {code!r} {message!r}"
    if status == 501:  # the operation, or something that one of its members requests, is not implemented
        is_named = f"lambda:{operation.name} " in message or message.startswith("Strata has no ")
        return None if is_named else f"501 that does not say what is not there: {message}"
    return f"{status} {code}: {message}" if status >= 500 or status < 400 else None


def called(aws_client, operation, members):
    """Calls an operation through boto3: the fault in its response, or `None`."""
    try:
        answer = aws_client._make_api_call(operation.name, members)
        for value in answer.values():  # a streaming response is complete only once it is read
            if hasattr(value, "read"):
                value.read()
        return None
    except botocore.exceptions.ClientError as error:
        answer = error.response
        status = answer["ResponseMetadata"]["HTTPStatusCode"]
        return problem(status, answer["Error"]["Code"], answer["Error"]["Message"], operation)


def check(operation, calls, send):
    """Sends each call; fails with the faulty responses."""
    wrong = []
    for members in calls:
        try:
            found = send(members)
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
        if found:
            wrong.append(f"{found[:500]} to {repr(members)[:500]}")
    assert not wrong, f"{operation.name} with STRATA_SEED={SEED}: " + "; ".join(wrong)


@every_operation
def test_valid_parameters_get_an_answer(operation, aws, real_names):
    validating = client(aws.server.url, aws.number, parameter_validation=True, **PATIENCE)
    values = Values(f"{SEED} {operation.name}")
    calls = [values.minimal(operation.input) if operation.input else {}]
    calls += [values.full(operation.input) for _ in range(VALID_CALLS) if operation.input]
    calls = [with_real_names(members, real_names, values) for members in calls]
    check(operation, calls, lambda members: called(validating, operation, members))


@every_operation
def test_nonsense_gets_an_error_with_type_and_message(operation, aws, real_names):
    careless = client(aws.server.url, aws.number, **PATIENCE)
    values = Values(f"{SEED} nonsense {operation.name}")

    def send(members):
        try:
            return called(careless, operation, members)
        except (TypeError, ValueError, AttributeError, KeyError, RuntimeError, botocore.exceptions.HTTPClientError,
                botocore.exceptions.ParamValidationError) as error:
            if isinstance(error, (botocore.exceptions.ReadTimeoutError, botocore.exceptions.ConnectionClosedError)):
                raise
            return None  # boto3 cannot serialise it: the next test sends it

    check(operation, nonsense_calls(operation, real_names, values), send)


@every_operation
def test_nonsense_that_boto3_cannot_send_gets_an_error_too(operation, aws, real_names):
    wire = Wire(aws.server, aws.number)
    values = Values(f"{SEED} raw {operation.name}")

    def send(members):
        members = {name: value for name, value in members.items() if is_sendable(operation.members[name], value)}
        answer = wire.send(operation.name, members)
        if operation.name.startswith("Invoke") and answer.status < 400:
            return None
        if answer.status in TOO_LONG:
            return None
        if answer.status >= 300:
            return problem(answer.status, answer.type, answer.message, operation)
        json.loads(answer.content or b"{}")
        return None

    check(operation, nonsense_calls(operation, real_names, values), send)
    wire.close()


def nonsense_calls(operation, real_names, values):
    for _ in range(NONSENSE_CALLS):
        members = {name: nonsense(member.shape, values) for name, member in operation.members.items()
                   if member.is_required or values.random.random() < 0.6}
        for name, member in operation.members.items():
            if member.location == "uri" and not members[name]:
                members[name] = "-"  # without it, the path would be another operation's
        yield with_real_names(members, real_names, values)


def is_sendable(member, value):
    """Whether HTTP can carry the value in the member's location."""
    if member.location in ("uri", "querystring"):
        return value is not None and not isinstance(value, bytes)
    if member.location == "header":
        return isinstance(value, str) and value.isascii() and value.isprintable() and len(value) < TARGET_BYTES
    return True
