"""The table of handlers, and shorthands for its cases."""

from dataclasses import dataclass, field
from textwrap import dedent


@dataclass
class Case:
    name: str
    files: dict
    events: list = field(default_factory=lambda: [b"{}"])
    handler: str = "app.handler"
    environment: dict = field(default_factory=dict)


CASES = []


def case(name, code, events=(b"{}",), handler="app.handler", **environment):
    """A case whose function is one module, or (as a dict) several files."""
    files = {"app.py": code} if isinstance(code, (str, bytes)) else code
    files = {path: dedent(text) if isinstance(text, str) else text for path, text in files.items()}
    CASES.append(Case(name, files, list(events), handler, environment))


def returns(name, expression, preamble="", **environment):
    case(name, "%s\ndef handler(event, context):\n    return %s\n" % (dedent(preamble), expression), **environment)


def raises(name, body, preamble="", **more):
    lines = "\n".join("    " + line for line in dedent(body).strip().split("\n"))
    case(name, "%s\ndef handler(event, context):\n%s\n" % (dedent(preamble), lines), events=(b"{}", b"[1]"), **more)


ECHO = "def handler(event, context):\n    return event\n"
PYTHON_3_11 = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.11"}
PYTHON_3_13 = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"}
