"""Errors of the Python runtime and of handlers: the posted payload and the log lines."""

import sys
import time
import traceback

import bootstrap_main as runtime

# In AWS's text format an error is one record: lines end in CR, and indentation is made of no-break spaces.
LINE_END = "\r"
INDENTATION = "\u00a0"
ERROR_TYPE_HEADER = "Lambda-Runtime-Function-Error-Type"

# AWS's text, verbatim: users search logs for it.
UNHANDLED_EXCEPTION_WARNING = (
    "LAMBDA_WARNING: Unhandled exception. "
    "The most likely cause is an issue in the function code. "
    "However, in rare cases, a Lambda runtime update can cause unexpected function behavior. "
    "For functions using managed runtimes, runtime updates can be triggered by a function change, or can be applied "
    "automatically. "
    "To determine if the runtime has been updated, check the runtime version in the INIT_START log entry. "
    "If this error correlates with a change in the runtime version, you may be able to mitigate this error by "
    "temporarily rolling back to the previous runtime version. "
    "For more information, see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html\r"
)


def logged_init_error(exc_info, json):
    """Logs that the handler could not be loaded, and returns the error's payload."""
    import logging

    logging.warning(UNHANDLED_EXCEPTION_WARNING)
    return logged(exc_info, "", json)


def post_init_error(api, json, payload):
    post(api, json, "init error", "init/error", payload)


def post_invocation_error(api, json, payload, invocation_id):
    """Reports that an invocation failed; the environment continues."""
    path = "invocation/" + payload["requestId"] + "/error"
    more_headers = runtime.INVOCATION_ID_HEADER + invocation_id + "\r\n" if invocation_id else ""
    post(api, json, "invocation error", path, payload, more_headers)


def post(api, json, what, path, payload, more_headers=""):
    body = json.encode(payload).encode("utf-8", "backslashreplace")
    type_line = "{}: {}\r\n".format(ERROR_TYPE_HEADER, header_text(payload["errorType"]))
    api.post(what, path, "application/json", body, type_line + more_headers)


def logged(exc_info, request_id, json):
    """Logs an exception and returns its payload."""
    payload = described(exc_info, request_id)
    log(payload, json)
    return payload


def described(exc_info, request_id):
    """The payload of an exception, in AWS's format."""
    kind, error, trace = exc_info
    if isinstance(error, runtime.FaultException):
        message, name, lines = error.msg, error.exception_type, list(error.trace or ())
    else:
        message, name, lines = str(error), kind.__name__, traceback.format_list(user_frames(trace))
    return {"errorMessage": message, "errorType": name, "requestId": request_id, "stackTrace": lines}


def user_frames(trace):
    """The frames of a traceback, without leading frames of the runtime; all frames if there are no others."""
    frames = [(frame.filename, frame.lineno, frame.name, frame.line) for frame in traceback.extract_tb(trace)]
    for index, frame in enumerate(frames):
        if "/bootstrap.py" not in frame[0]:
            return frames[index:]
    return frames


def log(payload, json):
    """Logs a payload in the function's log format."""
    if runtime.load("logging").is_json_format():
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        write(json.encode({"timestamp": now, "level": "ERROR", **payload}))
        return
    lines = ["[ERROR]"]
    if payload["errorType"]:
        lines[0] += " " + payload["errorType"]
    if payload["errorMessage"]:
        lines[0] += (":" if payload["errorType"] else "") + " " + payload["errorMessage"]
    lines.append("Traceback (most recent call last):")
    for element in payload["stackTrace"]:
        lines += [indented(line) for line in element.splitlines()] if element else [""]
    write(LINE_END.join(lines))


def write(line):
    """Prints a line; lone surrogates are escaped, because they would crash the runtime."""
    sys.stdout.write(line.encode("utf-8", "backslashreplace").decode() + "\n")


def indented(line):
    text = line.lstrip(" ")
    return INDENTATION * (len(line) - len(text)) + text


def header_text(name):
    """A type's name for a header: characters other than printable ASCII are escaped."""
    return ascii(name)[1:-1]
