"""Handlers' names, found and not found."""

from .table import ECHO, PYTHON_3_11, case

case("a missing module", {"other.py": ECHO})
case("a missing function", "x = 1")
case("no dot in the handler", ECHO, handler="app")
case("an empty handler", ECHO, handler="")
case("dots only", ECHO, handler="..")
case("a nested module", {"pkg/sub/mod.py": ECHO}, handler="pkg/sub/mod.handler")
case("a nested module with dots", {"pkg/__init__.py": "", "pkg/sub/mod.py": ECHO}, handler="pkg.sub.mod.handler")
case("a handler in a package", {"pkg/__init__.py": ECHO}, handler="pkg.handler")
case("a missing nested module", {"pkg/__init__.py": ""}, handler="pkg/mod.handler")
case("a built-in module", ECHO, handler="sys.exit")
case("a built-in package", ECHO, handler="time/x.exit")
case("a relative import without a package", "from . import other")
case("a dash in the module's name", {"my-app.py": ECHO}, handler="my-app.handler")
case("a module with a unicode name", {"größe.py": ECHO}, handler="größe.handler")
case("a module whose name is the runtime's", {"bootstrap.py": ECHO}, handler="bootstrap.handler")
case(
    "a module whose name is a library's",
    {"logging.py": "raise 1", "json.py": "raise 1", "app.py": "import logging, json\n" + ECHO},
)
case(
    "a syntax error",
    """
        def handler(event, context)
            return 1
        """,
)
case("a syntax error in an imported module", {"app.py": "import other", "other.py": "x = = 1"})
case(
    "a wrong indentation",
    """
        def handler(e, c):
          x = 1
            y = 2
        """,
)
case("a null byte in the source", b"x = 1\x00\n")
case("a source in no encoding", b"x = '\xff'\n", **PYTHON_3_11)
case("an import that fails", "import nothing_of_this_name")
case("a name that cannot be imported", "from os import nothing_of_this_name")
case("an import cycle", {"app.py": "import b\n" + ECHO, "b.py": "from app import handler"})
case(
    "an exception at import",
    """
        print('loading')
        raise ValueError('at import')
        """,
)
case(
    "an exception at import of a module",
    {
        "app.py": "import other",
        "other.py": """
        def f():
          return {}['x']
        f()
        """,
    },
)
case("an exception at import without a message", "raise ValueError")
case(
    "sys.exit at import",
    """
        import sys
        print('x')
        sys.exit(7)
        """,
)
case("a KeyboardInterrupt at import", "raise KeyboardInterrupt")
case(
    "module getattr",
    """
        def __getattr__(name):
            return lambda e, c: name
        """,
    handler="app.anything",
)
case(
    "module getattr that fails",
    """
        def __getattr__(name):
            raise ValueError(name)
        """,
    handler="app.anything",
)
