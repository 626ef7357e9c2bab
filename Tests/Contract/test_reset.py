"""`POST /_strata/reset`: a server is as if it had just been installed, where its owner allows that."""

import contextlib
import json
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError

from account import Account
from identities import create_policy, create_role
from operators import Operator
from signing import Keys, client, send, signed

PROFILE = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/profile/version"
KINDS = {"functions", "layers", "code signing", "roles", "policies", "parameters", "events", "logs"}
SLEEPS = "import time\ndef handler(event, context):\n    time.sleep(50)\n"
SLOWLY = "import time\ndef handler(event, context):\n    time.sleep(0.2)\n    return event['n'] + 1\n"
HANDLER = "def handler(event, context):\n    return event['n'] + 1\n"


def reset(server, method="POST"):
    body = b"" if method == "POST" else None
    request = urllib.request.Request(f"{server.url}/_strata/reset", method=method, data=body)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def refusal(server, method="POST"):
    with pytest.raises(urllib.error.HTTPError) as caught:
        reset(server, method)
    return caught.value.code, json.load(caught.value)["message"]


@pytest.fixture(scope="module")
def forgetful(installation):
    server = installation.start(arguments=["--allow-reset"])
    yield server
    server.stop()


def test_nothing_that_clients_made_is_left(forgetful):
    account = Account(forgetful)
    make_one_of_each(account)
    assert account.invoke("plus", {"n": 1}).value == 2
    assert missing(account) == set()
    assert reset(forgetful) == {}
    assert missing(account) == KINDS
    usage = account.lambda_.get_account_settings()["AccountUsage"]
    assert usage == {"TotalCodeSize": 0, "FunctionCount": 0}


def make_one_of_each(account):
    functions, iam, ssm = account.lambda_, account.client("iam"), account.client("ssm")
    role = create_role(iam)
    iam.attach_role_policy(RoleName=role["RoleName"], PolicyArn=create_policy(iam))
    ssm.put_parameter(Name="n", Type="String", Value="v", Tags=[{"Key": "k", "Value": "v"}])
    layer = account.publish("layer", {"python/x.py": "X = 1\n"})["LayerVersionArn"]
    account.deploy(HANDLER, name="plus", Role=role["Arn"], Layers=[layer], Tags={"k": "v"})
    functions.publish_version(FunctionName="plus")
    functions.create_alias(FunctionName="plus", Name="live", FunctionVersion="1")
    functions.put_provisioned_concurrency_config(
        FunctionName="plus", Qualifier="live", ProvisionedConcurrentExecutions=1)
    functions.put_function_event_invoke_config(FunctionName="plus", MaximumRetryAttempts=0)
    functions.create_code_signing_config(AllowedPublishers={"SigningProfileVersionArns": [PROFILE]})
    # One of its events runs, and the other waits for it.
    account.deploy(SLEEPS, name="busy", Role=role["Arn"], Timeout=60)
    functions.put_function_concurrency(FunctionName="busy", ReservedConcurrentExecutions=1)
    for _ in range(2):
        functions.invoke(FunctionName="busy", InvocationType="Event", Payload=b"{}")
    account.wait_until_busy("busy")


def missing(account):
    """The kinds of which there is none."""
    return {kind for kind, found in listed(account).items() if not found}


def listed(account):
    """All that can be listed, by kind."""
    functions, iam = account.lambda_, account.client("iam")
    return {
        "functions": functions.list_functions(FunctionVersion="ALL")["Functions"],
        "layers": functions.list_layers()["Layers"],
        "code signing": functions.list_code_signing_configs()["CodeSigningConfigs"],
        "roles": iam.list_roles()["Roles"],
        "policies": iam.list_policies(Scope="Local")["Policies"],
        "parameters": account.client("ssm").describe_parameters()["Parameters"],
        "events": Operator(account.server, account.number).documents("events", "list"),
        "logs": list((account.server.data / "logs").rglob("*.log")),
    }


def test_a_new_function_of_an_old_name_has_nothing_of_the_old_one(forgetful):
    account = Account(forgetful)
    make_one_of_each(account)
    reset(forgetful)
    name = account.deploy(HANDLER, name="plus")
    arn = account.arn(name)
    assert account.lambda_.list_tags(Resource=arn)["Tags"] == {}
    assert account.lambda_.list_aliases(FunctionName=name)["Aliases"] == []
    assert account.lambda_.list_provisioned_concurrency_configs(FunctionName=name)[
        "ProvisionedConcurrencyConfigs"] == []
    assert account.lambda_.list_function_event_invoke_configs(FunctionName=name)["FunctionEventInvokeConfigs"] == []
    assert "ReservedConcurrentExecutions" not in account.lambda_.get_function_concurrency(FunctionName=name)
    ssm = account.client("ssm")
    ssm.put_parameter(Name="n", Type="String", Value="w")
    assert ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="n")["TagList"] == []
    reset(forgetful)


def test_access_keys_stay(installation):
    server = installation.start(arguments=["--allow-reset", "--auth"])
    key = Keys(server).create()
    page = signed(server, key, "/_strata/reset", "POST")
    assert send(page)[0] == 200
    assert client(server, key).list_functions()["Functions"] == []
    server.stop()


def test_the_first_version_of_a_new_function_runs_its_own_code(forgetful):
    """Also while the environments of the old one are busy, and invocations of it wait."""
    account = Account(forgetful)
    for step in range(1, 6):
        account.deploy(SLOWLY.replace("+ 1", f"+ {step}"), name="plus")
        account.lambda_.publish_version(FunctionName="plus")
        aside = [account.invoke_aside("plus", {"n": 1}, Qualifier="1") for _ in range(3)]
        assert account.invoke("plus", {"n": 1}, Qualifier="1").value == 1 + step
        reset(forgetful)
        for each in aside:
            # Those that had not begun find no function.
            with contextlib.suppress(ClientError):
                assert each().value == 1 + step


def test_names_and_numbers_start_again(forgetful):
    account = Account(forgetful)
    for step in (1, 2):
        account.deploy(HANDLER.replace("+ 1", f"+ {step}"), name="plus")
        assert account.lambda_.publish_version(FunctionName="plus")["Version"] == "1"
        assert account.invoke("plus", {"n": 1}).value == 1 + step
        assert account.publish("layer", {"python/x.py": f"X = {step}\n"})["Version"] == 1
        reset(forgetful)


def test_a_server_keeps_what_it_has_unless_told_otherwise(server, forgetful):
    code, message = refusal(server)
    assert code == 403
    assert "--allow-reset" in message
    assert refusal(forgetful, "GET")[0] == 405
