"""Results of handlers."""

from .table import PYTHON_3_11, PYTHON_3_13, case, returns

returns("no result", "None")
returns("numbers", "[0, -1, 1.0, 1e100, 1e-7, 10**30, True, False]")
returns("not numbers", "[float('nan'), float('inf'), -float('inf')]")
returns(
    "decimals",
    "{'a': D('1.10'), 'b': D('1E+5'), 'c': D('NaN'), 'd': [D('-0')], 'e': D('Infinity')}",
    "from decimal import Decimal as D",
)
returns("keys of every kind", "{1: 1, 1.5: 2, None: 3, True: 4, 'x': 5, b'y': 6, float('nan'): 7}")
returns("a tuple as a key", "{(1, 2): 3}")
returns("a decimal as a key", "{D(1): 1}", "from decimal import Decimal as D")
returns(
    "tuples and named tuples",
    "[(1, 2), P(1, (2, P(3, 4)))]",
    "from collections import namedtuple; P = namedtuple('P', 'x y')",
)
returns(
    "something with _asdict",
    "R()",
    """
        class R:
          def _asdict(self): return {'a': 1}
        """,
)
returns(
    "something with a wrong _asdict",
    "R()",
    """
        class R:
          def _asdict(self): return [1]
        """,
)
returns(
    "something with for_json",
    "R()",
    """
        class R:
          def for_json(self): return {'a': 1}
        """,
)
returns(
    "enumerations",
    "[E.A, S.B, {E.A: S.B}]",
    """
        import enum
        class E(enum.IntEnum): A = 1
        class S(str, enum.Enum): B = 'b'
        """,
)
returns(
    "ordered and default dictionaries",
    "[O(a=1), D(int, {'b': 2}), []]",
    "from collections import OrderedDict as O, defaultdict as D",
)
returns(
    "subclasses of built-in types",
    "[I(5), F(2.5), T('t'), L([1]), M(a=1)]",
    """
        class I(int):
          __repr__ = __str__ = lambda s: 'no'
        class F(float):
          __repr__ = lambda s: 'no'
        class T(str): pass
        class L(list): pass
        class M(dict): pass
        """,
)
returns("bytes", "b'\\x00\\xff raw'")
returns("no bytes", "b''")
returns("bytes within a result", "{'a': b'text', 'b': [b'\\xc3\\xa9']}")
returns("bytes that are not UTF-8 within a result", "{'a': b'\\xff'}")
returns("bytearray", "{'a': bytearray(b'x')}")
returns("a text", "'gr\\u00fc\\u00dfe \\u2028 \\x7f \\x00'", **PYTHON_3_13)
returns("an escaped text", "'gr\\u00fc\\u00dfe \\u2028 \\x7f \\x00'", **PYTHON_3_11)
returns("half a surrogate pair, escaped", "'\\ud800'", **PYTHON_3_11)
returns("half a surrogate pair, not escaped", "'\\ud800'", **PYTHON_3_13)
returns("a datetime", "{'now': datetime.datetime(2026, 1, 1)}", "import datetime")
returns("a set", "{1, 2}")
returns("a generator", "(x for x in [1])")
returns("a complex number", "1j")
returns("an object", "object()")
returns("a circle", "a", "a = []; a.append(a)")
returns("the same object twice", "[a, a, {'a': a}]", "a = [1]")
returns("an exception as a result", "ValueError('x')")
returns("6 MB of text", "'x' * 6_000_000")
returns("a coroutine", "main()", "async def main(): return 1")
case(
    "an async handler",
    """
        async def handler(event, context):
            return 1
        """,
)
case(
    "a generator handler",
    """
        def handler(event, context):
            yield 1
        """,
)
returns(
    "deeply nested",
    "a",
    """
        a = 1
        for _ in range(300): a = [a]
        """,
)
returns(
    "too deeply nested",
    "a",
    """
        a = 1
        for _ in range(100000): a = [a]
        """,
)
