"""Our runtime API client's HTTP: every response, however the network splits it."""

import random

import pytest

ROUNDS = 2000


class Connection:
    """The reading half of a socket that returns `data` in pieces of random size."""

    def __init__(self, data):
        self.data = data
        self.is_closed = False

    def recv(self, limit):
        size = random.choice([1, 2, 3, 10, 100, 1 << 20])
        piece, self.data = self.data[: min(size, limit)], self.data[min(size, limit) :]
        return piece

    def recv_into(self, view):
        piece = self.recv(len(view))
        view[: len(piece)] = piece
        return len(piece)

    def close(self):
        self.is_closed = True


def received(bootstrap, data):
    """The client's parsed response, and its connection."""
    api = bootstrap.RuntimeAPI("127.0.0.1:9001")
    api.connection = connection = Connection(data)
    return api.receive(b""), connection


def chunked(body):
    pieces = []
    while body:
        size = random.randrange(1, len(body) + 1)
        pieces.append(b"%x%s\r\n%s\r\n" % (size, random.choice([b"", b";name=value"]), body[:size]))
        body = body[size:]
    return b"".join(pieces) + b"0\r\n" + random.choice([b"", b"Trailer: value\r\n"]) + b"\r\n"


def test_every_framing_in_every_fragmentation(bootstrap):
    for _ in range(ROUNDS):
        body = random.randbytes(random.choice([0, 1, 10, 300]))
        framing = random.choice(["length", "chunked", "until closed"])
        head = random.choice([b"", b"HTTP/1.1 100 Continue\r\n\r\n"]) + b"HTTP/1.1 200 OK\r\nX-Name:  a: b \r\n"
        if framing == "length":
            data = head + b"CONTENT-length:%d\r\n\r\n" % len(body) + body
        elif framing == "chunked":
            data = head + b"transfer-ENCODING: Chunked\r\n\r\n" + chunked(body)
        else:
            data = head + b"\r\n" + body
        (status, headers, read), connection = received(bootstrap, data)
        assert (status, headers["x-name"], bytes(read)) == (200, "a: b", body)
        assert connection.is_closed == (framing == "until closed")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfour",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * (3 << 20),
    ],
)
def test_an_answer_that_ends_early_is_an_error(bootstrap, data):
    with pytest.raises(ConnectionError):
        received(bootstrap, data)
