"""`strata event`: samples of what sources send, as functions and other people's readers see them."""

import base64
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from boto3.dynamodb.types import TypeDeserializer
from botocore.utils import ArnParser

from server_process import PATIENCE_SECONDS

READERS = Path(__file__).parent / "sample_readers.py"
LAYER = Path(__file__).parents[2] / ".strata" / "tracers" / "python"
ORDER = {"orderId": "1001", "item": "tea", "quantity": 2}
ECHO = "def handler(event, context): return event"


@pytest.fixture
def samples(operator):
    """The text of each sample by its name."""
    names = [document["name"] for document in operator.documents("event")]
    return {name: operator.ask("event", name) for name in names}


def test_a_function_gets_exactly_the_event_that_is_printed(aws, operator, samples):
    name = aws.deploy(ECHO)
    assert len(samples) > 30
    for sample, text in samples.items():
        answer = operator.ask("invoke", name, "--payload", "-", stdin=text)
        # As text, so that the order of members and the digits of numbers count.
        assert json.dumps(json.loads(answer)) == json.dumps(json.loads(text)), sample
        (line,) = operator.ask("event", sample, "--json").splitlines()
        assert json.dumps(json.loads(line)) == json.dumps(json.loads(text)), sample


def test_a_value_that_is_set_reaches_the_function(aws, operator):
    name = aws.deploy("def handler(event, context): return [r['body'] for r in event['Records']]")
    for value, body in [("hi", "hi"), ('{"a": 1}', '{"a": 1}'), ("5", "5"), ("ü\n", "ü\n"), ('"x"', "x")]:
        event = operator.ask("event", "sqs", "--set", f"Records[0].body={value}")
        assert json.loads(operator.ask("invoke", name, "--payload", "-", stdin=event)) == [body]
    plain = json.loads(operator.ask("event", "sqs"))
    plain["Records"][0]["body"] = "hi"
    assert json.loads(operator.ask("event", "sqs", "--set", "Records[0].body=hi")) == plain


def test_values_that_depend_on_each_other_agree(samples):
    events = {name: json.loads(text) for name, text in samples.items()}
    (message,) = events["sqs"]["Records"]
    assert message["md5OfBody"] == hashlib.md5(message["body"].encode()).hexdigest()
    (record,) = events["kinesis"]["Records"]
    assert json.loads(base64.b64decode(record["kinesis"]["data"], validate=True)) == ORDER
    assert record["eventID"].endswith(":" + record["kinesis"]["sequenceNumber"])
    request = events["api-gateway-rest"]
    assert {name: values[-1] for name, values in request["multiValueHeaders"].items()} == request["headers"]
    assert {name: values[-1] for name, values in request["multiValueQueryStringParameters"].items()} == (
        request["queryStringParameters"])
    (put,) = events["s3-put"]["Records"]
    assert put["s3"]["bucket"]["arn"] == "arn:aws:s3:::" + put["s3"]["bucket"]["name"]


def arns(value):
    """The ARNs that are whole strings of an event."""
    if isinstance(value, dict):
        return [arn for member in value.values() for arn in arns(member)]
    if isinstance(value, list):
        return [arn for element in value for arn in arns(element)]
    return [value] if isinstance(value, str) and value.startswith("arn:") else []


def test_botocore_reads_arns_and_items(samples):
    events = {name: json.loads(text) for name, text in samples.items()}
    found = [ArnParser().parse_arn(arn) for arn in arns(list(events.values()))]
    assert {arn["account"] for arn in found} == {"123456789012", ""}
    assert {arn["region"] for arn in found} == {"us-east-1", ""}
    assert {arn["service"] for arn in found} >= {"sqs", "sns", "kinesis", "dynamodb", "lambda", "iam", "s3"}
    images = [
        {name: TypeDeserializer().deserialize(value) for name, value in record["dynamodb"]["NewImage"].items()}
        for record in events["dynamodb"]["Records"] if record["eventName"] != "REMOVE"]
    assert images == [{"Id": 1001, "Item": "tea", "Quantity": quantity} for quantity in (2, 3)]


def test_powertools_reads_the_main_fields(samples):
    if not (LAYER / "aws_lambda_powertools").exists():
        pytest.skip(f"Powertools is not at {LAYER}: `script/setup`")
    events = {name: json.loads(text) for name, text in samples.items()}
    result = subprocess.run(
        [sys.executable, READERS], input=json.dumps(events), text=True, capture_output=True,
        timeout=PATIENCE_SECONDS, env=os.environ | {"PYTHONPATH": str(LAYER)})
    assert result.returncode == 0, result.stderr
    read = json.loads(result.stdout)
    assert read["alb"] == ["POST", "/shops/7/orders", ORDER, {"notify": "email"}, None]
    assert read["api-gateway-authorizer"] == "shops/7/orders"
    assert read["api-gateway-http"] == ["POST", "/shops/7/orders", ORDER, {"notify": "sms,email"}, ["orders:write"]]
    assert read["api-gateway-rest"] == ["POST", "/shops/7/orders", ORDER, {"notify": "email"}, "203.0.113.7"]
    assert read["function-url"][-1] == "arn:aws:iam::123456789012:user/ada"
    assert read["activemq"] == [["orders", ORDER]]
    assert read["rabbitmq"] == [["orders::/", 4, ORDER]]
    assert read["ses"][:2] == ["ada@example.com", "Order 1001"]
    assert read["sns"] == [json.dumps(ORDER, separators=(",", ":")), "arn:aws:sns:us-east-1:123456789012:orders"]
    assert read["sqs"] == [
        ORDER, "arn:aws:sqs:us-east-1:123456789012:orders", "https://sqs.us-east-1.amazonaws.com/123456789012/orders"]
    assert read["cloudwatch-logs"][1:3] == ["/aws/lambda/my-function", ["errors"]]
    assert [change[0] for change in read["dynamodb"]] == ["INSERT", "MODIFY", "REMOVE"]
    assert read["firehose"] == read["kinesis"] == ORDER
    assert read["msk"][1:] == read["kafka"][1:] == ["orders", "1001", ORDER, {"priority": "high"}]
    assert read["s3-put"] == ["example-orders", "incoming/order 1001.json", "ObjectCreated:Put"]
    assert read["s3-delete"] == ["example-orders", "incoming/order 1001.json", "ObjectRemoved:Delete"]
    assert read["s3-batch"] == ["example-orders", "incoming/order 1001.json"]
    assert read["eventbridge"][:2] == ["EC2 Instance State-change Notification", "aws.ec2"]
    assert read["eventbridge-schedule"][:2] == ["Scheduled Event", "aws.events"]
    assert read["scheduler"][1:] == [
        "aws.scheduler", "123456789012", "us-east-1",
        ["arn:aws:scheduler:us-east-1:123456789012:schedule/default/every-morning"], "{}"]
    assert read["codepipeline"] == [{"stage": "test"}, "example-pipeline-artifacts"]
    assert read["cloudformation"][0] == "Create"
    assert read["config"] == ["i-0123456789abcdef0", {"instanceType": "t3.micro"}]
    assert read["cognito-pre-sign-up"] == ["us-east-1_a1B2c3D4e", {"email": "ada@example.com"}]
    assert read["secrets-manager"][0] == "createSecret"


@pytest.mark.parametrize("arguments, words", [
    (["sq"], "strata event: unknown event 'sq'; did you mean 'sqs'? there are: activemq, alb, "),
    (["sqs", "--set", "Recrds[0].body=x"], "the event has no 'Recrds'; did you mean 'Records'? there are: Records"),
])
def test_an_unknown_name_or_path_names_what_is_there(operator, arguments, words):
    result = operator.run("event", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert words in result.stderr and result.stderr.count("\n") == 1
