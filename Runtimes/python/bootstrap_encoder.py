"""AWS's rules for the JSON of results, for values that the interpreter's own encoder treats differently.

AWS's runtime encodes with `simplejson`: Decimals are written as numbers, objects with `_asdict()` (named tuples) as
objects, bytes as UTF-8 text, and NaN as NaN. https://simplejson.readthedocs.io/
"""

import json
import math
import sys


def decode(body):
    """Decodes slowly, with good error messages."""
    return json.loads(str(body, "utf-8"), parse_constant=refuse)


def refuse(name):
    """Refuses NaN and the infinities, which are not JSON."""
    raise ValueError("Expecting value: " + name)


def encode(value, escapes_unicode):
    chunks = []
    try:
        Encoder(escapes_unicode, chunks.append).write(value)
    except RecursionError:
        raise RecursionError("maximum recursion depth exceeded while encoding a JSON object") from None
    return "".join(chunks)


class Encoder:
    def __init__(self, escapes_unicode, emit):
        self.string = json.encoder.encode_basestring_ascii if escapes_unicode else json.encoder.encode_basestring
        self.emit = emit
        self.open = set()  # the ids of the values being written, to detect cycles
        decimal = sys.modules.get("decimal")
        self.decimal = decimal.Decimal if decimal else ()

    def write(self, value):
        if isinstance(value, str):
            self.emit(self.string(value))
        elif isinstance(value, bytes):
            self.emit(self.string(str(value, "utf-8")))
        elif value is None or value is True or value is False:
            self.emit(CONSTANTS[value])
        elif isinstance(value, int):
            self.emit(int.__repr__(value))
        elif isinstance(value, float):
            self.emit(number(value))
        else:
            self.write_object(value)

    def write_object(self, value):
        if id(value) in self.open:
            raise ValueError("Circular reference detected")
        self.open.add(id(value))
        fields = as_dictionary(value)
        if fields is not None:
            self.write_dictionary(fields)
        elif isinstance(value, (list, tuple)):
            self.write_list(value)
        elif isinstance(value, dict):
            self.write_dictionary(value)
        elif isinstance(value, self.decimal):
            self.emit("NaN" if value.is_nan() else str(value))
        else:
            raise TypeError("Object of type {} is not JSON serializable".format(type(value).__name__))
        self.open.remove(id(value))

    def write_list(self, values):
        separator = "["
        for value in values:
            self.emit(separator)
            self.write(value)
            separator = ", "
        self.emit("[]" if separator == "[" else "]")

    def write_dictionary(self, fields):
        separator = "{"
        for key, value in fields.items():
            self.emit(separator)
            self.emit(self.string(key_text(key)))
            self.emit(": ")
            self.write(value)
            separator = ", "
        self.emit("{}" if separator == "{" else "}")


CONSTANTS = {None: "null", True: "true", False: "false"}


def number(value):
    if math.isfinite(value):
        return float.__repr__(value)
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def as_dictionary(value):
    method = getattr(value, "_asdict", None)
    if not callable(method):
        return None
    fields = method()
    if not isinstance(fields, dict):
        raise TypeError("_asdict() must return a dict, not {}".format(type(fields).__name__))
    return fields


def key_text(key):
    if isinstance(key, str):
        return key
    if isinstance(key, bytes):
        return str(key, "utf-8")
    if isinstance(key, float):
        return number(key)
    if key is None or key is True or key is False:
        return CONSTANTS[key]
    if isinstance(key, int):
        return int.__repr__(key)
    raise TypeError("keys must be str, int, float, bool or None, not {}".format(type(key).__name__))
