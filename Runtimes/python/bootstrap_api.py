"""A fast client of the runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).

One keep-alive connection on the interpreter's built-in socket type: importing `http.client` and `socket` would take
longer than a whole cold start may, and using them longer than a whole invocation may.
"""

import _socket
import sys
import time

# The version of the API that AWS's runtimes speak.
API_ROOT = "/2018-06-01/runtime/"
# The limit on the size of response headers.
MAXIMUM_HEAD_BYTES = 1 << 20
# From this size on, copying a body behind its head costs more than a second system call.
COPIED_BODY_BYTES = 1 << 16
# The status of a poll when the environment shuts down.
GONE = 410
# Strata's extension: the response to a result may be the next event, not "accepted". Other runtime APIs ignore it.
POLLING_LINE = "Strata-Next: wait\r\n"


def report(problem):
    """Logs a failed request to the API, in the words of AWS's client."""
    sys.stdout.write("[ERROR] [{}] LAMBDA_RUNTIME {}\n".format(int(time.time() * 1000), problem))


class RuntimeAPI:
    """One request at a time, from one thread."""

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self.endpoint = (host, int(port))
        self.rest_of_first_lines = " HTTP/1.1\r\nHost: " + address + "\r\n"
        self.next_request = ("GET " + API_ROOT + "invocation/next" + self.rest_of_first_lines + "\r\n").encode()
        self.connection = None
        self.polled = None  # the next event, if it was the response to a result

    def next(self):
        """Polls for the next event: its headers (names in lower case) and its body."""
        status, headers, body = self.polled or self.exchange(self.next_request, b"")
        self.polled = None
        if not 200 <= status < 300:
            report("Failed to get next invocation. Http Response code: {}".format(status))
            raise RuntimeError("Failed to get next")
        return headers, body

    def post(self, what, path, content_type, body, more_headers="", polls=False):
        """Posts `what`; RuntimeError if it is refused. `more_headers` are whole lines.

        With `polls`, the response may be the next event: one request less, and one wake-up of the server for both.
        """
        head = "POST {}{}{}Content-Type: {}\r\nContent-Length: {}\r\n{}{}\r\n".format(
            API_ROOT,
            path,
            self.rest_of_first_lines,
            content_type,
            len(body),
            more_headers,
            POLLING_LINE if polls else "",
        )
        status, headers, answer = self.exchange(head.encode("latin-1"), body)
        if polls and (status == GONE or "lambda-runtime-aws-request-id" in headers):
            self.polled = status, headers, answer
        elif not 200 <= status < 300:
            text = answer.decode("utf-8", "replace")
            report("Failed to post handler success response. Http response code: {}. {}".format(status, text))
            raise RuntimeError("Failed to post " + what)

    def exchange(self, head, body):
        """Sends a request and reads its response: status, headers, body.

        The server may have closed an idle connection. Only if no byte of a response arrives, the request is sent once
        more on a new connection.
        """
        if self.connection is not None:
            try:
                self.send(head, body)
                start = self.connection.recv(65536)
                if start:
                    return self.receive(start)
            except (BrokenPipeError, ConnectionResetError):
                pass
            self.connection.close()
        self.connect()
        self.send(head, body)
        return self.receive(b"")

    def connect(self):
        connection = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        connection.settimeout(None)  # a function may have set a default for its own sockets
        connection.connect(self.endpoint)
        connection.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        self.connection = connection

    def send(self, head, body):
        if len(body) < COPIED_BODY_BYTES:
            self.connection.sendall(head + body)
        else:
            self.connection.sendall(head)
            self.connection.sendall(body)

    def receive(self, data):
        """Reads one whole response, of which `data` has been read already."""
        status, headers, data = self.receive_head(data)
        length = headers.get("content-length")
        if length is not None:
            body = self.receive_length(data, int(length))
        elif status == 204:
            body = b""
        elif headers.get("transfer-encoding", "").lower() == "chunked":
            body = self.receive_chunks(data)
        else:
            headers["connection"] = "close"
            body = self.receive_rest(data)
        if headers.get("connection", "").lower() == "close":
            self.connection.close()
            self.connection = None
        return status, headers, body

    def receive_head(self, data):
        end = data.find(b"\r\n\r\n")
        while end < 0:
            if len(data) > MAXIMUM_HEAD_BYTES:
                raise ConnectionError("the runtime API sent too many headers")
            data += self.receive_more()
            end = data.find(b"\r\n\r\n")
        lines = data[:end].decode("latin-1").split("\r\n")
        status = int(lines[0][9:12])  # HTTP/1.1 200 OK
        if status < 200:  # 100 Continue etc.: the response follows
            return self.receive_head(data[end + 4 :])
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return status, headers, data[end + 4 :]

    def receive_more(self):
        data = self.connection.recv(65536)
        if not data:
            raise ConnectionError("the runtime API closed the connection within a response")
        return data

    def receive_length(self, data, length):
        filled = len(data)
        if filled >= length:
            return data[:length]
        body = bytearray(length)
        body[:filled] = data
        view = memoryview(body)
        while filled < length:
            count = self.connection.recv_into(view[filled:])
            if not count:
                raise ConnectionError("the runtime API closed the connection within a response")
            filled += count
        return body

    def receive_chunks(self, data):
        """Reads a chunked body (RFC 9112, 7.1); extensions and trailers are ignored."""
        body = bytearray()
        while True:
            line, data = self.receive_line(data)
            size = int(line.partition(b";")[0], 16)
            if size == 0:
                while line:
                    line, data = self.receive_line(data)
                return body
            body += self.receive_length(data[: size + 2], size + 2)[:size]
            data = data[size + 2 :]

    def receive_line(self, data):
        while b"\r\n" not in data:
            data += self.receive_more()
        line, _, data = data.partition(b"\r\n")
        return line, data

    def receive_rest(self, data):
        more = self.connection.recv(65536)
        while more:
            data += more
            more = self.connection.recv(65536)
        return data
