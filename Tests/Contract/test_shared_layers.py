"""Layers of other accounts: allowed by policy."""

import pytest

from account import Account, refused
from layer_permissions import GET, PACKAGE, allow, disallow

SOURCE = "import greeting\ndef handler(event, context): return greeting.WORD\n"


@pytest.fixture
def other(aws):
    """Another account on the same server."""
    return Account(aws.server)


@pytest.fixture
def layer(aws):
    """The ARN of version 1 of the layer greeting."""
    return aws.publish("greeting", PACKAGE)["LayerVersionArn"]


def assert_denied(refusal, account, resource, action=GET):
    assert (refusal.code, refusal.status) == ("AccessDeniedException", 403)
    assert refusal.message == (
        f"User: arn:aws:iam::{account.number}:root is not authorized to perform: {action} on resource: {resource} "
        f"because no resource-based policy allows the {action} action"
    )


def test_a_layer_of_another_account_is_closed(aws, other, layer):
    name = layer.rpartition(":")[0]
    assert_denied(refused(other.lambda_.get_layer_version_by_arn, Arn=layer), other, layer)
    assert_denied(refused(other.lambda_.get_layer_version, LayerName=name, VersionNumber=1), other, layer)
    assert_denied(refused(other.lambda_.create_function, **other.settings(Layers=[layer])), other, layer)
    function = other.deploy()
    refusal = refused(other.lambda_.update_function_configuration, FunctionName=function, Layers=[layer])
    assert_denied(refusal, other, layer)


def test_an_unauthorized_caller_cannot_tell_whether_a_resource_exists(aws, other):
    arn = f"arn:aws:lambda:us-east-1:{aws.number}:layer:nothing:1"
    assert_denied(refused(other.lambda_.get_layer_version_by_arn, Arn=arn), other, arn)
    assert_denied(refused(other.lambda_.create_function, **other.settings(Layers=[arn])), other, arn)


@pytest.mark.parametrize("form", ["number", "root ARN", "everybody"])
def test_a_layer_of_another_account_is_used_by_policy(aws, other, layer, form):
    principals = {"number": other.number, "root ARN": f"arn:aws:iam::{other.number}:root", "everybody": "*"}
    allow(aws, "s", principals[form])
    got = other.lambda_.get_layer_version_by_arn(Arn=layer)
    assert got["LayerVersionArn"] == layer
    by_name = other.lambda_.get_layer_version(LayerName=layer.rpartition(":")[0], VersionNumber=1)
    assert by_name["Content"]["CodeSha256"] == got["Content"]["CodeSha256"]
    function = other.deploy(SOURCE, Layers=[layer])
    assert other.invoke(function).value == "hello"
    assert other.lambda_.get_function_configuration(FunctionName=function)["Layers"][0]["Arn"] == layer
    other.change(function, Layers=[])
    other.change(function, Layers=[layer])
    assert other.invoke(function).value == "hello"


def test_a_layer_policy_allows_only_the_principals_that_it_names(aws, other, layer):
    allow(aws, "s", "123456789012")
    allow(aws, "organization", "*", OrganizationId="o-1234567890")
    assert_denied(refused(other.lambda_.get_layer_version_by_arn, Arn=layer), other, layer)


def test_a_layer_policy_allows_to_use_and_nothing_else(aws, other, layer):
    allow(aws, "s")
    name = layer.rpartition(":")[0]
    wanted = {"LayerName": name, "VersionNumber": 1}
    refusals = {
        "lambda:DeleteLayerVersion": refused(other.lambda_.delete_layer_version, **wanted),
        "lambda:GetLayerVersionPolicy": refused(other.lambda_.get_layer_version_policy, **wanted),
        "lambda:RemoveLayerVersionPermission": refused(
            other.lambda_.remove_layer_version_permission, StatementId="s", **wanted
        ),
        "lambda:AddLayerVersionPermission": refused(
            other.lambda_.add_layer_version_permission, StatementId="t", Action=GET, Principal="*", **wanted
        ),
    }
    for action, refusal in refusals.items():
        assert_denied(refusal, other, layer, action)
    refusal = refused(other.lambda_.list_layer_versions, LayerName=name)
    assert_denied(refusal, other, name, "lambda:ListLayerVersions")
    refusal = refused(other.lambda_.publish_layer_version, LayerName=name, Content={"ZipFile": PACKAGE})
    assert_denied(refusal, other, name, "lambda:PublishLayerVersion")
    assert other.lambda_.list_layers()["Layers"] == []


def test_functions_keep_a_layer_that_is_closed_again(aws, other, layer):
    allow(aws, "s")
    function = other.deploy(SOURCE, Layers=[layer])
    disallow(aws, "s")
    other.change(function, Timeout=4)
    assert other.invoke(function).value == "hello"
    refusal = refused(other.lambda_.update_function_configuration, FunctionName=function, Layers=[layer])
    assert_denied(refusal, other, layer)


def test_a_layer_of_another_region_is_closed_to_other_accounts(aws, other, layer):
    allow(aws, "s")
    elsewhere = other.in_region("eu-west-1")
    assert_denied(refused(elsewhere.lambda_.create_function, **elsewhere.settings(Layers=[layer])), other, layer)
