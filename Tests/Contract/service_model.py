"""Lambda's service model from botocore, as `script/generate-aws-model` reads it."""

import functools
import gzip
import json
from pathlib import Path

import botocore


class Shape:
    """A shape of the model with its constraints and parts."""

    def __init__(self, model, name):
        self.model = model
        self.name = name
        self.traits = model["shapes"][name]
        self.type = self.traits["type"]
        self.minimum = self.traits.get("min")
        self.maximum = self.traits.get("max")
        self.pattern = self.traits.get("pattern")
        self.enum = self.traits.get("enum", [])
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
