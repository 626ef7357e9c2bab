"""Recursive chains of invocations."""

from pathlib import Path

import pytest

# Calls the next function of a ring with an SDK's headers, and counts the depth.
STEP = """
    import json, os, urllib.request, urllib.error
    def handler(event, context):
        if event["left"] == 0:
            return {"depth": 0, "error": None, "trace": os.environ["_X_AMZN_TRACE_ID"]}
        name, rest = event["ring"][0], event["ring"][1:] + event["ring"][:1]
        call = urllib.request.Request(
            os.environ["AWS_ENDPOINT_URL"] + "/2015-03-31/functions/" + name + "/invocations", method="POST",
            data=json.dumps({"ring": rest, "left": event["left"] - 1}).encode(),
            headers={"X-Amzn-Trace-Id": os.environ["_X_AMZN_TRACE_ID"]})
        try:
            answer = json.load(urllib.request.urlopen(call, timeout=60))
        except urllib.error.HTTPError as error:
            type = error.headers["x-amzn-ErrorType"] or ""
            return {"depth": 0, "error": [error.code, type, json.load(error)]}
        return {**answer, "depth": answer["depth"] + 1}
"""


def run(aws, ring, left):
    return aws.invoke(ring[-1], {"ring": ring, "left": left}).value


def test_a_function_that_calls_itself_is_stopped_after_sixteen(aws):
    name = aws.deploy(STEP, Timeout=60)
    answer = run(aws, [name], 40)
    # The first invocation is not one that the ring made.
    assert answer["depth"] == 15
    status, kind, body = answer["error"]
    assert (status, kind) == (400, "RecursiveInvocationException")
    assert body["Message"] == (
        "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources "
        "and stopped your function's invocation.")
    assert "A recursive loop was stopped; PutFunctionRecursionConfig" in aws.server.stderr()


def test_sixteen_are_not_stopped(aws):
    answer = run(aws, [aws.deploy(STEP, Timeout=60)], 15)
    assert (answer["depth"], answer["error"]) == (15, None)
    assert ";Lineage=16:" in answer["trace"] and answer["trace"].endswith(":15")


def test_a_loop_of_two_functions_is_stopped(aws):
    ring = [aws.deploy(STEP, Timeout=60) for _ in range(2)]
    answer = run(aws, ring, 60)
    assert answer["error"][1] == "RecursiveInvocationException"
    assert 30 <= answer["depth"] <= 34


def test_a_function_that_may_recurse_is_not_stopped(aws):
    name = aws.deploy(STEP, Timeout=60)
    aws.lambda_.put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow")
    answer = run(aws, [name], 20)
    assert (answer["depth"], answer["error"]) == (20, None)
    aws.lambda_.put_function_recursion_config(FunctionName=name, RecursiveLoop="Terminate")
    assert run(aws, [name], 20)["error"][0] == 400


def test_a_chain_of_different_functions_is_not_stopped(aws):
    ring = [aws.deploy(STEP, Timeout=60) for _ in range(20)]
    answer = run(aws, ring, 19)
    assert (answer["depth"], answer["error"]) == (19, None)


def test_a_clients_trace_header_is_kept_and_its_lineage_continues(aws):
    name = aws.deploy(STEP)
    root = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"

    def trace(header):
        client = aws.lambda_
        handler = lambda request, **_: request.headers.update({"X-Amzn-Trace-Id": header})  # noqa: E731
        client.meta.events.register("before-send.lambda.Invoke", handler)
        try:
            return aws.invoke(name, {"left": 0}).value["trace"]
        finally:
            client.meta.events.unregister("before-send.lambda.Invoke", handler)

    first = trace(root)
    assert first.startswith(root + ";Lineage=1:")
    watched = first.split(":")[1]
    assert trace(f"{root};Lineage=3:{watched}:2") == f"{root};Lineage=4:{watched}:3"
    assert trace(f"{root};Lineage=nonsense") == first
    assert trace(f"{root};Lineage=5:0123abcd:0") == f"{root};Lineage=6:0123abcd:0"


def test_an_invocation_without_a_trace_gets_one_with_a_lineage(aws):
    name = aws.deploy(STEP)
    trace = aws.invoke(name, {"left": 0}).value["trace"]
    fields = dict(field.split("=") for field in trace.split(";"))
    assert list(fields) == ["Root", "Parent", "Sampled", "Lineage"]
    assert fields["Lineage"].split(":")[0::2] == ["1", "0"]


@pytest.fixture(scope="session")
def boto3_files():
    """A function's package with boto3 and its dependencies."""
    files = {}
    for name in ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six"):
        module = __import__(name)
        path = Path(module.__file__)
        if path.name != "__init__.py":
            files[path.name] = path.read_bytes()
            continue
        for each in path.parent.rglob("*"):
            inside = each.relative_to(path.parent.parent)
            is_needed = inside.parts[:2] != ("botocore", "data") or len(inside.parts) <= 3 or "lambda" in inside.parts
            if each.is_file() and "__pycache__" not in each.parts and is_needed:
                files[str(inside)] = each.read_bytes()
    return files


def test_boto3_in_a_function_passes_the_lineage_on(aws, boto3_files):
    source = """
import json, os, boto3
client = boto3.client("lambda")
def handler(event, context):
    try:
        answer = client.invoke(FunctionName=context.function_name, Payload=json.dumps(event))
        return json.load(answer["Payload"]) + 1
    except client.exceptions.RecursiveInvocationException:
        return 0
"""
    name = aws.deploy(files={**boto3_files, "app.py": source}, Timeout=120, MemorySize=512)
    assert aws.invoke(name).value == 15
