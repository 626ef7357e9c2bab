"""The wire protocols of any service model: a process of `protocol-probe`, and values in the form that it reads.

Values are JSON; what JSON has no type for is tagged: `{"!blob": BASE64}`, `{"!time": SECONDS}`.
"""

import base64
import json
import math
import runpy
import subprocess
from pathlib import Path

from botocore.utils import parse_to_aware_datetime, percent_encode_sequence

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".build" / "debug" / "protocol-probe"
GENERATOR = runpy.run_path(str(ROOT / "script" / "generate-aws-model"))


def model_text(name, model, keeps_required=True):
    """The text of a botocore model, without the constraints that generated values would violate."""
    shapes = {}
    for shape_name, shape in model["shapes"].items():
        shapes[shape_name] = {
            key: value for key, value in shape.items() if key not in ("min", "max", "pattern", "enum")}
        if not keeps_required:
            shapes[shape_name].pop("required", None)
    service = GENERATOR["Service"](name, model["metadata"].get("apiVersion", ""), "", ())
    return GENERATOR["model_text"](service, {**model, "shapes": shapes})


class Probe:
    """One process. Not for several threads."""

    def __init__(self):
        self.process = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def load(self, text):
        self._ask({"model": text})

    def call(self, request, answer=None, error=None):
        """Dispatches a request; its handler gives `answer`, or throws `error`."""
        return self._ask({"request": request, "answer": answer or {}, "error": error})

    def _ask(self, line):
        self.process.stdin.write(json.dumps(line).encode() + b"\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"protocol-probe ended with {self.process.wait()}"
        answer = json.loads(answer)
        assert "fault" not in answer, answer
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def request_line(serialized, request_id="id-1"):
    """A request as botocore's serializers make it, as a line of the probe."""
    body = serialized["body"]
    if isinstance(body, dict):
        body = percent_encode_sequence(body).encode()
    path, _, query = serialized["url_path"].partition("?")
    more = serialized.get("query_string") or ""
    if isinstance(more, dict):
        more = percent_encode_sequence(more)
    return {
        "method": serialized["method"], "path": path, "query": "&".join(part for part in (query, more) if part),
        "headers": {name: str(value) for name, value in serialized["headers"].items()},
        "body": {"!blob": base64.b64encode(body).decode()}, "id": request_id}


def response_parts(answer):
    """The response of the probe as botocore's parsers take it."""
    from botocore.awsrequest import HeadersDict

    headers = HeadersDict()
    for name, value in answer["headers"]:
        headers[name] = value
    return {"status_code": answer["status"], "headers": headers, "body": base64.b64decode(answer["body"])}


def tagged(shape, value):
    """A value as botocore takes and gives it, in the probe's form. Members that are None are left out."""
    if value is None:
        return None
    kind = shape.type_name
    if kind == "structure" and getattr(shape, "is_document_type", False):
        return value
    if kind == "structure":
        return {name: tagged(shape.members[name], part) for name, part in value.items()
                if part is not None and name in shape.members}
    if kind == "list":
        return [tagged(shape.member, part) for part in value]
    if kind == "map":
        return {name: tagged(shape.value, part) for name, part in value.items()}
    if kind == "blob":
        data = value.encode() if isinstance(value, str) else bytes(value)
        return {"!blob": base64.b64encode(data).decode()}
    if kind == "timestamp":
        return {"!time": round(parse_to_aware_datetime(value).timestamp(), 3)}
    if kind in ("float", "double"):
        value = float(value)
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if kind == "string" and not isinstance(value, str):
        return json.dumps(value, separators=(",", ":"))  # a header with a JSON document
    return value


def for_probe(shape, value):
    """The same, as a value for the probe to encode."""
    if getattr(shape, "is_document_type", False):
        return value
    if isinstance(value, list):
        return [for_probe(shape.member, part) for part in value]
    if shape.type_name in ("structure", "map") and isinstance(value, dict):
        part = (lambda name: shape.members[name]) if shape.type_name == "structure" else lambda name: shape.value
        return {name: for_probe(part(name), member) for name, member in value.items()}
    if shape.type_name in ("float", "double") and isinstance(value, str):
        return {"!time": value}
    return value


def take_query_maps(shape, actual, expected):
    """Removes maps of all parameters: whether they repeat those that are members, AWS's tests say both."""
    for name, member in (shape.members if shape else {}).items():
        if member.serialization.get("location") == "querystring" and member.type_name == "map":
            assert expected.pop(name, {}).items() <= actual.pop(name, {}).items()


def pruned(value):
    """Without what forms and XML documents cannot express: empty lists, maps and structures."""
    if isinstance(value, dict):
        parts = {name: pruned(part) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part not in ({}, [], None)}
    return [pruned(part) for part in value] if isinstance(value, list) else value
