"""Runs inside an execution environment: tries attempts, which are Python expressions, each in a process of its own.

What comes of one is `done`, the name of an error, a text that the expression returns, or the signal that ended it.
"""

import contextlib
import ctypes
import errno
import fcntl
import http.client
import json
import mmap
import os
import resource
import signal
import socket
import stat
import struct
import subprocess
import threading
import time

SECONDS = 5  # for one attempt
libc = ctypes.CDLL(None, use_errno=True)


def handler(event, context):
    globals().update(event.get("given", {}), request_id=context.aws_request_id)
    return {name: result_of(expression) for name, expression in event["attempts"].items()}


def result_of(expression):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            signal.alarm(SECONDS)
            os.write(writing, evaluated(expression).encode()[:4_000])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        result = pipe.read()
    _, status = os.waitpid(child, 0)
    return signal.Signals(status & 0x7F).name if os.WIFSIGNALED(status) else result


def evaluated(expression):
    try:
        value = eval(expression, globals())
    except OSError as error:
        return errno.errorcode.get(error.errno, f"{type(error).__name__}: {error}")
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return value if isinstance(value, str) else "done"


def call(name, *arguments):
    """A function of the C library, or a system call where the name is a number."""
    ctypes.set_errno(0)
    values = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result = libc.syscall(ctypes.c_long(name), *values) if isinstance(name, int) else getattr(libc, name)(*values)
    if result == -1:
        raise OSError(ctypes.get_errno(), name)
    return result


def read(path):
    with open(path, "rb") as file:
        return None if file.read(16) else "empty"


def write(path, content="0"):
    descriptor = os.open(path, os.O_WRONLY)
    os.write(descriptor, content.encode())


def reopened(path, flags):
    """Opens a file for reading, and then its descriptor for more."""
    return os.open(f"/proc/self/fd/{os.open(path, os.O_RDONLY)}", flags)


def through(link, target, rest=""):
    """Reads what a symbolic link in /tmp leads to."""
    path = "/tmp/" + link
    os.symlink(target, path)
    return os.listdir(path + rest) if os.path.isdir(path + rest) else read(path + rest)


def run(*command):
    """What a program says, or its exit status."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=4)
    return done.stdout.strip() if done.returncode == 0 else f"exit {done.returncode}"


def privileged_copy(mode):
    """Runs a copy of `id` that is setuid or setgid."""
    copy = f"/tmp/id-{mode:o}"
    with open("/usr/bin/id", "rb") as source, open(copy, "wb") as target:
        target.write(source.read())
    os.chmod(copy, mode)
    return run(copy)


def forked(flags):
    """A child that clone(2) makes with flags; it ends at once."""
    child = call(56, flags | signal.SIGCHLD, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def netlinked(kind, flags, body):
    """A request to the kernel's routes; its error, where it has one."""
    netlink = socket.socket(16, 3, 0)
    netlink.send(struct.pack("IHHII", 16 + len(body), kind, flags, 1, 0) + body)
    if code := struct.unpack_from("i", netlink.recv(4_096), 16)[0]:
        raise OSError(-code, "netlink")


def filtered(*instructions, flags=0):
    """Installs one more seccomp filter; without instructions one that allows everything."""
    code = b"".join(instructions) or struct.pack("HBBI", 6, 0, 0, 0x7FFF0000)
    array = ctypes.create_string_buffer(code)
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(array))
    return call(317, 1, flags, program)


def exchange(port, data, seconds=3):
    """Sends bytes to a port of 127.0.0.1: the status of the answer, and its error type where it has one."""
    with socket.create_connection(("127.0.0.1", int(port)), seconds) as connection:
        received = b""
        with contextlib.suppress(OSError):
            connection.sendall(data)
            while b"\r\n\r\n" not in received:
                piece = connection.recv(65_536)
                if not piece:
                    break
                received += piece
    return received.split(b" ", 2)[1].decode() if received.startswith(b"HTTP/1.") else "closed"


def request(port, method, path, body=b"", sought=None, **headers):
    """One request: the status, and the type of its error; `seen` where the answer has what is sought."""
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=4)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body.encode() if isinstance(body, str) else body, named)
    answer = connection.getresponse()
    content = answer.read()
    if sought and sought.encode() in content:
        return "seen"
    with contextlib.suppress(ValueError):
        document = json.loads(content)
        if isinstance(document, dict) and (kind := document.get("errorType") or document.get("__type")):
            return f"{answer.status} {kind}"
    return str(answer.status)


def runtime(method, path, body=b"", **headers):
    """A request to the runtime API and the Extensions API."""
    return request(os.environ["AWS_LAMBDA_RUNTIME_API"].rpartition(":")[2], method, path, body, **headers)


def api(method, path, body=b"", account=None, service="lambda", **more):
    """A request to the server's AWS API, as an account that it claims to be."""
    if account:
        more["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/{service}/aws4_request, "
            "SignedHeaders=host, Signature=0")
    return request(os.environ["AWS_ENDPOINT_URL"].rpartition(":")[2], method, path, body, **more)
