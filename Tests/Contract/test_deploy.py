"""`strata deploy`: a folder's functions and layers on a server, and on another program's."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from server_process import BINARY, PATIENCE_SECONDS

APPLICATION = """
    [function.{name}]
    runtime = "RUNTIME"
    handler = "app.handler"
    code = "src"
    layers = ["{name}-tools"]

    [function.{name}.environment]
    GREETING = "Hello"

    [layer.{name}-tools]
    folder = "layer"
"""
CODE = """
    import os, tools
    def handler(event, context):
        return f"{os.environ['GREETING']} {tools.name(event)} 1"
"""


class Folder:
    """A folder to deploy."""

    def __init__(self, path, runtime, name="greeter"):
        self.path, self.runtime = path, runtime
        self.write("strata.toml", APPLICATION.format(name=name))
        self.write("src/app.py", CODE)
        self.write("layer/python/tools.py", "def name(event): return event.upper()\n")

    def write(self, name, text):
        text = text.replace("RUNTIME", self.runtime)
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))

    def replace(self, name, old, new):
        text = (self.path / name).read_text()
        assert old in text
        (self.path / name).write_text(text.replace(old, new))


@pytest.fixture
def folder(server, tmp_path):
    path = tmp_path / "application"
    path.mkdir()
    return Folder(path, server.runtime)


def actions(operator, folder):
    """What a deployment did, as `{name: action}`; the last action where there are two."""
    steps = operator.documents("deploy", str(folder.path))
    return [(each.get("function") or each.get("layer"), each["action"]) for each in steps]


def test_a_folder_becomes_a_function_with_its_layer(aws, operator, folder):
    result = operator.run("deploy", str(folder.path))
    assert result.returncode == 0, result.stderr
    layer, function = result.stdout.splitlines()
    assert layer.startswith("layer greeter-tools: published (version 1, ")
    assert function.startswith("function greeter: created (")
    assert "Deployed in" in result.stderr
    assert aws.invoke("greeter", "ada").value == "Hello ADA 1"
    configuration = aws.lambda_.get_function_configuration(FunctionName="greeter")
    assert configuration["Role"] == f"arn:aws:iam::{aws.number}:role/strata-deploy"


def test_only_what_changed_is_updated(aws, operator, folder):
    operator.ask("deploy", str(folder.path))
    revision = aws.lambda_.get_function_configuration(FunctionName="greeter")["RevisionId"]
    assert actions(operator, folder) == [("greeter-tools", "unchanged"), ("greeter", "unchanged")]
    assert aws.lambda_.get_function_configuration(FunctionName="greeter")["RevisionId"] == revision

    folder.replace("src/app.py", " 1", " 2")
    assert actions(operator, folder) == [("greeter-tools", "unchanged"), ("greeter", "codeUpdated")]
    assert aws.invoke("greeter", "ada").value == "Hello ADA 2"

    folder.replace("strata.toml", '"Hello"', '"Bye"')
    assert actions(operator, folder) == [("greeter-tools", "unchanged"), ("greeter", "configurationUpdated")]
    assert aws.invoke("greeter", "ada").value == "Bye ADA 2"

    folder.replace("layer/python/tools.py", "upper", "title")
    assert actions(operator, folder) == [("greeter-tools", "published"), ("greeter", "configurationUpdated")]
    assert aws.invoke("greeter", "ada").value == "Bye Ada 2"


def test_variables_and_layers_can_be_taken_away(aws, operator, folder):
    operator.ask("deploy", str(folder.path))
    folder.write("src/app.py", "import os\ndef handler(event, context): return os.environ.get('GREETING')\n")
    folder.write("strata.toml", """
        [function.greeter]
        runtime = "RUNTIME"
        handler = "app.handler"
        code = "src"
        layers = []
        [function.greeter.environment]
    """)
    assert actions(operator, folder) == [("greeter", "configurationUpdated"), ("greeter", "codeUpdated")]
    configuration = aws.lambda_.get_function_configuration(FunctionName="greeter")
    assert (configuration.get("Layers"), configuration["Environment"]) == (None, {"Variables": {}})
    assert aws.invoke("greeter").value is None


def test_what_the_file_does_not_name_stays_as_it_is(aws, operator, folder):
    operator.ask("deploy", str(folder.path))
    folder.write("strata.toml", '[function.greeter]\nruntime = "RUNTIME"\nhandler = "app.handler"\ncode = "src"\n')
    aws.change("greeter", Environment={"Variables": {"GREETING": "By hand"}}, Timeout=8)
    assert actions(operator, folder) == [("greeter", "unchanged")]
    assert aws.invoke("greeter", "ada").value == "By hand ADA 1"


def test_a_layer_for_another_runtime_is_published_again(aws, operator, folder):
    operator.ask("deploy", str(folder.path))
    folder.replace("strata.toml", 'folder = "layer"', 'folder = "layer"\ndescription = "tools"')
    assert actions(operator, folder)[0] == ("greeter-tools", "published")
    newest = aws.lambda_.get_layer_version(LayerName="greeter-tools", VersionNumber=2)
    assert newest["Description"] == "tools"


def test_every_setting_arrives(aws, operator, folder):
    folder.write("strata.toml", """
        [function.greeter]
        runtime = "RUNTIME"
        handler = "app.handler"
        code = "src"
        memory = 256
        timeout = 7
        description = "greets"
        ephemeral-storage = 1024
        architecture = "x86_64"
        role = "arn:aws:iam::{}:role/own"
    """.format(aws.number))
    operator.ask("deploy", str(folder.path))
    found = aws.lambda_.get_function_configuration(FunctionName="greeter")
    assert (found["MemorySize"], found["Timeout"], found["Description"]) == (256, 7, "greets")
    assert (found["EphemeralStorage"], found["Architectures"]) == ({"Size": 1024}, ["x86_64"])
    assert found["Role"].endswith("role/own")
    assert actions(operator, folder) == [("greeter", "unchanged")]


def test_what_a_developer_keeps_beside_the_code_is_not_deployed(aws, operator, folder):
    folder.write("strata.toml", '[function.greeter]\nruntime = "RUNTIME"\nhandler = "app.handler"\n')
    folder.write("app.py", "import os\ndef handler(event, context): return sorted(os.listdir('.'))\n")
    folder.write("pkg/inside.py", "")
    operator.ask("deploy", str(folder.path))
    assert aws.invoke("greeter").value == ["app.py", "layer", "pkg", "src"]
    folder.replace("strata.toml", "[function", "# a comment\n[function")
    assert actions(operator, folder) == [("greeter", "unchanged")]


@pytest.mark.parametrize("text, message", [
    ("", "it has no [function.NAME] and no [layer.NAME]"),
    ("[function.a]\n", "[function.a] lacks 'runtime'"),
    ("[function.a]\nruntime = 3\n", "line 2: function.a.runtime: takes a string, not an integer"),
    ("[function.a]\nruntme = 1\n", "line 2: function.a.runtme: there is no such setting; there are architecture,"),
    ("[function.a]\nruntime = \"python3.12\"\nhandler = \"a.b\"\nlayers = [\"x\"]\n",
     "[function.a] has the layer 'x', and there is no [layer.x]"),
    ("[layer.a]\nfolder = \"x\"\n", "[layer.a] lacks 'runtime', and no function here uses it"),
    ("[layer.a]\nfolder = \"x\"\nzip = \"y\"\n", "[layer.a] takes one of 'input', 'folder' and 'zip'"),
    ("[function.a]\nruntime = \"python3.12\"\nhandler = \"a.b\"\n[layer.x]\n", "[layer.x] takes one of 'input',"),
    ("[function]\nruntime = \"x\"\n", "line 2: function.runtime: settings of a function stand in a table with its"),
    ("[function.a\n", "line 1"),
    ("[function.\"../a\"]\nruntime = \"x\"\n", "is no name of a function"),
])
def test_a_wrong_file_is_refused_with_the_place(operator, folder, text, message):
    (folder.path / "strata.toml").write_text(text)
    result = operator.run("deploy", str(folder.path))
    assert result.returncode == 1 and message in result.stderr, result.stderr
    assert "strata.toml" in result.stderr


def test_a_folder_without_the_file_says_what_to_do(operator, tmp_path):
    result = operator.run("deploy", str(tmp_path))
    assert result.returncode == 1
    assert "strata.toml: No such file or directory" in result.stderr and "'strata new' makes one" in result.stderr


def test_an_edit_of_code_or_layer_is_live_while_watching(aws, operator, folder):
    watching = operator.start("deploy", str(folder.path), "--watch", "--json")
    try:
        watching.wait_for('"created"')
        assert aws.invoke("greeter", "ada").value == "Hello ADA 1"
        folder.replace("src/app.py", " 1", " 2")
        watching.wait_for('"codeUpdated"')
        assert aws.invoke("greeter", "ada").value == "Hello ADA 2"
        folder.replace("layer/python/tools.py", "upper", "title")
        watching.wait_for('"configurationUpdated"')
        assert aws.invoke("greeter", "ada").value == "Hello Ada 2"
        # A folder that is new is watched, too.
        folder.write("src/more/words.py", "WORD = 3\n")
        watching.wait_for('"codeUpdated"', 2)
        folder.write("src/more/words.py", "WORD = 4\n")
        watching.wait_for('"codeUpdated"', 3)
        # What is wrong for a moment does no harm.
        folder.write("strata.toml", "[function.greeter\n")
        folder.write("strata.toml", APPLICATION.format(name="greeter").replace("Hello", "Bye"))
        watching.wait_for('"configurationUpdated"', 2)
        assert aws.invoke("greeter", "ada").value == "Bye Ada 2"
    finally:
        code = watching.interrupt(signal.SIGINT)
    assert code in (0, -signal.SIGINT)


def test_a_requirements_file_is_built_once(aws, operator, folder):
    folder.write("requirements.txt", "six==1.17.0\n")
    folder.write("src/app.py", "import six\ndef handler(event, context): return six.__version__\n")
    folder.replace("strata.toml", 'folder = "layer"', 'input = "requirements.txt"')
    # With the variables of this process: uv may have settings of the host's index there.
    variables = os.environ | operator.variables

    def deploy():
        return subprocess.run(
            [BINARY, "deploy", folder.path], capture_output=True, text=True, timeout=PATIENCE_SECONDS, env=variables)

    first = deploy()
    assert first.returncode == 0, first.stderr
    assert "Installing" in first.stderr
    assert aws.invoke("greeter").value == "1.17.0"
    again = deploy()
    assert "Installing" not in again.stderr and "unchanged" in again.stdout


def test_a_new_folder_can_be_deployed_and_tested_at_once(aws, operator, tmp_path):
    path = tmp_path / "hello"
    made = operator.run("new", str(path), "--runtime", aws.server.runtime)
    assert made.returncode == 0, made.stderr
    operator.ask("deploy", str(path))
    assert aws.invoke("hello", {"name": "Ada"}).value == {"message": "Hello, Ada!"}
    tested = subprocess.run(
        [sys.executable, "-m", "unittest", "-q"], cwd=path, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert tested.returncode == 0, tested.stderr
    refused = operator.run("new", str(path))
    assert refused.returncode == 1 and "is there already" in refused.stderr


def test_a_folder_is_deployed_to_motos_server(s3, folder, tmp_path):
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_ENDPOINT_URL": s3.url, "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    role = s3.client("iam").create_role(RoleName="deployed", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    folder.replace("strata.toml", 'code = "src"', f'code = "src"\nrole = "{role}"')

    def deploy():
        result = subprocess.run(
            [BINARY, "deploy", folder.path, "--json"], capture_output=True, text=True, timeout=PATIENCE_SECONDS,
            env=environment)
        assert result.returncode == 0, result.stderr
        return [json.loads(line)["action"] for line in result.stdout.splitlines()]

    assert deploy() == ["published", "created"]
    assert deploy() == ["unchanged", "unchanged"]
    folder.replace("src/app.py", " 1", " 2")
    assert deploy() == ["unchanged", "codeUpdated"]
    lambda_ = s3.client("lambda")
    assert lambda_.get_function_configuration(FunctionName="greeter")["Layers"][0]["Arn"].endswith("greeter-tools:1")
