"""A small model of Lambda's control plane, by AWS's documentation: what each call must answer after all calls before.

Each resource is a class whose `calls` make a `Step`: a call, valid or not, with what the answer must be and what it
changes. A `World` is plain data, so that it can be copied when it is not known whether a call was carried out.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

CONFLICT, MISSING = "ResourceConflictException", "ResourceNotFoundException"
INVALID, STALE = "InvalidParameterValueException", "PreconditionFailedException"
WRONG_REVISION = "00000000-0000-4000-8000-000000000000"
# The account's concurrency, and what of it always stays unreserved.
CONCURRENCY, UNRESERVED = 1000, 100
FUNCTION_NAMES = ["alpha", "beta", "gamma", "delta"]


@dataclass
class Revision:
    """The revision id of something: it stays until there is a change, and never comes back."""

    current: str = None
    past: set = field(default_factory=set)

    def changed(self):
        if self.current:
            self.past.add(self.current)
        self.current = None

    def unsettled(self):
        """Something beside it changed; AWS does not say whether that counts."""
        self.current = None

    def problem(self, seen):
        if seen in self.past or self.current not in (None, seen):
            return f"the revision is {seen}; it was {self.current}, before that {sorted(self.past)}"
        self.current = seen
        return None


@dataclass
class Function:
    """`$LATEST`, the versions and everything that hangs on a function.

    `published` is the version that `$LATEST` still is; a change and its undoing count, which AWS leaves open.
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
    """A name for a version, or for two."""

    view: dict
    revision: Revision = field(default_factory=Revision)


@dataclass
class Layer:
    """The versions that are there; a number is never given twice."""

    last: int = 0
    versions: dict = field(default_factory=dict)


@dataclass
class World:
    """Everything in an account."""

    functions: dict = field(default_factory=dict)
    last_versions: dict = field(default_factory=dict)
    layers: dict = field(default_factory=dict)


@dataclass
class Step:
    """A call, the answer that it must get, and what it changes.

    `view` has members of the answer (`None` means that a member is absent); of a list, `pages` is the key, and how an
    item is shown to be compared with `items`. `effect` works on the world that it is given.
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
