"""A small model of Lambda's control plane, by AWS's documentation: the expected response to each call after all others.

Each resource is a class whose `calls` create a `Step`: a call, valid or not, with its expected response and its
effect. A `World` is plain data, so that it can be copied when it is unknown whether a call was carried out.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

CONFLICT, MISSING = "ResourceConflictException", "ResourceNotFoundException"
INVALID, STALE = "InvalidParameterValueException", "PreconditionFailedException"
WRONG_REVISION = "00000000-0000-4000-8000-000000000000"
# The account's concurrency, and the part of it that always stays unreserved.
CONCURRENCY, UNRESERVED = 1000, 100
FUNCTION_NAMES = ["alpha", "beta", "gamma", "delta"]


@dataclass
class Revision:
    """A resource's revision id: it changes with each change and is never reused."""

    current: str = None
    past: set = field(default_factory=set)

    def changed(self):
        if self.current:
            self.past.add(self.current)
        self.current = None

    def unsettled(self):
        """A related resource changed; AWS does not document whether that changes the revision."""
        self.current = None

    def problem(self, seen):
        if seen in self.past or self.current not in (None, seen):
            return f"the revision is {seen}; it was {self.current}, before that {sorted(self.past)}"
        self.current = seen
        return None


@dataclass
class Function:
    """A function: `$LATEST`, its versions and settings.

    `published` is the version that equals `$LATEST`; a change that is undone counts as a change, which AWS leaves open.
    """

    settings: dict
    revision: Revision = field(default_factory=Revision)
    versions: dict = field(default_factory=dict)
    published: str = None
    aliases: dict = field(default_factory=dict)
    policies: dict = field(default_factory=dict)
    reserved: int = None
    provisioned: dict = field(default_factory=dict)
    invoke_configs: dict = field(default_factory=dict)
    tags: dict = field(default_factory=dict)


@dataclass
class Alias:
    """An alias of a version, or of two."""

    view: dict
    revision: Revision = field(default_factory=Revision)


@dataclass
class Layer:
    """The existing versions; numbers are never reused."""

    last: int = 0
    versions: dict = field(default_factory=dict)


@dataclass
class World:
    """All resources of an account."""

    functions: dict = field(default_factory=dict)
    last_versions: dict = field(default_factory=dict)
    layers: dict = field(default_factory=dict)


@dataclass
class Step:
    """A call, its expected response, and its effect.

    `view` has members of the response (`None` for an absent member); for a list, `pages` is the key and the function
    that maps an item for comparison with `items`. `effect` changes the world that it is given.
    """

    operation: str
    parameters: dict
    refusal: str = None
    view: dict = field(default_factory=dict)
    effect: Callable = lambda world: None
    revision: Callable = None
    pages: tuple = None
    items: list = None


class Resource:
    """Calls about one kind of thing. `calls` names the methods that make steps, with the operation that each needs."""

    calls: dict = {}

    def __init__(self, world: World, chance: random.Random, account):
        self.world, self.chance, self.account = world, chance, account

    def name(self):
        return self.chance.choice(FUNCTION_NAMES)

    def function(self, name):
        return self.world.functions.get(name)

    def often(self, probability=0.8):
        return self.chance.random() < probability

    def guard(self, current):
        """A `RevisionId` to send, and whether it is a stale one: usually none."""
        if self.often(0.6) or not current:
            return {}, False
        stale = self.often(0.4)
        return {"RevisionId": WRONG_REVISION if stale else current}, stale
