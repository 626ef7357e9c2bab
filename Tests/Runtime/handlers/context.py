"""The invocation as handlers see it."""

import json

from runtime_api import Event

from .table import ECHO, case

CONTEXT = """
    import os
    def handler(event, context):
        c, i = context.client_context, context.identity
        return [
            repr(context), type(context).__name__, sorted(k for k in vars(context) if k[0] != '_'),
            context.invoked_function_arn, context.tenant_id, context.memory_limit_in_mb,
            [c.custom, c.env, c.client and [c.client.app_title, c.client.installation_id]] if c else c,
            [i.cognito_identity_id, i.cognito_identity_pool_id], context.w3c(),
            context.get_remaining_time_in_millis() > 1000, os.environ.get('_X_AMZN_TRACE_ID'),
        ]
"""
CLIENT = {
    "client": {"app_title": "App", "installation_id": "1", "x": 2},
    "custom": {"k": "v"},
    "env": {"locale": "de"},
    "more": 1,
}
case("the context", CONTEXT)
case("a client context", CONTEXT, [Event(b"1", {"Lambda-Runtime-Client-Context": json.dumps(CLIENT)}), b"2"])
case(
    "parts of a client context",
    CONTEXT,
    [
        Event(b"1", {"Lambda-Runtime-Client-Context": text})
        for text in ("{}", '{"custom": 1}', "null", '{"client": {}}')
    ],
)
case(
    "a client context with a trace",
    CONTEXT,
    [
        Event(b"1", {"Lambda-Runtime-Client-Context": text})
        for text in ('{"w3c": {"traceparent": "00-1", "baggage": 5, "x": 1}}', '{"w3c": 1}')
    ],
)
case("a client context that is no JSON", CONTEXT, [Event(b"1", {"Lambda-Runtime-Client-Context": "{x"})])
case(
    "an identity",
    CONTEXT,
    [Event(b"1", {"Lambda-Runtime-Cognito-Identity": '{"cognitoIdentityId": "i", "cognitoIdentityPoolId": "p"}'})],
)
case("an identity that is no JSON", CONTEXT, [Event(b"1", {"Lambda-Runtime-Cognito-Identity": "x"})])
case("no trace", CONTEXT, [b"1", Event(b"2", {"Lambda-Runtime-Trace-Id": None}), b"3"])
case(
    "a deadline that has passed",
    "def handler(e, c): return c.get_remaining_time_in_millis()",
    [Event(b"1", {"Lambda-Runtime-Deadline-Ms": "1"})],
)
case(
    "attributes set on the context",
    """
        def handler(e, c):
          c.own = 1
          c.function_name = 'x'
          return [c.own, c.function_name]
        """,
)
case(
    "the environment",
    """
        import os, sys
        def handler(e, c):
          places = sys.path.count(os.environ['LAMBDA_TASK_ROOT'])
          return [os.getcwd(), os.environ.get('OWN'), os.environ['_HANDLER'], 'app' in sys.modules, places]
        """,
    OWN="yes",
)
case("an invocation id", ECHO, [Event(b"1", {"Lambda-Runtime-Invocation-Id": "attempt-1"}), b"2"])
case(
    "an invocation id with an error",
    "def handler(e, c): 1/0",
    [Event(b"1", {"Lambda-Runtime-Invocation-Id": "attempt-1"})],
)
