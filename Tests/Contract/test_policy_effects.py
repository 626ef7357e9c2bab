"""Effects of functions' policies: allowed and denied callers."""

import pytest

from account import Account, client, refused
from permissions import INVOKE

CONFIGURATION = "lambda:GetFunctionConfiguration"


@pytest.fixture
def other(aws):
    """Another account on the same server."""
    return Account(aws.server)


@pytest.fixture
def function(aws):
    return aws.deploy_live("def handler(event, context): return context.invoked_function_arn")


@pytest.fixture
def s3(aws):
    """The S3 service, acting for a bucket of the account."""
    return service(aws, "s3.amazonaws.com", "arn:aws:s3:::bucket", aws.number)


def service(aws, name, source_arn=None, source_account=None):
    """A client that calls like an AWS service: without an account, for a resource."""
    connection = client(aws.server.url, name, aws.region)

    def add_source(request, **_):
        if source_arn:
            request.headers["X-Amz-Source-Arn"] = source_arn
        if source_account:
            request.headers["X-Amz-Source-Account"] = source_account

    connection.meta.events.register("before-sign.lambda", add_source)
    return connection


def allow(aws, function, principal, action=INVOKE, sid="s", **parameters):
    aws.lambda_.add_permission(
        FunctionName=function, StatementId=sid, Action=action, Principal=principal, **parameters
    )


def assert_denied(refusal, caller, action, resource):
    assert (refusal.code, refusal.status) == ("AccessDeniedException", 403)
    assert refusal.message == (
        f"User: {caller} is not authorized to perform: {action} on resource: {resource} because no resource-based "
        f"policy allows the {action} action"
    )


def root(account):
    return f"arn:aws:iam::{account.number}:root"


def test_a_caller_of_another_account_is_denied(aws, other, function):
    arn = aws.arn(function)
    assert_denied(refused(other.lambda_.invoke, FunctionName=arn), root(other), INVOKE, arn)
    dry = refused(other.lambda_.invoke, FunctionName=arn, InvocationType="DryRun")
    assert_denied(dry, root(other), INVOKE, arn)
    later = refused(other.lambda_.invoke, FunctionName=arn, InvocationType="Event")
    assert_denied(later, root(other), INVOKE, arn)
    got = refused(other.lambda_.get_function, FunctionName=arn)
    assert_denied(got, root(other), "lambda:GetFunction", arn)


def test_an_unauthorized_caller_cannot_tell_whether_a_resource_exists(aws, other):
    arn = aws.arn("nobody")
    assert_denied(refused(other.lambda_.invoke, FunctionName=arn), root(other), INVOKE, arn)
    got = refused(other.lambda_.get_function_configuration, FunctionName=arn)
    assert_denied(got, root(other), CONFIGURATION, arn)


@pytest.mark.parametrize("form", ["number", "root ARN", "everybody"])
def test_a_policy_allows_a_caller_of_another_account(aws, other, function, form):
    allow(aws, function, {"number": other.number, "root ARN": root(other), "everybody": "*"}[form])
    assert other.invoke(aws.arn(function)).value == aws.arn(function)
    assert other.invoke(f"{aws.number}:{function}").value == aws.arn(function)
    for kind, status in (("DryRun", 204), ("Event", 202)):
        response = other.lambda_.invoke(FunctionName=aws.arn(function), InvocationType=kind)
        assert response["StatusCode"] == status


def test_a_policy_allows_only_the_principals_that_it_names(aws, other, function):
    allow(aws, function, other.number)
    third = Account(aws.server)
    assert_denied(refused(third.lambda_.invoke, FunctionName=aws.arn(function)), root(third), INVOKE, aws.arn(function))


def test_a_policy_allows_only_the_action_that_it_names(aws, other, function):
    allow(aws, function, other.number)
    refusal = refused(other.lambda_.get_function_configuration, FunctionName=aws.arn(function))
    assert_denied(refusal, root(other), CONFIGURATION, aws.arn(function))
    allow(aws, function, other.number, CONFIGURATION, sid="configuration")
    got = other.lambda_.get_function_configuration(FunctionName=aws.arn(function))
    assert got["FunctionArn"] == aws.arn(function)


@pytest.mark.parametrize("allowed", [None, "1", "live"])
def test_a_policy_is_for_exactly_its_qualifier(aws, other, function, allowed):
    allow(aws, function, other.number, **({"Qualifier": allowed} if allowed else {}))
    for qualifier in (None, "1", "live", "$LATEST"):
        arn = aws.arn(function) + (f":{qualifier}" if qualifier else "")
        if qualifier == allowed:
            assert other.invoke(arn).value == arn
        else:
            assert_denied(refused(other.lambda_.invoke, FunctionName=arn), root(other), INVOKE, arn)


def test_a_policy_of_an_alias_does_not_show_the_other_versions(aws, other, function):
    aws.lambda_.add_permission(
        FunctionName=function, Qualifier="live", StatementId="s", Action="lambda:*", Principal=other.number)
    for name in (f"{aws.arn(function)}:live", aws.arn(function)):
        refusal = refused(other.lambda_.list_versions_by_function, FunctionName=name)
        assert (refusal.code, refusal.status) == ("AccessDeniedException", 403)


def test_a_permission_works_at_once_and_ends_at_once(aws, other, function):
    arn = aws.arn(function)
    for _ in range(3):
        refused(other.lambda_.invoke, FunctionName=arn)
        allow(aws, function, other.number)
        assert other.invoke(arn).value == arn
        aws.lambda_.remove_permission(FunctionName=function, StatementId="s")
    refused(other.lambda_.invoke, FunctionName=arn)


def test_a_permission_ends_with_the_function_and_the_alias(aws, other, function):
    allow(aws, function, other.number)
    allow(aws, function, other.number, Qualifier="live")
    arns = [aws.arn(function), f"{aws.arn(function)}:live"]
    for arn in arns:
        other.invoke(arn)
    aws.lambda_.delete_alias(FunctionName=function, Name="live")
    refused(other.lambda_.invoke, FunctionName=arns[1])
    aws.lambda_.delete_function(FunctionName=function)
    aws.deploy(name=function)
    assert refused(other.lambda_.invoke, FunctionName=arns[0]).code == "AccessDeniedException"


def test_environments_outlive_a_change_of_the_policy(aws, other):
    name = aws.deploy("COUNT = []\ndef handler(event, context):\n    COUNT.append(1)\n    return len(COUNT)")
    assert aws.invoke(name).value == 1
    allow(aws, name, other.number)
    assert other.invoke(aws.arn(name)).value == 2
    assert aws.invoke(name).value == 3


def test_everything_that_policies_can_allow_is_allowed_by_a_star(aws, other, function):
    allow(aws, function, other.number, "lambda:*")
    arn = aws.arn(function)
    calls = other.lambda_
    assert calls.get_function(FunctionName=arn)["Configuration"]["FunctionArn"] == arn
    assert calls.get_function_configuration(FunctionName=arn)["FunctionName"] == function
    assert calls.list_versions_by_function(FunctionName=arn)["Versions"][0]["Version"] == "$LATEST"
    assert calls.get_policy(FunctionName=arn)["Policy"]
    assert calls.list_aliases(FunctionName=arn)["Aliases"][0]["Name"] == "live"
    assert calls.create_alias(FunctionName=arn, Name="theirs", FunctionVersion="1")["AliasArn"] == f"{arn}:theirs"
    assert calls.get_alias(FunctionName=arn, Name="theirs")["Name"] == "theirs"
    assert calls.update_alias(FunctionName=arn, Name="theirs", Description="x")["Description"] == "x"
    calls.delete_alias(FunctionName=arn, Name="theirs")
    code = aws.settings("def handler(event, context): return 'theirs'")["Code"]["ZipFile"]
    calls.update_function_code(FunctionName=arn, ZipFile=code)
    aws.wait_until_updated(function)
    assert other.invoke(arn).value == "theirs"
    assert calls.publish_version(FunctionName=arn)["FunctionArn"] == f"{arn}:2"
    assert other.lambda_.list_functions()["Functions"] == []
    calls.delete_function(FunctionName=arn)
    assert aws.lambda_.list_functions()["Functions"] == []


@pytest.mark.parametrize(
    ("operation", "action", "parameters"),
    [
        ("update_function_configuration", "lambda:UpdateFunctionConfiguration", {"Timeout": 9}),
        ("add_permission", "lambda:AddPermission", {"StatementId": "t", "Action": INVOKE, "Principal": "*"}),
        ("remove_permission", "lambda:RemovePermission", {"StatementId": "s"}),
    ],
)
def test_what_policies_cannot_allow_is_for_the_owner(aws, other, function, operation, action, parameters):
    allow(aws, function, other.number, "lambda:*")
    refusal = refused(getattr(other.lambda_, operation), FunctionName=aws.arn(function), **parameters)
    assert_denied(refusal, root(other), action, aws.arn(function))
    assert len(aws.lambda_.get_policy(FunctionName=function)["Policy"]) > 0


def test_a_function_cannot_be_created_in_another_account(aws, other):
    refusal = refused(other.lambda_.create_function, **other.settings(name=aws.arn("theirs")))
    assert_denied(refusal, root(other), "lambda:CreateFunction", aws.arn("theirs"))


def test_a_service_is_allowed_by_policy_and_not_otherwise(aws, function, s3):
    arn = aws.arn(function)
    assert_denied(refused(s3.invoke, FunctionName=arn), "s3.amazonaws.com", INVOKE, arn)
    allow(aws, function, "sns.amazonaws.com", sid="another")
    refused(s3.invoke, FunctionName=arn)
    allow(aws, function, "s3.amazonaws.com")
    assert s3.invoke(FunctionName=arn)["StatusCode"] == 200


def test_a_service_is_allowed_for_the_source_that_the_policy_names(aws, function, s3):
    arn = aws.arn(function)
    conditions = {"SourceArn": "arn:aws:s3:::buck*", "SourceAccount": aws.number}
    allow(aws, function, "s3.amazonaws.com", **conditions)
    assert s3.invoke(FunctionName=arn)["StatusCode"] == 200
    strangers = [
        service(aws, "s3.amazonaws.com"),
        service(aws, "s3.amazonaws.com", "arn:aws:s3:::bucket"),
        service(aws, "s3.amazonaws.com", "arn:aws:s3:::bucket", "999999999999"),
        service(aws, "s3.amazonaws.com", "arn:aws:s3:::other-bucket", aws.number),
        service(aws, "sns.amazonaws.com", "arn:aws:s3:::bucket", aws.number),
    ]
    for stranger in strangers:
        assert refused(stranger.invoke, FunctionName=arn).code == "AccessDeniedException"


def test_a_source_that_an_account_claims_does_not_count(aws, other, function):
    """A caller that is not a service has no source, whatever it sends."""
    allow(aws, function, "*", SourceArn="arn:aws:s3:::bucket")
    other.lambda_.meta.events.register(
        "before-sign.lambda",
        lambda request, **_: request.headers.add_header("X-Amz-Source-Arn", "arn:aws:s3:::bucket"),
    )
    assert refused(other.lambda_.invoke, FunctionName=aws.arn(function)).code == "AccessDeniedException"


def test_a_service_of_ones_own_account_is_a_stranger_too(server):
    """Without an account number a service acts in the server's own account, but is not its owner."""
    owner = Account(server, "000000000000")
    name = owner.deploy()
    caller = service(owner, "events.amazonaws.com")
    assert refused(caller.invoke, FunctionName=name).code == "AccessDeniedException"
    allow(owner, name, "events.amazonaws.com")
    assert caller.invoke(FunctionName=name, Payload=b"1")["Payload"].read() == b"1"
    for operation in (caller.list_functions, caller.list_layers, caller.get_account_settings):
        assert refused(operation).code == "AccessDeniedException"
    owner.lambda_.delete_function(FunctionName=name)


def test_a_condition_on_an_organization_allows_no_caller(aws, other, function):
    allow(aws, function, "*", PrincipalOrgID="o-1234567890")
    assert refused(other.lambda_.invoke, FunctionName=aws.arn(function)).code == "AccessDeniedException"


def test_a_permission_for_function_urls_allows_no_direct_invocation(aws, other, function):
    allow(aws, function, "*", InvokedViaFunctionUrl=True)
    allow(aws, function, "*", "lambda:InvokeFunctionUrl", sid="url", FunctionUrlAuthType="NONE")
    assert refused(other.lambda_.invoke, FunctionName=aws.arn(function)).code == "AccessDeniedException"


def test_a_function_calls_a_function_of_another_account_by_policy(aws, other, function):
    """From inside, a function calls as a session of its role: a policy can name its account or the role."""
    caller = other.deploy(
        """
        import json, os, urllib.request
        def handler(event, context):
            url = os.environ["AWS_ENDPOINT_URL"] + "/2015-03-31/functions/" + event + "/invocations"
            try:
                return urllib.request.urlopen(urllib.request.Request(url, data=b"1", method="POST")).status
            except urllib.error.HTTPError as error:
                return json.load(error)["Message"]
        """,
        name="caller",
    )
    arn = aws.arn(function)
    session = f"arn:aws:sts::{other.number}:assumed-role/lambda/caller"
    assert other.invoke(caller, arn).value.startswith(f"User: {session} is not authorized to perform: {INVOKE} on")
    for principal in (other.number, other.role, session):
        allow(aws, function, principal)
        assert other.invoke(caller, arn).value == 200
        aws.lambda_.remove_permission(FunctionName=function, StatementId="s")
    allow(aws, function, f"arn:aws:iam::{other.number}:role/another")
    assert other.invoke(caller, arn).value != 200


def test_policies_outlive_the_server(installation):
    server = installation.start()
    aws, other = Account(server), Account(server)
    name = aws.deploy()
    allow(aws, name, other.number)
    written = aws.lambda_.get_policy(FunctionName=name)
    server.stop()
    server = installation.start(server.data)
    read = aws.reconnected(server).lambda_.get_policy(FunctionName=name)
    assert (read["Policy"], read["RevisionId"]) == (written["Policy"], written["RevisionId"])
    assert other.reconnected(server).invoke(aws.arn(name), {"n": 1}).value == {"n": 1}
    server.stop()
