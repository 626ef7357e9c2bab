"""Policy statements of functions: AddPermission's output and validation."""

import json
import re

import pytest

from account import refused
from permissions import INVOKE, allow


@pytest.fixture
def function(aws):
    return aws.deploy_live()


def test_a_statement_and_a_policy_are_written_as_lambda_writes_them(aws, function):
    text = allow(aws, function, "s3", SourceArn="arn:aws:s3:::bucket", SourceAccount="123456789012")
    expected = (
        '{"Sid":"s3","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction",'
        f'"Resource":"{aws.arn(function)}",'
        '"Condition":{"StringEquals":{"AWS:SourceAccount":"123456789012"},'
        '"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::bucket"}}}'
    )
    assert text == expected
    other = allow(aws, function, "sns", "sns.amazonaws.com")
    whole = aws.lambda_.get_policy(FunctionName=function)["Policy"]
    assert whole == f'{{"Version":"2012-10-17","Id":"default","Statement":[{expected},{other}]}}'


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("*", "*"),
        ("events.amazonaws.com", {"Service": "events.amazonaws.com"}),
        ("logs.eu-west-1.amazonaws.com", {"Service": "logs.eu-west-1.amazonaws.com"}),
        ("alexa-appkit.amazon.com", {"Service": "alexa-appkit.amazon.com"}),
        ("123456789012", {"AWS": "arn:aws:iam::123456789012:root"}),
        ("arn:aws:iam::123456789012:root", {"AWS": "arn:aws:iam::123456789012:root"}),
        ("arn:aws:iam::123456789012:user/eve", {"AWS": "arn:aws:iam::123456789012:user/eve"}),
        ("arn:aws:iam::123456789012:role/a/b", {"AWS": "arn:aws:iam::123456789012:role/a/b"}),
    ],
)
def test_a_principal_is_a_service_an_account_an_identity_or_everybody(aws, function, given, written):
    assert json.loads(allow(aws, function, "one", given))["Principal"] == written


@pytest.mark.parametrize(
    "principal",
    ["invalid.nonaws.com", "12345", "amazonaws.com", "arn:aws:s3:::bucket", "arn:aws:iam::1:root", "S3.amazonaws.com"],
)
def test_what_is_no_principal_is_refused(aws, function, principal):
    refusal = refused(
        aws.lambda_.add_permission, FunctionName=function, StatementId="s", Action=INVOKE, Principal=principal
    )
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert refusal.message == "The provided principal was invalid. Please check the principal and try again."
    assert refusal.response["Type"] == "User"


@pytest.mark.parametrize(
    ("parameters", "condition"),
    [
        ({"SourceAccount": "123456789012"}, {"StringEquals": {"AWS:SourceAccount": "123456789012"}}),
        ({"EventSourceToken": "amzn1.ask"}, {"StringEquals": {"lambda:EventSourceToken": "amzn1.ask"}}),
        ({"PrincipalOrgID": "o-1234567890"}, {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}),
        ({"SourceArn": "arn:aws:events:::rule/*"}, {"ArnLike": {"AWS:SourceArn": "arn:aws:events:::rule/*"}}),
        ({"InvokedViaFunctionUrl": True}, {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}),
    ],
)
def test_each_condition_is_written_as_lambda_writes_it(aws, function, parameters, condition):
    assert json.loads(allow(aws, function, "one", "*", **parameters))["Condition"] == condition


def test_conditions_of_a_function_url_stand_in_lambdas_order(aws, function):
    text = allow(
        aws, function, "url", "*", "lambda:InvokeFunctionUrl", SourceArn="arn:aws:s3:::bucket",
        PrincipalOrgID="o-1234567890", SourceAccount="123456789012", FunctionUrlAuthType="NONE",
    )
    assert text.endswith(
        '"Condition":{"StringEquals":{"AWS:SourceAccount":"123456789012","lambda:FunctionUrlAuthType":"NONE",'
        '"aws:PrincipalOrgID":"o-1234567890"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::bucket"}}}'
    )


def test_any_text_survives_in_a_condition(aws, function):
    source = 'arn:aws:events:us-east-1:123456789012:rule/"quoted"\\é层\t🎂'
    written = json.loads(allow(aws, function, "one", SourceArn=source))
    assert written["Condition"] == {"ArnLike": {"AWS:SourceArn": source}}
    allow(aws, function, "two")
    policy = json.loads(aws.lambda_.get_policy(FunctionName=function)["Policy"])
    assert policy["Statement"][0] == written


def test_conditions_of_function_urls_are_refused_for_other_actions(aws, function):
    wanted = {"FunctionName": function, "StatementId": "s", "Principal": "*"}
    refusal = refused(aws.lambda_.add_permission, Action=INVOKE, FunctionUrlAuthType="NONE", **wanted)
    assert refusal.code == "InvalidParameterValueException"
    assert refusal.message == "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action"
    refusal = refused(aws.lambda_.add_permission, Action="lambda:GetFunction", InvokedViaFunctionUrl=True, **wanted)
    assert refusal.code == "InvalidParameterValueException"


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({"StatementId": "example.com"}, "statementId"),
        ({"StatementId": ""}, "statementId"),
        ({"StatementId": "s" * 101}, "statementId"),
        ({"Action": "s3:GetObject"}, "action"),
        ({"Principal": "two words"}, "principal"),
        ({"SourceArn": "bucket"}, "sourceArn"),
        ({"SourceAccount": "12"}, "sourceAccount"),
        ({"EventSourceToken": "a b"}, "eventSourceToken"),
        ({"PrincipalOrgID": "org"}, "principalOrgID"),
        ({"FunctionUrlAuthType": "OPEN"}, "functionUrlAuthType"),
        ({"Qualifier": "a?b"}, "qualifier"),
    ],
)
def test_a_parameter_that_breaks_the_model_is_refused(aws, function, parameters, path):
    wanted = {"FunctionName": function, "StatementId": "s", "Action": INVOKE, "Principal": "s3.amazonaws.com"}
    refusal = refused(aws.lambda_.add_permission, **{**wanted, **parameters})
    assert (refusal.code, refusal.status) == ("ValidationException", 400)
    assert f" at '{path}' failed to satisfy constraint" in refusal.message


def test_a_policy_is_of_20_kilobytes_at_most(aws, function):
    account = "123456789012"
    for number in range(200):
        arguments = {
            "FunctionName": function, "StatementId": f"{number:03}" + "s" * 90, "Action": INVOKE,
            "Principal": "s3.amazonaws.com", "SourceAccount": account, "SourceArn": "arn:aws:s3:::" + "b" * 500,
        }
        try:
            aws.lambda_.add_permission(**arguments)
        except aws.lambda_.exceptions.PolicyLengthExceededException as error:
            answer = error.response
            break
    text = aws.lambda_.get_policy(FunctionName=function)["Policy"]
    statement = json.dumps(json.loads(text)["Statement"][0], separators=(",", ":"))
    assert len(text) <= 20_480 < len(text) + 1 + len(statement)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    size = len(text) + 1 + len(statement)
    assert answer["Error"]["Message"] == f"The final policy size ({size}) is bigger than the limit (20480)."
    allow(aws, function, "small", Qualifier="live")


def test_the_cli_adds_shows_and_removes_a_permission(aws, function, cli):
    def run(*arguments):
        result = aws.aws("lambda", *arguments, "--function-name", function, "--output", "text", program=cli)
        assert result.returncode == 0, result.stderr
        return result.stdout

    added = run("add-permission", "--statement-id", "sns", "--action", INVOKE, "--principal", "sns.amazonaws.com")
    assert added.strip() == (
        '{"Sid":"sns","Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"lambda:InvokeFunction",'
        f'"Resource":"{aws.arn(function)}"}}'
    )
    shown, current = run("get-policy").strip().split("\t")
    assert shown == f'{{"Version":"2012-10-17","Id":"default","Statement":[{added.strip()}]}}'
    assert re.fullmatch(r"[0-9a-f-]{36}", current)
    assert run("remove-permission", "--statement-id", "sns", "--revision-id", current) == ""
