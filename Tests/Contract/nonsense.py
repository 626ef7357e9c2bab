"""Hostile values: of wrong types, huge, empty, in other scripts, with control characters."""

NONSENSE = [
    None, True, 0, 7, -1, 2**31, 2**63, 10**40, 1.5, 1e308, "", " ", "x", "x" * 100_000, "ünïcödé 漢字 😀",
    "\x00\x01\x1f", "a\r\nX-Injected: b", "\u202e\ufeff", "../../etc/passwd", "%00%ff%2e%2e",
    "'; DROP TABLE functions; --", "$LATEST",
    "arn:aws:lambda:us-east-1:123456789012:function:f:1:2:3", "NaN", [], {}, [[]], [None], ["x"] * 1000, {"": ""},
    {"a": {"b": {"c": []}}}, {"key": None}, b"", b"\x00\xff" * 50,
]


def nonsense(shape, values, depth=0):
    """A value for a shape that is sometimes of its type, and rarely valid."""
    if depth < 4 and values.random.random() < 0.5:
        if shape.type == "structure":
            return {name: nonsense(member.shape, values, depth + 1) for name, member in shape.members.items()
                    if values.random.random() < 0.5}
        if shape.type == "list":
            return [nonsense(shape.part("member"), values, depth + 1) for _ in range(values.random.randint(0, 3))]
        if shape.type == "map":
            return {str(number): nonsense(shape.part("value"), values, depth + 1) for number in range(2)}
    return values.random.choice(NONSENSE)
