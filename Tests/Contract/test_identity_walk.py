"""A random walk through IAM: the server and a small model agree at every step, also across a kill.

A failure prints its seed; `STRATA_SEED` repeats it.
"""

import os
import random

from botocore.exceptions import ClientError

from account import Account
from identities import LOGS, PERMISSIONS, TRUST

STEPS = 600
SEED = int(os.environ.get("STRATA_SEED", random.SystemRandom().randrange(2**32)))
NAMES = ["a", "b", "c"]


class Refused(Exception):
    """The error code that the model expects."""


class Model:
    """A model of IAM, with three names of roles and of policies."""

    def __init__(self, number):
        self.number = number
        self.roles = {}
        self.policies = {}

    def arn(self, name):
        return f"arn:aws:iam::{self.number}:policy/{name}"

    def role(self, name):
        if name not in self.roles:
            raise Refused("NoSuchEntity")
        return self.roles[name]

    def check_policy(self, arn):
        if arn != LOGS and arn.rpartition("/")[2] not in self.policies:
            raise Refused("NoSuchEntity")

    def users(self, arn):
        return [role for role in self.roles.values() if arn in role["attached"] or role["boundary"] == arn]

    def create_role(self, name):
        if name in self.roles:
            raise Refused("EntityAlreadyExists")
        self.roles[name] = {"attached": [], "boundary": None, "inline": set(), "tags": {}}

    def delete_role(self, name):
        role = self.role(name)
        if role["attached"] or role["inline"]:
            raise Refused("DeleteConflict")
        del self.roles[name]

    def attach(self, name, arn):
        role = self.role(name)
        self.check_policy(arn)
        if arn not in role["attached"]:
            role["attached"].append(arn)

    def detach(self, name, arn):
        role = self.role(name)
        if arn not in role["attached"]:
            raise Refused("NoSuchEntity")
        role["attached"].remove(arn)

    def bound(self, name, arn):
        role = self.role(name)
        self.check_policy(arn)
        role["boundary"] = arn

    def unbound(self, name):
        self.role(name)["boundary"] = None

    def put_inline(self, name, policy):
        self.role(name)["inline"].add(policy)

    def delete_inline(self, name, policy):
        if policy not in self.role(name)["inline"]:
            raise Refused("NoSuchEntity")
        self.roles[name]["inline"].remove(policy)

    def tag(self, name, key, value):
        self.role(name)["tags"][key] = value

    def untag(self, name, key):
        self.role(name)["tags"].pop(key, None)

    def create_policy(self, name):
        if name in self.policies:
            raise Refused("EntityAlreadyExists")
        self.policies[name] = {"versions": ["v1"], "default": "v1", "last": 1}

    def policy(self, name):
        if name not in self.policies:
            raise Refused("NoSuchEntity")
        return self.policies[name]

    def delete_policy(self, name):
        policy = self.policy(name)
        if self.users(self.arn(name)) or len(policy["versions"]) > 1:
            raise Refused("DeleteConflict")
        del self.policies[name]

    def add_version(self, name, is_default):
        policy = self.policy(name)
        if len(policy["versions"]) == 5:
            raise Refused("LimitExceeded")
        policy["last"] += 1
        version = f"v{policy['last']}"
        policy["versions"].insert(0, version)
        policy["default"] = version if is_default else policy["default"]

    def delete_version(self, name, version):
        policy = self.policy(name)
        if version not in policy["versions"]:
            raise Refused("NoSuchEntity")
        if version == policy["default"]:
            raise Refused("DeleteConflict")
        policy["versions"].remove(version)


class Server:
    """The same operations on a real server."""

    def __init__(self, iam, model):
        self.iam = iam
        self.arn = model.arn

    def create_role(self, name):
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)

    def delete_role(self, name):
        self.iam.delete_role(RoleName=name)

    def attach(self, name, arn):
        self.iam.attach_role_policy(RoleName=name, PolicyArn=arn)

    def detach(self, name, arn):
        self.iam.detach_role_policy(RoleName=name, PolicyArn=arn)

    def bound(self, name, arn):
        self.iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=arn)

    def unbound(self, name):
        self.iam.delete_role_permissions_boundary(RoleName=name)

    def put_inline(self, name, policy):
        self.iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=PERMISSIONS)

    def delete_inline(self, name, policy):
        self.iam.delete_role_policy(RoleName=name, PolicyName=policy)

    def tag(self, name, key, value):
        self.iam.tag_role(RoleName=name, Tags=[{"Key": key, "Value": value}])

    def untag(self, name, key):
        self.iam.untag_role(RoleName=name, TagKeys=[key])

    def create_policy(self, name):
        self.iam.create_policy(PolicyName=name, PolicyDocument=PERMISSIONS)

    def delete_policy(self, name):
        self.iam.delete_policy(PolicyArn=self.arn(name))

    def add_version(self, name, is_default):
        self.iam.create_policy_version(
            PolicyArn=self.arn(name), PolicyDocument=PERMISSIONS, SetAsDefault=is_default)

    def delete_version(self, name, version):
        self.iam.delete_policy_version(PolicyArn=self.arn(name), VersionId=version)

    def state(self):
        roles = {role["RoleName"]: self.role(role["RoleName"]) for role in self.iam.list_roles()["Roles"]}
        policies = {each["PolicyName"]: self.policy(each) for each in self.iam.list_policies(Scope="Local")["Policies"]}
        return roles, policies

    def role(self, name):
        role = self.iam.get_role(RoleName=name)["Role"]
        attached = self.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        return {
            "attached": [each["PolicyArn"] for each in attached],
            "boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
            "inline": set(self.iam.list_role_policies(RoleName=name)["PolicyNames"]),
            "tags": {tag["Key"]: tag["Value"] for tag in role.get("Tags", [])},
        }

    def policy(self, listed):
        versions = self.iam.list_policy_versions(PolicyArn=listed["Arn"])["Versions"]
        return {
            "versions": [each["VersionId"] for each in versions], "default": listed["DefaultVersionId"],
            "uses": (listed["AttachmentCount"], listed["PermissionsBoundaryUsageCount"]),
        }


def expected(model):
    policies = {}
    for name, policy in model.policies.items():
        arn = model.arn(name)
        uses = (sum(arn in role["attached"] for role in model.roles.values()),
                sum(role["boundary"] == arn for role in model.roles.values()))
        policies[name] = {"versions": policy["versions"], "default": policy["default"], "uses": uses}
    return model.roles, policies


def step(choose, model):
    """An operation and its parameters."""
    name, other = choose.choice(NAMES), choose.choice(NAMES)
    arn = choose.choice([LOGS, model.arn(other)])
    return choose.choice([
        ("create_role", name), ("create_role", name), ("delete_role", name), ("attach", name, arn),
        ("detach", name, arn), ("detach", name, arn), ("bound", name, arn), ("unbound", name),
        ("put_inline", name, other), ("delete_inline", name, other), ("delete_inline", name, other),
        ("tag", name, other, str(choose.randrange(9))), ("untag", name, other), ("create_policy", name),
        ("create_policy", name), ("delete_policy", name), ("add_version", name, choose.random() < 0.5),
        ("delete_version", name, f"v{choose.randrange(1, 9)}"),
    ])


def outcome(target, name, *parameters):
    try:
        getattr(target, name)(*parameters)
        return "done"
    except Refused as refusal:
        return str(refusal)
    except ClientError as error:
        return error.response["Error"]["Code"]


def test_a_random_walk_agrees_with_a_model_at_every_step(installation):
    choose = random.Random(SEED)
    process = installation.start(runtimes=False)
    account = Account(process)
    model = Model(account.number)
    server = Server(account.client("iam"), model)
    for number in range(STEPS):
        call = step(choose, model)
        where = f"seed {SEED}, step {number}: {call}"
        assert outcome(server, *call) == outcome(model, *call), where
        if number % 10 == 0 or number == STEPS - 1:
            assert server.state() == expected(model), where
        if number % 200 == 150:
            process.kill() if choose.random() < 0.5 else process.stop()
            process = installation.start(data=process.data, runtimes=False)
            server.iam = account.reconnected(process).client("iam")
            assert server.state() == expected(model), where
    process.stop()
