"""Kinds of events."""

import json

from runtime_api import Event

from .table import ECHO, PYTHON_3_11, PYTHON_3_13, case

case(
    "events of every JSON kind come back",
    ECHO,
    [
        b"{}",
        b"[]",
        b'""',
        b"0",
        b"-1.5e3",
        b"null",
        b"true",
        b'{"a": [1, {"b": null}], "c": 1e400}',
        b' \t\r\n{"x" : 1} \n',
    ],
)
case("unicode comes back as UTF-8", ECHO, ['{"grüße": "\u65e5\u672c \U0001f40d"}'.encode()], **PYTHON_3_13)
case("unicode comes back escaped", ECHO, ['{"grüße": "\u65e5\u672c \U0001f40d \x7f"}'.encode()], **PYTHON_3_11)
case("escapes in an event", ECHO, [rb'{"\u0061": "\ud83d\udc0d \/ \b\f\n\r\t \" \\ \u0000"}'])
case("big integers survive", ECHO, [b"[123456789012345678901234567890, -0, 0.1, 1.0, 1E5, 3.141592653589793238]"])
case("the last of two equal keys wins", ECHO, [b'{"a": 1, "a": 2}'])
case("6 MB in and out", ECHO, [json.dumps({"data": "x" * 6_000_000}).encode()])
case("6 MB of small values", ECHO, [json.dumps(list(range(800_000))).encode()])
case("text that is not JSON", ECHO, [b"", b"nope", b'{"a": }', b"[1,", b'"a'])
case("text that is not UTF-8", ECHO, [b'"\xff"'])
case(
    "a body that is not declared as JSON",
    "def handler(e, c): return repr(e)",
    [Event(b"<x/>", {"Content-Type": "text/xml"})],
)
case(
    "a body with a charset",
    "def handler(e, c): return repr(e)",
    [Event(b"1", {"Content-Type": "application/json; charset=utf-8"})],
)
case("an event nested deeply", ECHO, [b"[" * 400 + b"]" * 400])
