"""The JSON of events and results against AWS's marshaller, on random values and on random texts."""

import collections
import decimal
import enum
import random

import pytest
from awslambdaric.lambda_runtime_marshaller import Encoder, LambdaMarshaller

ROUNDS = 3000

Point = collections.namedtuple("Point", "x y")


class Number(enum.IntEnum):
    ONE = 1


class Word(str):
    pass


def scalar():
    return random.choice(
        [
            None,
            True,
            False,
            0,
            -1,
            random.getrandbits(80),
            random.uniform(-1e9, 1e9),
            random.choice([1e300, 5e-324, float("inf"), float("-inf"), float("nan"), -0.0]),
            "".join(chr(random.choice([0x20, 0x22, 0x5C, 0x0A, 0x7F, 0xE9, 0x2028, 0x1F40D, 0x61])) for _ in range(5)),
            b"bytes",
            b"\xff",
            decimal.Decimal(random.choice(["1.10", "1E+5", "-0", "NaN", "sNaN", "Infinity"])),
            Number.ONE,
            Word("word"),
            object(),
            {1},
            1j,
        ]
        if random.random() < 0.3
        else [None, True, 1, 1.5, "text", "gr\u00fc\u00dfe"]
    )


def value(depth=4):
    kind = random.randrange(7) if depth else 0
    values = [value(depth - 1) for _ in range(random.randrange(4))] if kind else []
    if kind in (1, 2):
        return values
    if kind == 3:
        return tuple(values)
    if kind == 4:
        return Point(values, scalar())
    if kind == 5:
        return collections.OrderedDict((key(), item) for item in values)
    if kind == 6:
        return {key(): item for item in values}
    return scalar()


def key():
    unusual = [1, 2.5, None, True, b"k", Word("w"), Number.ONE, (1,), decimal.Decimal(1)]
    return random.choice(unusual) if random.random() < 0.1 else "key%d" % random.randrange(5)


def outcome(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        return type(error), str(error).split(":")[0]


@pytest.mark.parametrize("runtime", ["AWS_Lambda_python3.11", "AWS_Lambda_python3.13"])
def test_results_are_encoded_as_awss(bootstrap, monkeypatch, runtime):
    monkeypatch.setenv("AWS_EXECUTION_ENV", runtime)
    theirs, ours = Encoder(), bootstrap.JSON(runtime in bootstrap.ASCII_RUNTIMES, bootstrap.load)
    for _ in range(ROUNDS):
        result = value()
        assert outcome(ours.encode, result) == outcome(theirs.encode, result), result


def test_events_are_decoded_as_awss(bootstrap):
    theirs, ours = LambdaMarshaller(), bootstrap.JSON(True, bootstrap.load)
    encoder = Encoder()
    for _ in range(ROUNDS):
        text = outcome(encoder.encode, value())
        body = bytearray(
            text.encode() if isinstance(text, str) else b'{"a": [1, 2.5e3, "\\u00e9\\ud83d\\udc0d"], "b": {}}'
        )
        for _ in range(random.randrange(3)):
            body[random.randrange(len(body))] = random.choice(b'{}[]",:\\u0 \n\x00\xff1eE+-.ntf')
        left, right = decoded(ours.decode, body), decoded(theirs.unmarshal_request, bytes(body))
        assert left == right, bytes(body)


def decoded(function, body):
    """The value, in a form that also compares NaN and key order; or a marker for none."""
    try:
        return repr(function(body))
    except Exception:
        return "malformed"
