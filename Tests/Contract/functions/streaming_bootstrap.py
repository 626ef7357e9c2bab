#!/usr/bin/python3
"""A custom runtime that streams its responses exactly as the runtime API's documentation describes.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
"""

import base64
import http.client
import json
import os
import socket
import time

API = os.environ["AWS_LAMBDA_RUNTIME_API"]


def next_event():
    connection = http.client.HTTPConnection(API)
    connection.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = connection.getresponse()
    event = json.loads(answer.read())
    connection.close()
    return answer.headers["Lambda-Runtime-Aws-Request-Id"], event


class Answer:
    """One streamed response on its own connection."""

    def __init__(self, request, content_type, announces=True):
        host, port = API.split(":")
        self.socket = socket.create_connection((host, int(port)))
        head = [
            f"POST /2018-06-01/runtime/invocation/{request}/response HTTP/1.1", f"Host: {API}",
            *(["Lambda-Runtime-Function-Response-Mode: streaming"] if announces else []), "Transfer-Encoding: chunked",
            "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
            f"Content-Type: {content_type}", "Connection: close", "", "",
        ]
        self.socket.sendall("\r\n".join(head).encode())

    def write(self, chunk):
        self.socket.sendall(b"%x\r\n%s\r\n" % (len(chunk), chunk))

    def end(self, error=None):
        trailers = ""
        if error:
            body = base64.b64encode(json.dumps({"errorMessage": error}).encode()).decode()
            trailers = f"Lambda-Runtime-Function-Error-Type: E\r\nLambda-Runtime-Function-Error-Body: {body}\r\n"
        self.socket.sendall(f"0\r\n{trailers}\r\n".encode())
        while self.socket.recv(4096):
            pass
        self.socket.close()


while True:
    request, event = next_event()
    answer = Answer(request, event.get("type", "text/plain"), event.get("announces", True))
    for _ in range(event.get("repeat", 1)):
        for chunk in event.get("chunks", []):
            answer.write(chunk.encode())
        time.sleep(event.get("pause", 0))
    answer.write(b"x" * event["length"]) if event.get("length") else None
    if event.get("die"):
        os._exit(3)
    print("answered", flush=True)
    answer.end(event.get("error"))
