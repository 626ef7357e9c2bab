"""The Python runtime of Strata: runs a function's handler for each event of the runtime API.

Started as `python -S /var/runtime/bootstrap.py` inside an execution environment. It needs only CPython 3.9 or newer,
and behaves as AWS's Python runtime does: https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html.

Every cold start compiles this file and every invocation runs its loop. So it contains only what all invocations need,
and imports only modules that the interpreter has already loaded; errors, logging and unusual JSON are in separate
files, loaded on first use. Functions that appear in users' stack traces have the names of AWS's runtime.
"""

import importlib
import os
import site
import sys

RUNTIME_DIRECTORY = os.path.dirname(os.path.abspath(__file__))
if RUNTIME_DIRECTORY not in sys.path:  # PYTHONSAFEPATH
    sys.path.insert(0, RUNTIME_DIRECTORY)

from bootstrap_api import RuntimeAPI
from bootstrap_context import LambdaContext
from bootstrap_json import JSON

# AWS's runtimes write results in ASCII up to Python 3.11, and in UTF-8 from 3.12 on.
ASCII_RUNTIMES = tuple("AWS_Lambda_python3.%d" % minor for minor in range(12))

# The headers of the event in flight: log records contain its request id and tenant.
current = {}
# What this process speaks to the runtime API with, for modules that are loaded later.
api = json = None
INVOCATION_ID_HEADER = "Lambda-Runtime-Invocation-Id: "

# For modules that are loaded later: a function may rebind `__main__`.
sys.modules["bootstrap_main"] = sys.modules[__name__]


class FaultException(Exception):
    """A failure with an error type of the runtime (`Runtime.…`), not that of the user's exception."""

    def __init__(self, exception_type, msg, trace=()):
        self.exception_type = exception_type
        self.msg = msg
        self.trace = trace


def load(name):
    """Loads the module `bootstrap_<name>` from the runtime's directory, regardless of the function's search path."""
    full_name = "bootstrap_" + name
    if full_name not in sys.modules:
        spec = importlib._bootstrap_external.PathFinder.find_spec(full_name, [RUNTIME_DIRECTORY])
        module = importlib._bootstrap.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[full_name] = module
    return sys.modules[full_name]


def set_search_path():
    """Sets `sys.path`: the function's code first, then its layers, with the `.pth` files of both.

    The host's site packages cannot be imported: the interpreter starts without site directories (-S); a wrapper script
    may start it without that flag, so they are removed here. The other effects of `site` are repeated here. A
    PYTHONPATH of the function replaces the layers, as on AWS.
    """
    if not sys.flags.no_site:
        hosts = site.getsitepackages() + [site.getusersitepackages()]
        sys.path[:] = [place for place in sys.path if place not in hosts]
    version = "python%d.%d" % sys.version_info[:2]
    roots = [os.environ["LAMBDA_TASK_ROOT"]]
    if "PYTHONPATH" not in os.environ:
        roots += ["/opt/python/lib/" + version + "/site-packages", "/opt/python"]
        os.environ["PYTHONPATH"] = RUNTIME_DIRECTORY
    sys.path[:0] = roots + ["/var/lang/lib/" + version + "/site-packages"]
    for root in filter(os.path.isdir, roots):
        site.addsitedir(root)
    site.setquit()
    site.sethelper()
    site.execsitecustomize()


def use_bytecode():
    """Has the bytecode used that the server has made of the function's packages, if there is any yet."""
    try:
        names = os.listdir("/var/strata/bytecode")
    except OSError:
        return
    load("bytecode").install(names)


class Unbuffered:
    """A text stream that flushes every write, so that output survives any end of the process."""

    def __init__(self, stream):
        self.stream = stream

    def __getattr__(self, attribute):
        return getattr(self.stream, attribute)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def write(self, text):
        self.stream.write(text)
        self.stream.flush()

    def writelines(self, lines):
        self.stream.writelines(lines)
        self.stream.flush()


# The modules that AWS's runtime imports before it searches the function's directory, its own client among them: a
# function's own `types.py` or `logging/` never shadows the library's there. Here most of them are imported by the
# function, if at all.
LIBRARY_FIRST = frozenset(
    "__future__ awslambdaric collections concurrent contextlib copyreg decimal enum functools heapq json keyword "
    "linecache logging math numbers operator queue re reprlib string textwrap threading token tokenize traceback "
    "types warnings weakref".split()
)


class LibraryFinder:
    """Finds the modules of LIBRARY_FIRST on the interpreter's initial search path, and AWS's client in our runtime.

    Importing `logging` takes longer than this runtime's start: its root logger is configured on first import.
    """

    def __init__(self):
        self.path = list(sys.path)

    def find_spec(self, name, path=None, target=None):
        if name not in LIBRARY_FIRST:
            return None
        if name == "awslambdaric":
            load(name)
            return sys.modules[name].__spec__
        spec = importlib._bootstrap_external.PathFinder.find_spec(name, self.path)
        if name == "logging" and spec is not None:
            execute = spec.loader.exec_module

            def execute_and_configure(module):
                execute(module)
                load("logging").configure(module)

            spec.loader.exec_module = execute_and_configure
        return spec


def __getattr__(name):
    """`__main__.awslambdaricmain`: where libraries look for AWS's client, which AWS's `bootstrap.py` imports so."""
    if name == "awslambdaricmain":
        return importlib.import_module("awslambdaric.__main__")
    raise AttributeError("module {!r} has no attribute {!r}".format(__name__, name))


def _get_handler(name):
    """The object named by `_HANDLER`: `module.function`, with `/` or `.` between packages."""
    module_name, dot, function_name = name.rpartition(".")
    if not dot:
        message = "Bad handler '{}': not enough values to unpack (expected 2, got 1)".format(name)
        raise FaultException("Runtime.MalformedHandlerName", message)
    if module_name.split(".")[0] in sys.builtin_module_names:
        message = "Cannot use built-in module {} as a handler module".format(module_name)
        raise FaultException("Runtime.BuiltInModuleConflict", message)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = "Unable to import module '{}': {}".format(module_name, error)
        raise FaultException("Runtime.ImportModuleError", message) from error
    except SyntaxError as error:
        message = "Syntax error in module '{}': {}".format(module_name, error)
        trace = ['  File "{}" Line {}\n    {}'.format(error.filename, error.lineno, error.text)]
        raise FaultException("Runtime.UserCodeSyntaxError", message, trace) from error
    try:
        return getattr(module, function_name)
    except AttributeError as error:
        message = "Handler '{}' missing on module '{}'".format(function_name, module_name)
        raise FaultException("Runtime.HandlerNotFound", message) from error


def context_of(headers, json):
    return LambdaContext(
        headers,
        parsed_header(headers.get("lambda-runtime-client-context"), "Client Context", json),
        parsed_header(headers.get("lambda-runtime-cognito-identity"), "Cognito Identity", json),
    )


def parsed_header(text, name, json):
    if not text:
        return None
    try:
        return json.decode(text.encode("latin-1"))
    except Exception as error:
        message = "Unable to parse {} JSON: {}".format(name, error)
        raise FaultException("Runtime.LambdaContextUnmarshalError", message) from error


def unmarshalled(body, content_type, json):
    if content_type not in (None, "application/json"):
        return bytes(body)
    try:
        return json.decode(body)
    except Exception as error:
        raise FaultException("Runtime.UnmarshalError", "Unable to unmarshal input: {}".format(error)) from error


def marshalled(response, json):
    if isinstance(response, bytes):
        return response, "application/unknown"
    try:
        return json.encode(response), "application/json"
    except Exception as error:
        raise FaultException("Runtime.MarshalError", "Unable to marshal response: {}".format(error)) from error


def handle_event_request(api, json, request_handler, headers, body):
    """Runs the handler for one event and posts its result or its error."""
    request_id = headers["lambda-runtime-aws-request-id"]
    error = None
    try:
        lambda_context = context_of(headers, json)
        event = unmarshalled(body, headers.get("content-type"), json)
        response = request_handler(event, lambda_context)
        result, content_type = marshalled(response, json)
    except Exception:
        error = load("faults").logged(sys.exc_info(), request_id, json)
    if error is not None:
        load("faults").post_invocation_error(api, json, error, headers.get("lambda-runtime-invocation-id"))
        return
    post_invocation_result(api, request_id, result, content_type, headers.get("lambda-runtime-invocation-id"))


def post_invocation_result(api, request_id, result, content_type, invocation_id):
    if not isinstance(result, bytes):
        result = result.encode()
    path = "invocation/" + request_id + "/response"
    # It distinguishes attempts of one request, if the API sends it.
    more_headers = INVOCATION_ID_HEADER + invocation_id + "\r\n" if invocation_id else ""
    api.post("invocation response", path, content_type, result, more_headers, polls=True)


def set_trace_id(value):
    if value:
        os.environ["_X_AMZN_TRACE_ID"] = value
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)


def main():
    global current, api, json
    sys.stdout = Unbuffered(sys.stdout)
    sys.stderr = Unbuffered(sys.stderr)
    api = RuntimeAPI(os.environ["AWS_LAMBDA_RUNTIME_API"])
    json = JSON(os.environ.get("AWS_EXECUTION_ENV") in ASCII_RUNTIMES, load)
    sys.meta_path.insert(0, LibraryFinder())
    if "logging" in sys.modules:
        load("logging").configure(sys.modules["logging"])
    use_bytecode()
    set_search_path()
    error = None
    try:
        request_handler = _get_handler(os.environ["_HANDLER"])
    except Exception:
        error = load("faults").logged_init_error(sys.exc_info(), json)
    if error is not None:
        load("faults").post_init_error(api, json, error)
        sys.exit(1)
    while True:
        current, body = api.next()
        set_trace_id(current.get("lambda-runtime-trace-id"))
        handle_event_request(api, json, request_handler, current, body)


if __name__ == "__main__":
    main()
