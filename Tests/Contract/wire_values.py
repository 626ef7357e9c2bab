"""Values of any shape of a service model, at random from a seed, as botocore's serializers take them."""

import datetime
import random

TEXTS = ("a", "Name-1", "two words", "a&b=c<d>\"e'", "ünï©ode", "100%+1", "x/y.z", "true", "12", "{}", "#?;:@")


class Values:
    """Makes values; each `value` differs from the last one."""

    def __init__(self, seed, protocol, fractions):
        self.random = random.Random(seed)
        # Forms and XML have no text for a list, map or structure without content.
        self.least = 0 if protocol in ("json", "rest-json", "smithy-rpc-v2-cbor") else 1
        self.fractions = fractions

    def value(self, shape, depth=0, place=None):
        return getattr(self, f"_{shape.type_name}", self._string)(shape, depth, place)

    def _structure(self, shape, depth, place):
        if getattr(shape, "is_document_type", False):
            return {"any": ["thing", 1, None, True]}
        members = {name: member for name, member in shape.members.items()
                   if not member.serialization.get("eventstream")}
        required = set(shape.required_members)
        if shape.is_tagged_union and members:
            names = [self._choice(sorted(members), depth, members)]
        else:
            # All members of an operation's own structure; fewer and fewer further in.
            share = (1, 0.9, 0.5, 0.25)[depth] if depth < 4 else 0
            names = [name for name in members
                     if name in required or self._is_bound(members[name]) or self.random.random() < share]
            if not names and self.least and members:
                names = [self._choice(sorted(members), depth, members)]
        return {name: self.value(members[name], depth + 1, members[name].serialization.get("location"))
                for name in names}

    @staticmethod
    def _is_bound(member):
        return member.serialization.get("location") == "uri"

    def _choice(self, names, depth, members):
        flat = [name for name in names if members[name].type_name not in ("structure", "list", "map")]
        return self.random.choice(flat if depth > 3 and flat else names)

    def _list(self, shape, depth, place):
        least = 1 if place or shape.serialization.get("flattened") else self.least
        most = 3 if depth < 3 else 1
        return [self.value(shape.member, depth + 1, place) for _ in range(self.random.randint(least, max(least, most)))]

    def _map(self, shape, depth, place):
        least = 1 if shape.serialization.get("flattened") else self.least
        count = self.random.randint(least, 2 if depth < 4 else max(least, 1))
        return {f"k{number}": self.value(shape.value, depth + 1, place) for number in range(count)}

    def _boolean(self, shape, depth, place):
        return self.random.random() < 0.5

    def _integer(self, shape, depth, place):
        return self.random.choice((0, 1, -1, 23, 24, 255, 256, 65_535, 65_536, 2**31 - 1, -(2**31)))

    def _long(self, shape, depth, place):
        return self.random.choice((0, -1, 2**31, 2**32, 2**53, 2**63 - 1, -(2**63)))

    def _double(self, shape, depth, place):
        return self.random.choice((0.0, -1.5, 0.25, 1e10, 65504.0))

    _float = _double

    def _timestamp(self, shape, depth, place):
        fraction = 0
        has_fractions = shape.serialization.get("timestampFormat") != "rfc822" and place != "header"
        if self.fractions and has_fractions:
            fraction = self.random.choice((0, 250_000))
        moment = datetime.datetime.fromtimestamp(self.random.randint(10**8, 2 * 10**9), datetime.timezone.utc)
        return moment.replace(microsecond=fraction)

    def _blob(self, shape, depth, place):
        # A payload that botocore reads as text has to be text.
        return self.random.choice((b"bytes", b"{}", b"0123456789" * 30)) if depth < 2 else bytes(range(256))

    def _string(self, shape, depth, place):
        if shape.serialization.get("hostLabel"):
            return "012345678901"
        if place == "uri":
            return self.random.choice([text for text in TEXTS if text.isascii()])
        if place in ("header", "headers"):
            if shape.serialization.get("jsonvalue"):
                return {"a": 1}
            return self.random.choice(("a", "Name-1", "two words", "12"))
        return self.random.choice(TEXTS)
