"""The JSON of events and results, by the interpreter's own C scanner and encoder.

The `json` package would do no more for well-formed events and plain results, but costs an import of `re`. What is not
well-formed or not plain goes to `bootstrap_encoder`, which knows AWS's rules and messages.
"""

import marshal


class ScannerOptions:
    """What the C scanner asks of a decoder."""

    strict = True
    object_hook = object_pairs_hook = array_hook = None
    parse_float = float
    parse_int = int

    @staticmethod
    def parse_constant(name):
        raise ValueError(name)


try:
    from _json import encode_basestring, encode_basestring_ascii, make_encoder, make_scanner

    scan = make_scanner(ScannerOptions)
except (ImportError, AttributeError):  # an interpreter whose accelerator is missing or differs
    encode_basestring = encode_basestring_ascii = make_encoder = scan = None


class JSON:
    """Decodes events and encodes results. `escapes_unicode`: whether everything beyond ASCII is escaped."""

    def __init__(self, escapes_unicode, load):
        self.escapes_unicode = escapes_unicode
        self.encode_string = encode_basestring_ascii if escapes_unicode else encode_basestring
        self.load = load

    def decode(self, body):
        """The value of a JSON text in UTF-8; ValueError says what is wrong with it."""
        try:
            text = str(body, "utf-8")
            value, end = scan(text, 0)
            if end == len(text):
                return value
        except Exception:  # SystemError too: to say more, the scanner would need `json` to be imported
            pass
        return self.load("encoder").decode(body)

    def encode(self, value):
        """The JSON text of a value.

        `marshal` takes exact built-in types only, and looks through a value at C speed: what passes it needs no rules
        of AWS's. Whatever fails here is done again by those rules, for their result or their message.
        """
        try:
            marshal.dumps(value, 2)
            encode = make_encoder({}, None, self.encode_string, None, ": ", ", ", False, False, True)
            return "".join(encode(value, 0))
        except Exception:
            return self.load("encoder").encode(value, self.escapes_unicode)
