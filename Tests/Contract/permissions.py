"""Permissions of functions, for tests of policies."""

INVOKE = "lambda:InvokeFunction"


def allow(aws, function, sid, principal="s3.amazonaws.com", action=INVOKE, **parameters):
    """Adds a permission and returns the statement's text."""
    parameters.setdefault("FunctionName", function)
    answer = aws.lambda_.add_permission(StatementId=sid, Action=action, Principal=principal, **parameters)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    return answer["Statement"]
