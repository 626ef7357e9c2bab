#!/usr/bin/python3
"""An external extension: registers, optionally subscribes to telemetry, and prints the events it receives.

The function's environment variables control it:
EXTENSION_EVENTS     the events to register for, with commas between them
EXTENSION_TELEMETRY  HTTP or TCP: subscribe to everything, and print each event as it comes
EXTENSION_API        `logs` for the Logs API, the older interface
EXTENSION_FAULT      where to fail: exit-early, init-error, exit-in-invoke, exit-error, never-ready, deaf
EXTENSION_SLOW       seconds of work after each INVOKE
"""

import http.client
import http.server
import json
import os
import socketserver
import sys
import threading
import time

NAME = os.path.basename(sys.argv[0])
API = os.environ["AWS_LAMBDA_RUNTIME_API"]
FAULT = os.environ.get("EXTENSION_FAULT", "")
PORT = 4243


def say(*words):
    print(f"<{NAME}>", *words, flush=True)


def call(method, path, body=None, **headers):
    connection = http.client.HTTPConnection(API)
    named = {"Lambda-Extension-" + key.replace("_", "-"): value for key, value in headers.items()}
    connection.request(method, path, body=None if body is None else json.dumps(body), headers=named)
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read()


class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        for event in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
            show(event)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class LineCollector(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            show(json.loads(line))


def show(event):
    if event["type"] != "extension":  # whose own telemetry would loop forever
        say("told", json.dumps(event))


def listen(protocol):
    if protocol == "HTTP":
        server = http.server.ThreadingHTTPServer(("0.0.0.0", PORT), Collector)
    else:
        server = socketserver.ThreadingTCPServer(("0.0.0.0", PORT), LineCollector)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def subscribe(identifier, protocol):
    listen(protocol)
    logs = os.environ.get("EXTENSION_API") == "logs"
    destination = {"protocol": protocol, "URI": f"http://sandbox.localdomain:{PORT}/logs"}
    body = {
        "schemaVersion": "2021-03-18" if logs else "2022-12-13",
        "types": ["platform", "function", "extension"],
        "buffering": {"maxItems": 1000, "maxBytes": 262144, "timeoutMs": 25},
        "destination": destination if protocol == "HTTP" else {"protocol": protocol, "port": PORT},
    }
    path = "/2020-08-15/logs" if logs else "/2022-07-01/telemetry"
    say("subscribed", call("PUT", path, body, Identifier=identifier)[::2])


def main():
    if FAULT == "exit-early":
        sys.exit(3)
    events = list(filter(None, os.environ.get("EXTENSION_EVENTS", "INVOKE,SHUTDOWN").split(",")))
    status, headers, body = call(
        "POST", "/2020-01-01/extension/register", {"events": events}, Name=NAME, Accept_Feature="accountId"
    )
    say("registered", status, body.decode())
    identifier = headers["Lambda-Extension-Identifier"]
    if FAULT == "init-error":
        call("POST", "/2020-01-01/extension/init/error", {}, Identifier=identifier,
             Function_Error_Type="Extension.NoKey")
        sys.exit(1)
    if FAULT == "never-ready":
        time.sleep(60)
    if "EXTENSION_TELEMETRY" in os.environ:
        subscribe(identifier, os.environ["EXTENSION_TELEMETRY"])
    while True:
        _, _, body = call("GET", "/2020-01-01/extension/event/next", Identifier=identifier)
        event = json.loads(body)
        say("event", body.decode())
        if event["eventType"] == "SHUTDOWN":
            if FAULT == "deaf":
                time.sleep(60)
            time.sleep(0.3)  # wait for telemetry in flight
            say("over")
            return
        if FAULT == "exit-in-invoke":
            sys.exit(7)
        if FAULT == "exit-error":
            call("POST", "/2020-01-01/extension/exit/error", {}, Identifier=identifier,
                 Function_Error_Type="Extension.Lost")
            sys.exit(1)
        time.sleep(float(os.environ.get("EXTENSION_SLOW", "0")))
        say("done", event["requestId"])


main()
