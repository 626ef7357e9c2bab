"""The server as a deputy: calls that it makes for one account are never signed with the key of another, or its own."""

import http.server
import queue
import re
import subprocess
import threading

import pytest
from account import Account
from packages import answering, sha256
from s3_server import settings
from server_process import PATIENCE_SECONDS

OWN = {"AWS_ACCESS_KEY_ID": "AKIASERVER", "AWS_SECRET_ACCESS_KEY": "s3cret"}
DEFAULT_ACCOUNT = "000000000000"
CODE = answering("read")


class Elsewhere(http.server.ThreadingHTTPServer):
    """Another server that takes everything, as S3, queue, topic, bus and bucket."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.keys = queue.Queue()
        self.thread = threading.Thread(target=self.serve_forever)
        self.thread.start()

    def signer(self):
        """The key that the next request was signed with."""
        return self.keys.get(timeout=PATIENCE_SECONDS)

    def close(self):
        self.shutdown()
        self.thread.join()
        self.server_close()

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.server.keys.put(re.search("Credential=([^/]+)/", self.headers["Authorization"])[1])
            body = CODE if self.command == "GET" else b"{}"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = answer  # noqa: N815

        def log_message(self, *arguments):
            pass


@pytest.fixture(scope="module")
def elsewhere():
    server = Elsewhere()
    yield server
    server.close()


@pytest.fixture(scope="module")
def server(installation, elsewhere):
    """A server with credentials of its own for another one."""
    variables = {f"AWS_ENDPOINT_URL_{name}": elsewhere.url for name in ("SQS", "SNS", "EVENTBRIDGE", "S3")}
    server = installation.start(arguments=["--retry-delay", "0"], variables=variables | OWN)
    yield server
    server.stop()


def foreign(server, *words, key="", secret="secret"):
    """Runs `strata credentials foreign` beside the server."""
    variables = server.installation.environment() | {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}
    result = subprocess.run(
        server.installation.command("credentials", "foreign", *words, "--data", server.data), env=variables,
        capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_a_package_is_read_with_the_key_of_the_callers_account(server, elsewhere):
    account = Account(server)
    for number, key in ((account.number, account.number), (DEFAULT_ACCOUNT, "AKIASERVER")):
        caller = Account(server, number)
        created = caller.lambda_.create_function(**settings(caller, "victims-bucket", "app.zip"))
        assert created["CodeSha256"] == sha256(CODE)
        assert elsewhere.signer() == key
        caller.lambda_.delete_function(FunctionName=created["FunctionName"])


QUEUE, TOPIC = "arn:aws:sqs:us-east-1:000000000000:queue", "arn:aws:sns:us-east-1:000000000000:topic"
BUS, BUCKET = "arn:aws:events:us-east-1:000000000000:event-bus/bus", "arn:aws:s3:::victims-bucket"


@pytest.mark.parametrize(("kind", "target"), [
    ("OnSuccess", QUEUE), ("OnSuccess", TOPIC), ("OnSuccess", BUS),
    ("OnFailure", QUEUE), ("OnFailure", TOPIC), ("OnFailure", BUS), ("OnFailure", BUCKET),
    ("dead letter", QUEUE), ("dead letter", TOPIC)])
def test_a_message_is_sent_with_the_key_of_the_functions_account(server, elsewhere, kind, target):
    account = Account(server)
    source = f"def handler(event, context): return 1 / {int(kind == 'OnSuccess')}"
    if kind == "dead letter":
        name = account.deploy(source, DeadLetterConfig={"TargetArn": target})
        destinations = {}
    else:
        name = account.deploy(source)
        destinations = {kind: {"Destination": target}}
    account.lambda_.put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=0, DestinationConfig=destinations)
    account.lambda_.invoke(FunctionName=name, InvocationType="Event", Payload=b"1")
    assert elsewhere.signer() == account.number


def test_an_account_has_a_key_of_its_own_from_the_next_call_on(server, elsewhere):
    account, stranger = Account(server), Account(server)
    foreign(server, "set", "--account", account.number, key="AKIATENANT")
    assert f"{account.number}  AKIATENANT  " in foreign(server, "list")
    for caller, key in ((account, "AKIATENANT"), (stranger, stranger.number)):
        caller.lambda_.create_function(**settings(caller, "bucket", "app.zip"))
        assert elsewhere.signer() == key
    foreign(server, "delete", "--account", account.number)
    account.lambda_.create_function(**settings(account, "bucket", "app.zip"))
    assert elsewhere.signer() == account.number
