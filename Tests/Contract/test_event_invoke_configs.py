"""Settings of asynchronous invocation, and refusals in AWS's words."""

import datetime
import http.client
import json
import time

import pytest

from account import Account, refused

NO_DESTINATIONS = {"OnSuccess": {}, "OnFailure": {}}
QUEUE = "arn:aws:sqs:us-east-1:123456789012:failed"


@pytest.fixture
def function(aws):
    """A function with version 1 and an alias of it."""
    name = aws.deploy()
    aws.lambda_.publish_version(FunctionName=name)
    aws.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    return name


def put(aws, name, **parameters):
    return seen(aws.lambda_.put_function_event_invoke_config(FunctionName=name, **parameters))


def update(aws, name, **parameters):
    return seen(aws.lambda_.update_function_event_invoke_config(FunctionName=name, **parameters))


def get(aws, name, **parameters):
    return seen(aws.lambda_.get_function_event_invoke_config(FunctionName=name, **parameters))


def seen(answer):
    """The settings in a response, after checking that its time is now."""
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 200
    age = datetime.datetime.now(datetime.timezone.utc) - answer.pop("LastModified")
    assert datetime.timedelta(0) <= age < datetime.timedelta(minutes=2)
    return answer


def refused_put(aws, name, **parameters):
    return refused(aws.lambda_.put_function_event_invoke_config, FunctionName=name, **parameters)


def listed(aws, name, **parameters):
    return aws.lambda_.list_function_event_invoke_configs(FunctionName=name, **parameters)


def qualifiers(page):
    return [each["FunctionArn"].rsplit(":", 1)[1] for each in page["FunctionEventInvokeConfigs"]]


def test_settings_are_put_and_returned(aws, function):
    expected = {
        "FunctionArn": f"{aws.arn(function)}:$LATEST", "MaximumRetryAttempts": 0,
        "DestinationConfig": NO_DESTINATIONS,
    }
    assert put(aws, function, MaximumRetryAttempts=0) == expected
    assert get(aws, function) == get(aws, function, Qualifier="$LATEST") == expected


def test_putting_replaces_and_updating_adds(aws, function):
    put(aws, function, MaximumRetryAttempts=2, MaximumEventAgeInSeconds=60)
    assert "MaximumRetryAttempts" not in put(aws, function, MaximumEventAgeInSeconds=21600)
    updated = update(aws, function, MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": QUEUE}})
    assert updated == get(aws, function) == {
        "FunctionArn": f"{aws.arn(function)}:$LATEST", "MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 21600,
        "DestinationConfig": {"OnSuccess": {}, "OnFailure": {"Destination": QUEUE}},
    }
    assert update(aws, function, MaximumRetryAttempts=0)["DestinationConfig"] == updated["DestinationConfig"]
    emptied = update(aws, function, DestinationConfig={"OnFailure": {"Destination": ""}})
    assert emptied["DestinationConfig"] == NO_DESTINATIONS


def test_the_time_is_a_number(aws, server, function):
    put(aws, function, MaximumRetryAttempts=1)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    scope = f"AWS4-HMAC-SHA256 Credential={aws.number}/20260101/us-east-1/lambda/aws4_request, Signature=x"
    connection.request(
        "GET", f"/2019-09-25/functions/{function}/event-invoke-config", headers={"Authorization": scope})
    body = json.loads(connection.getresponse().read())
    assert isinstance(body["LastModified"], (int, float))


@pytest.mark.parametrize("form", ["parameter", "in the name", "in the ARN", "both"])
@pytest.mark.parametrize("qualifier", ["$LATEST", "1", "live"])
def test_versions_and_aliases_have_settings_of_their_own(aws, function, qualifier, form):
    reference = {
        "parameter": {"Qualifier": qualifier}, "in the name": {"name": f"{function}:{qualifier}"},
        "in the ARN": {"name": f"{aws.arn(function)}:{qualifier}"},
        "both": {"name": f"{aws.arn(function)}:{qualifier}", "Qualifier": qualifier},
    }[form]
    made = put(aws, **{"name": function, **reference}, MaximumRetryAttempts=1)
    assert made["FunctionArn"] == f"{aws.arn(function)}:{qualifier}"
    assert qualifiers(listed(aws, function)) == [qualifier]


def test_two_qualifiers_that_differ(aws, function):
    refusal = refused_put(aws, f"{function}:live", Qualifier="1", MaximumRetryAttempts=1)
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert refusal.message == (
        "The derived qualifier from the function name does not match the specified qualifier.")


def test_settings_are_listed_in_pages(aws, function):
    assert listed(aws, function)["FunctionEventInvokeConfigs"] == []
    for qualifier in ("live", "1", "$LATEST"):
        put(aws, function, Qualifier=qualifier, MaximumRetryAttempts=1)
    assert qualifiers(listed(aws, function)) == ["$LATEST", "1", "live"]
    first = listed(aws, function, MaxItems=2)
    assert qualifiers(first) == ["$LATEST", "1"]
    rest = listed(aws, function, MaxItems=2, Marker=first["NextMarker"])
    assert qualifiers(rest) == ["live"]
    assert "NextMarker" not in rest


def test_settings_are_deleted(aws, function):
    for qualifier in ("$LATEST", "1", "live"):
        put(aws, function, Qualifier=qualifier, MaximumRetryAttempts=1)
        deleted = aws.lambda_.delete_function_event_invoke_config(FunctionName=function, Qualifier=qualifier)
        assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert listed(aws, function)["FunctionEventInvokeConfigs"] == []


def test_what_does_not_exist(aws, function):
    for name, qualifier in ((function, "$LATEST"), (function, "live"), (function, "none"), ("nobody", "$LATEST")):
        message = f"The function {aws.arn(name)}:{qualifier} doesn't have an EventInvokeConfig"
        for operation in ("get_function_event_invoke_config", "delete_function_event_invoke_config"):
            refusal = refused(getattr(aws.lambda_, operation), FunctionName=name, Qualifier=qualifier)
            assert (refusal.code, refusal.status, refusal.message) == ("ResourceNotFoundException", 404, message)
    for qualifier in ("$LATEST", "live"):
        refusal = refused(
            aws.lambda_.update_function_event_invoke_config, FunctionName=function, Qualifier=qualifier,
            MaximumRetryAttempts=1)
        assert refusal.message == f"The function {aws.arn(function)}:{qualifier} doesn't have an EventInvokeConfig"
    for refusal in (
        refused_put(aws, "nobody", MaximumRetryAttempts=1),
        refused_put(aws, function, Qualifier="none", MaximumRetryAttempts=1),
        refused_put(aws, function, Qualifier="7", MaximumRetryAttempts=1),
        refused(aws.lambda_.update_function_event_invoke_config, FunctionName="nobody", MaximumRetryAttempts=1),
        refused(aws.lambda_.list_function_event_invoke_configs, FunctionName="nobody"),
    ):
        assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
        assert refusal.message == "The function doesn't exist."


def test_nothing_to_set(aws, function):
    for operation in ("put_function_event_invoke_config", "update_function_event_invoke_config"):
        refusal = refused(getattr(aws.lambda_, operation), FunctionName=function)
        assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
        assert refusal.message == "You must specify at least one of error handling or destination setting."


@pytest.mark.parametrize("service", ["sqs", "sns", "events", "s3"])
def test_the_services_that_records_may_go_to(aws, function, service):
    arn = {"s3": "arn:aws:s3:::bucket"}.get(service, f"arn:aws:{service}:us-east-1:123456789012:name")
    made = put(aws, function, DestinationConfig={"OnFailure": {"Destination": arn}})
    assert made["DestinationConfig"] == {"OnSuccess": {}, "OnFailure": {"Destination": arn}}


def test_a_function_as_destination(aws, function):
    other = aws.arn(aws.deploy())
    made = put(aws, function, DestinationConfig={"OnSuccess": {"Destination": other}})
    assert made["DestinationConfig"] == {"OnSuccess": {"Destination": other}, "OnFailure": {}}
    for arn, message in (
        (aws.arn("nobody"), f"The destination ARN {aws.arn('nobody')} is invalid."),
        (f"{other}:7", f"The destination ARN {other}:7 is invalid."),
        (aws.arn(function), "You can't specify the function as a destination for itself."),
        (f"{aws.arn(function)}:1", "You can't specify the function as a destination for itself."),
    ):
        refusal = refused_put(aws, function, DestinationConfig={"OnSuccess": {"Destination": arn}})
        assert (refusal.code, refusal.status, refusal.message) == ("InvalidParameterValueException", 400, message)
    assert get(aws, function) == made


def test_another_accounts_function_as_destination(aws, server, function):
    other = Account(server)
    for owner in (other, aws.in_region("eu-west-1")):
        arn = owner.arn(owner.deploy())
        refusal = refused_put(aws, function, DestinationConfig={"OnFailure": {"Destination": arn}})
        assert refusal.message == f"The destination ARN {arn} is invalid."


def test_what_is_set_counts_for_the_next_event(aws):
    """The functions' logs show one attempt, and its record at the destination."""
    fails = aws.deploy("def handler(event, context):\n    print('tried', event)\n    raise ValueError('broken')")
    told = aws.deploy("def handler(event, context):\n    print('told', event['requestContext']['condition'])")
    put(aws, fails, MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": aws.arn(told)}})
    aws.lambda_.invoke(FunctionName=fails, InvocationType="Event", Payload=b"7")
    assert printed(aws, told, "told") == ["told RetriesExhausted"]
    assert printed(aws, fails, "tried") == ["tried 7"]


def printed(aws, name, word):
    """A function's printed lines that start with a word, once there is one."""
    folder = aws.server.data / "logs" / aws.number / aws.region / name
    for _ in range(400):
        text = "".join(path.read_text() for path in folder.glob("*.log"))
        lines = [line.partition(" ")[2] for line in text.splitlines()]
        if found := [line for line in lines if line.startswith(f"{word} ")]:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{name} never printed '{word} …'")


def test_other_services_as_destination(aws, function):
    arn = f"arn:aws:iam:us-east-1:{aws.number}:function:{function}"
    refusal = refused_put(aws, function, DestinationConfig={"OnSuccess": {"Destination": arn}})
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert refusal.message == (
        f"The provided destination config DestinationConfig(onSuccess=OnSuccess(destination={arn}), "
        "onFailure=null) is invalid.")
    bucket = "arn:aws:s3:::bucket"
    refusal = refused_put(aws, function, DestinationConfig={"OnSuccess": {"Destination": bucket}})
    assert refusal.message.endswith(f"(onSuccess=OnSuccess(destination={bucket}), onFailure=null) is invalid.")


@pytest.mark.parametrize(
    "parameters",
    [
        {"MaximumRetryAttempts": -1}, {"MaximumRetryAttempts": 3}, {"MaximumEventAgeInSeconds": 59},
        {"MaximumEventAgeInSeconds": 21601}, {"DestinationConfig": {"OnFailure": {"Destination": "not an ARN"}}},
    ],
    ids=str,
)
def test_a_setting_outside_of_its_bounds(aws, function, parameters):
    refusal = refused_put(aws, function, **parameters)
    assert (refusal.code, refusal.status) == ("ValidationException", 400)


def test_deletion_takes_the_settings_along(aws, function):
    for qualifier in ("$LATEST", "1", "live"):
        put(aws, function, Qualifier=qualifier, MaximumRetryAttempts=1)
    aws.lambda_.delete_alias(FunctionName=function, Name="live")
    assert qualifiers(listed(aws, function)) == ["$LATEST", "1"]
    aws.lambda_.delete_function(FunctionName=function, Qualifier="1")
    assert qualifiers(listed(aws, function)) == ["$LATEST"]
    aws.lambda_.delete_function(FunctionName=function)
    aws.deploy(name=function)
    assert listed(aws, function)["FunctionEventInvokeConfigs"] == []


def test_invocation_settings_survive_a_restart(installation):
    server = installation.start()
    aws = Account(server)
    name = aws.deploy()
    made = put(aws, name, MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": QUEUE}})
    server.end()
    restarted = installation.start(data=server.data)
    aws = aws.reconnected(restarted)
    assert get(aws, name) == made
    restarted.end()


def test_invocation_settings_by_the_command_line(aws, cli, function):
    def run(*arguments):
        return json.loads(aws.aws("lambda", *arguments, "--function-name", function, program=cli, check=True).stdout)

    made = run("put-function-event-invoke-config", "--qualifier", "live", "--maximum-retry-attempts", 1)
    assert made["MaximumRetryAttempts"] == 1
    assert run("list-function-event-invoke-configs")["FunctionEventInvokeConfigs"]
