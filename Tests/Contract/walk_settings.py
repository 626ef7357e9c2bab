"""The random walk's calls on policies, concurrency, invocation settings and tags of functions."""

from control_plane_model import CONCURRENCY, CONFLICT, INVALID, MISSING, UNRESERVED, Resource, Step
from walk_layers import STATEMENTS, sids

NO_CONFIG = "ProvisionedConcurrencyConfigNotFoundException"


class FunctionPolicies(Resource):
    """Policies of functions, versions and aliases."""

    calls = {"add": "AddPermission", "remove": "RemovePermission", "read": "GetPolicy"}

    def place(self):
        """A function and a qualifier; its policy, or `None` for a missing resource."""
        name = self.name()
        function = self.function(name)
        qualifier = self.chance.choice([None, None, "1", "2", "live"])
        parameters = {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}
        is_there = function and (not qualifier or qualifier in function.versions or qualifier in function.aliases)
        policy = function.policies.get(qualifier or "$LATEST", {}) if is_there else None
        return name, qualifier or "$LATEST", parameters, policy

    def add(self):
        name, qualifier, parameters, policy = self.place()
        sid = self.chance.choice(STATEMENTS)
        parameters |= {"StatementId": sid, "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
        if policy is None:
            return Step("AddPermission", parameters, MISSING)
        if sid in policy:
            return Step("AddPermission", parameters, CONFLICT)

        def effect(world):
            world.functions[name].policies.setdefault(qualifier, {})[sid] = True
            unsettle(world.functions[name])

        return Step("AddPermission", parameters, effect=effect)

    def remove(self):
        name, qualifier, parameters, policy = self.place()
        sid = self.chance.choice(STATEMENTS)
        parameters |= {"StatementId": sid}
        if not policy or sid not in policy:
            return Step("RemovePermission", parameters, MISSING)

        def effect(world):
            world.functions[name].policies[qualifier].pop(sid)
            unsettle(world.functions[name])

        return Step("RemovePermission", parameters, effect=effect)

    def read(self):
        _, _, parameters, policy = self.place()
        if not policy:
            return Step("GetPolicy", parameters, MISSING)
        return Step("GetPolicy", parameters, view={sids: sorted(policy)})


class Concurrency(Resource):
    """Reserved concurrency."""

    calls = {
        "put": "PutFunctionConcurrency", "get": "GetFunctionConcurrency", "delete": "DeleteFunctionConcurrency",
    }

    def put(self):
        name, wanted = self.name(), self.chance.choice([50, 300, 700, 901, 2000])
        parameters = {"FunctionName": name, "ReservedConcurrentExecutions": wanted}
        if not self.function(name):
            return Step("PutFunctionConcurrency", parameters, MISSING)
        function = self.function(name)
        if wanted < sum(function.provisioned.values()):
            return Step("PutFunctionConcurrency", parameters, INVALID)
        # Previously provisioned concurrency counts as reserved already.
        before = function.reserved if function.reserved is not None else sum(function.provisioned.values())
        if wanted > before and CONCURRENCY - set_aside(self.world, name) - wanted < UNRESERVED:
            return Step("PutFunctionConcurrency", parameters, INVALID)
        return Step("PutFunctionConcurrency", parameters, view={"ReservedConcurrentExecutions": wanted},
                    effect=lambda world: reserve(world.functions[name], wanted))

    def get(self):
        name = self.name()
        if not self.function(name):
            return Step("GetFunctionConcurrency", {"FunctionName": name}, MISSING)
        return Step("GetFunctionConcurrency", {"FunctionName": name},
                    view={"ReservedConcurrentExecutions": self.function(name).reserved})

    def delete(self):
        name = self.name()
        if not self.function(name):
            return Step("DeleteFunctionConcurrency", {"FunctionName": name}, MISSING)
        return Step("DeleteFunctionConcurrency", {"FunctionName": name},
                    effect=lambda world: reserve(world.functions[name], None))


def set_aside(world, without):
    """The concurrency of all other functions: reserved, or else provisioned."""
    return sum(
        each.reserved if each.reserved is not None else sum(each.provisioned.values())
        for name, each in world.functions.items() if name != without)


def reserve(function, count):
    function.reserved = count
    unsettle(function)


def unsettle(function):
    """A function's setting changed: AWS does not document whether its revision does."""
    function.revision.unsettled()
    for alias in function.aliases.values():
        alias.revision.unsettled()


class Provisioned(Resource):
    """Provisioned concurrency."""

    calls = {
        "put": "PutProvisionedConcurrencyConfig", "get": "GetProvisionedConcurrencyConfig",
        "delete": "DeleteProvisionedConcurrencyConfig", "list": "ListProvisionedConcurrencyConfigs",
    }

    def put(self):
        name, count = self.name(), self.chance.randint(1, 3)
        function = self.function(name)
        qualifier = self.chance.choice(["$LATEST", "77", *list(function.versions if function else []) * 2])
        parameters = {"FunctionName": name, "Qualifier": qualifier, "ProvisionedConcurrentExecutions": count}
        if qualifier == "$LATEST":
            return Step("PutProvisionedConcurrencyConfig", parameters, {INVALID, MISSING} if not function else INVALID)
        if not function or qualifier not in function.versions:
            return Step("PutProvisionedConcurrencyConfig", parameters, MISSING)
        if any(alias in function.provisioned for alias in function.aliases):
            return Step("GetFunctionConfiguration", {"FunctionName": name})

        siblings = sum(amount for other, amount in function.provisioned.items() if other != qualifier)
        room = CONCURRENCY - UNRESERVED - set_aside(self.world, name)
        if count + siblings > (room if function.reserved is None else function.reserved):
            return Step("PutProvisionedConcurrencyConfig", parameters, INVALID)

        def effect(world):
            world.functions[name].provisioned[qualifier] = count
            unsettle(world.functions[name])

        return Step("PutProvisionedConcurrencyConfig", parameters, effect=effect,
                    view={"RequestedProvisionedConcurrentExecutions": count})

    def existing(self):
        name = self.name()
        function = self.function(name)
        qualifier = self.chance.choice(list(function.versions)) if function and function.versions else None
        return name, qualifier, function, {"FunctionName": name, "Qualifier": qualifier or "1"}

    def get(self):
        _, qualifier, function, parameters = self.existing()
        if not qualifier:
            return Step("GetProvisionedConcurrencyConfig", parameters, {MISSING, NO_CONFIG})
        if qualifier not in function.provisioned:
            return Step("GetProvisionedConcurrencyConfig", parameters, NO_CONFIG)
        return Step("GetProvisionedConcurrencyConfig", parameters,
                    view={"RequestedProvisionedConcurrentExecutions": function.provisioned[qualifier]})

    def delete(self):
        name, qualifier, _, parameters = self.existing()
        if not qualifier:
            return self.get()

        def effect(world):
            world.functions[name].provisioned.pop(qualifier, None)
            unsettle(world.functions[name])

        return Step("DeleteProvisionedConcurrencyConfig", parameters, effect=effect)

    def list(self):
        name = self.name()
        if not self.function(name):
            return Step("ListProvisionedConcurrencyConfigs", {"FunctionName": name}, MISSING)
        return Step("ListProvisionedConcurrencyConfigs", {"FunctionName": name},
                    items=set(self.function(name).provisioned.items()),
                    pages=("ProvisionedConcurrencyConfigs", lambda each: (
                        each["FunctionArn"].rpartition(":")[2], each["RequestedProvisionedConcurrentExecutions"])))


class InvokeConfigs(Resource):
    """Settings of asynchronous invocation."""

    calls = {
        "put": "PutFunctionEventInvokeConfig", "update": "UpdateFunctionEventInvokeConfig",
        "get": "GetFunctionEventInvokeConfig", "delete": "DeleteFunctionEventInvokeConfig",
        "list": "ListFunctionEventInvokeConfigs",
    }

    def place(self):
        name = self.name()
        function = self.function(name)
        qualifier = self.chance.choice([None, "$LATEST", "1", "live"])
        key = qualifier or "$LATEST"
        parameters = {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}
        is_there = function and (key == "$LATEST" or key in function.versions or key in function.aliases)
        return name, key, parameters, is_there and function.invoke_configs.get(key), is_there

    def settings(self):
        wanted = {"MaximumRetryAttempts": self.chance.randint(0, 2), "MaximumEventAgeInSeconds": 60}
        return {key: value for key, value in wanted.items() if self.often(0.7)} or {"MaximumRetryAttempts": 1}

    def put(self):
        name, key, parameters, _, is_there = self.place()
        settings = self.settings()
        return self.store("PutFunctionEventInvokeConfig", name, key, {**parameters, **settings}, settings, is_there)

    def update(self):
        name, key, parameters, found, is_there = self.place()
        settings = self.settings()
        return self.store("UpdateFunctionEventInvokeConfig", name, key, {**parameters, **settings},
                          {**(found or {}), **settings}, found)

    def store(self, operation, name, key, parameters, settings, is_allowed):
        if not is_allowed:
            return Step(operation, parameters, MISSING)

        def effect(world):
            world.functions[name].invoke_configs[key] = settings

        return Step(operation, parameters, view=settings, effect=effect)

    def get(self):
        _, _, parameters, found, _ = self.place()
        return Step("GetFunctionEventInvokeConfig", parameters, None if found else MISSING, view=found or {})

    def delete(self):
        name, key, parameters, found, _ = self.place()
        return Step("DeleteFunctionEventInvokeConfig", parameters, None if found else MISSING,
                    effect=lambda world: world.functions[name].invoke_configs.pop(key))

    def list(self):
        name = self.name()
        if not self.function(name):
            return Step("ListFunctionEventInvokeConfigs", {"FunctionName": name}, MISSING)
        return Step("ListFunctionEventInvokeConfigs", {"FunctionName": name},
                    items=set(self.function(name).invoke_configs),
                    pages=("FunctionEventInvokeConfigs", lambda each: each["FunctionArn"].rpartition(":")[2]))


class Tags(Resource):
    """Tags of functions."""

    calls = {"tag": "TagResource", "untag": "UntagResource", "list": "ListTags"}

    def existing(self, operation, **parameters):
        name = self.name()
        parameters = {"Resource": self.account.arn(name), **parameters}
        return name, parameters, None if self.function(name) else Step(operation, parameters, MISSING)

    def tag(self):
        tags = {self.chance.choice("abc"): self.chance.choice(["", "1", "2"])}
        name, parameters, missing = self.existing("TagResource", Tags=tags)

        def effect(world):
            world.functions[name].tags.update(tags)
            unsettle(world.functions[name])

        return missing or Step("TagResource", parameters, effect=effect)

    def untag(self):
        key = self.chance.choice("abc")
        name, parameters, missing = self.existing("UntagResource", TagKeys=[key])

        def effect(world):
            world.functions[name].tags.pop(key, None)
            unsettle(world.functions[name])

        return missing or Step("UntagResource", parameters, effect=effect)

    def list(self):
        name, parameters, missing = self.existing("ListTags")
        return missing or Step("ListTags", parameters, view={"Tags": dict(self.function(name).tags)})
