"""Policies of functions: AddPermission, RemovePermission and GetPolicy."""

import json
import threading
import uuid

import pytest

from account import Account, refused
from permissions import INVOKE, allow

STALE = (
    "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest "
    "Revision Id"
)
GONE = "The resource you requested does not exist."


@pytest.fixture
def function(aws):
    return aws.deploy_live()


def policy(aws, function, **parameters):
    return json.loads(aws.lambda_.get_policy(FunctionName=function, **parameters)["Policy"])


def statement_ids(aws, function, **parameters):
    return [each["Sid"] for each in policy(aws, function, **parameters)["Statement"]]


def revision(aws, function, **parameters):
    return aws.lambda_.get_function_configuration(FunctionName=function, **parameters)["RevisionId"]


def test_a_function_a_version_and_an_alias_have_policies_of_their_own(aws, function):
    for qualifier, sid in [(None, "function"), ("1", "version"), ("live", "alias")]:
        parameters = {"Qualifier": qualifier} if qualifier else {}
        text = allow(aws, function, sid, **parameters)
        resource = aws.arn(function) + (f":{qualifier}" if qualifier else "")
        assert json.loads(text)["Resource"] == resource
        assert statement_ids(aws, function, **parameters) == [sid]
    assert statement_ids(aws, f"{function}:live") == ["alias"]


def test_a_version_does_not_inherit_the_policy_of_its_function(aws, function):
    allow(aws, function, "s3")
    refusal = refused(aws.lambda_.get_policy, FunctionName=function, Qualifier="1")
    assert (refusal.code, refusal.message) == ("ResourceNotFoundException", GONE)


def test_latest_has_no_policy(aws, function):
    for parameters in ({"FunctionName": function, "Qualifier": "$LATEST"}, {"FunctionName": f"{function}:$LATEST"}):
        refusal = refused(
            aws.lambda_.add_permission, StatementId="s", Action=INVOKE, Principal="s3.amazonaws.com", **parameters
        )
        assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
        assert refusal.message == "We currently do not support adding policies for $LATEST."


def test_a_statement_id_is_used_once_for_each_qualifier(aws, function):
    allow(aws, function, "s3")
    allow(aws, function, "s3", Qualifier="live")
    refusal = refused(
        aws.lambda_.add_permission, FunctionName=function, StatementId="s3", Action=INVOKE, Principal="*"
    )
    assert (refusal.code, refusal.status) == ("ResourceConflictException", 409)
    assert refusal.message == (
        "The statement id (s3) provided already exists. Please provide a new statement id, or remove the existing "
        "statement."
    )


def test_statements_are_removed_and_the_last_takes_the_policy_along(aws, function):
    allow(aws, function, "one")
    allow(aws, function, "two")
    answer = aws.lambda_.remove_permission(FunctionName=function, StatementId="one")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert statement_ids(aws, function) == ["two"]
    refusal = refused(aws.lambda_.remove_permission, FunctionName=function, StatementId="one")
    assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
    assert refusal.message == "Statement one is not found in resource policy."
    aws.lambda_.remove_permission(FunctionName=function, StatementId="two")
    refusal = refused(aws.lambda_.get_policy, FunctionName=function)
    assert (refusal.code, refusal.status, refusal.message) == ("ResourceNotFoundException", 404, GONE)
    refusal = refused(aws.lambda_.remove_permission, FunctionName=function, StatementId="two")
    assert refusal.message == "No policy is associated with the given resource."


@pytest.mark.parametrize(
    ("operation", "parameters", "sentence"),
    [
        ("get_policy", {}, "The resource you requested does not exist."),
        ("add_permission", {}, "Function not found: {arn}"),
        ("remove_permission", {}, "No policy found for: {arn}"),
    ],
)
def test_a_missing_function_is_reported_as_lambda_reports_it(aws, operation, parameters, sentence):
    refusal = call_refused(aws, operation, FunctionName="nobody", **parameters)
    assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
    assert refusal.message == sentence.format(arn=aws.arn("nobody"))


@pytest.mark.parametrize(
    ("operation", "qualifier", "sentence"),
    [
        ("get_policy", "42", GONE),
        ("get_policy", "nobody", GONE),
        ("add_permission", "42", "Function not found: {arn}:42"),
        ("add_permission", "nobody", "Cannot find alias arn: {arn}:nobody"),
        ("add_permission", "with-$-inside", "Function not found: {arn}:with-$-inside"),
        ("remove_permission", "42", "Function not found: {arn}:42"),
        ("remove_permission", "nobody", "Cannot find alias arn: {arn}:nobody"),
    ],
)
def test_a_missing_version_or_alias_is_reported_as_lambda_reports_it(aws, function, operation, qualifier, sentence):
    refusal = call_refused(aws, operation, FunctionName=function, Qualifier=qualifier)
    assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
    assert refusal.message == sentence.format(arn=aws.arn(function))


def test_a_name_and_a_qualifier_that_differ_are_refused(aws, function):
    for operation in ("add_permission", "remove_permission", "get_policy"):
        refusal = call_refused(aws, operation, FunctionName=f"{function}:live", Qualifier="1")
        assert refusal.code == "InvalidParameterValueException"
        assert refusal.message == (
            "The derived qualifier from the function name does not match the specified qualifier."
        )


def call_refused(aws, operation, **parameters):
    if operation != "get_policy":
        parameters["StatementId"] = "s3"
    if operation == "add_permission":
        parameters |= {"Action": INVOKE, "Principal": "s3.amazonaws.com"}
    return refused(getattr(aws.lambda_, operation), **parameters)


@pytest.mark.parametrize("qualifier", [None, "1", "live"])
def test_a_policy_has_a_revision_of_its_own(aws, function, qualifier):
    parameters = {"Qualifier": qualifier} if qualifier else {}

    def policys():
        return aws.lambda_.get_policy(FunctionName=function, **parameters)["RevisionId"]

    def others():
        alias = aws.lambda_.get_alias(FunctionName=function, Name="live")["RevisionId"]
        return alias, revision(aws, function), revision(aws, function, Qualifier="1")

    before = others()
    wanted = {"FunctionName": function, "Action": INVOKE, "Principal": "s3.amazonaws.com", **parameters}
    absent = before[["live", None, "1"].index(qualifier)]
    aws.lambda_.add_permission(StatementId="one", RevisionId=absent, **wanted)
    first = policys()
    assert str(uuid.UUID(first)) == first and first not in before
    refusal = refused(aws.lambda_.add_permission, StatementId="two", RevisionId=absent, **wanted)
    assert (refusal.code, refusal.status, refusal.message) == ("PreconditionFailedException", 412, STALE)
    aws.lambda_.add_permission(StatementId="two", RevisionId=first, **wanted)
    assert (second := policys()) != first
    removal = {"FunctionName": function, "StatementId": "one", **parameters}
    refusal = refused(aws.lambda_.remove_permission, RevisionId=first, **removal)
    assert (refusal.code, refusal.status, refusal.message) == ("PreconditionFailedException", 412, STALE)
    aws.lambda_.remove_permission(RevisionId=second, **removal)
    assert policys() not in (first, second)
    assert others() == before


def test_publishing_changes_no_revision_of_a_policy(aws, function):
    allow(aws, function, "one")
    before = aws.lambda_.get_policy(FunctionName=function)["RevisionId"]
    aws.change(function, Timeout=9)
    assert aws.lambda_.publish_version(FunctionName=function)["Version"] == "2"
    assert aws.lambda_.get_policy(FunctionName=function)["RevisionId"] == before


def test_a_permission_is_no_change_to_publish(aws, function):
    allow(aws, function, "one")
    assert aws.lambda_.publish_version(FunctionName=function)["Version"] == "1"
    assert aws.lambda_.get_function_configuration(FunctionName=function)["LastUpdateStatus"] == "Successful"


def test_a_policy_goes_with_what_it_is_for(aws, function):
    allow(aws, function, "alias", Qualifier="live")
    aws.lambda_.delete_alias(FunctionName=function, Name="live")
    aws.lambda_.create_alias(FunctionName=function, Name="live", FunctionVersion="1")
    assert refused(aws.lambda_.get_policy, FunctionName=function, Qualifier="live").message == GONE
    allow(aws, function, "function")
    aws.lambda_.delete_function(FunctionName=function)
    aws.deploy(name=function)
    assert refused(aws.lambda_.get_policy, FunctionName=function).message == GONE


def test_accounts_that_add_statements_at_once_lose_none(aws, function):
    """Each client adds ten statements; none is refused, and all are stored."""
    def add(writer):
        connection = Account(aws.server, aws.number)
        for number in range(10):
            allow(connection, function, f"{writer}-{number}", f"{number:012}")

    threads = [threading.Thread(target=add, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = {f"{writer}-{number}" for writer in range(8) for number in range(10)}
    assert sorted(statement_ids(aws, function)) == sorted(expected)


def test_of_many_clients_with_the_same_revision_one_adds_a_statement(aws, function):
    seen = revision(aws, function)
    outcomes = []

    def add(number):
        connection = Account(aws.server, aws.number)
        try:
            allow(connection, function, f"writer-{number}", RevisionId=seen)
            outcomes.append("added")
        except connection.lambda_.exceptions.PreconditionFailedException:
            outcomes.append("stale")

    threads = [threading.Thread(target=add, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["added"] + ["stale"] * 15
    assert len(statement_ids(aws, function)) == 1


def test_a_permission_does_not_disturb_an_update_that_is_in_progress(aws, function):
    """A concurrent settings update and permission: both are stored."""
    failures = []

    def add():
        connection = Account(aws.server, aws.number)
        for number in range(30):
            allow(connection, function, f"statement-{number}")

    thread = threading.Thread(target=add)
    thread.start()
    try:
        for number in range(30):
            aws.lambda_.update_function_configuration(FunctionName=function, Description=str(number))
    except aws.lambda_.exceptions.ResourceConflictException as error:
        failures.append(error)
    thread.join()
    assert failures == []
    assert len(statement_ids(aws, function)) == 30
    assert aws.lambda_.get_function_configuration(FunctionName=function)["Description"] == "29"
