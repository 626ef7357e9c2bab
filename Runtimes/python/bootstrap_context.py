"""The context object of handlers: https://docs.aws.amazon.com/lambda/latest/dg/python-context.html."""

import os
import sys
import time

# The fields of W3C trace context that a client context may carry.
W3C_FIELDS = ("traceparent", "tracestate", "baggage")

# The environment variables that describe the function.
VARIABLES = (
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
)


def describe(value, fields):
    return "{}([{}])".format(type(value).__name__, ",".join([f"{field}={getattr(value, field)}" for field in fields]))


class Record:
    """Named fields, filled from a parsed JSON object; missing ones are None."""

    __slots__ = ()

    def __init__(self, values):
        for field in self.__slots__:
            setattr(self, field, values.get(field))

    def __repr__(self):
        return describe(self, self.__slots__)


class CognitoIdentity(Record):
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self):
        # Of every invocation: faster than the general way.
        self.cognito_identity_id = self.cognito_identity_pool_id = None


class Client(Record):
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(Record):
    __slots__ = ("custom", "env", "client")


class LambdaContext:
    """The context of one invocation.

    `client_context` and `identity` are the parsed JSON of their headers, or None.
    """

    # What the environment variables say, read for the first invocation: a search in os.environ takes a microsecond.
    environment = None

    def __init__(self, headers, client_context, identity):
        if LambdaContext.environment is None:
            LambdaContext.environment = tuple(map(os.environ.get, VARIABLES))
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        (
            self.log_group_name,
            self.log_stream_name,
            self.function_name,
            self.memory_limit_in_mb,
            self.function_version,
        ) = LambdaContext.environment
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn", "")
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id") or None
        self._w3c_fields = {}
        self.client_context = None if client_context is None else self._client_context(client_context)
        self.identity = CognitoIdentity()
        if identity is not None:
            self.identity.cognito_identity_id = identity.get("cognitoIdentityId")
            self.identity.cognito_identity_pool_id = identity.get("cognitoIdentityPoolId")
        self._epoch_deadline_time_in_ms = int(headers.get("lambda-runtime-deadline-ms", 0))

    def _client_context(self, values):
        """The client context without its trace context, which only `w3c()` returns."""
        trace = values.pop("w3c", None) if isinstance(values, dict) else None
        if isinstance(trace, dict):
            self._w3c_fields = {field: trace[field] for field in W3C_FIELDS if isinstance(trace.get(field), str)}
        context = ClientContext(values)
        if context.client is not None:
            context.client = Client(context.client)
        return context

    def get_remaining_time_in_millis(self):
        return max(self._epoch_deadline_time_in_ms - int(time.time() * 1000), 0)

    def w3c(self):
        return dict(self._w3c_fields)

    def log(self, msg):
        sys.stdout.write(str(msg))

    def __repr__(self):
        return describe(self, LambdaContext.SHOWN)

    SHOWN = (
        "aws_request_id",
        "log_group_name",
        "log_stream_name",
        "function_name",
        "memory_limit_in_mb",
        "function_version",
        "invoked_function_arn",
        "client_context",
        "identity",
        "tenant_id",
    )
