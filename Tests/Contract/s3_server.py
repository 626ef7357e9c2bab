"""S3 for the server under test: moto's, in its own process, and sockets that imitate a faulty S3."""

import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request

import boto3
from botocore.config import Config

from server_process import PATIENCE_SECONDS

RUNNING_LINE = re.compile(rb"Running on (http://127\.0\.0\.1:\d+)")
SESSION = boto3.session.Session()
# Keys that are easily encoded twice, not encoded or misinterpreted.
ODD_KEYS = [
    "plain.zip", "in/some/folder.zip", "with space.zip", "a+b=c&d.zip", "100%25.zip", "ünï/cödé-☃.zip",
    "a//b/../c/./d.zip", "?query#fragment.zip", "quote'\"<>.zip", "/leading.zip", "%2F%2e%2e.zip",
    "tilde~star*(1)!$@,;:.zip",
]


def settings(account, bucket, key, **more):
    """The parameters of CreateFunction with code in S3."""
    return account.settings() | {"Code": {"S3Bucket": bucket, "S3Key": key, **more}}


class S3Server:
    """One run of moto's server: S3, IAM and STS, initially empty and without access control."""

    def __init__(self, folder):
        # Its own home: it must not read the user's AWS settings.
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
        self.log = open(folder / "moto.log", "w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )
        self.url = self.wait_until_ready()
        self.s3 = self.client("s3")

    def wait_until_ready(self):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            if match := RUNNING_LINE.search(self.said()):
                return match[1].decode()
            time.sleep(0.05)
        said = self.said()
        self.stop()
        raise AssertionError(f"moto does not start: {said!r}")

    def said(self):
        return os.pread(self.log.fileno(), 1 << 16, 0)

    def client(self, service, key="key", secret="secret", token=None):
        return SESSION.client(
            service, endpoint_url=self.url, region_name="us-east-1", aws_access_key_id=key,
            aws_secret_access_key=secret, aws_session_token=token,
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    def bucket(self, name, **options):
        self.s3.create_bucket(Bucket=name, **options)
        return name

    def put(self, bucket, key, data):
        """Stores an object and returns its version if the bucket has versions."""
        return self.s3.put_object(Bucket=bucket, Key=key, Body=data).get("VersionId")

    def lock(self):
        """Turns access control on: requests need a valid signature of a user whom IAM allows."""
        plain = {"Content-Type": "text/plain"}
        request = urllib.request.Request(self.url + "/moto-api/reset-auth", b"0", plain, method="POST")
        urllib.request.urlopen(request, timeout=10).close()

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE_SECONDS)
        self.log.close()


class ScriptedS3:
    """A server that reads a request and passes the connection to a function."""

    def __init__(self, script, certificate=None):
        self.script = script
        self.tls = certificate and tls(*certificate)
        self.requests = []
        self.ended = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://127.0.0.1:{self.listener.getsockname()[1]}"
        self.threads = [threading.Thread(target=self.serve)]
        self.threads[0].start()

    @classmethod
    def answering(cls, status, headers=(), body=b"", **options):
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        return cls(lambda connection, _: connection.sendall(head + body), **options)

    @classmethod
    def stalling(cls):
        """Announces ten million bytes, sends a hundred, and stalls."""

        def script(connection, server):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n" + bytes(100))
            server.ended.wait(PATIENCE_SECONDS * 3)

        return cls(script)

    @classmethod
    def dribbling(cls):
        """Sends 200 kB per second until the client disconnects."""

        def script(connection, server):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            while not server.ended.wait(0.1):
                connection.sendall(bytes(20_000))

        return cls(script)

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return  # stopped
            thread = threading.Thread(target=self.converse, args=(connection,))
            self.threads.append(thread)
            thread.start()

    def converse(self, connection):
        try:
            connection = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
        except OSError:
            return connection.close()  # the client does not trust the certificate
        with connection:
            request = b""
            while not request.endswith(b"\r\n\r\n") and (piece := connection.recv(65_536)):
                request += piece
            self.requests.append(request.decode())
            try:
                self.script(connection, self)
            except OSError:
                pass  # the client has disconnected

    def wait_for_requests(self, count):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.requests) < count:
            assert time.monotonic() < deadline, f"{len(self.requests)} of {count} requests came"
            time.sleep(0.02)

    def stop(self):
        self.ended.set()
        # Closing alone does not wake a thread blocked in accept(2).
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join()


def tls(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def closed_port():
    """A port without a listener."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
