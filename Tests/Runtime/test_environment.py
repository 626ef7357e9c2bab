"""A function's environment under our runtime, as far as AWS's image, not its client, determines it."""

import json
import sys
import sysconfig
from pathlib import Path

from execution import SOURCES, own, run, runtime_directory
from runtime_api import Event

ECHO = "def handler(event, context): return event"
VERSION = "python%d.%d" % sys.version_info[:2]


def search_path(files=(), **environment):
    code = "import sys\ndef handler(event, context): return sys.path"
    return json.loads(run(own(), {"app.py": code, **dict(files)}, [b"1"], environment=environment).results[0])


def test_the_search_path_is_code_then_layers_then_library():
    path = search_path()
    assert Path(path[0]).name.startswith("task-")
    layers = ["/opt/python/lib/%s/site-packages" % VERSION, "/opt/python"]
    assert path[1:5] == layers + ["/var/lang/lib/%s/site-packages" % VERSION, str(runtime_directory())]
    assert sysconfig.get_paths()["stdlib"] in path[5:]


def test_what_the_host_has_installed_cannot_be_imported():
    assert not [place for place in search_path() if "dist-packages" in place]
    assert sysconfig.get_paths()["purelib"] not in search_path()


def test_a_wrapper_may_start_the_runtime_without_our_flags():
    code = "import sys\ndef handler(event, context): return sys.path"
    command = [argument for argument in own() if argument != "-S"]
    assert json.loads(run(command, {"app.py": code}, [b"1"]).results[0])[1:] == search_path()[1:]


def test_every_file_is_embedded_in_the_server():
    files = {path.stem for path in SOURCES.glob("*.py")}
    package = (SOURCES.parents[1] / "Package.swift").read_text()
    program = (SOURCES.parent / "RuntimeProgram+Python.swift").read_text()
    assert {name for name in files if '"%s"' % name in package} == files
    assert {name for name in files if '"%s.py", bytes: PackageResources.%s_py' % (name, name) in program} == files


def test_a_pythonpath_of_the_functions_own_takes_the_layers_place():
    path = search_path(PYTHONPATH="/one:/two")
    assert path[2:5] == [str(runtime_directory()), "/one", "/two"] and "/opt/python" not in path


def test_the_default_pythonpath_is_the_runtimes_directory():
    code = "import os\ndef handler(event, context): return os.environ['PYTHONPATH']"
    assert json.loads(run(own(), {"app.py": code}, [b"1"]).results[0]) == str(runtime_directory())


def test_pth_files_beside_the_code_are_honoured():
    files = {
        "app.py": "import inner\ndef handler(event, context): return inner.v",
        "vendor/inner.py": "v = 1",
        "x.pth": "vendor\n",
    }
    assert run(own(), files, [b"1"]).results == [b"1"]


def test_a_sitecustomize_on_the_pythonpath_is_run(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import builtins\nbuiltins.customized = 'yes'")
    outcome = run(
        own(),
        {"app.py": "def handler(event, context): return customized"},
        [b"1"],
        environment={"PYTHONPATH": str(tmp_path)},
    )
    assert outcome.results == [b'"yes"']


def test_modules_that_awss_runtime_has_imported_cannot_be_hidden():
    names = ["types", "string", "token", "logging", "json", "re", "enum", "decimal", "traceback", "queue"]
    files = {name + ".py": "raise RuntimeError('hidden')" for name in names}
    files["app.py"] = "import " + ", ".join(names) + "\ndef handler(event, context): return 1 / event"
    outcome = run(own(), files, [b"1", b"0"])
    assert outcome.results[0] == b"1.0" and b"ZeroDivisionError" in outcome.results[1]


def test_one_connection_serves_everything():
    outcome = run(own(), {"app.py": "def handler(event, context): return 1 / event"}, [b"1", b"0", b"2"] * 5)
    assert outcome.connections == 1 and len(outcome.posts) == 15


def test_a_result_polls_for_the_next_event_if_the_api_supports_it():
    code = "def handler(event, context): return 1 / event"
    events = [b"1", b"2", b"0", Event(b"4", closes=True), b"0.5"]
    outcome = run(own(), {"app.py": code}, events, knows_asking=True)
    assert [outcome.results[number] for number in (0, 1, 3, 4)] == [b"1.0", b"0.5", b"0.25", b"2.0"]
    # Polled at the start, and after the error, whose response is not an event.
    assert [request.method for request in outcome.requests].count("GET") == 2
    assert outcome.exit_status == "waiting"


def test_a_result_that_is_answered_with_the_end_of_the_environment_ends_the_runtime():
    outcome = run(own(), {"app.py": ECHO}, [b"1", Event(b"", status=410)], knows_asking=True)
    assert outcome.results == [b"1"] and outcome.exit_status == 1
    assert "Failed to get next invocation. Http Response code: 410" in outcome.stdout


def test_a_plain_function_costs_no_imports():
    code = "import sys\ndef handler(event, context): return sorted(sys.modules)"
    loaded = json.loads(run(own(), {"app.py": code}, [b"1"]).results[0])
    assert not {"json", "logging", "re", "socket", "traceback", "http", "typing", "enum"}.intersection(loaded)


# ---- Deliberate differences from AWS's client ----


def test_an_error_at_import_may_hold_any_text():
    """AWS's client crashes on it in the runtimes that write UTF-8: it requires a Latin-1 body."""
    for name in ("AWS_Lambda_python3.11", "AWS_Lambda_python3.13"):
        outcome = run(
            own(), {"app.py": "raise ValueError('\U0001f40d \\ud800')"}, [b"1"], environment={"AWS_EXECUTION_ENV": name}
        )
        assert "\U0001f40d" in json.loads(outcome.results[0])["errorMessage"] and outcome.exit_status == 1


def test_the_name_of_an_error_cannot_add_headers():
    code = "def handler(event, context): raise type('A\\r\\nX-Own: 1', (Exception,), {})"
    (post,) = run(own(), {"app.py": code}, [b"1"]).posts
    assert "x-own" not in post.headers and json.loads(post.body)["errorType"] == "A\r\nX-Own: 1"


def test_a_connection_may_close_at_any_time_between_requests():
    """AWS's client survives it only if it notices before posting."""
    outcome = run(own(), {"app.py": ECHO}, [Event(b"%d" % number, closes=True) for number in range(20)])
    assert outcome.results == [b"%d" % number for number in range(20)]


def test_an_event_without_a_content_type_is_json():
    """AWS's client crashes on it."""
    outcome = run(own(), {"app.py": ECHO}, [Event(b'{"a": 1}', {"Content-Type": None})])
    assert outcome.results == [b'{"a": 1}']


def test_a_client_context_that_is_no_object_fails_the_invocation_only():
    outcome = run(own(), {"app.py": ECHO}, [Event(b"1", {"Lambda-Runtime-Client-Context": "[]"}), b"2"])
    assert json.loads(outcome.results[0])["errorType"] == "AttributeError" and outcome.results[1] == b"2"


def test_a_malformed_event_fails_the_invocation_only():
    outcome = run(own(), {"app.py": ECHO}, [b"{", b"{'a': 1}", b"1 2", b"NaN", b"[" * 100_000, b"2"])
    assert [json.loads(result)["errorType"] for result in outcome.results[:4]] == ["Runtime.UnmarshalError"] * 4
    assert outcome.results[5] == b"2"
