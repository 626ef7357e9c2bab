"""Requests below boto3: the members of an operation's input as HTTP carries them, valid or not.

boto3 converts and checks, even without parameter validation; here a test controls every byte.
"""

import base64
import http.client
import json
import urllib.parse
from dataclasses import dataclass

from service_model import operations

# Longer than any control-plane response; reaching it is a hang.
PATIENCE_SECONDS = 20
# A longer target may exceed the server's memory for one connection's headers.
TARGET_BYTES = 24 * 1024


@dataclass
class WireAnswer:
    """A response."""

    status: int
    headers: http.client.HTTPMessage
    content: bytes

    @property
    def type(self):
        return (self.headers["x-amzn-ErrorType"] or "").partition(":")[0]

    @property
    def body(self):
        return json.loads(self.content) if self.content else None

    @property
    def message(self):
        body = self.body if isinstance(self.body, dict) else {}
        return body.get("message") or body.get("Message") or ""


class Wire:
    """One keep-alive connection to a server, for an account."""

    def __init__(self, server, account, region="us-east-1"):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)
        credential = f"{account}/20260101/{region}/lambda/aws4_request"
        self.headers = {
            "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0",
            "Content-Type": "application/json",
        }

    def close(self):
        self.connection.close()

    def send(self, operation, members):
        """Sends an operation by name with the members of its input, each where the model places it."""
        method, target, headers, body = request(operations()[operation], members)
        headers = self.headers | headers
        if len(target) > TARGET_BYTES:
            body = None  # the server does not read on after refusing the target: sending more breaks the pipe
        self.connection.request(method, target, body, headers)
        answer = self.connection.getresponse()
        return WireAnswer(answer.status, answer.headers, answer.read())


def request(operation, members):
    """Method, target, headers and body of a request."""
    path, _, query = operation.uri.partition("?")
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    headers, document, payload = {}, {}, None
    for name, value in members.items():
        member = operation.members[name]
        if member.location == "uri":
            path = path.replace("{" + member.wire_name + "}", urllib.parse.quote(text(value), safe=""))
            path = path.replace("{" + member.wire_name + "+}", urllib.parse.quote(text(value), safe="/"))
        elif member.location == "querystring":
            pairs += [(member.wire_name, text(each)) for each in (value if isinstance(value, list) else [value])]
        elif member.location == "header":
            headers[member.wire_name] = text(value)
        elif member.location == "payload":
            payload = value if isinstance(value, bytes) else encoded(value)
        else:
            document[member.wire_name] = value
    body = payload if payload is not None else encoded(document) if document else None
    return operation.method, path + (f"?{urllib.parse.urlencode(pairs)}" if pairs else ""), headers, body


def encoded(value):
    return json.dumps(value, default=lambda raw: base64.b64encode(raw).decode()).encode()


def text(value):
    return value if isinstance(value, str) else json.dumps(value, default=repr)
