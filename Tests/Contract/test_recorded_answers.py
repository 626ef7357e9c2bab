"""Answers that AWS was recorded to give where documentation and model say nothing, or something else."""

import http.client
import json

import pytest

from account import refused
from log_streams import log_with
from packages import zip_of

LONG = "a" * 65
PATTERN = "failed to satisfy constraint: Member must satisfy regular expression pattern: "


def facts(refusal):
    return refusal.code, refusal.status, refusal.message


def test_a_name_of_65_characters_is_not_found_and_not_created(aws):
    for operation in ("get_function", "get_function_configuration", "delete_function", "list_versions_by_function"):
        refusal = refused(getattr(aws.lambda_, operation), FunctionName=LONG)
        assert facts(refusal) == ("ResourceNotFoundException", 404, f"Function not found: {aws.arn(LONG)}"), operation
    refusal = refused(aws.lambda_.create_function, **aws.settings(name=LONG))
    assert facts(refusal) == (
        "InvalidParameterValueException", 400,
        f"1 validation error detected: Value '{LONG}' at 'functionName' failed to satisfy constraint: "
        "Member must have length less than or equal to 64")
    refusal = refused(aws.lambda_.create_function, **aws.settings(name="a" * 141))
    assert refusal.code == "ValidationException"
    assert refusal.message.endswith("Member must have length less than or equal to 140")


def test_an_arn_that_ends_with_function_names_the_function_of_that_name(aws):
    arn = f"arn:aws:lambda:us-east-1:{aws.number}:function"
    refusal = refused(aws.lambda_.get_function, FunctionName=arn)
    assert facts(refusal) == ("ResourceNotFoundException", 404, f"Function not found: {arn}:function")
    aws.deploy(name="function")
    assert aws.invoke(arn, 7).value == 7


@pytest.mark.parametrize("name", [
    "arn:aws:lambda:invalid-region:{}:function:f", "arn:aws:lambda:us-east-1:{}:function:f:$LATES",
    "arn:aws:lambda:us-east-1:{}@function:f", "arn:aws:lambda:us-east-1::function:f", "*",
])
def test_a_name_that_breaks_the_pattern_is_refused_by_every_operation_in_the_models_words(aws, name):
    name = name.format(aws.number)
    for operation in ("invoke", "invoke_with_response_stream", "get_function", "delete_function"):
        refusal = refused(getattr(aws.lambda_, operation), FunctionName=name)
        assert refusal.code == "ValidationException", operation
        assert refusal.message.startswith(f"1 validation error detected: Value '{name}' at 'functionName' {PATTERN}")


def test_a_function_that_is_not_there_is_named_as_it_was_asked_for(aws):
    for given, named in (("nowhere", "nowhere"), ("nowhere:$LATEST", "nowhere:$LATEST"), ("nowhere:1", "nowhere:1")):
        refusal = refused(aws.lambda_.invoke, FunctionName=given)
        assert facts(refusal) == ("ResourceNotFoundException", 404, f"Function not found: {aws.arn(named)}")
    other = f"arn:aws:lambda:eu-west-1:{aws.number}:function:f"
    refusal = refused(aws.lambda_.invoke, FunctionName=other)
    assert facts(refusal) == (
        "ResourceNotFoundException", 404,
        "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')")


def test_the_region_of_a_layer_is_checked_before_whether_the_function_exists(aws):
    name = aws.deploy()
    layer = f"arn:aws:lambda:eu-west-1:{aws.number}:layer:elsewhere:1"
    refusal = refused(aws.lambda_.create_function, **aws.settings(name=name, Layers=[layer]))
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert refusal.message.startswith("Layers are not in the same region as the function. ")


def test_aliases_and_policies_that_are_not_there(aws):
    name = aws.deploy()
    alias = {"FunctionName": name, "Name": "nowhere"}
    refusal = refused(aws.lambda_.update_alias, **alias)
    assert facts(refusal) == ("ResourceNotFoundException", 404, f"Alias not found: {aws.arn(name)}:nowhere")
    refusal = refused(aws.lambda_.get_alias, **alias)
    assert facts(refusal) == ("ResourceNotFoundException", 404, f"Cannot find alias arn: {aws.arn(name)}:nowhere")
    for function in ({"FunctionName": "nowhere"}, {"FunctionName": name}, {"FunctionName": name, "Qualifier": "1"}):
        refusal = refused(aws.lambda_.get_policy, **function)
        assert facts(refusal) == ("ResourceNotFoundException", 404, "The resource you requested does not exist.")


@pytest.fixture(scope="module")
def large_zip():
    """A zip of one byte more than a request may contain, which is less than a request's own limit."""
    return zip_of({"app.py": "def handler(event, context): pass\n"}).ljust(52_428_801, b"\0")


@pytest.mark.parametrize("operation", ["CreateFunction", "UpdateFunctionCode", "PublishLayerVersion"])
def test_a_zip_of_more_than_fifty_megabytes_is_too_large(aws, large_zip, operation):
    calls = {
        "CreateFunction": lambda: refused(aws.lambda_.create_function, **aws.settings(Code={"ZipFile": large_zip})),
        "UpdateFunctionCode": lambda: refused(
            aws.lambda_.update_function_code, FunctionName=aws.deploy(), ZipFile=large_zip),
        "PublishLayerVersion": lambda: refused(
            aws.lambda_.publish_layer_version, LayerName="large", Content={"ZipFile": large_zip}),
    }
    assert facts(calls[operation]()) == (
        "RequestEntityTooLargeException", 413,
        f"Request must be smaller than 70167211 bytes for the {operation} operation")


def test_an_empty_dead_letter_structure_changes_nothing(aws):
    queue = f"arn:aws:sqs:us-east-1:{aws.number}:letters"
    name = aws.deploy(DeadLetterConfig={"TargetArn": queue})
    aws.change(name, DeadLetterConfig={})
    assert aws.lambda_.get_function_configuration(FunctionName=name)["DeadLetterConfig"] == {"TargetArn": queue}
    aws.change(name, DeadLetterConfig={"TargetArn": ""})
    assert "DeadLetterConfig" not in aws.lambda_.get_function_configuration(FunctionName=name)


def test_the_runtimes_that_an_error_lists_are_those_that_aws_takes(aws):
    for runtime in ("cobol85", "python3.15", "nodejs26.x", "ruby4.0", "custom"):
        message = refused(aws.lambda_.create_function, **aws.settings(Runtime=runtime)).message
        assert message.startswith(f"Value {runtime} at 'runtime' failed to satisfy constraint: ")
        listed = message[message.index("[") + 1:message.index("]")].split(", ")
        assert len(listed) == 25 and {"python3.14", "nodejs24.x", "java25", "provided.al2023"} <= set(listed)
        assert runtime not in listed
    message = refused(aws.lambda_.create_function, **aws.settings(Runtime="go1.x")).message
    assert message.startswith("The runtime parameter of go1.x is no longer supported for creating or updating ")


def test_the_runtimes_of_a_layer_are_checked_as_a_whole(aws):
    runtimes = ["invalidruntime", "nodejs20.x"]
    content = {"ZipFile": zip_of({"a.txt": "a"})}
    message = refused(
        aws.lambda_.publish_layer_version, LayerName="l", Content=content, CompatibleRuntimes=runtimes).message
    assert message.startswith(
        "1 validation error detected: Value '[invalidruntime, nodejs20.x]' at 'compatibleRuntimes' failed to satisfy "
        "constraint: Member must satisfy enum value set: [nodejs20.x, python3.14, provided.al2023, ")
    assert message.endswith(", provided.al2, java8.al2]")


TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})


def test_a_role_has_to_exist_as_soon_as_an_account_has_roles(aws):
    any_role = aws.deploy()
    iam = aws.client("iam")
    role = iam.create_role(RoleName="runs", Path="/service-role/", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    elsewhere = "arn:aws:iam::999999999999:role/runs"
    missing = f"arn:aws:iam::{aws.number}:role/service-role/missing"
    for call in (lambda arn: refused(aws.lambda_.create_function, **aws.settings(Role=arn)),
                 lambda arn: refused(aws.lambda_.update_function_configuration, FunctionName=any_role, Role=arn)):
        assert facts(call(missing)) == (
            "InvalidParameterValueException", 400, "The role defined for the function cannot be assumed by Lambda.")
        assert facts(call(elsewhere)) == ("AccessDeniedException", 403, "Cross-account pass role is not allowed.")
        assert call(f"arn:aws:iam::{aws.number}:role/runs").code == "InvalidParameterValueException"
    assert aws.lambda_.create_function(**aws.settings(Role=role))["Role"] == role
    aws.change(any_role, Timeout=9)


@pytest.mark.parametrize(("statement", "is_trusted"), [
    ({"Principal": {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}}, True),
    ({"Principal": {"Service": "ec2.amazonaws.com"}}, False),
    ({"Action": "sts:*"}, True),
    ({"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:TagSession"}, False),
    ({"Principal": {"Service": "lambda.amazonaws.com"}, "Effect": "Deny"}, False),
    ({"Condition": {"StringEquals": {"aws:SourceAccount": "ACCOUNT"}}}, True),
    ({"Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}}, False),
    ({"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:ACCOUNT:function:*"}}}, True),
    ({"Condition": {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}}, True)])
def test_a_role_has_to_trust_lambda(aws, statement, is_trusted):
    default = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [default | statement]}).replace("ACCOUNT", aws.number)
    role = aws.client("iam").create_role(RoleName="runs", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    if is_trusted:
        assert aws.lambda_.create_function(**aws.settings(Role=role))["Role"] == role
    else:
        assert facts(refused(aws.lambda_.create_function, **aws.settings(Role=role))) == (
            "InvalidParameterValueException", 400, "The role defined for the function cannot be assumed by Lambda.")


def test_event_source_mappings_and_urls_are_listed_as_none(aws):
    name = aws.deploy()
    assert aws.lambda_.list_event_source_mappings()["EventSourceMappings"] == []
    assert aws.lambda_.list_event_source_mappings(FunctionName=name)["EventSourceMappings"] == []
    assert aws.lambda_.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"] == []
    refusal = refused(aws.lambda_.list_function_url_configs, FunctionName="nowhere")
    assert facts(refusal) == ("ResourceNotFoundException", 404, "Function does not exist")
    gone = ("ResourceNotFoundException", 404, "The resource you requested does not exist.")
    mapping = "14e0db71-5d35-4eb5-b481-8945cf9d10c2"
    assert facts(refused(aws.lambda_.get_event_source_mapping, UUID=mapping)) == gone
    assert facts(refused(aws.lambda_.delete_event_source_mapping, UUID=mapping)) == gone
    assert facts(refused(aws.lambda_.get_function_url_config, FunctionName=name)) == gone
    assert facts(refused(aws.lambda_.delete_function_url_config, FunctionName=name)) == gone
    refusal = refused(aws.lambda_.get_function_url_config, FunctionName=name, Qualifier="1")
    assert refusal.code == "ValidationException"


def test_a_payload_that_is_not_json_is_refused_in_the_words_of_awss_reader(aws):
    name = aws.deploy()
    place = "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: "
    for payload, words, column in (
        (b"n\x87r\x9e", "Invalid UTF-8 start byte 0x87", 3),
        (b"\x99\xeb,j", "Unexpected character ((CTRL-CHAR, code 153)): expected a valid value (JSON String, Number, "
                         "Array, Object or token 'null', 'true' or 'false')", 1),
        (b"hello", "Unrecognized token 'hello': was expecting (JSON String, Number, Array, Object or token 'null', "
                   "'true' or 'false')", 6),
    ):
        refusal = refused(aws.lambda_.invoke, FunctionName=name, Payload=payload)
        assert facts(refusal) == (
            "InvalidRequestContentException", 400,
            f"Could not parse request body into json: Could not parse payload into json: {words}{place}{column}]")


SAYS = "def handler(event, context):\n    print('got', event)\n"


def test_an_event_can_be_sent_by_the_former_operation(aws):
    name = aws.deploy(SAYS)
    answer = aws.lambda_.invoke_async(FunctionName=name, InvokeArgs=b'{"n": 1}')
    assert (answer["Status"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (202, 202)

    log_with(aws, name, "got {'n': 1}")
    for name, body, code in (
        (name, b"{", "InvalidRequestContentException"), ("nowhere", b"1", "ResourceNotFoundException"),
        ("*", b"1", "ValidationException"),
    ):
        assert refused(aws.lambda_.invoke_async, FunctionName=name, InvokeArgs=body).code == code


FOREIGN = [
    ("dynamodb", "list_tables", {}, "dynamodb", "AWS_ENDPOINT_URL_DYNAMODB"),
    ("cloudwatch", "list_metrics", {}, "cloudwatch", "AWS_ENDPOINT_URL_CLOUDWATCH"),
    ("stepfunctions", "list_state_machines", {}, "stepfunctions", "AWS_ENDPOINT_URL_SFN"),
    ("ec2", "describe_instances", {}, "ec2", "AWS_ENDPOINT_URL_EC2"),
    ("route53", "list_hosted_zones", {}, "route53", "AWS_ENDPOINT_URL_ROUTE_53"),
    ("apigateway", "get_rest_apis", {}, "apigateway", "AWS_ENDPOINT_URL_API_GATEWAY"),
    ("cloudformation", "list_stacks", {}, "cloudformation", "AWS_ENDPOINT_URL_CLOUDFORMATION"),
    ("redshift", "describe_clusters", {}, "redshift", "AWS_ENDPOINT_URL_REDSHIFT"),
]


@pytest.mark.parametrize("service, operation, parameters, name, variable", FOREIGN, ids=[each[0] for each in FOREIGN])
def test_a_service_that_is_not_there_is_named_with_the_way_elsewhere(
        aws, service, operation, parameters, name, variable):
    refusal = refused(getattr(aws.client(service), operation), **parameters)
    assert refusal.code in ("NotImplemented", "NotImplementedException") and refusal.status == 501
    assert f"this request is for {name}. " in refusal.message
    assert f"set {variable}=URL beside AWS_ENDPOINT_URL" in refusal.message
    assert "AWS_ENDPOINT_URL_LAMBDA" not in refusal.message


def request(server, method, path, headers, body=b""):
    host, port = server.url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


def scope(service):
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential=1/20260101/us-east-1/{service}/aws4_request, "
                             "SignedHeaders=host, Signature=0"}


def test_an_error_of_a_json_service_has_its_type_and_one_to_head_has_it_in_a_header(server):
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_2012.Nothing"}
    answer, content = request(server, "POST", "/", scope("dynamodb") | headers, b"{}")
    assert json.loads(content)["__type"] == "NotImplementedException"
    for service in ("redshift", "route53", "apigateway"):
        answer, content = request(server, "HEAD", "/bucket", scope(service))
        assert (answer.status, content) == (501, b"")
        assert answer.headers["x-amzn-errortype"] in ("NotImplemented", "NotImplementedException")


@pytest.mark.parametrize("host", [
    "host.docker.internal:4566", "host.containers.internal", "localhost.localstack.cloud:4566",
    "bucket.s3.localhost.localstack.cloud",
])
def test_containers_and_tools_may_call_by_their_names_for_this_host_and_pages_may_not(server, host):
    path = "/2015-03-31/functions/"
    assert request(server, "GET", path, {"Host": host})[0].status == 200
    for header in ({"Origin": f"http://{host}"}, {"Sec-Fetch-Site": "same-origin"}, {"Accept-Language": "en"}):
        assert request(server, "GET", path, {"Host": host} | header)[0].status == 403, header
    assert request(server, "GET", path, {"Host": host.split(":")[0] + ".evil.example"})[0].status == 403


def test_a_throttle_says_when_to_try_again(aws):
    name = aws.deploy()
    aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    refusal = refused(aws.lambda_.invoke, FunctionName=name)
    assert facts(refusal) == ("TooManyRequestsException", 429, "Rate Exceeded.")
    assert refusal.response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1"
    assert refusal.response["Type"] == "User"
    assert refusal.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
