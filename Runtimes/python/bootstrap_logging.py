"""AWS's handler for the root logger, in text and in JSON, installed once a function imports `logging`.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

import os
import sys
import time

import bootstrap_main as runtime

TEXT_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
TEXT_DATE_FORMAT = "%Y-%m-%dT%H:%M:%S"
JSON_DATE_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def is_json_format():
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"


def wanted_level():
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "")
    return "DEBUG" if level == "TRACE" else level.upper()


class LogSink:
    """The destination of log records, as the handler's `log_sink`."""

    def log(self, text, frame_type=None):
        sys.stdout.write(text)


def configure(logging):
    """Adds the handler to the root logger of a newly imported `logging`."""

    class LambdaLoggerHandler(logging.Handler):
        def __init__(self, log_sink):
            super().__init__()
            self.log_sink = log_sink

        def emit(self, record):
            msg = self.format(record)
            self.log_sink.log(msg)

    class LambdaLoggerFilter(logging.Filter):
        def filter(self, record):
            record.aws_request_id = runtime.current.get("lambda-runtime-aws-request-id", "")
            record.tenant_id = runtime.current.get("lambda-runtime-aws-tenant-id") or None
            return True

    logging.Formatter.converter = time.gmtime
    handler = LambdaLoggerHandler(LogSink())
    if is_json_format():
        handler.setFormatter(json_formatter(logging))
    else:
        handler.setFormatter(logging.Formatter(TEXT_FORMAT, TEXT_DATE_FORMAT))
    handler.addFilter(LambdaLoggerFilter())
    root = logging.getLogger()
    if wanted_level() in logging._nameToLevel:
        root.setLevel(wanted_level())
    root.addHandler(handler)


# The standard fields of a record; others came through `extra=` and are added to the JSON line.
OWN_FIELDS = frozenset(
    "name msg args levelname levelno pathname filename module exc_info exc_text stack_info lineno funcName created "
    "msecs relativeCreated thread threadName processName process aws_request_id tenant_id _frame_type".split()
)


def json_formatter(logging):
    import json
    import traceback

    encode = json.JSONEncoder(ensure_ascii=False, default=str).encode

    class JsonFormatter(logging.Formatter):
        def format(self, record):
            # AWS's five levels: levels in between are rounded down.
            record.levelno = min(50, max(0, record.levelno)) // 10 * 10
            record.levelname = logging.getLevelName(record.levelno)
            is_object = isinstance(record.msg, dict) and not record.args
            fields = {
                "timestamp": self.formatTime(record, JSON_DATE_FORMAT),
                "level": record.levelname,
                "message": record.msg if is_object else record.getMessage(),
                "logger": record.name,
            }
            if record.exc_info:
                kind, error, trace = record.exc_info
                fields["stackTrace"] = traceback.format_tb(trace)
                fields["errorType"] = kind.__name__
                fields["errorMessage"] = str(error)
            fields["requestId"] = record.aws_request_id
            if record.exc_info:
                fields["location"] = "{}:{}:{}".format(record.pathname, record.funcName, record.lineno)
            fields["tenantId"] = record.tenant_id
            for name, value in vars(record).items():
                if name not in OWN_FIELDS and name not in fields:
                    fields[name] = value
            return encode({name: value for name, value in fields.items() if value is not None}) + "\n"

    return JsonFormatter()
