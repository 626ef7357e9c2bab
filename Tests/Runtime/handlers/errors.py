"""Failing handlers, and handlers that end the process."""

from .table import case, raises

raises("an exception", "raise ValueError('boom')")
raises("an exception without a message", "raise ValueError")
raises("an exception of its own class", "raise Trouble(1, 2)", "class Trouble(Exception): pass")
raises("an exception with unicode", "raise ValueError('gr\\u00fc\\u00dfe \\U0001f40d')")
raises("an exception with lines", "raise ValueError('a\\nb\\r\\n  c')")
raises(
    "an exception from another",
    """
        try:
            1 / 0
        except ZeroDivisionError as e:
            raise KeyError('k') from e
        """,
)
raises(
    "an exception while handling another",
    """
        try:
            1 / 0
        except ZeroDivisionError:
            {}['k']
        """,
)
raises("an exception in a library", "json.loads('{')", "import json")
raises(
    "an exception through several frames",
    "f(3)",
    """
        def f(n):
            if n: return f(n - 1)
            raise OSError(2, 'gone')
        """,
)
raises("endless recursion", "handler(event, context)")
raises(
    "an exception whose text fails",
    "raise Bad",
    """
        class Bad(Exception):
          def __str__(self): raise RuntimeError('no text')
        """,
)
raises("an assertion", "assert event == 1, 'not one'")
raises("StopIteration", "next(iter([]))")
raises(
    "an exception with a note",
    """
        e = ValueError('x')
        e.add_note('note')
        raise e
        """,
)
raises("an exception group", "raise ExceptionGroup('many', [ValueError(1), KeyError(2)])")
raises("an exception from exec", "exec('1 +')")
raises("an import error in the handler", "import nothing_of_this_name")
raises("code from a string", "exec(compile('def f():\\n  1/0\\nf()', '<made>', 'exec'))")
raises("a type with a strange name", "raise type('T\\u00e9 x', (Exception,), {})('x')")
case("a handler that takes one argument", "def handler(event): return 1")
case("a handler that takes none", "def handler(): return 1")
case("a handler that is not callable", "handler = 5")
case("a handler that is None", "handler = None")
case(
    "a callable instance",
    """
        class H:
            def __call__(self, event, context): return 'called'
        handler = H()
        """,
)
case("a lambda", "handler = lambda event, context: [event, context.function_name]", [b"1", b"2"])
case(
    "a partial",
    """
        import functools
        def f(x, e, c): return x
        handler = functools.partial(f, 3)
        """,
)
case("arguments of other names", "def handler(*args, **kwargs): return [len(args), kwargs]")
case("a keyword as the handler's name", "globals()['class'] = lambda e, c: 1", handler="app.class")
case(
    "a handler within a class",
    """
        class A:
            @staticmethod
            def f(e, c): return 1
        """,
    handler="app.A.f",
)

raises("sys.exit in the handler", "sys.exit(3)", "import sys")
raises("sys.exit with a text", "sys.exit('because')", "import sys")
raises("exit", "exit(4)")
raises(
    "os._exit after a line without an end",
    """
        print('last words', end='')
        os._exit(5)
        """,
    "import os",
)
raises("KeyboardInterrupt", "raise KeyboardInterrupt")
raises("a BaseException", "raise Own('x')", "class Own(BaseException): pass")
raises("GeneratorExit", "raise GeneratorExit")
raises("a signal", "print('x'); os.kill(os.getpid(), signal.SIGTERM)", "import os, signal")
raises(
    "atexit",
    """
        print('in', flush=False)
        sys.exit(0)
        """,
    """
        import atexit, sys
        atexit.register(print, 'at exit')
        """,
)
raises(
    "an abort",
    """
        print('x', end='')
        os.abort()
        """,
    "import os",
)
