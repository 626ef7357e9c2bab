"""Every constraint of the service model, on every member of every operation's input, in AWS's words."""

import re

import pytest

from existing_operations import not_yet
from json_types import mistyped
from model_constraints import STRUCTURE, breaches, violations
from service_model import operations
from shape_values import Values
from wire import Wire

HEADING = re.compile(r"(\d+) validation errors? detected: ")
WITH_MEMBERS = [name for name, operation in operations().items() if operation.members]

# Constraints of the service that the model lacks or contradicts: the operation, the member and the refused value,
# and the error's type and message.
BEYOND_THE_MODEL = [
    # An unknown runtime is not a validation error: public bug reports quote this type and message, unquoted.
    *((name, {"Runtime": "cobol1.0"}, "InvalidParameterValueException",
       "Value cobol1.0 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [")
      for name in ("CreateFunction", "UpdateFunctionConfiguration")),
    # A value within the bounds of functions on managed instances, and one beyond those.
    *((name, {"MemorySize": value}, "ValidationException",
       f"1 validation error detected: Value '{value}' at 'memorySize' failed to satisfy constraint: "
       "Member must have value less than or equal to 10240")
      for name in ("CreateFunction", "UpdateFunctionConfiguration") for value in (10_241, 40_000)),
]


@pytest.fixture(scope="module")
def missing(server):
    return not_yet(server)


@pytest.fixture
def wire(aws, server):
    wire = Wire(server, aws.number)
    yield wire
    wire.close()


@pytest.fixture
def existing(request, missing):
    """An operation that the server implements."""
    if request.param in missing:
        pytest.skip("not implemented yet")
    return operations()[request.param]


def every(names):
    return pytest.mark.parametrize("existing", names, indirect=True)


def sentences(answer):
    """The violations in a message, and their count in it; structures are not compared."""
    heading = HEADING.match(answer.message)
    assert heading, f"{answer.status} {answer.type}: {answer.message}"
    listed = re.split(r"; (?=Value)", answer.message[heading.end():])
    assert len(listed) == int(heading[1]), answer.message
    return listed


def shortened(sentence):
    """The violation without a structure's value, for which AWS prints a Java object's address."""
    value = r"Value '[^']*(?:=|[{])[^']*'|Value '" + re.escape(STRUCTURE) + "'"
    return re.sub(value, "Value", sentence) if "=" in sentence or STRUCTURE in sentence else sentence


def disagreement(answer, expected):
    """The fault in the error for an input that violates the model; `None` for none."""
    if (answer.status, answer.type) != (400, "ValidationException"):
        return f"{answer.status} {answer.type}: {answer.message[:300]}, not {sorted(expected)}"
    listed, wanted = sorted(map(shortened, sentences(answer))), sorted(map(shortened, expected))
    return None if listed == wanted else f"{listed}, not {wanted}"


@every(WITH_MEMBERS)
def test_every_broken_constraint_is_refused_in_aws_words(existing, wire):
    wrong = {}
    for breach in breaches(existing):
        expected = violations(breach.members, existing.input)
        assert expected, f"{breach.label} breaks nothing"
        problem = disagreement(wire.send(existing.name, breach.members), expected)
        if problem:
            wrong[breach.label] = problem
    assert wrong == {}


@every(WITH_MEMBERS)
def test_all_violations_of_a_request_are_in_one_message(existing, wire):
    members = {}
    for breach in breaches(existing):
        for name, value in breach.members.items():
            if violations({**Values().minimal(existing.input), name: value}, existing.input):
                members.setdefault(name, value)
    for name, member in existing.members.items():
        if member.is_required and member.location == "uri":
            members.setdefault(name, Values().minimal(member.shape))
    expected = violations(members, existing.input)
    if len(expected) < 2:
        pytest.skip("one request cannot break more than one of its constraints")
    assert disagreement(wire.send(existing.name, members), expected) is None


@every([name for name in WITH_MEMBERS if any(m.location == "body" for m in operations()[name].members.values())])
def test_a_value_of_the_wrong_json_type_is_refused(existing, wire):
    wrong = {}
    for breach, words in mistyped(existing):
        answer = wire.send(existing.name, breach.members)
        if (answer.status, answer.type) != (400, "SerializationException") or not answer.message.startswith(words):
            wrong[breach.label] = f"{answer.status} {answer.type}: {answer.message[:200]}, not {words}"
    assert wrong == {}


@pytest.mark.parametrize("operation, members, code, words", BEYOND_THE_MODEL)
def test_what_lambda_demands_beyond_its_model(wire, aws, operation, members, code, words):
    whole = aws.settings() if operation == "CreateFunction" else {"FunctionName": aws.deploy()}
    answer = wire.send(operation, {**whole, **members})
    assert (answer.status, answer.type) == (400, code), answer.message
    assert answer.message.startswith(words), answer.message


def test_every_operation_of_the_model_is_looked_at():
    """The generator would also accept a model that it cannot read."""
    assert len(operations()) == 91
    assert sum(len(breaches(operations()[name])) for name in WITH_MEMBERS) > 700
