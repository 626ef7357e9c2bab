"""A runtime API for tests: serves scripted events and records all requests of a runtime client."""

import socket
import threading
from dataclasses import dataclass, field


@dataclass
class Event:
    """One invocation to serve. A header set to None is omitted."""

    body: bytes = b"{}"
    headers: dict = field(default_factory=dict)
    # The response's framing: whole | chunked | drip (a few bytes at a time)
    framing: str = "whole"
    # Whether the connection closes after this response.
    closes: bool = False
    status: int = 200
    # The status of the response to the posted result.
    reply: int = 202


@dataclass
class Request:
    method: str
    path: str
    headers: dict
    body: bytes
    connection: int


ARN = "arn:aws:lambda:eu-west-1:123456789012:function:example"


class RuntimeAPI:
    """Serves `events` in order, then holds the next `GET …/next` and sets `exhausted`."""

    def __init__(self, events):
        self.events = [event if isinstance(event, Event) else Event(body=event) for event in events]
        self.requests = []
        self.exhausted = threading.Event()
        self.handed_out = 0
        self.connections = 0
        self.init_error_reply = 202
        # Whether the response to a result can carry the next event, as with Strata's server.
        self.knows_asking = False
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.open = []
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.exhausted.set()
        self.listener.close()
        for connection in self.open:
            connection.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self.open.append(connection)
            threading.Thread(target=self.serve, args=(connection, self.connections), daemon=True).start()

    def serve(self, connection, number):
        try:
            stream = connection.makefile("rb")
            while True:
                request = self.read(stream, number)
                if request is None:
                    break
                self.requests.append(request)
                if not self.answer(connection, request):
                    break
        except (OSError, ValueError):
            pass
        finally:
            connection.close()

    @staticmethod
    def read(stream, number):
        line = stream.readline().decode("latin-1")
        if not line:
            return None
        method, path, _ = line.split(" ", 2)
        headers = {}
        while True:
            line = stream.readline().decode("latin-1").rstrip("\r\n")
            if not line:
                break
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if "100-continue" in headers.get("expect", ""):
            raise ValueError("not expected of a runtime client")
        return Request(method, path, headers, stream.read(int(headers.get("content-length", 0))), number)

    def answer(self, connection, request):
        """Handles one request; returns whether the connection stays open."""
        is_asking = "strata-next" in request.headers and self.knows_asking
        if request.method == "GET" or is_asking:
            if self.handed_out == len(self.events):
                self.exhausted.set()
                return self.wait(connection)
            event = self.events[self.handed_out]
            self.handed_out += 1
            self.send(connection, event)
            if event.closes:
                connection.shutdown(socket.SHUT_RDWR)
            return not event.closes
        if request.path.endswith("/init/error"):
            status = self.init_error_reply
        else:
            status = self.events[self.handed_out - 1].reply
        connection.sendall(b"HTTP/1.1 %d Reply\r\nContent-Length: 16\r\n\r\n" % status + b'{"status":"OK"}\n')
        return True

    @staticmethod
    def wait(connection):
        try:
            connection.recv(1)
        except OSError:
            pass
        return False

    def send(self, connection, event):
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": "00000000-0000-4000-8000-%012d" % self.handed_out,
            "Lambda-Runtime-Deadline-Ms": "99999999999999",
            "Lambda-Runtime-Invoked-Function-Arn": ARN,
            "Lambda-Runtime-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
            **event.headers,
        }
        body = event.body
        if event.framing == "chunked":
            headers["Transfer-Encoding"] = "chunked"
            size = max(1, len(body) // 3)
            pieces = [body[start : start + size] for start in range(0, len(body), size)]
            body = (
                b"".join(b"%X;note=1\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\nTrailer: x\r\n\r\n"
            )
        else:
            headers["Content-Length"] = str(len(body))
        lines = ["%s: %s" % item for item in headers.items() if item[1] is not None]
        data = ("HTTP/1.1 %d Reply\r\n" % event.status + "\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
        if event.framing == "drip":
            for start in range(0, len(data), 7):
                connection.sendall(data[start : start + 7])
        else:
            connection.sendall(data)
