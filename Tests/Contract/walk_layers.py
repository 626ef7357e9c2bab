"""The random walk's calls on layers and their policies."""

import json

from control_plane_model import CONFLICT, INVALID, MISSING, STALE, Layer, Resource, Revision, Step
from packages import zip_of

LAYER_NAMES = ["deps", "fonts", "tools"]
STATEMENTS = ["one", "two", "three"]
LAYER_ZIP = zip_of({"python/dep.py": "x = 1"})


def sids(answer):
    return sorted(statement["Sid"] for statement in json.loads(answer["Policy"])["Statement"])


class Layers(Resource):
    """Layers and their versions."""

    calls = {
        "publish": "PublishLayerVersion", "get": "GetLayerVersion", "delete": "DeleteLayerVersion",
        "list": "ListLayers", "list_versions": "ListLayerVersions",
    }

    def publish(self):
        name = self.chance.choice(LAYER_NAMES)
        layer = self.world.layers.get(name) or Layer()
        number, description = layer.last + 1, self.chance.choice(["", "words"])

        def effect(world):
            layer = world.layers.setdefault(name, Layer())
            layer.last = number
            layer.versions[number] = {"description": description, "policy": {}, "revision": Revision()}

        parameters = {"LayerName": name, "Content": {"ZipFile": LAYER_ZIP}, "Description": description}
        return Step("PublishLayerVersion", parameters, view={"Version": number, "Description": description},
                    effect=effect)

    def version(self):
        """A layer and a number, and the version if it exists."""
        name = self.chance.choice(LAYER_NAMES)
        layer = self.world.layers.get(name) or Layer()
        number = self.chance.randint(1, layer.last + 2)
        return name, number, {"LayerName": name, "VersionNumber": number}, layer.versions.get(number)

    def get(self):
        name, number, parameters, version = self.version()
        if not version:
            return Step("GetLayerVersion", parameters, MISSING)
        return Step("GetLayerVersion", parameters, view={"Version": number, "Description": version["description"]})

    def delete(self):
        name, number, parameters, version = self.version()
        if self.often(0.1):
            return Step("DeleteLayerVersion", {**parameters, "VersionNumber": 0}, INVALID)
        return Step("DeleteLayerVersion", parameters, effect=lambda world: (
            world.layers[name].versions.pop(number, None) if name in world.layers else None))

    def list(self):
        items = [(name, max(layer.versions)) for name, layer in sorted(self.world.layers.items()) if layer.versions]
        return Step("ListLayers", {}, items=items, pages=(
            "Layers", lambda each: (each["LayerName"], each["LatestMatchingVersion"]["Version"])))

    def list_versions(self):
        name = self.chance.choice(LAYER_NAMES)
        items = sorted((self.world.layers.get(name) or Layer()).versions, reverse=True)
        return Step("ListLayerVersions", {"LayerName": name}, items=items,
                    pages=("LayerVersions", lambda each: each["Version"]))


class LayerPolicies(Layers):
    """Policies of layer versions."""

    calls = {
        "add": "AddLayerVersionPermission", "remove": "RemoveLayerVersionPermission", "read": "GetLayerVersionPolicy",
    }

    def add(self):
        name, number, parameters, version = self.version()
        sid = self.chance.choice(STATEMENTS)
        parameters = {**parameters, "StatementId": sid, "Action": "lambda:GetLayerVersion", "Principal": "*"}
        if not version:
            return Step("AddLayerVersionPermission", parameters, MISSING)
        guard, is_stale = self.guard(version["policy"] and version["revision"].current)
        if is_stale:
            return Step("AddLayerVersionPermission", {**parameters, **guard},
                        {STALE, CONFLICT} if sid in version["policy"] else STALE)
        if sid in version["policy"]:
            return Step("AddLayerVersionPermission", {**parameters, **guard}, CONFLICT)
        return Step("AddLayerVersionPermission", {**parameters, **guard},
                    effect=lambda world: changed(world.layers[name].versions[number], sid, True))

    def remove(self):
        name, number, parameters, version = self.version()
        sid = self.chance.choice(STATEMENTS)
        parameters = {**parameters, "StatementId": sid}
        if not version or sid not in version["policy"]:
            return Step("RemoveLayerVersionPermission", parameters, MISSING)
        return Step("RemoveLayerVersionPermission", parameters,
                    effect=lambda world: changed(world.layers[name].versions[number], sid, False))

    def read(self):
        name, number, parameters, version = self.version()
        if not version or not version["policy"]:
            return Step("GetLayerVersionPolicy", parameters, MISSING)
        return Step("GetLayerVersionPolicy", parameters, view={sids: sorted(version["policy"])},
                    revision=lambda world: world.layers[name].versions[number]["revision"])


def changed(holder, sid, is_there):
    """Adds a statement to a policy, or removes it."""
    holder["policy"].update({sid: True}) if is_there else holder["policy"].pop(sid)
    holder["revision"].changed()
