"""From inside and outside: an account cannot see, use or change what is another's by any claim or forgery.

Length: most of it are tables of what is tried.
"""

import base64
import json
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from account import Account, refused  # noqa: E402
from identities import PERMISSIONS, create_role  # noqa: E402
from packages import zip_of  # noqa: E402
from prisoners import Intruder  # noqa: E402
from signing import client, session  # noqa: E402

CODE = zip_of({"app.py": "def handler(event, context): return 'taken over'\n"})

# On the ARNs of the victim, by a client with a key of another account.
READS = {
    "get_function": {"FunctionName": "{function}"}, "get_function_configuration": {"FunctionName": "{function}"},
    "get_function_concurrency": {"FunctionName": "{function}"}, "get_policy": {"FunctionName": "{function}"},
    "list_versions_by_function": {"FunctionName": "{function}"}, "list_aliases": {"FunctionName": "{function}"},
    "get_alias": {"FunctionName": "{function}", "Name": "live"},
    "get_function_event_invoke_config": {"FunctionName": "{function}"},
    "list_function_event_invoke_configs": {"FunctionName": "{function}"},
    "list_provisioned_concurrency_configs": {"FunctionName": "{function}"},
    "get_function_recursion_config": {"FunctionName": "{function}"},
    "get_runtime_management_config": {"FunctionName": "{function}"},
    "get_function_code_signing_config": {"FunctionName": "{function}"},
    "list_tags": {"Resource": "{function}"},
    "get_layer_version": {"LayerName": "{layer}", "VersionNumber": 1},
    "get_layer_version_by_arn": {"Arn": "{layer}:1"},
    "get_layer_version_policy": {"LayerName": "{layer}", "VersionNumber": 1},
    "list_layer_versions": {"LayerName": "{layer}"},
}
USES = {
    "invoke": {"FunctionName": "{function}"}, "invoke_with_response_stream": {"FunctionName": "{function}"},
    "update_function_code": {"FunctionName": "{function}", "ZipFile": CODE},
    "update_function_configuration": {"FunctionName": "{function}", "Timeout": 9},
    "publish_version": {"FunctionName": "{function}"},
    "create_alias": {"FunctionName": "{function}", "Name": "theirs", "FunctionVersion": "1"},
    "update_alias": {"FunctionName": "{function}", "Name": "live", "FunctionVersion": "$LATEST"},
    "delete_alias": {"FunctionName": "{function}", "Name": "live"},
    "add_permission": {"FunctionName": "{function}", "StatementId": "s", "Action": "lambda:*", "Principal": "*"},
    "remove_permission": {"FunctionName": "{function}", "StatementId": "own"},
    "put_function_concurrency": {"FunctionName": "{function}", "ReservedConcurrentExecutions": 0},
    "delete_function_concurrency": {"FunctionName": "{function}"},
    "put_function_event_invoke_config": {"FunctionName": "{function}", "MaximumRetryAttempts": 0},
    "delete_function_event_invoke_config": {"FunctionName": "{function}"},
    "put_provisioned_concurrency_config": {
        "FunctionName": "{function}", "Qualifier": "live", "ProvisionedConcurrentExecutions": 1},
    "put_function_recursion_config": {"FunctionName": "{function}", "RecursiveLoop": "Allow"},
    "tag_resource": {"Resource": "{function}", "Tags": {"a": "b"}},
    "untag_resource": {"Resource": "{function}", "TagKeys": ["a"]},
    "delete_function": {"FunctionName": "{function}"},
    "publish_layer_version": {"LayerName": "{layer}", "Content": {"ZipFile": CODE}},
    "delete_layer_version": {"LayerName": "{layer}", "VersionNumber": 1},
    "add_layer_version_permission": {
        "LayerName": "{layer}", "VersionNumber": 1, "StatementId": "s", "Action": "lambda:GetLayerVersion",
        "Principal": "*"},
    "remove_layer_version_permission": {"LayerName": "{layer}", "VersionNumber": 1, "StatementId": "own"},
}
VARIANTS = {
    "an event": ("invoke", {"FunctionName": "{function}", "InvocationType": "Event"}),
    "a dry run": ("invoke", {"FunctionName": "{function}", "InvocationType": "DryRun"}),
    "an alias": ("invoke", {"FunctionName": "{function}:live"}),
    "a version": ("invoke", {"FunctionName": "{function}", "Qualifier": "1"}),
    "a partial ARN": ("invoke", {"FunctionName": "{number}:function:target"}),
    "what is not there": ("invoke", {"FunctionName": "{function}-not"}),
    "one version deleted": ("delete_function", {"FunctionName": "{function}", "Qualifier": "1"}),
    "a function with its layer": (
        "create_function", {"FunctionName": "mine", "Runtime": "python3.11", "Role": "{role}", "Handler": "app.handler",
                            "Code": {"ZipFile": CODE}, "Layers": ["{layer}:1"]}),
    "a function in its account": (
        "create_function", {"FunctionName": "{function}-2", "Runtime": "python3.11", "Role": "{role}",
                            "Handler": "app.handler", "Code": {"ZipFile": CODE}}),
}
CALLS = {name: (name, parameters) for name, parameters in (READS | USES).items()} | VARIANTS

# By a function, which the socket identifies and not its claims; `victim` is the other account.
FUNCTION = "/2015-03-31/functions/"
CLAIMS = {
    "its list": (f"api('GET', '{FUNCTION}', account=victim, sought='target')", "200"),
    "its function by name": (f"api('GET', '{FUNCTION}target', account=victim)", "404"),
    "a deletion by name": (f"api('DELETE', '{FUNCTION}target', account=victim)", "404"),
    "an invocation by name": (f"api('POST', '{FUNCTION}target/invocations', '1', account=victim)", "404"),
    **{f"{what} by its ARN, as {who}": (
        f"api('{method}', '{path}', {body!r}, account={account})", "403")
       for who, account in (("itself", "None"), ("the victim", "victim"))
       for what, method, path, body in (
           ("the function", "GET", f"{FUNCTION}' + arn + '", ""),
           ("an invocation", "POST", f"{FUNCTION}' + arn + '/invocations", "1"),
           ("a stream", "POST", "/2021-11-15/functions/' + arn + '/response-streaming-invocations", "1"),
           ("an update", "PUT", f"{FUNCTION}' + arn + '/configuration", '{"Timeout": 9}'),
           ("a reservation", "PUT", "/2017-10-31/functions/' + arn + '/concurrency",
            '{"ReservedConcurrentExecutions": 0}'),
           ("a permission", "POST", f"{FUNCTION}' + arn + '/policy",
            '{"StatementId": "s", "Action": "lambda:*", "Principal": "*"}'),
           ("a deletion", "DELETE", f"{FUNCTION}' + arn + '", ""),
           ("a layer", "GET", "/2018-10-31/layers?find=LayerVersion&Arn=' + layer + ':1", ""))},
    "its layers": ("api('GET', '/2018-10-31/layers', account=victim, sought='secrets')", "200"),
    "the server's own account": (f"api('GET', '{FUNCTION}', account='000000000000', sought='target')", "200"),
    "an account by a token of no one": (
        f"api('GET', '{FUNCTION}', account=victim, X_Amz_Security_Token='x', sought='target')", "200 | 403"),
    "its parameter": (
        "api('POST', '/', '{\"Name\": \"/secret\"}', account=victim, service='ssm', "
        "X_Amz_Target='AmazonSSM.GetParameter', Content_Type='application/x-amz-json-1.1')", "400 ParameterNotFound"),
    "its parameter by its ARN": (
        "api('POST', '/', json.dumps({'Name': parameter}), account=victim, service='ssm', sought='treasure', "
        "X_Amz_Target='AmazonSSM.GetParameter', Content_Type='application/x-amz-json-1.1')",
        "400 ParameterNotFound | 400 AccessDeniedException | 400 ValidationException"),
    "its parameter deleted": (
        "api('POST', '/', '{\"Name\": \"/secret\"}', account=victim, service='ssm', "
        "X_Amz_Target='AmazonSSM.DeleteParameter', Content_Type='application/x-amz-json-1.1')",
        "400 ParameterNotFound"),
    "its role": (
        "api('POST', '/', 'Action=AssumeRole&Version=2011-06-15&RoleSessionName=me&RoleArn=' + role, account=victim, "
        "service='sts', Content_Type='application/x-www-form-urlencoded')", "403"),
    "its role's description": (
        "api('POST', '/', 'Action=GetRole&Version=2010-05-08&RoleName=guarded', account=victim, service='iam', "
        "Content_Type='application/x-www-form-urlencoded')", "404"),
}
PAGES = {
    **{f"{method} {path}": (f"api('{method}', '{path}', account=victim)", "403 | 404 | 400") for method, path in (
        ("GET", "/_strata/top"), ("GET", "/_strata/metrics"), ("GET", "/_strata/events"), ("POST", "/_strata/logs"),
        ("POST", "/_strata/reset"), ("POST", "/_strata/events/purge"), ("POST", "/_strata/events/retry"),
        ("GET", "//_strata/top"), ("GET", "/_strata//top"), ("GET", "/x/../_strata/top"), ("GET", "/%5fstrata/top"),
        ("GET", "/_strata/%74op"), ("GET", "/_STRATA/top"), ("GET", "/_strata/top/"), ("GET", "/_strata/top;x"),
        ("GET", "http://localhost/_strata/top"), ("HEAD", "/_strata/top"), ("OPTIONS", "/_strata/top"))},
    **{f"a page with {name}": (f"api('GET', '/_strata/top', {name}='127.0.0.1')", "403 | 400")
       for name in ("X_Forwarded_For", "Forwarded", "X_Real_IP", "Host", "X_Original_URL")},
    "a page behind another request": (
        f"exchange(os.environ['AWS_ENDPOINT_URL'].rpartition(':')[2], b'GET {FUNCTION} HTTP/1.1\\r\\nHost: localhost"
        "\\r\\nContent-Length: 0\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n"
        "GET /_strata/top HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n')", "400"),
    "a link that it has guessed": (
        "api('GET', '/downloads/' + '0' * 64 + '?Expires=9999999999&Signature=' + '0' * 64)", "403 | 404"),
    "its own functions, which it may list": (f"api('GET', '{FUNCTION}')", "200"),
}


class Victim:
    """An account with one of everything."""

    def __init__(self, account, iam, ssm):
        self.account, self.ssm = account, ssm
        self.name = account.deploy("def handler(event, context): return 'mine'", name="target", Timeout=5)
        account.publish_live(self.name)
        account.lambda_.add_permission(
            FunctionName=self.name, StatementId="own", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com")
        account.lambda_.put_function_event_invoke_config(FunctionName=self.name, MaximumRetryAttempts=1)
        self.layer = account.publish("secrets", {"secret": "treasure"})["LayerArn"]
        self.role = create_role(iam, "guarded")["Arn"]
        ssm.put_parameter(Name="/secret", Type="String", Value="treasure")
        self.before = self.state()

    def names(self):
        number = self.account.number
        return {"number": number, "function": self.account.arn(self.name), "layer": self.layer, "role": self.role}

    def given(self):
        return {
            "victim": self.account.number, "arn": self.account.arn(self.name), "layer": self.layer, "role": self.role,
            "parameter": f"arn:aws:ssm:us-east-1:{self.account.number}:parameter/secret"}

    def state(self):
        """What an attack would have changed."""
        calls = self.account.lambda_
        answers = [
            calls.get_function(FunctionName=self.name)["Configuration"], calls.get_policy(FunctionName=self.name),
            calls.list_aliases(FunctionName=self.name), calls.list_versions_by_function(FunctionName=self.name),
            calls.get_function_concurrency(FunctionName=self.name),
            calls.list_tags(Resource=self.account.arn(self.name)),
            calls.get_function_event_invoke_config(FunctionName=self.name),
            calls.list_layer_versions(LayerName="secrets"),
            self.ssm.get_parameter(Name="/secret")["Parameter"]["Value"],
            [function["FunctionName"] for function in calls.list_functions()["Functions"]],
        ]
        for answer in answers:
            if isinstance(answer, dict):
                answer.pop("ResponseMetadata", None)
        return answers

    def is_unharmed(self):
        return self.state() == self.before and self.account.invoke(self.name).value == "mine"


def filled(value, names):
    """Parameters with the victim's names in place of theirs in braces."""
    if isinstance(value, dict):
        return {key: filled(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, names) for each in value]
    return value.format(**names) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def signed_victim(guarded, keys):
    key = keys.create("--account", "777788889999")
    account = Account(guarded, "777788889999")
    account.lambda_ = client(guarded, key)
    return Victim(account, client(guarded, key, "iam"), client(guarded, key, "ssm"))


def code_of(operation, **parameters):
    refusal = refused(operation, **parameters)
    return f"{refusal.status} {refusal.code}"


def test_a_key_of_another_account_reads_and_changes_nothing(guarded, keys, signed_victim):
    hostile = client(guarded, keys.create("--account", "666666666666"))
    results = {
        name: code_of(getattr(hostile, operation), **filled(parameters, signed_victim.names()))
        for name, (operation, parameters) in CALLS.items()}
    denied = {"403 AccessDeniedException", "404 ResourceNotFoundException"}
    assert {name: result for name, result in results.items() if result not in denied} == {}
    assert signed_victim.is_unharmed()


POLICY = PERMISSIONS.replace("{", "{{").replace("}", "}}")
SERVICES = {
    "its role": ("sts", "assume_role", {"RoleArn": "{role}", "RoleSessionName": "me"}, "403 AccessDenied"),
    "its role's description": ("iam", "get_role", {"RoleName": "guarded"}, "404 NoSuchEntity"),
    "its role deleted": ("iam", "delete_role", {"RoleName": "guarded"}, "404 NoSuchEntity"),
    "its role's policy": ("iam", "put_role_policy", {
        "RoleName": "guarded", "PolicyName": "p", "PolicyDocument": POLICY},
        "404 NoSuchEntity"),
    "its role's trust": ("iam", "update_assume_role_policy", {"RoleName": "guarded", "PolicyDocument": "{{}}"},
                         "404 NoSuchEntity | 400 MalformedPolicyDocument"),
    "its parameter": ("ssm", "get_parameter", {"Name": "/secret"}, "400 ParameterNotFound"),
    "its parameter by ARN": (
        "ssm", "get_parameter", {"Name": "arn:aws:ssm:us-east-1:{number}:parameter/secret"},
        "400 ParameterNotFound | 400 AccessDeniedException"),
    "its parameter deleted": ("ssm", "delete_parameter", {"Name": "/secret"}, "400 ParameterNotFound"),
    "its parameter's history": ("ssm", "get_parameter_history", {"Name": "/secret"}, "400 ParameterNotFound"),
}


def test_roles_and_parameters_of_another_account_are_closed(guarded, keys, signed_victim):
    key = keys.create("--account", "666666666666")
    for name, (service, operation, parameters, allowed) in SERVICES.items():
        call = getattr(client(guarded, key, service), operation)
        assert code_of(call, **filled(parameters, signed_victim.names())) in allowed.split(" | "), name
    assert signed_victim.is_unharmed()


def altered(token, change):
    """A token whose claims are others, with the code of the true ones."""
    content = base64.b64decode(token)
    claims = json.loads(content[32:])
    change(claims)
    return base64.b64encode(content[:32] + json.dumps(claims).encode()).decode()


def flipped(token, place):
    content = bytearray(base64.b64decode(token))
    content[place] ^= 1
    return base64.b64encode(bytes(content)).decode()


# Each forges the session token of a hostile account's function; the secret and the key's name stay true.
TOKENS = {
    **{f"byte {place} changed": lambda token, place=place: flipped(token, place)
       for place in (0, 1, 15, 31, 32, 40, -20, -1)},
    "another account": lambda token: altered(token, lambda claims: claims.__setitem__(0, "777788889999")),
    "another role": lambda token: altered(
        token, lambda claims: claims.__setitem__(1, "arn:aws:sts::777788889999:assumed-role/guarded/me")),
    "a later end": lambda token: altered(token, lambda claims: claims.__setitem__(3, "99999999999")),
    "one claim more": lambda token: altered(token, lambda claims: claims.append("x")),
    "claims alone": lambda token: base64.b64encode(base64.b64decode(token)[32:]).decode(),
    "no claims": lambda token: base64.b64encode(base64.b64decode(token)[:32]).decode(),
    "a half": lambda token: token[: len(token) // 2],
    "twice": lambda token: token + token,
    "nothing": lambda token: "A" * len(token),
    "no base64": lambda token: "%" * len(token),
    "another form of the same": lambda token: base64.b64encode(base64.b64decode(token) + b" ").decode(),
    "30 KB of letters": lambda token: "A" * 30_000,
}


@pytest.mark.parametrize("name", TOKENS)
def test_a_forged_token_opens_nothing(guarded, signed_victim, name):
    true = session(guarded, "666666666666", time.time() + 600)
    assert client(guarded, true, token=true.token).list_functions()["Functions"] == []
    token = TOKENS[name](true.token)
    refusal = refused(client(guarded, true, token=token).list_functions)
    assert refusal.status in (403, 431), refusal
    refusal = refused(client(guarded, true, token=token).get_function, FunctionName=signed_victim.name)
    assert refusal.status in (403, 431), refusal


def test_a_session_has_no_other_ones_secret_and_no_end_but_its_own(guarded):
    mine, theirs = (session(guarded, number, time.time() + 600) for number in ("666666666666", "777788889999"))
    over = session(guarded, "777788889999", time.time() - 1)
    for key, secret, token in (
            (mine, mine.secret_key, theirs.token), (theirs, mine.secret_key, theirs.token),
            (mine, theirs.secret_key, theirs.token), (theirs, theirs.secret_key, mine.token),
            (over, over.secret_key, over.token), (theirs, theirs.secret_key, None)):
        assert refused(client(guarded, key, secret=secret, token=token).list_functions).status == 403


@pytest.fixture(scope="module")
def victim(either_server):
    account = Account(either_server)
    return Victim(account, account.client("iam"), account.client("ssm"))


@pytest.mark.parametrize("table", [CLAIMS, PAGES], ids=["claims", "pages"])
def test_a_function_is_of_its_own_account_despite_its_claims(either_server, victim, table):
    intruder = Intruder(Account(either_server))
    intruder.check(table, **victim.given())
    assert victim.is_unharmed()
