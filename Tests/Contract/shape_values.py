"""Values that a shape of the model allows: the smallest, and seeded random ones."""

import random
import re
import re._parser as parser
import string

from packages import zip_of

# The ASCII parts of Java's Unicode classes, which Python's `re` lacks: sufficient for these values.
UNICODE_CLASSES = {r"\p{L}": "a-zA-Z", r"\p{Z}": " ", r"\p{N}": "0-9"}
# Constraints of the service that are not in the model.
CATEGORIES = {parser.CATEGORY_DIGIT: string.digits, parser.CATEGORY_NOT_SPACE: string.ascii_letters,
              parser.CATEGORY_SPACE: " ", parser.CATEGORY_WORD: string.ascii_letters}
PRINTABLE = [chr(code) for code in range(32, 127)]
ATTEMPTS = 400
# Long repetitions repeat one text, so that a million characters are generated quickly.
VARIED_REPETITIONS = 64


def expression(pattern):
    for name, ascii_part in UNICODE_CLASSES.items():
        pattern = pattern.replace(name, ascii_part)
    return re.compile(pattern)


class Values:
    """Generates values; the same seed gives the same ones."""

    def __init__(self, seed=0):
        self.random = random.Random(seed)

    def minimal(self, shape):
        """A valid value with required members only."""
        if shape.type == "structure":
            return {name: self.minimal(shape.members[name].shape) for name in shape.required}
        if shape.type == "list":
            return [self.minimal(shape.part("member")) for _ in range(shape.minimum or 0)]
        if shape.type == "map":
            return {self.minimal(shape.part("key")): self.minimal(shape.part("value"))} if shape.minimum else {}
        return self.scalar(shape, growth=0)

    def full(self, shape, depth=0):
        """A valid value with each optional member more often than not."""
        if shape.type == "structure":
            wanted = [name for name, member in shape.members.items()
                      if member.is_required or (depth < 5 and self.random.random() < 0.7)]
            return {name: self.full(shape.members[name].shape, depth + 1) for name in wanted}
        if shape.type == "list":
            count = self.random.randint(shape.minimum or 0, min(shape.maximum or 3, (shape.minimum or 0) + 2))
            return [self.full(shape.part("member"), depth + 1) for _ in range(count)]
        if shape.type == "map":
            count = max(shape.minimum or 0, self.random.randint(0, 2))
            return {self.full(shape.part("key")): self.full(shape.part("value"), depth + 1) for _ in range(count)}
        return self.scalar(shape, growth=self.random.randint(0, 8))

    def scalar(self, shape, growth):
        if shape.enum:
            return self.random.choice(shape.enum)
        if shape.type == "string":
            return self.text(shape, growth)
        if shape.type in ("integer", "long"):
            low = shape.minimum or 0
            return self.random.randint(low, min(shape.maximum or low + 100, low + 10 * growth))
        if shape.type in ("double", "float"):
            return float(shape.minimum or 0)
        if shape.type == "timestamp":
            return 1_700_000_000
        return {"boolean": bool(growth % 2), "blob": zip_of({"a.py": "a = 1"})}[shape.type]

    def text(self, shape, growth=0):
        """A text within its bounds that matches its pattern; more `growth` makes it longer."""
        low, high = shape.minimum or 0, shape.maximum or 1_000_000
        if shape.pattern is None:
            return "".join(self.random.choice(string.ascii_letters) for _ in range(max(low, min(high, growth))))
        compiled = expression(shape.pattern)
        for attempt in range(ATTEMPTS):
            text = self.matching(shape.pattern, growth + attempt // 4)
            if low <= len(text) <= high and compiled.fullmatch(text):
                return text
        raise AssertionError(f"no value of {shape.name} found")

    def long_text(self, shape, length):
        """A text of at least `length` that matches its pattern, or `None`."""
        if shape.pattern is None:
            return "x" * length
        compiled = expression(shape.pattern)
        for _ in range(40):
            text = self.matching(shape.pattern, length)
            if len(text) >= length and compiled.fullmatch(text):
                return text
        return None

    def matching(self, pattern, growth):
        """A text that matches the expression, ignoring lookahead and lookbehind."""
        for name, ascii_part in UNICODE_CLASSES.items():
            pattern = pattern.replace(name, ascii_part)
        return self.tokens(parser.parse(pattern), growth)

    def tokens(self, tokens, growth):
        return "".join(self.token(kind, argument, growth) for kind, argument in tokens)

    def token(self, kind, argument, growth):
        if kind is parser.LITERAL:
            return chr(argument)
        if kind is parser.ANY:
            return self.random.choice(string.ascii_letters)
        if kind is parser.NOT_LITERAL:
            return self.random.choice([each for each in PRINTABLE if ord(each) != argument])
        if kind is parser.IN:
            return self.random.choice(alphabet(argument))
        if kind is parser.BRANCH:
            return self.tokens(self.random.choice(argument[1]), growth)
        if kind is parser.SUBPATTERN:
            return self.tokens(argument[3], growth)
        if kind in (parser.MAX_REPEAT, parser.MIN_REPEAT):
            low, high, repeated = argument
            count = min(high, low + (self.random.randint(growth // 2, growth) if growth else 0))
            varied = "".join(self.tokens(repeated, min(growth, 8)) for _ in range(min(count, VARIED_REPETITIONS)))
            return varied + self.tokens(repeated, 0) * (count - min(count, VARIED_REPETITIONS))
        return ""  # anchors and what looks around: the caller checks


def alphabet(parts):
    """The printable characters of a class."""
    chosen = []
    for kind, argument in parts:
        if kind is parser.LITERAL:
            chosen.append(chr(argument))
        elif kind is parser.RANGE:
            chosen += [chr(code) for code in range(argument[0], argument[1] + 1)]
        elif kind is parser.CATEGORY:
            chosen += CATEGORIES[argument]
    if parts[0][0] is parser.NEGATE:
        return [each for each in PRINTABLE if each not in chosen]
    return chosen
