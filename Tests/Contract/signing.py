"""Keys of `strata credentials`, and requests that botocore signs and that are sent unchanged."""

import base64
import hmac
import json
import subprocess
import urllib.error
import urllib.request

import boto3
import botocore.auth
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from account import CONFIG
from server_process import PATIENCE_SECONDS

UNKNOWN = "The security token included in the request is invalid."
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
LIST = "/2015-03-31/functions/"


class Keys:
    """`strata credentials` on a server's data folder."""

    def __init__(self, server, *options):
        self.server = server
        self.options = options

    def run(self, *arguments):
        command = self.server.installation.command(
            "credentials", *arguments, "--data", self.server.data, *self.options)
        environment = self.server.installation.environment()
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS)

    def create(self, *arguments):
        result = self.run("create", "--json", *arguments)
        assert result.returncode == 0, result.stderr
        made = json.loads(result.stdout)
        return Credentials(made["accessKeyId"], made["secretAccessKey"])

    def delete(self, key):
        return self.run("delete", key.access_key)


def session(server, account, expires):
    """A role's temporary credentials with a given expiry, as the server creates them."""
    key = (server.data / "session.key").read_bytes()

    def code(purpose):
        return hmac.digest(key, purpose + b":" + claims, "sha256")

    claims = json.dumps([account, f"arn:aws:sts::{account}:assumed-role/role/session", "AROA:session",
                         str(int(expires)), "nonce"]).encode()
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    name = bytes(letters[byte & 31] for byte in code(b"name")[:16]).decode()
    secret = base64.b64encode(code(b"secret")[:30]).decode()
    return Credentials("ASIA" + name, secret, base64.b64encode(code(b"token") + claims).decode())


def client(server, key, service="lambda", secret=None, token=None, **options):
    return boto3.client(
        service, endpoint_url=server.url, region_name="us-east-1", aws_access_key_id=key.access_key,
        aws_secret_access_key=secret or key.secret_key, aws_session_token=token, config=CONFIG, **options,
    )


def send(request):
    """Sends a request unchanged: status, error name and document."""
    prepared = urllib.request.Request(
        request.url, data=request.data or None, headers=dict(request.headers), method=request.method)
    try:
        with urllib.request.urlopen(prepared, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, None, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("x-amzn-ErrorType"), error.read()


def signed(server, key, path=LIST, method="GET", body=b"", signer=SigV4Auth, headers=(), service="lambda", **options):
    request = AWSRequest(method=method, url=server.url + path, data=body, headers=dict(headers))
    request.headers["Host"] = server.url.removeprefix("http://")
    signer(key, service, "us-east-1", **options).add_auth(request)
    return request


class ChunkSigner(SigV4Auth):
    """Signs a body in chunks, by AWS's documentation; botocore only sends unsigned chunks."""

    chunk_bytes = 8

    def add_auth(self, request):
        content = request.data
        request.headers["X-Amz-Content-SHA256"] = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
        request.headers["Content-Encoding"] = "aws-chunked"
        request.headers["X-Amz-Decoded-Content-Length"] = str(len(content))
        super().add_auth(request)
        previous = request.headers["Authorization"][-64:]
        coded = b""
        for chunk in [*(content[at:at + self.chunk_bytes] for at in range(0, len(content), self.chunk_bytes)), b""]:
            text = "\n".join([
                "AWS4-HMAC-SHA256-PAYLOAD", request.context["timestamp"], self.credential_scope(request), previous,
                botocore.auth.EMPTY_SHA256_HASH, botocore.auth.sha256(chunk).hexdigest(),
            ])
            previous = self.signature(text, request)
            coded += b"%x;chunk-signature=%s\r\n%s\r\n" % (len(chunk), previous.encode(), chunk)
        request.data = coded
