"""The Parameter Store through boto3 and the AWS CLI: stored and returned values, and refusals with their messages."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from account import Account, refused


@pytest.fixture
def ssm(aws):
    return aws.client("ssm")


def test_a_parameter_has_the_members_that_aws_answers(aws, ssm):
    # aws-recorded: TestSSM::test_parameters_with_path.
    put = ssm.put_parameter(Name="/test/path/x", Type="String", Value="123")
    assert (put["Version"], put["Tier"]) == (1, "Standard")
    got = ssm.get_parameter(Name="/test/path/x")["Parameter"]
    assert datetime.now(timezone.utc) - got.pop("LastModifiedDate") < timedelta(minutes=1)
    arn = f"arn:aws:ssm:{ssm.meta.region_name}:{aws.number}:parameter/test/path/x"
    assert got == {
        "Name": "/test/path/x", "Type": "String", "Value": "123", "Version": 1, "ARN": arn, "DataType": "text"}
    assert ssm.get_parameter(Name=arn)["Parameter"]["Value"] == "123"
    both = ssm.get_parameters(Names=["/test/path/x", "none"])
    assert [p["ARN"] for p in both["Parameters"]] == [arn]
    assert both["InvalidParameters"] == ["none"]


def test_what_is_refused_has_the_words_that_aws_has(ssm):
    ssm.put_parameter(Name="taken", Type="String", Value="1")
    refusal = refused(ssm.put_parameter, Name="taken", Type="String", Value="2")
    assert (refusal.code, refusal.status) == ("ParameterAlreadyExists", 400)
    assert refusal.message == (
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")
    assert refused(ssm.get_parameter, Name="none").code == "ParameterNotFound"
    refusal = refused(ssm.get_parameter, Name="taken:7")
    assert refusal.code == "ParameterVersionNotFound"
    assert refusal.message == "Systems Manager could not find version 7 of taken. Verify the version and try again."
    refusal = refused(ssm.put_parameter, Name="new", Value="1")
    assert refusal.code == "ValidationException"
    assert refusal.message == "A parameter type is required when you create a parameter."
    refusal = refused(ssm.put_parameter, Name="/aws/x", Type="String", Value="1")
    assert refusal.code == "AccessDeniedException"
    assert refusal.message == "No access to reserved parameter name: /aws/x."
    assert refused(ssm.list_documents).status == 501


def test_every_version_is_in_the_history_with_its_labels(ssm):
    for value in "abc":
        ssm.put_parameter(Name="h", Type="String", Value=value, Overwrite=True, Description=f"it is {value}")
    ssm.label_parameter_version(Name="h", ParameterVersion=2, Labels=["live"])
    pages = ssm.get_paginator("get_parameter_history").paginate(Name="h", PaginationConfig={"PageSize": 2})
    history = [version for page in pages for version in page["Parameters"]]
    seen = [(v["Version"], v["Value"], v["Labels"]) for v in history]
    assert seen == [(1, "a", []), (2, "b", ["live"]), (3, "c", [])]
    assert ssm.get_parameter(Name="h:live")["Parameter"]["Selector"] == ":live"
    described = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": ["h"]}])["Parameters"]
    assert [(p["Version"], p["Description"]) for p in described] == [(3, "it is c")]


def test_paths_are_listed_page_by_page(ssm):
    for number in range(23):
        ssm.put_parameter(Name=f"/many/{number:02}", Type="SecureString", Value=f"v{number}")
    paginator = ssm.get_paginator("get_parameters_by_path")
    pages = list(paginator.paginate(Path="/many", WithDecryption=True))
    assert [len(page["Parameters"]) for page in pages] == [10, 10, 3]
    assert [p["Value"] for page in pages for p in page["Parameters"]] == [f"v{number}" for number in range(23)]
    sealed = ssm.get_parameter(Name="/many/00")["Parameter"]["Value"]
    assert sealed != "v0"


def test_the_root_has_names_without_a_slash_too(ssm):
    for name in ("plain", "/top", "/a/b"):
        ssm.put_parameter(Name=name, Type="String", Value="v")
    names = lambda **more: [p["Name"] for p in ssm.get_parameters_by_path(Path="/", **more)["Parameters"]]
    assert sorted(names()) == ["/top", "plain"]
    assert sorted(names(Recursive=True)) == ["/a/b", "/top", "plain"]


@pytest.mark.parametrize("parameters, message", [
    ({"Type": "String", "KeyId": "alias/key"}, "KeyId is required for SecureString type parameter only."),
    ({"Type": "String", "Value": "{{ssm:other}}"},
     "Parameter value can't nest another parameter. Do not use \"{{}}\" in the value."),
])
def test_values_that_aws_refuses_are_refused(ssm, parameters, message):
    refusal = refused(ssm.put_parameter, **{"Name": "p", "Value": "v", **parameters})
    assert (refusal.code, refusal.message) == ("ValidationException", message)


def test_no_parameter_is_another_accounts(ssm):
    ssm.put_parameter(Name="own", Type="String", Value="v")
    assert ssm.describe_parameters(Shared=True)["Parameters"] == []
    assert len(ssm.describe_parameters(Shared=False)["Parameters"]) == 1


def test_regions_do_not_see_each_other(aws, ssm):
    ssm.put_parameter(Name="mine", Type="String", Value="1")
    there = aws.in_region("ap-south-1").client("ssm")
    assert refused(there.get_parameter, Name="mine").code == "ParameterNotFound"


def test_parameters_survive_the_server(installation):
    server = installation.start()
    account = Account(server)
    account.client("ssm").put_parameter(Name="kept", Type="SecureString", Value="v")
    server.kill()
    again = installation.start(data=server.data)
    got = account.reconnected(again).client("ssm").get_parameter(Name="kept", WithDecryption=True)
    assert got["Parameter"]["Value"] == "v"
    again.stop()


def test_the_cli_reads_what_templates_read(aws, cli):
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    result = aws.aws("ssm", "get-parameters", "--names", name, program=cli)
    assert json.loads(result.stdout)["Parameters"][0]["Value"].startswith("ami-")
