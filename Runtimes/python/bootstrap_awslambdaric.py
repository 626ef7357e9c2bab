"""AWS's runtime interface client as libraries know it: the package `awslambdaric`, made of this runtime.

Error trackers and tracers replace functions and methods of AWS's client: `handle_event_request`, and those that post
results and errors. This module is loaded when the first library looks for them, as `awslambdaric` or as
`__main__.awslambdaricmain`. From then on the runtime goes through the names that libraries replace, with AWS's
parameters. https://github.com/aws/aws-lambda-python-runtime-interface-client
"""

import importlib
import os
import sys

import bootstrap_context
import bootstrap_main as runtime
from bootstrap_main import FaultException, Unbuffered, _get_handler

# The version of AWS's client whose names and parameters these are.
VERSION = "4.2.2"
faults = runtime.load("faults")
# This runtime's own functions, in which the replacements end.
own = dict(vars(runtime))
own_faults = dict(vars(faults))


class LambdaMarshaller:
    def unmarshal_request(self, request, content_type="application/json"):
        return own["unmarshalled"](request, content_type, runtime.json)

    def marshal_response(self, response):
        return own["marshalled"](response, runtime.json)


class LambdaRuntimeClient:
    # A function may set its own.
    marshaller = LambdaMarshaller()

    def post_init_error(self, error_response_data, error_type_override=None):
        payload = error_response_data
        if error_type_override:
            payload = {**payload, "errorType": error_type_override}
        own_faults["post_init_error"](runtime.api, runtime.json, payload)

    def post_invocation_result(self, invoke_id, result_data, content_type="application/json", invocation_id=None):
        own["post_invocation_result"](runtime.api, invoke_id, result_data, content_type, invocation_id)

    def post_invocation_error(self, invoke_id, error_response_data, xray_fault, invocation_id=None):
        """Posts an error, which is JSON text. X-Ray's description of it is dropped: there is no X-Ray here."""
        payload = runtime.json.decode(error_response_data.encode("utf-8", "backslashreplace"))
        payload["requestId"] = invoke_id
        own_faults["post_invocation_error"](runtime.api, runtime.json, payload, invocation_id)


class StandardLogSink:
    def log(self, msg, frame_type=None):
        sys.stdout.write(msg)

    def log_error(self, message_lines):
        sys.stdout.write(faults.LINE_END.join(message_lines) + "\n")


class OfEveryContext(type):
    """The type of a class that all contexts are instances of, also those of this runtime."""

    def __instancecheck__(cls, value):
        return isinstance(value, bootstrap_context.LambdaContext)


class LambdaContext(bootstrap_context.LambdaContext, metaclass=OfEveryContext):
    """The context of an invocation, with the parameters of AWS's constructor."""

    def __init__(
        self,
        invoke_id,
        client_context,
        cognito_identity,
        epoch_deadline_time_in_ms,
        invoked_function_arn=None,
        tenant_id=None,
    ):
        headers = {
            "lambda-runtime-aws-request-id": invoke_id,
            "lambda-runtime-deadline-ms": epoch_deadline_time_in_ms,
            "lambda-runtime-invoked-function-arn": invoked_function_arn,
            "lambda-runtime-aws-tenant-id": tenant_id,
        }
        super().__init__(headers, client_context, cognito_identity)


def handle_event_request(
    lambda_runtime_client,
    request_handler,
    invoke_id,
    event_body,
    content_type,
    client_context_json,
    cognito_identity_json,
    invoked_function_arn,
    epoch_deadline_time_in_ms,
    tenant_id,
    log_sink,
    invocation_id=None,
):
    headers = {
        "lambda-runtime-aws-request-id": invoke_id,
        "content-type": content_type,
        "lambda-runtime-client-context": client_context_json,
        "lambda-runtime-cognito-identity": cognito_identity_json,
        "lambda-runtime-invoked-function-arn": invoked_function_arn,
        "lambda-runtime-deadline-ms": epoch_deadline_time_in_ms,
        "lambda-runtime-aws-tenant-id": tenant_id,
        "lambda-runtime-invocation-id": invocation_id,
    }
    own["handle_event_request"](lambda_runtime_client, runtime.json, request_handler, headers, event_body)


def to_json(obj):
    return runtime.json.encode(obj)


class Loader:
    """Gives the import system the modules that are there already."""

    @staticmethod
    def create_module(spec):
        return sys.modules[spec.name]

    @staticmethod
    def exec_module(module):
        pass


def made_module(name, **names):
    spec = importlib._bootstrap.ModuleSpec(name, Loader, is_package=name == "awslambdaric")
    module = sys.modules[name] = type(sys)(name)
    vars(module).update(names, __spec__=spec, __package__="awslambdaric")
    return module


bootstrap = made_module(
    "awslambdaric.bootstrap",
    FaultException=FaultException,
    LambdaContext=LambdaContext,
    LambdaRuntimeClient=LambdaRuntimeClient,
    StandardLogSink=StandardLogSink,
    Unbuffered=Unbuffered,
    _get_handler=_get_handler,
    handle_event_request=handle_event_request,
    to_json=to_json,
)
made_module(
    "awslambdaric",
    __path__=[],
    __version__=VERSION,
    bootstrap=bootstrap,
    lambda_context=made_module(
        "awslambdaric.lambda_context",
        Client=bootstrap_context.Client,
        ClientContext=bootstrap_context.ClientContext,
        CognitoIdentity=bootstrap_context.CognitoIdentity,
        LambdaContext=LambdaContext,
    ),
    lambda_runtime_client=made_module("awslambdaric.lambda_runtime_client", LambdaRuntimeClient=LambdaRuntimeClient),
    lambda_runtime_exception=made_module("awslambdaric.lambda_runtime_exception", FaultException=FaultException),
    lambda_runtime_marshaller=made_module(
        "awslambdaric.lambda_runtime_marshaller", LambdaMarshaller=LambdaMarshaller, to_json=to_json
    ),
    __main__=made_module("awslambdaric.__main__", LambdaRuntimeClient=LambdaRuntimeClient, bootstrap=bootstrap),
)

client = LambdaRuntimeClient()
log_sink = StandardLogSink()


def client_of(api):
    """The client that a replacement has passed on in the place of ours, which knows only the connection."""
    return client if api is runtime.api else api


def handle(api, json, request_handler, headers, body):
    get = headers.get
    bootstrap.handle_event_request(
        client,
        request_handler,
        get("lambda-runtime-aws-request-id"),
        body,
        get("content-type"),
        get("lambda-runtime-client-context"),
        get("lambda-runtime-cognito-identity"),
        get("lambda-runtime-invoked-function-arn", ""),
        get("lambda-runtime-deadline-ms", 0),
        get("lambda-runtime-aws-tenant-id"),
        log_sink,
        get("lambda-runtime-invocation-id"),
    )


def post_result(api, request_id, result, content_type, invocation_id):
    client_of(api).post_invocation_result(request_id, result, content_type, invocation_id)


def post_error(api, json, payload, invocation_id):
    cause = {"message": payload["errorMessage"], "type": payload["errorType"], "stack": []}
    fault = {"working_directory": os.getcwd(), "exceptions": [cause], "paths": []}
    client_of(api).post_invocation_error(payload["requestId"], to_json(payload), to_json(fault), invocation_id)


runtime.handle_event_request = handle
runtime.post_invocation_result = post_result
runtime.unmarshalled = lambda body, content_type, json: client.marshaller.unmarshal_request(body, content_type)
runtime.marshalled = lambda response, json: client.marshaller.marshal_response(response)
faults.post_invocation_error = post_error
faults.post_init_error = lambda api, json, payload: client.post_init_error(payload)
