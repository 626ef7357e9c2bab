"""A Strata server in its own folder, the AWS CLI configured for it, and a meter between the two."""

import base64
import http.client
import http.server
import json
import os
import pathlib
import re
import subprocess
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
STRATA = ROOT / ".build" / "release" / "strata"
TOOLS = ROOT / ".strata" / "venv" / "bin"
STARTUP_LIMIT_SECONDS = 20
STOP_LIMIT_SECONDS = 10


class Failure(Exception):
    """A failure of the demo, in one sentence."""


class Server:
    """A server that is stopped when the block ends."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        self.log = open(self.folder / "server.log", "wb")
        self.process = subprocess.Popen(
            # The waiter of an update would sleep for a second, and measure that.
            [STRATA, "start", "--port", "0", "--data", self.folder / "data", "--boto3-version", "none",
             "--update-delay", "0"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            self.url = self.wait_for_url()
        except BaseException:
            self.__exit__()
            raise
        return self

    def wait_for_url(self):
        deadline = time.monotonic() + STARTUP_LIMIT_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            if found := re.search(r"http://127\.0\.0\.1:\d+", self.output()):
                return found[0]
            time.sleep(0.02)
        raise Failure(f"the server did not start: {self.output().strip() or 'no output'}")

    def output(self):
        return (self.folder / "server.log").read_text(errors="replace")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Meter:
    """Forwards requests to a server, and adds up the seconds between each request and the end of its answer.

    The AWS CLI starts for about a second before it sends anything: without a meter, a comparison of deployments would
    be one of CLI starts.
    """

    def __init__(self, url):
        self.server = urllib.parse.urlsplit(url).netloc
        self.seconds = 0.0
        meter = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self):
                meter.forward(self)

            do_GET = do_POST = do_PUT = do_DELETE = forward

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()

    def forward(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        # Signatures cover the host that the client has named.
        headers["Host"] = request.headers["Host"]
        begin = time.monotonic()
        connection = http.client.HTTPConnection(self.server)
        connection.request(request.command, request.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        self.seconds += time.monotonic() - begin
        request.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                request.send_header(name, value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)


class Client:
    """An unmodified AWS CLI, with variables for this server and without the user's AWS settings."""

    def __init__(self, url, folder):
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.environment = kept | {
            "AWS_ENDPOINT_URL": url, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_PAGER": "",
            "NO_PROXY": "127.0.0.1",
        }  # fmt: skip

    def run(self, *words):
        text = run([str(TOOLS / "aws"), "lambda", *words, "--output", "json"], self.environment)
        return json.loads(text) if text.strip() else None

    def invoke(self, function, event):
        event_file, answer = self.folder / "event.json", self.folder / "answer.json"
        event_file.write_text(json.dumps(event))
        result = self.run("invoke", "--function-name", function, "--payload", f"fileb://{event_file}", str(answer))
        if "FunctionError" in result:
            raise Failure(f"{function} failed: {answer.read_text()}")
        return json.loads(answer.read_text())


def get(path):
    return event("GET", path)


def post(path, body, content_type):
    encoded = base64.b64encode(body).decode("ascii")
    return event("POST", path, {"content-type": content_type}) | {"body": encoded, "isBase64Encoded": True}


def event(method, path, headers=None):
    """An API Gateway HTTP API event, payload format 2.0."""
    http = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "demo"}
    return {
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": {"host": "demo.local", **(headers or {})},
        "requestContext": {"http": http, "stage": "$default", "domainName": "demo.local"}, "isBase64Encoded": False,
    }  # fmt: skip


def run(words, environment=None):
    done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise Failure(f"'{' '.join(words[:4])} …' exited with {done.returncode}: {last}")
    return done.stdout
