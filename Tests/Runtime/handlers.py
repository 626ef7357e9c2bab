"""Handlers that behave in every way we could think of; test_differential runs each under our runtime and under AWS's."""

import json
from dataclasses import dataclass, field
from textwrap import dedent

from runtime_api import Event


@dataclass
class Case:
    name: str
    files: dict
    events: list = field(default_factory=lambda: [b"{}"])
    handler: str = "app.handler"
    environment: dict = field(default_factory=dict)


CASES = []


def case(name, code, events=(b"{}",), handler="app.handler", **environment):
    """A case whose function is one module, or (as a dict) several files."""
    files = {"app.py": code} if isinstance(code, (str, bytes)) else code
    files = {path: dedent(text) if isinstance(text, str) else text for path, text in files.items()}
    CASES.append(Case(name, files, list(events), handler, environment))


def returns(name, expression, preamble="", **environment):
    case(name, "%s\ndef handler(event, context):\n    return %s\n" % (dedent(preamble), expression), **environment)


def raises(name, body, preamble="", **more):
    lines = "\n".join("    " + line for line in dedent(body).strip().split("\n"))
    case(name, "%s\ndef handler(event, context):\n%s\n" % (dedent(preamble), lines), events=(b"{}", b"[1]"), **more)


ECHO = "def handler(event, context):\n    return event\n"
PYTHON_3_11 = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.11"}
PYTHON_3_13 = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"}

# ---- Events ----

case(
    "events of every JSON kind come back",
    ECHO,
    [b"{}", b"[]", b'""', b"0", b"-1.5e3", b"null", b"true", b'{"a": [1, {"b": null}], "c": 1e400}', b' \t\r\n{"x" : 1} \n'],
)
case("unicode comes back as UTF-8", ECHO, ['{"grüße": "\u65e5\u672c \U0001f40d"}'.encode()], **PYTHON_3_13)
case("unicode comes back escaped", ECHO, ['{"grüße": "\u65e5\u672c \U0001f40d \x7f"}'.encode()], **PYTHON_3_11)
case("escapes in an event", ECHO, [rb'{"\u0061": "\ud83d\udc0d \/ \b\f\n\r\t \" \\ \u0000"}'])
case("big integers survive", ECHO, [b"[123456789012345678901234567890, -0, 0.1, 1.0, 1E5, 3.141592653589793238]"])
case("the last of two equal keys wins", ECHO, [b'{"a": 1, "a": 2}'])
case("6 MB in and out", ECHO, [json.dumps({"data": "x" * 6_000_000}).encode()])
case("6 MB of small values", ECHO, [json.dumps(list(range(800_000))).encode()])
case("text that is not JSON", ECHO, [b"", b"nope", b'{"a": }', b"[1,", b'"a'])
case("text that is not UTF-8", ECHO, [b'"\xff"'])
case("a body that is not declared as JSON", "def handler(e, c): return repr(e)", [Event(b"<x/>", {"Content-Type": "text/xml"})])
case("a body with a charset", "def handler(e, c): return repr(e)", [Event(b"1", {"Content-Type": "application/json; charset=utf-8"})])
case("an event nested deeply", ECHO, [b"[" * 400 + b"]" * 400])

# ---- Results ----

returns("no result", "None")
returns("numbers", "[0, -1, 1.0, 1e100, 1e-7, 10**30, True, False]")
returns("not numbers", "[float('nan'), float('inf'), -float('inf')]")
returns("decimals", "{'a': D('1.10'), 'b': D('1E+5'), 'c': D('NaN'), 'd': [D('-0')], 'e': D('Infinity')}", "from decimal import Decimal as D")
returns("keys of every kind", "{1: 1, 1.5: 2, None: 3, True: 4, 'x': 5, b'y': 6, float('nan'): 7}")
returns("a tuple as a key", "{(1, 2): 3}")
returns("a decimal as a key", "{D(1): 1}", "from decimal import Decimal as D")
returns("tuples and named tuples", "[(1, 2), P(1, (2, P(3, 4)))]", "from collections import namedtuple; P = namedtuple('P', 'x y')")
returns("something with _asdict", "R()", "class R:\n  def _asdict(self): return {'a': 1}")
returns("something with a wrong _asdict", "R()", "class R:\n  def _asdict(self): return [1]")
returns("something with for_json", "R()", "class R:\n  def for_json(self): return {'a': 1}")
returns("enumerations", "[E.A, S.B, {E.A: S.B}]", "import enum\nclass E(enum.IntEnum): A = 1\nclass S(str, enum.Enum): B = 'b'")
returns("ordered and default dictionaries", "[O(a=1), D(int, {'b': 2}), []]", "from collections import OrderedDict as O, defaultdict as D")
returns("subclasses of built-in types", "[I(5), F(2.5), T('t'), L([1]), M(a=1)]",
        "class I(int):\n  __repr__ = __str__ = lambda s: 'no'\nclass F(float):\n  __repr__ = lambda s: 'no'\n"
        "class T(str): pass\nclass L(list): pass\nclass M(dict): pass")
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
case("an async handler", "async def handler(event, context):\n    return 1\n")
case("a generator handler", "def handler(event, context):\n    yield 1\n")
returns("deeply nested", "a", "a = 1\nfor _ in range(300): a = [a]")
returns("too deeply nested", "a", "a = 1\nfor _ in range(100000): a = [a]")

# ---- Errors ----

raises("an exception", "raise ValueError('boom')")
raises("an exception without a message", "raise ValueError")
raises("an exception of its own class", "raise Trouble(1, 2)", "class Trouble(Exception): pass")
raises("an exception with unicode", "raise ValueError('gr\\u00fc\\u00dfe \\U0001f40d')")
raises("an exception with lines", "raise ValueError('a\\nb\\r\\n  c')")
raises("an exception from another", "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise KeyError('k') from e")
raises("an exception while handling another", "try:\n    1 / 0\nexcept ZeroDivisionError:\n    {}['k']")
raises("an exception in a library", "json.loads('{')", "import json")
raises("an exception through several frames", "f(3)", "def f(n):\n    if n: return f(n - 1)\n    raise OSError(2, 'gone')")
raises("endless recursion", "handler(event, context)")
raises("an exception whose text fails", "raise Bad", "class Bad(Exception):\n  def __str__(self): raise RuntimeError('no text')")
raises("an assertion", "assert event == 1, 'not one'")
raises("StopIteration", "next(iter([]))")
raises("an exception with a note", "e = ValueError('x')\ne.add_note('note')\nraise e")
raises("an exception group", "raise ExceptionGroup('many', [ValueError(1), KeyError(2)])")
raises("an exception from exec", "exec('1 +')")
raises("an import error in the handler", "import nothing_of_this_name")
raises("code from a string", "exec(compile('def f():\\n  1/0\\nf()', '<made>', 'exec'))")
raises("a type with a strange name", "raise type('T\\u00e9 x', (Exception,), {})('x')")
case("a handler that takes one argument", "def handler(event): return 1")
case("a handler that takes none", "def handler(): return 1")
case("a handler that is not callable", "handler = 5")
case("a handler that is None", "handler = None")
case("a callable instance", "class H:\n    def __call__(self, event, context): return 'called'\nhandler = H()")
case("a lambda", "handler = lambda event, context: [event, context.function_name]", [b"1", b"2"])
case("a partial", "import functools\ndef f(x, e, c): return x\nhandler = functools.partial(f, 3)")
case("arguments of other names", "def handler(*args, **kwargs): return [len(args), kwargs]")
case("a keyword as the handler's name", "globals()['class'] = lambda e, c: 1", handler="app.class")
case("a handler within a class", "class A:\n    @staticmethod\n    def f(e, c): return 1", handler="app.A.f")

# ---- Ends ----

raises("sys.exit in the handler", "sys.exit(3)", "import sys")
raises("sys.exit with a text", "sys.exit('because')", "import sys")
raises("exit", "exit(4)")
raises("os._exit after a line without an end", "print('last words', end='')\nos._exit(5)", "import os")
raises("KeyboardInterrupt", "raise KeyboardInterrupt")
raises("a BaseException", "raise Own('x')", "class Own(BaseException): pass")
raises("GeneratorExit", "raise GeneratorExit")
raises("a signal", "print('x'); os.kill(os.getpid(), signal.SIGTERM)", "import os, signal")
raises("atexit", "print('in', flush=False)\nsys.exit(0)", "import atexit, sys\natexit.register(print, 'at exit')")
raises("an abort", "print('x', end='')\nos.abort()", "import os")

# ---- Finding the handler ----

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
case("a module whose name is a library's", {"logging.py": "raise 1", "json.py": "raise 1", "app.py": "import logging, json\n" + ECHO})
case("a syntax error", "def handler(event, context)\n    return 1\n")
case("a syntax error in an imported module", {"app.py": "import other", "other.py": "x = = 1"})
case("a wrong indentation", "def handler(e, c):\n  x = 1\n    y = 2\n")
case("a null byte in the source", b"x = 1\x00\n")
case("a source in no encoding", b"x = '\xff'\n", **PYTHON_3_11)
case("an import that fails", "import nothing_of_this_name")
case("a name that cannot be imported", "from os import nothing_of_this_name")
case("an import cycle", {"app.py": "import b\n" + ECHO, "b.py": "from app import handler"})
case("an exception at import", "print('loading')\nraise ValueError('at import')")
case("an exception at import of a module", {"app.py": "import other", "other.py": "def f():\n  return {}['x']\nf()"})
case("an exception at import without a message", "raise ValueError")
case("sys.exit at import", "import sys\nprint('x')\nsys.exit(7)")
case("a KeyboardInterrupt at import", "raise KeyboardInterrupt")
case("module getattr", "def __getattr__(name):\n    return lambda e, c: name", handler="app.anything")
case("module getattr that fails", "def __getattr__(name):\n    raise ValueError(name)", handler="app.anything")

# ---- Printing and logging ----

raises("printing", "print('one'); print('two', end=''); sys.stderr.write('three\\n'); sys.stdout.writelines(['a', 'b\\n'])", "import sys")
raises("printing unicode", "print('gr\\u00fc\\u00dfe'); print('a\\rb')")
raises("the stream's other methods", "print(sys.stdout.encoding, sys.stdout.isatty(), sys.stdout.fileno()); sys.stdout.buffer.write(b'raw\\n'); sys.stdout.flush()", "import sys")
raises("context.log", "context.log('text'); context.log({'a': 1}); context.log('\\n')")
raises("context.log with logging", "context.log('text\\n')", "import logging")

LOG_EVERYTHING = """
    log = logging.getLogger('own.name')
    for level in (5, 10, 15, 20, 30, 40, 50, 60):
        log.log(level, 'level %d', level)
    logging.info('info'); logging.warning('two\\nlines'); log.error('gr\\u00fc\\u00dfe')
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception('caught %s', 'it', extra={'order': 7, 'other': object})
    log.warning({'event': 'x', 'n': 1})
    log.warning('%s', {'event': 'y'}, stack_info=False)
    logging.captureWarnings(True)
"""
LEVELS = "    logging.getLogger().setLevel(1)\n"
for format_name in ("Text", "JSON", "json", ""):
    for level in (None, "TRACE", "DEBUG", "info", "ERROR", "NONSENSE"):
        case(
            "logging as %r from %s" % (format_name, level),
            "import logging\ndef handler(event, context):\n" + LOG_EVERYTHING,
            AWS_LAMBDA_LOG_FORMAT=format_name,
            AWS_LAMBDA_LOG_LEVEL=level,
        )
case("every level in text", "import logging\ndef handler(event, context):\n" + LEVELS + LOG_EVERYTHING)
case("every level in JSON", "import logging\ndef handler(event, context):\n" + LEVELS + LOG_EVERYTHING, AWS_LAMBDA_LOG_FORMAT="JSON")
case("basicConfig does nothing", "import logging\nlogging.basicConfig(level=10)\ndef handler(e, c): logging.info('x')")
case("basicConfig by force", "import logging, sys\nlogging.basicConfig(level=10, force=True, format='%(levelname)s %(message)s', stream=sys.stdout)\ndef handler(e, c): logging.info('x')")
case("logging at import", "import logging\nlogging.warning('at import')\n" + ECHO)
case("logging imported late", "def handler(e, c):\n    import logging\n    logging.warning('late')\n", [b"1", b"2"])
case("logging imported by a library", "import concurrent.futures\ndef handler(e, c):\n    import logging\n    return len(logging.getLogger().handlers)")
case("a second handler", "import logging, sys\nlogging.getLogger().addHandler(logging.StreamHandler(sys.stdout))\ndef handler(e, c): logging.error('twice')")
case("another formatter", "import logging\nlogging.getLogger().handlers[0].setFormatter(logging.Formatter('[%(aws_request_id)s] %(message)s\\n'))\ndef handler(e, c): logging.error('own')")
case("a record that cannot be formatted", "import logging\ndef handler(e, c): logging.error('%d', 'x')")
case("a tenant", "import logging\ndef handler(e, c):\n  logging.error('x')\n  return c.tenant_id", [Event(b"1", {"Lambda-Runtime-Aws-Tenant-Id": "acme"}), b"2"], AWS_LAMBDA_LOG_FORMAT="JSON")
case("an error in JSON", "def handler(e, c): raise ValueError('gr\\u00fc\\u00dfe')", AWS_LAMBDA_LOG_FORMAT="JSON")
case("a missing module in JSON", "import nothing_of_this_name", AWS_LAMBDA_LOG_FORMAT="JSON")
case("an import error below the level", "raise ValueError('x')", AWS_LAMBDA_LOG_LEVEL="ERROR")
case("warnings", "import warnings\ndef handler(e, c): warnings.warn('careful')")
case("an exception in a thread", "import threading\ndef handler(e, c):\n  t = threading.Thread(target=lambda: 1/0, name='T'); t.start(); t.join(); return 1")

# ---- Context and environment ----

CONTEXT = """
    import os
    def handler(event, context):
        c, i = context.client_context, context.identity
        return [
            repr(context), type(context).__name__, sorted(k for k in vars(context) if k[0] != '_'),
            context.invoked_function_arn, context.tenant_id, context.memory_limit_in_mb,
            [c.custom, c.env, c.client and [c.client.app_title, c.client.installation_id]] if c else c,
            [i.cognito_identity_id, i.cognito_identity_pool_id], context.w3c(),
            context.get_remaining_time_in_millis() > 1000, os.environ.get('_X_AMZN_TRACE_ID'),
        ]
"""
CLIENT = {"client": {"app_title": "App", "installation_id": "1", "x": 2}, "custom": {"k": "v"}, "env": {"locale": "de"}, "more": 1}
case("the context", CONTEXT)
case("a client context", CONTEXT, [Event(b"1", {"Lambda-Runtime-Client-Context": json.dumps(CLIENT)}), b"2"])
case("parts of a client context", CONTEXT, [Event(b"1", {"Lambda-Runtime-Client-Context": text}) for text in ("{}", '{"custom": 1}', "null", '{"client": {}}')])
case("a client context with a trace", CONTEXT, [Event(b"1", {"Lambda-Runtime-Client-Context": text}) for text in ('{"w3c": {"traceparent": "00-1", "baggage": 5, "x": 1}}', '{"w3c": 1}')])
case("a client context that is no JSON", CONTEXT, [Event(b"1", {"Lambda-Runtime-Client-Context": "{x"})])
case("an identity", CONTEXT, [Event(b"1", {"Lambda-Runtime-Cognito-Identity": '{"cognitoIdentityId": "i", "cognitoIdentityPoolId": "p"}'})])
case("an identity that is no JSON", CONTEXT, [Event(b"1", {"Lambda-Runtime-Cognito-Identity": "x"})])
case("no trace", CONTEXT, [b"1", Event(b"2", {"Lambda-Runtime-Trace-Id": None}), b"3"])
case("a deadline that has passed", "def handler(e, c): return c.get_remaining_time_in_millis()", [Event(b"1", {"Lambda-Runtime-Deadline-Ms": "1"})])
case("attributes set on the context", "def handler(e, c):\n  c.own = 1\n  c.function_name = 'x'\n  return [c.own, c.function_name]")
case("the environment", "import os, sys\ndef handler(e, c):\n  return [os.getcwd(), os.environ.get('OWN'), os.environ['_HANDLER'], 'app' in sys.modules, sys.path.count(os.environ['LAMBDA_TASK_ROOT'])]", OWN="yes")
case("an invocation id", ECHO, [Event(b"1", {"Lambda-Runtime-Invocation-Id": "attempt-1"}), b"2"])
case("an invocation id with an error", "def handler(e, c): 1/0", [Event(b"1", {"Lambda-Runtime-Invocation-Id": "attempt-1"})])

# ---- State ----

case("globals survive", "n = 0\ndef handler(e, c):\n  global n\n  n += 1\n  return n", [b"1"] * 5)
case("an error changes nothing for the next", "def handler(e, c):\n  return 1 / e", [b"1", b"0", b"2"])
case("threads go on", "import threading, time\nticks = []\ndef tick():\n  while True:\n    ticks.append(1)\n    time.sleep(0.001)\nthreading.Thread(target=tick, daemon=True).start()\ndef handler(e, c):\n  n = len(ticks)\n  while len(ticks) < n + 3: time.sleep(0.001)\n  return True", [b"1", b"2"])
case("a fork", "import os\ndef handler(e, c):\n  p = os.fork()\n  if not p: os._exit(9)\n  return os.waitstatus_to_exitcode(os.waitpid(p, 0)[1])", [b"1", b"2"])
case("a child process", "import subprocess, sys\ndef handler(e, c):\n  return subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True, text=True).stdout")
case("multiprocessing", {"app.py": "import multiprocessing as m, work\ndef handler(e, c):\n  for how in ('fork', 'spawn'):\n    p = m.get_context(how).Process(target=work.work); p.start(); p.join()\n    assert p.exitcode == 0, p.exitcode\n  return 1", "work.py": "def work(): pass"})
case("a default time-out for sockets", "import socket\nsocket.setdefaulttimeout(0.001)\n" + ECHO, [b"1", Event(b"2", {"Connection": "close"}, closes=True), b"3"])
case("asyncio", "import asyncio\nasync def main(e): return e\ndef handler(e, c): return asyncio.run(main(e))", [b"1", b"2"])
case("a signal handler", "import signal, os\ngot = []\nsignal.signal(signal.SIGUSR1, lambda *a: got.append(1))\ndef handler(e, c):\n  os.kill(os.getpid(), signal.SIGUSR1)\n  return len(got)", [b"1", b"2"])
case("sys.path of the function", {"app.py": "import lib.x, y\ndef handler(e, c): return [lib.x.v, y.v]", "lib/x.py": "v = 1", "y.py": "v = 2"})

# ---- The API misbehaves ----

case("a chunked event", ECHO, [Event(json.dumps({"a": "x" * 1000}).encode(), framing="chunked"), b"2"])
case("a large chunked event", ECHO, [Event(json.dumps("x" * 3_000_000).encode(), framing="chunked"), b"2"])
case("an event in drips", ECHO, [Event(json.dumps({"a": "é" * 100}).encode(), framing="drip"), b"2"])
case("a connection that closes", ECHO, [Event(b"1", {"Connection": "close"}, closes=True), b"2"])
case("a next that fails", ECHO, [b"1", Event(b"{}", status=500), b"3"], **PYTHON_3_11)
case("a next that is forbidden", ECHO, [Event(b"{}", status=403)], **PYTHON_3_11)
case("a next without content", ECHO, [Event(b"", status=204), b"3"])
case("a result that is refused", ECHO, [Event(b"1", reply=413), b"2"])
case("an error that is refused", "def handler(e, c): 1/0", [Event(b"1", reply=500), b"2"])
