"""The random walk's calls on functions, versions and aliases."""

from control_plane_model import CONFLICT, INVALID, MISSING, STALE, Alias, Function, Resource, Step
from packages import sha256, zip_of

PACKAGES = [zip_of({"app.py": f"def handler(e, c): return {number}"}) for number in range(3)]
ALIAS_NAMES = ["live", "beta", "old"]
SHOWN = ("Description", "Timeout", "MemorySize", "CodeSha256")


def shown(settings):
    return {key: settings[key] for key in SHOWN}


def by_number(versions):
    return sorted(versions, key=int)


class Functions(Resource):
    """Functions and their latest version."""

    calls = {
        "create": "CreateFunction", "get": "GetFunctionConfiguration", "configure": "UpdateFunctionConfiguration",
        "replace_code": "UpdateFunctionCode", "delete": "DeleteFunction", "list": "ListFunctions",
        "count": "GetAccountSettings",
    }

    def create(self):
        name, package = self.name(), self.chance.choice(PACKAGES)
        changes = {"Description": self.chance.choice(["", "a"]), "Timeout": self.chance.choice([3, 4])}
        parameters = {**self.account.settings(name=name), "Code": {"ZipFile": package}, **changes}
        if self.function(name):
            return Step("CreateFunction", parameters, CONFLICT)
        settings = {**changes, "MemorySize": 128, "CodeSha256": sha256(package)}

        def effect(world):
            world.functions[name] = Function(dict(settings))

        return Step("CreateFunction", parameters, view={**shown(settings), "Version": "$LATEST"}, effect=effect)

    def get(self):
        name, parameters = self.name(), {}
        function = self.function(name)
        qualifier = self.chance.choice([None, "$LATEST", "1", "2", "3", *ALIAS_NAMES])
        parameters = {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}
        number = function and (function.aliases[qualifier].view["FunctionVersion"] if qualifier in function.aliases
                               else qualifier or "$LATEST")
        if not function or (number != "$LATEST" and number not in function.versions):
            return Step("GetFunctionConfiguration", parameters, MISSING)
        if number == "$LATEST":
            return Step("GetFunctionConfiguration", parameters, view={**shown(function.settings), "Version": number},
                        revision=lambda world: world.functions[name].revision)
        return Step("GetFunctionConfiguration", parameters, view={**function.versions[number], "Version": number})

    def configure(self):
        name = self.name()
        changes = self.chance.choice([
            {"Description": "b"}, {"Description": "c"}, {"Timeout": 5}, {"Timeout": 3}, {"MemorySize": 256}, {}])
        return self.change(name, "UpdateFunctionConfiguration", changes, changes)

    def replace_code(self):
        package = self.chance.choice(PACKAGES)
        return self.change(self.name(), "UpdateFunctionCode", {"ZipFile": package}, {"CodeSha256": sha256(package)})

    def change(self, name, operation, parameters, changes):
        function = self.function(name)
        if not function:
            return Step(operation, {"FunctionName": name, **parameters}, MISSING)
        guard, is_stale = self.guard(function.revision.current)
        parameters = {"FunctionName": name, **parameters, **guard}
        if is_stale:
            return Step(operation, parameters, STALE)

        def effect(world):
            function = world.functions[name]
            before = dict(function.settings)
            function.settings.update(changes)
            function.revision.changed()
            if function.settings != before:
                function.published = None

        return Step(operation, parameters, view=shown({**function.settings, **changes}), effect=effect)

    def delete(self):
        name = self.name()
        function = self.function(name)
        if self.often(0.8) and function and function.versions:
            return self.delete_version(name, function)
        if not function or self.often(0.7):
            return Step("DeleteFunction", {"FunctionName": "nobody"}, MISSING)
        return Step("DeleteFunction", {"FunctionName": name}, effect=lambda world: world.functions.pop(name))

    def delete_version(self, name, function):
        qualifier = self.chance.choice(["$LATEST", "77", *function.versions])
        parameters = {"FunctionName": name, "Qualifier": qualifier}
        if qualifier == "$LATEST":
            return Step("DeleteFunction", parameters, INVALID)
        if any(qualifier in referenced(alias) for alias in function.aliases.values()):
            return Step("DeleteFunction", parameters, CONFLICT)

        def effect(world):
            function = world.functions[name]
            for part in (function.versions, function.policies, function.provisioned, function.invoke_configs):
                part.pop(qualifier, None)

        return Step("DeleteFunction", parameters, effect=effect)

    def list(self):
        every = self.often(0.5)
        parameters = {"FunctionVersion": "ALL"} if every else {}
        items = []
        for name, function in sorted(self.world.functions.items()):
            items.append((name, "$LATEST"))
            items += [(name, number) for number in by_number(function.versions)] if every else []
        return Step("ListFunctions", parameters, items=items,
                    pages=("Functions", lambda each: (each["FunctionName"], each["Version"])))

    def count(self):
        return Step("GetAccountSettings", {}, view={"AccountUsage.FunctionCount": len(self.world.functions)})


class Versions(Resource):
    """Published versions."""

    calls = {"publish": "PublishVersion", "list": "ListVersionsByFunction"}

    def publish(self):
        name = self.name()
        function = self.function(name)
        if not function:
            return Step("PublishVersion", {"FunctionName": name}, MISSING)
        guard, is_stale = self.guard(function.revision.current)
        parameters = {"FunctionName": name, **guard}
        if is_stale:
            return Step("PublishVersion", parameters, STALE)
        if self.often(0.3):
            parameters["CodeSha256"] = self.chance.choice([function.settings["CodeSha256"], "wrong"])
            if parameters["CodeSha256"] == "wrong":
                return Step("PublishVersion", parameters, INVALID)
        return self.publication(name, function, parameters)

    def publication(self, name, function, parameters):
        if function.published in function.versions:
            return Step("PublishVersion", parameters, view={"Version": function.published})
        number = str(self.world.last_versions.get(name, 0) + 1)
        description = self.chance.choice([None, "published"])
        if description:
            parameters["Description"] = description
        snapshot = {**shown(function.settings), **({"Description": description} if description else {})}

        def effect(world):
            function = world.functions[name]
            function.versions[number] = snapshot
            function.published = number
            function.revision.unsettled()
            world.last_versions[name] = int(number)

        return Step("PublishVersion", parameters, view={**snapshot, "Version": number}, effect=effect)

    def list(self):
        name = self.name()
        function = self.function(name)
        parameters = {"FunctionName": name}
        if not function:
            return Step("ListVersionsByFunction", parameters, MISSING)
        items = [("$LATEST", function.settings["Timeout"])]
        items += [(number, function.versions[number]["Timeout"]) for number in by_number(function.versions)]
        return Step("ListVersionsByFunction", parameters, items=items,
                    pages=("Versions", lambda each: (each["Version"], each["Timeout"])))


class Aliases(Resource):
    """Aliases with weights."""

    calls = {
        "create": "CreateAlias", "get": "GetAlias", "update": "UpdateAlias", "delete": "DeleteAlias",
        "list": "ListAliases",
    }

    def target(self, function):
        """A version, possibly with a second one, and the expected errors."""
        number = self.chance.choice(["$LATEST", "99", *list(function.versions) * 3])
        if self.often(0.7):
            return {"FunctionVersion": number}, None if number != "99" else MISSING
        second = self.chance.choice(["98", *list(function.versions) * 3])
        target = {"FunctionVersion": number, "RoutingConfig": {"AdditionalVersionWeights": {second: 0.25}}}
        if number == "99" or second == "98":
            return target, {MISSING, INVALID}
        return target, INVALID if number in ("$LATEST", second) else None

    def create(self):
        name, alias = self.name(), self.chance.choice(ALIAS_NAMES)
        function = self.function(name)
        if not function:
            parameters = {"FunctionName": name, "Name": alias, "FunctionVersion": "$LATEST"}
            return Step("CreateAlias", parameters, MISSING)
        target, refusal = self.target(function)
        parameters = {"FunctionName": name, "Name": alias, "Description": "made", **target}
        if alias in function.aliases:
            return Step("CreateAlias", parameters, {CONFLICT, *refusals(refusal)})
        if refusal:
            return Step("CreateAlias", parameters, refusal)
        view = {"Name": alias, "Description": "made", "RoutingConfig": None, **target}

        def effect(world):
            world.functions[name].aliases[alias] = Alias(dict(view))

        return Step("CreateAlias", parameters, view=view, effect=effect,
                    revision=lambda world: world.functions[name].aliases[alias].revision)

    def existing(self, operation):
        """A possibly missing alias: its names, itself, and the step for a missing one."""
        name, alias = self.name(), self.chance.choice(ALIAS_NAMES)
        parameters = {"FunctionName": name, "Name": alias}
        found = self.function(name) and self.function(name).aliases.get(alias)
        return name, alias, parameters, found, None if found else Step(operation, parameters, MISSING)

    def get(self):
        name, alias, parameters, found, missing = self.existing("GetAlias")
        return missing or Step("GetAlias", parameters, view=found.view,
                               revision=lambda world: world.functions[name].aliases[alias].revision)

    def update(self):
        name, alias, parameters, found, missing = self.existing("UpdateAlias")
        if missing:
            return missing
        target, refusal = self.target(self.function(name))
        if found.view.get("RoutingConfig") or self.often(0.3):
            target.setdefault("RoutingConfig", {"AdditionalVersionWeights": {}})
        guard, is_stale = self.guard(found.revision.current)
        parameters = {**parameters, **target, **guard}
        if refusal or is_stale:
            return Step("UpdateAlias", parameters, {*refusals(refusal), *([STALE] if is_stale else [])})
        if not target.get("RoutingConfig", {}).get("AdditionalVersionWeights"):
            target["RoutingConfig"] = None

        def effect(world):
            world.functions[name].aliases[alias].view.update(target)
            world.functions[name].aliases[alias].revision.changed()

        return Step("UpdateAlias", parameters, view={**found.view, **target}, effect=effect,
                    revision=lambda world: world.functions[name].aliases[alias].revision)

    def delete(self):
        name, alias, parameters, found, _ = self.existing("DeleteAlias")
        if not self.function(name):
            return Step("DeleteAlias", parameters, MISSING)

        def effect(world):
            function = world.functions[name]
            for part in (function.aliases, function.policies, function.provisioned, function.invoke_configs):
                part.pop(alias, None)

        return Step("DeleteAlias", parameters, effect=effect)

    def list(self):
        name = self.name()
        function = self.function(name)
        if not function:
            return Step("ListAliases", {"FunctionName": name}, MISSING)
        wanted = self.chance.choice([None, "1", "2"])
        items = [(alias, each.view["FunctionVersion"]) for alias, each in sorted(function.aliases.items())
                 if wanted in (None, each.view["FunctionVersion"])]
        return Step("ListAliases", {"FunctionName": name, **({"FunctionVersion": wanted} if wanted else {})},
                    items=items, pages=("Aliases", lambda each: (each["Name"], each["FunctionVersion"])))


def referenced(alias):
    """The versions of an alias."""
    weights = (alias.view.get("RoutingConfig") or {}).get("AdditionalVersionWeights", {})
    return {alias.view["FunctionVersion"], *weights}


def refusals(refusal):
    """One error, or any of several, as a set."""
    return refusal if isinstance(refusal, set) else {refusal} - {None}
