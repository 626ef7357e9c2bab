"""Handlers that replace parts of AWS's client, as error trackers and tracers do."""

from .table import case

case(
    "a replaced handle_event_request",
    """
        from awslambdaric import bootstrap
        handle = bootstrap.handle_event_request
        def traced(client, request_handler, *arguments, **more):
            print(type(client).__name__, sorted(more), arguments[0], bytes(arguments[1]), arguments[2:5])
            def traced_handler(event, context):
                return {"traced": request_handler(event, context)}
            return handle(client, traced_handler, *arguments, **more)
        bootstrap.handle_event_request = traced
        def handler(event, context):
            return event
        """,
    [b'{"n": 1}', b'"two"'],
)
POSTS = """
    def replace():
        from awslambdaric.bootstrap import LambdaRuntimeClient
        def flushing(post):
            def inner(self, *arguments, **more):
                print("flush", [each for each in arguments if not isinstance(each, str) or "stack" not in each], more)
                return post(self, *arguments, **more)
            return inner
        for name in ("post_invocation_result", "post_invocation_error", "post_init_error"):
            setattr(LambdaRuntimeClient, name, flushing(getattr(LambdaRuntimeClient, name)))
    """
case(
    "replaced posts",
    POSTS
    + """
    replace()
    def handler(event, context):
        if event == "fail":
            raise ValueError("fail")
        return event
    """,
    [b"1", b'"fail"', b"not json", '"ü"'.encode()],
)
case(
    "posts replaced within an invocation",
    POSTS
    + """
    def handler(event, context):
        if event:
            replace()
        if event == "fail":
            raise ValueError("fail")
        return event
    """,
    [b'""', b'"fail"', b'""'],
)
case("a replaced post of an init error", POSTS + "\n    replace()\n    import nothing_of_this_name\n")
case(
    "a marshaller of the function",
    """
        from awslambdaric.lambda_runtime_client import LambdaRuntimeClient
        from awslambdaric.lambda_runtime_exception import FaultException
        class Marshaller:
            def unmarshal_request(self, request, content_type="application/json"):
                return len(request), content_type
            def marshal_response(self, response):
                if response[0] > 2:
                    raise FaultException("Runtime.Own", "too long", None)
                return repr(response), "text/plain"
        LambdaRuntimeClient.marshaller = Marshaller()
        def handler(event, context):
            return event
        """,
    [b"1", b"12", b"123"],
)
case(
    "a context of the function's own",
    """
        import awslambdaric.lambda_context
        from awslambdaric.lambda_context import CognitoIdentity, LambdaContext
        def handler(event, context):
            assert isinstance(context, LambdaContext) and isinstance(context.identity, CognitoIdentity)
            made = LambdaContext("id", {"custom": {"a": 1}}, {"cognitoIdentityId": "x"}, 0, "arn")
            print(made, made.get_remaining_time_in_millis())
            print(isinstance(made, awslambdaric.lambda_context.LambdaContext), isinstance(3, LambdaContext))
            print(LambdaContext("id", None, None, 5).client_context)
            return made.client_context.custom
        """,
)
case(
    "a handler that AWS's client finds",
    {
        "app.py": """
        from awslambdaric.bootstrap import FaultException, _get_handler, to_json
        inner = _get_handler("inner.handler")
        try:
            _get_handler("inner.nothing")
        except FaultException as fault:
            print(fault.exception_type, fault.msg)
        def handler(event, context):
            print(to_json({"ü": [1.5, None]}))
            return inner(event, context)
        """,
        "inner.py": "def handler(event, context):\n    return [event]\n",
    },
)
