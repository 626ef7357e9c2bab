"""Values of the wrong JSON type, and the errors of AWS's deserialiser for them."""

from model_constraints import Breach
from shape_values import Values

LIST = "Start of list found where not expected"
OBJECT = "Start of structure or map found where not expected."
NUMBER = "NUMBER_VALUE can not be converted to"
TEXT = "STRING_VALUE can not be converted to"
TRUTH = "TRUE_VALUE can not be converted to"
# Fractions are not among them: AWS's deserialiser truncates them.
WHOLE = [("x", TEXT), (True, TRUTH), ([], LIST), ({}, OBJECT)]
# For each type, values of another type and the beginning of the error.
WRONG = {
    "string": [(7, f"{NUMBER} a String"), (True, f"{TRUTH} a String"), ([], LIST), ({}, OBJECT)],
    "integer": [(value, f"{words} an Integer" if "converted" in words else words) for value, words in WHOLE],
    "long": [(value, f"{words} a Long" if "converted" in words else words) for value, words in WHOLE],
    "double": [("x", f"{TEXT} a Double"), (True, f"{TRUTH} a Double"), ([], LIST), ({}, OBJECT)],
    "boolean": [("x", f"{TEXT} a Boolean"), (7, f"{NUMBER} a Boolean"), ([], LIST), ({}, OBJECT)],
    "blob": [("%%%%", f"{TEXT} a Blob"), (7, f"{NUMBER} a Blob"), ([], LIST), ({}, OBJECT)],
    "timestamp": [("x", f"{TEXT} milliseconds"), ([], LIST), ({}, OBJECT)],
    "list": [("x", "Expected list or null"), (7, "Expected list or null"), ({}, OBJECT)],
    "map": [("x", "Expected map or null"), (7, "Expected map or null"), ([], LIST)],
    "structure": [("x", "Expected null"), (7, "Expected null"), ([], LIST)],
}


def mistyped(operation):
    """Pairs of an input with one value of the wrong JSON type in its body, and the beginning of the error."""
    values = Values(2)
    whole = values.minimal(operation.input) if operation.input else {}
    for name, member in operation.members.items():
        if member.location == "body":
            for label, value, words in wrong(member.shape, values, ()):
                yield Breach(f"{name}: {label}", {**whole, name: value}), words


def wrong(shape, values, above):
    """A label, an input with one value of the wrong type, and the error's message."""
    if shape.name in above:
        return
    above = (*above, shape.name)
    for value, words in WRONG["double" if shape.type == "float" else shape.type]:
        yield f"{value!r} for a {shape.type}", value, words
    if shape.type == "structure":
        for name, member in shape.members.items():
            for label, value, words in wrong(member.shape, values, above):
                yield f"{name}: {label}", {**values.minimal(shape), name: value}, words
    elif shape.type == "list":
        for label, value, words in wrong(shape.part("member"), values, above):
            yield f"an element is {label}", [value], words
    elif shape.type == "map":
        for label, value, words in wrong(shape.part("value"), values, above):
            yield f"a value is {label}", {values.minimal(shape.part("key")) or "k": value}, words
