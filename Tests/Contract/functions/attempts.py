"""Runs inside an execution environment: makes system calls by number, and says of each `done` or the error's name."""

import ctypes
import errno
import os

libc = ctypes.CDLL(None, use_errno=True)


def handler(event, context):
    if "exit" in event:
        attempt(event["exit"])
        os._exit(3)
    if "raise" in event and attempt(event["raise"]) != "done":
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return [attempt(call) for call in event.get("calls", [])]


def attempt(call):
    """A text among the arguments is a path; `open:PATH` is a descriptor of it."""
    number, *arguments = call
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *map(argument_of, arguments))
    return "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]


def argument_of(value):
    if isinstance(value, str) and value.startswith("open:"):
        return ctypes.c_long(os.open(value.removeprefix("open:"), os.O_RDONLY))
    return value.encode() if isinstance(value, str) else ctypes.c_long(value)
