"""The JSON of events and results, with the interpreter's C scanner and encoder.

The `json` package gives the same results for well-formed events and plain results, but imports `re`. Everything else
goes to `bootstrap_encoder`, which implements AWS's rules and messages.
"""

import marshal


class ScannerOptions:
    """The decoder attributes that the C scanner reads."""

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
except (ImportError, AttributeError):  # an interpreter without this accelerator
    encode_basestring = encode_basestring_ascii = make_encoder = scan = None


class JSON:
    """Decodes events and encodes results. `escapes_unicode`: whether non-ASCII characters are escaped."""

    def __init__(self, escapes_unicode, load):
        self.escapes_unicode = escapes_unicode
        self.encode_string = encode_basestring_ascii if escapes_unicode else encode_basestring
        self.load = load

    def decode(self, body):
        """The value of a JSON text in UTF-8; ValueError with a message for invalid JSON."""
        try:
            text = str(body, "utf-8")
            value, end = scan(text, 0)
            if end == len(text):
                return value
        except Exception:  # also SystemError: for its error messages the scanner needs `json` imported
            pass
        return self.load("encoder").decode(body)

    def encode(self, value):
        """The JSON text of a value.

        `marshal` accepts only exact built-in types and checks a value at C speed: such values need none of AWS's rules.
        Any other value is encoded again by those rules, for their result or their message.
        """
        try:
            marshal.dumps(value, 2)
            encode = make_encoder({}, None, self.encode_string, None, ": ", ", ", False, False, True)
            return "".join(encode(value, 0))
        except Exception:
            return self.load("encoder").encode(value, self.escapes_unicode)
