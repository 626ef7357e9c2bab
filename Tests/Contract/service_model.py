"""Lambda's service model from botocore, as `script/generate-aws-model` reads it."""

import functools
import gzip
import json
from pathlib import Path

import botocore

# The model's bounds are those of functions on managed instances; "Lambda quotas" has those of all others.
MAXIMA = {"MemorySize": 10_240, "Timeout": 900, "EphemeralStorageSize": 10_240}
# A list that is checked as a whole, against fewer values than its elements' enumeration has.
LISTS = {"CompatibleRuntimes": [
    "nodejs20.x", "python3.14", "provided.al2023", "python3.12", "python3.13", "nodejs24.x", "nodejs22.x", "java25",
    "python3.10", "python3.11", "java21", "ruby3.3", "ruby3.4", "ruby3.2", "python3.8", "python3.9", "java17",
    "nodejs16.x", "dotnet10", "dotnet8", "java11", "dotnet6", "nodejs18.x", "provided.al2", "java8.al2",
]}


class Shape:
    """A shape of the model with its constraints and parts."""

    def __init__(self, model, name):
        self.model = model
        self.name = name
        self.traits = model["shapes"][name]
        self.type = self.traits["type"]
        self.minimum = self.traits.get("min")
        self.maximum = MAXIMA.get(name, self.traits.get("max"))
        self.pattern = self.traits.get("pattern")
        self.enum = LISTS.get(name, self.traits.get("enum", []))
        self.is_sensitive = self.traits.get("sensitive", False)
        self.required = self.traits.get("required", [])
        self.payload = self.traits.get("payload")

    @functools.cached_property
    def members(self):
        return {name: Member(self, name) for name in self.traits.get("members", {})}

    def part(self, role):
        """The shape of a list's `member`, or of a map's `key` or `value`."""
        return shape(self.traits[role]["shape"])


class Member:
    """A member of a structure: its shape, and its location in a request."""

    def __init__(self, structure, name):
        traits = structure.traits["members"][name]
        self.name = name
        self.shape = shape(traits["shape"])
        self.location = "payload" if structure.payload == name else traits.get("location", "body")
        self.wire_name = traits.get("locationName", name)
        self.is_required = name in structure.required
        self.makes_token = traits.get("idempotencyToken", False)


class Operation:
    """An operation: its name, its HTTP binding and its input."""

    def __init__(self, name, traits):
        self.name = name
        self.method = traits["http"]["method"]
        self.uri = traits["http"]["requestUri"]
        self.input = shape(traits["input"]["shape"]) if "input" in traits else None

    @property
    def members(self):
        return self.input.members if self.input else {}


@functools.cache
def model():
    path = Path(botocore.__file__).parent / "data" / "lambda" / "2015-03-31" / "service-2.json.gz"
    with gzip.open(path) as file:
        return json.load(file)


@functools.cache
def shape(name):
    return Shape(model(), name)


@functools.cache
def operations():
    """Every operation by its name."""
    return {name: Operation(name, traits) for name, traits in sorted(model()["operations"].items())}
