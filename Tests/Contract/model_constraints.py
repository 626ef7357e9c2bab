"""The service model's constraints with AWS's messages, derived from the model alone: the oracle for the server.

`breaches` creates inputs that violate one constraint each; `violations` returns the sentences of AWS's message for
an input. AWS joins them in an unspecified order, so they are compared as a set.
"""

import re
from dataclasses import dataclass

from shape_values import Values, expression

# The maximum length of a value in the server's messages.
SHOWN_CHARACTERS = 1000
# Where the service deviates from its own model; `test_constraints.py` tests its behaviour.
NOT_CHECKED = {("CreateFunctionRequest", "Runtime"), ("UpdateFunctionConfigurationRequest", "Runtime")}
# Here AWS prints the address of a Java object.
STRUCTURE = "<structure>"


@dataclass
class Breach:
    """An input that violates the model in one place."""

    label: str
    members: dict


def breaches(operation):
    """One input per way to violate each member of an operation's input."""
    return [
        Breach(label, arriving(operation, members)) for label, members in broken(operation.input, Values(1), ())
        if can_travel(operation, members)
    ]


def arriving(operation, members):
    """The members as they arrive: a query cannot express an empty list."""
    return {name: value for name, value in members.items()
            if value != [] or operation.members[name].location != "querystring"}


def can_travel(operation, members):
    """Whether a request can carry the value: an empty label is another path, and headers have no line breaks."""
    for name, member in operation.members.items():
        value = members.get(name)
        if member.location == "uri" and value in (None, ""):
            return False
        if member.location in ("querystring", "header") and isinstance(value, list) and None in value:
            return False
        if member.location == "header" and isinstance(value, str) and not re.fullmatch(r"[\x21-\x7e]*", value):
            return False
    return True


def broken(shape, values, above):
    """Pairs of a label and a value of the shape that violates the model in one place."""
    if shape.name in above:
        return
    above = (*above, shape.name)
    if shape.type == "structure":
        yield from broken_structures(shape, values, above)
    elif shape.type == "list":
        yield from broken_lists(shape, values, above)
    elif shape.type == "map":
        yield from broken_maps(shape, values, above)
    elif shape.enum:
        yield "not in the enumeration", "No-Such-Value"
    elif shape.type == "string":
        yield from broken_texts(shape, values)
    else:
        yield from broken_numbers(shape)


def broken_structures(shape, values, above):
    for name, member in shape.members.items():
        whole = values.minimal(shape)
        if member.is_required:
            yield f"{name} is missing", {key: value for key, value in whole.items() if key != name}
        if (shape.name, name) in NOT_CHECKED:
            continue
        for label, value in broken(member.shape, values, above):
            yield f"{name}: {label}", {**whole, name: value}


def broken_lists(shape, values, above):
    element = shape.part("member")
    good = values.minimal(element)
    if shape.minimum:
        yield "too few", [good] * (shape.minimum - 1)
    if shape.maximum is not None:
        yield "too many", [good] * (shape.maximum + 1)
    yield "an element is null", [None]
    for label, value in broken(element, values, above):
        yield f"an element {label}", [good, value] if shape.maximum != 1 else [value]


def broken_maps(shape, values, above):
    key, target = shape.part("key"), shape.part("value")
    good = values.minimal(key) or "k"
    if shape.minimum:
        yield "too few", {}
    if shape.maximum is not None:
        yield "too many", {f"{good}{number}": values.minimal(target) for number in range(shape.maximum + 1)}
    yield "a value is null", {good: None}
    for label, value in broken(key, values, above):
        yield f"a key {label}", {value: values.minimal(target)}
    for label, value in broken(target, values, above):
        yield f"a value {label}", {good: value}


def broken_texts(shape, values):
    if shape.minimum:
        yield "too short", values.text(shape)[:shape.minimum - 1]
    if shape.maximum is not None:
        yield "too long", values.long_text(shape, shape.maximum + 1) or "x" * (shape.maximum + 1)
    if shape.pattern:
        for text in ("bad value!", "é", "\n", "", "-" * 8, "A:B:C"):
            if not expression(shape.pattern).fullmatch(text):
                yield f"against its pattern ({text!r})", text
                return


def broken_numbers(shape):
    if shape.minimum is not None:
        yield "too low", shape.minimum - 1
    if shape.maximum is not None and shape.maximum < 2**31 - 1:
        yield "too high", shape.maximum + 1


def violations(value, shape, path=""):
    """The sentences of AWS's message, each as its value, its path and its constraint."""
    found = set()
    if shape.type == "structure":
        for name, member in shape.members.items():
            here = f"{path}.{bean(name)}" if path else bean(name)
            found |= member_violations(value.get(name), member, here, (shape.name, name) in NOT_CHECKED)
    elif shape.type == "list":
        found |= part_violations(value, value, shape, shape.part("member"), path, "Member must satisfy constraint")
        found |= inner(enumerate(value, 1), shape.part("member"), path)
    elif shape.type == "map":
        found |= part_violations(list(value), value, shape, shape.part("key"), path, "Map keys must satisfy constraint")
        found |= part_violations(
            list(value.values()), value, shape, shape.part("value"), path, "Map value must satisfy constraint")
        found |= inner(value.items(), shape.part("value"), path)
    return found


def member_violations(value, member, path, unchecked):
    if value is None:
        return {f"Value null at '{path}' failed to satisfy constraint: Member must not be null"} \
            if member.is_required else set()
    if unchecked:
        return set()
    found = {sentence(value, member.shape, path, words) for words, holds in constraints(member.shape)
             if not holds(value)}
    return found | violations(value, member.shape, path)


def part_violations(parts, whole, shape, part, path, words):
    """The violations of a list's elements or a map's entries: the whole is shown, with all constraints of its parts."""
    if shape.type == "list" and shape.enum:
        return set()
    demands = constraints(part)
    if all(each is not None and all(holds(each) for _, holds in demands) for each in parts):
        return set()
    listed = ", ".join([text for text, _ in demands] + ["Member must not be null"])
    return {sentence(whole, shape, path, f"{words}: [{listed}]")}


def inner(entries, part, path):
    if part.type not in ("structure", "list", "map"):
        return set()
    parts = (violations(value, part, f"{path}.{key}.member") for key, value in entries if value is not None)
    return set().union(*parts)


def constraints(shape):
    """Pairs of a constraint's words and its check, in the order in which AWS lists them between brackets."""
    number = shape.type in ("integer", "long", "double", "float")
    noun, measure = ("value", lambda value: value) if number else ("length", len)
    low, high = shape.minimum, shape.maximum
    if shape.type in ("double", "float"):
        low, high = (None if bound is None else float(bound) for bound in (low, high))
    found = []
    if high is not None:
        found.append((f"Member must have {noun} less than or equal to {high}", lambda value: measure(value) <= high))
    if low is not None:
        found.append((f"Member must have {noun} greater than or equal to {low}", lambda value: measure(value) >= low))
    if shape.pattern:
        compiled = expression(shape.pattern)
        found.append((f"Member must satisfy regular expression pattern: {shape.pattern}", compiled.fullmatch))
    if shape.enum:
        found.append((f"Member must satisfy enum value set: [{', '.join(shape.enum)}]", among(shape)))
    return found


def among(shape):
    """Whether a value, or each element of a list that has an enumeration of its own, is in the enumeration."""
    return lambda value: set(value if shape.type == "list" else [value]) <= set(shape.enum)


def sentence(value, shape, path, words):
    shown = rendering(value, shape)
    quoted = "" if shown is None else f" '{shown}'"
    return f"Value{quoted} at '{path}' failed to satisfy constraint: {words}"


def rendering(value, shape):
    """A value as Java prints it; `None` for one that must not be shown."""
    text = java(value, shape)
    if text is None or STRUCTURE in text:
        return text and STRUCTURE
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"


def java(value, shape):
    if shape.is_sensitive or shape.type == "blob":
        return None
    if value is None:
        return "null"
    if shape.type == "structure":
        return STRUCTURE
    if shape.type == "list":
        parts = [java(each, shape.part("member")) for each in value]
        return None if None in parts else f"[{', '.join(parts)}]"
    if shape.type == "map":
        parts = [(java(key, shape.part("key")), java(each, shape.part("value"))) for key, each in sorted(value.items())]
        return None if any(None in pair for pair in parts) else "{" + ", ".join("=".join(p) for p in parts) + "}"
    if shape.type in ("double", "float"):
        return str(float(value))
    return str(value)


def bean(name):
    """The model's name as a Java bean's property."""
    return name[:1].lower() + name[1:]
