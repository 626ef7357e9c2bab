"""Runtimes besides our own bootstrap: custom ones in C and in the shell, AWS's own client; and SDKs in functions."""

import subprocess
import sys
from pathlib import Path

import pytest

from account import Account, refused
from compiled import FUNCTIONS, compiled
from log_streams import log_with
from packages import boto3_layer, installed_files, program

SYSTEM_PYTHON = "/usr/bin/python3"


@pytest.fixture
def c_bootstrap():
    return compiled("bootstrap.c")


@pytest.mark.parametrize("runtime", ["provided.al2023", "provided.al2"])
def test_a_custom_runtime_in_c(either, c_bootstrap, runtime):
    name = either.deploy(files={"bootstrap": program(c_bootstrap)}, Runtime=runtime)
    for number in range(3):
        assert either.invoke(name, {"n": number}).value == {"c": {"n": number}}


def test_a_custom_runtime_from_a_layer(either, c_bootstrap):
    layer = either.publish("bootstrap", {"bootstrap": program(c_bootstrap)})["LayerVersionArn"]
    name = either.deploy(files={"readme.txt": "no code at all"}, Runtime="provided.al2023", Layers=[layer])
    assert either.invoke(name, "hello").value == {"c": "hello"}


def test_a_custom_runtime_of_the_function_wins_over_one_of_a_layer(aws, c_bootstrap):
    layer = aws.publish("bootstrap", {"bootstrap": program("#!/bin/sh\nexit 9\n")})["LayerVersionArn"]
    name = aws.deploy(files={"bootstrap": program(c_bootstrap)}, Runtime="provided.al2023", Layers=[layer])
    assert aws.invoke(name, 1).value == {"c": 1}


def test_a_custom_runtime_in_the_shell(either):
    script = (FUNCTIONS / "bootstrap.sh").read_text()
    name = either.deploy(files={"bootstrap": program(script)}, Runtime="provided.al2023", Handler="some.thing")
    for event in ("one", [2]):
        answer = either.invoke(name, event)
        assert answer.value == {"shell": event, "handler": "some.thing"}
        assert "the shell handles " in answer.log


@pytest.mark.skipif(not Path("/bin/bash").exists(), reason="the host has no bash")
def test_the_shell_is_bash_as_on_amazon_linux(either):
    script = (FUNCTIONS / "bootstrap.sh").read_text()
    head = "#!/bin/sh\nset -o pipefail\nfalse | true && exit 1\nwords=(of an array)\n_HANDLER=${words[2]}\n"
    name = either.deploy(files={"bootstrap": program(head + script)}, Runtime="provided.al2023")
    assert either.invoke(name, 1).value == {"shell": 1, "handler": "array"}


@pytest.mark.parametrize(
    "bootstrap, words",
    [("#!/bin/sh\nexit 0\n", "permission denied"), (program("exit 0\n"), "exec format error"),
     (program("#!/bin/sh\r\nexit 0\r\n"), "no such file or directory")],
    ids=["not executable", "not a program", "line ends of Windows"],
)
@pytest.mark.parametrize("has_extension", [False, True], ids=["alone", "beside an extension"])
def test_a_bootstrap_that_cannot_be_executed(either, bootstrap, words, has_extension):
    extension = {"extensions/witness": program((FUNCTIONS / "extension.py").read_text())}
    layers = [either.publish("extension", extension)["LayerVersionArn"]] if has_extension else []
    name = either.deploy(files={"bootstrap": bootstrap}, Runtime="provided.al2023", Layers=layers, MemorySize=512)
    failure = either.invoke(name).failure
    assert failure["errorType"] == "Runtime.InvalidEntrypoint"
    assert failure["errorMessage"].endswith(f" Error: fork/exec /var/task/bootstrap: {words}")
    for phase in ("init", "invoke"):
        log_with(either, name, f"Phase: {phase}\tStatus: error\tError Type: Runtime.InvalidEntrypoint")


def test_a_folder_named_bootstrap_is_not_a_bootstrap(aws, c_bootstrap):
    layer = aws.publish("bootstrap", {"bootstrap": program(c_bootstrap)})["LayerVersionArn"]
    name = aws.deploy(files={"bootstrap/readme.txt": "x"}, Runtime="provided.al2023", Layers=[layer])
    assert aws.invoke(name, 1).value == {"c": 1}


def test_a_custom_runtime_has_no_execution_environment_name(aws, c_bootstrap):
    script = (FUNCTIONS / "bootstrap.sh").read_text().replace('$_HANDLER', '${AWS_EXECUTION_ENV-unset}')
    name = aws.deploy(files={"bootstrap": program(script)}, Runtime="provided.al2023")
    assert aws.invoke(name, 1).value["handler"] == "unset"


def test_a_function_that_brings_awss_own_client(either):
    version = subprocess.run([SYSTEM_PYTHON, "-c", "import sys; print(sys.version_info[:2])"],
                             capture_output=True, text=True).stdout.strip()
    if version != str(sys.version_info[:2]):
        pytest.skip(f"awslambdaric is installed here for another Python than {SYSTEM_PYTHON}")
    files = {
        "app.py": "def handler(event, context):\n    return {'event': event, 'name': context.function_name}\n",
        "bootstrap": program(f'#!/bin/sh\nexec {SYSTEM_PYTHON} -m awslambdaric "$_HANDLER"\n'),
    }
    for package in ("awslambdaric", "simplejson", "snapshot_restore_py"):
        files |= installed_files(package)
    files |= native_part_of_awslambdaric()
    name = either.deploy(files=files, Runtime="provided.al2023", MemorySize=256, Timeout=10)
    for number in range(3):
        assert either.invoke(name, {"n": number}).value == {"event": {"n": number}, "name": name}


def native_part_of_awslambdaric():
    """Its C extension stands beside the package."""
    import runtime_client

    library = Path(runtime_client.__file__)
    return {library.name: library.read_bytes()}


def test_boto3_inside_a_function_finds_this_server(either):
    layer = either.publish("boto3", boto3_layer())["LayerVersionArn"]
    name = either.deploy(
        """
        import boto3
        def handler(event, context):
            client = boto3.client("lambda")
            return sorted(function["FunctionName"] for function in client.list_functions()["Functions"])
        """,
        Layers=[layer], MemorySize=512, Timeout=30,
    )
    other = either.deploy()
    assert either.invoke(name).value == sorted([name, other])


def test_a_function_can_invoke_another(aws):
    callee = aws.deploy("def handler(event, context): return ['called with', event]")
    caller = aws.deploy(
        """
        import json, os, urllib.request
        def handler(event, context):
            url = f"{os.environ['AWS_ENDPOINT_URL']}/2015-03-31/functions/{event}/invocations"
            scope = f"{os.environ['AWS_ACCESS_KEY_ID']}/20260101/{os.environ['AWS_REGION']}/lambda/aws4_request"
            headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0"}
            request = urllib.request.Request(url, json.dumps("hello").encode(), headers)
            return json.load(urllib.request.urlopen(request))
        """,
        Timeout=10,
    )
    assert aws.invoke(caller, callee).value == ["called with", "hello"]


OLD = """
    import sys
    def handler(event, context):
        print("runs")
        return [sys.version_info[:2], event]
"""


def interpreter(version):
    """An interpreter of pyenv, where tests may find old ones."""
    found = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python{version}"))
    if not found:
        pytest.skip(f"there is no python{version}")
    return found[0].parent.parent


@pytest.mark.parametrize("version", ["3.6", "3.7", "3.8"])
def test_a_runtime_that_lambda_no_longer_supports_runs_where_its_interpreter_is_named(installation, version):
    server = installation.start(arguments=["--runtime", f"python{version}={interpreter(version)}"])
    aws = Account(server)
    name = aws.deploy(OLD, Runtime=f"python{version}")
    answer = aws.invoke(name, {"n": 1})
    assert answer.value == [[3, int(version[2:])], {"n": 1}] and "runs" in answer.log
    server.stop()


def test_a_former_runtime_without_an_interpreter_says_how_to_name_one(aws):
    refusal = refused(aws.lambda_.invoke, FunctionName=aws.deploy(Runtime="python3.8"))
    assert refusal.code == "InvalidRuntimeException"
    assert "`strata start --runtime python3.8=/path/to/python3.8`" in refusal.message
    refusal = refused(aws.lambda_.create_function, **aws.settings(Runtime="python3.7"))
    assert refusal.message.startswith("The runtime parameter of python3.7 is no longer supported ")
