"""A runtime API that misbehaves."""

import json

from runtime_api import Event

from .table import ECHO, PYTHON_3_11, case

case("a chunked event", ECHO, [Event(json.dumps({"a": "x" * 1000}).encode(), framing="chunked"), b"2"])
case("a large chunked event", ECHO, [Event(json.dumps("x" * 3_000_000).encode(), framing="chunked"), b"2"])
case("an event in drips", ECHO, [Event(json.dumps({"a": "é" * 100}).encode(), framing="drip"), b"2"])
case("a connection that closes", ECHO, [Event(b"1", {"Connection": "close"}, closes=True), b"2"])
case("a next that fails", ECHO, [b"1", Event(b"{}", status=500), b"3"], **PYTHON_3_11)
case("a next that is forbidden", ECHO, [Event(b"{}", status=403)], **PYTHON_3_11)
case("a next without content", ECHO, [Event(b"", status=204), b"3"])
case("a result that is refused", ECHO, [Event(b"1", reply=413), b"2"])
case("an error that is refused", "def handler(e, c): 1/0", [Event(b"1", reply=500), b"2"])
