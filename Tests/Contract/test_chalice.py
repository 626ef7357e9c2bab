"""An unmodified `chalice deploy`: an application is deployed, updated and deleted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from existing_operations import not_yet

# It runs pip for the application's requirements (it has none) and imports the application itself.
TIMEOUT_SECONDS = 120
APPLICATION = """
from chalice import Chalice

app = Chalice(app_name="greeter")


@app.lambda_function(name="greet")
def greet(event, context):
    return {{"greeting": "{word} " + event["name"], "function": context.function_name}}
"""


@pytest.fixture
def chalice(aws, server, tmp_path):
    """Runs the chalice installed beside this interpreter, in an application's folder."""
    program = Path(sys.executable).parent / "chalice"
    if not program.exists():
        pytest.skip(f"there is no chalice at {program}: `script/setup`")
    if "TagResource" in not_yet(server):
        pytest.skip("TagResource is not implemented yet: chalice tags what it deploys")
    folder = tmp_path / "greeter"
    (folder / ".chalice").mkdir(parents=True)
    settings = {"version": "2.0", "app_name": "greeter", "stages": {"dev": {"api_gateway_stage": "api"}}}
    (folder / ".chalice" / "config.json").write_text(json.dumps(settings))
    (folder / "requirements.txt").write_text("")
    environment = {
        "PATH": f"{program.parent}:/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8",
        "AWS_ACCESS_KEY_ID": aws.number, "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": aws.region,
        "AWS_ENDPOINT_URL": server.url, "AWS_EC2_METADATA_DISABLED": "true", "PIP_NO_INDEX": "1",
    }

    def run(*arguments):
        done = subprocess.run([program, *arguments], cwd=folder, env=environment, capture_output=True, text=True,
                              timeout=TIMEOUT_SECONDS)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run.folder = folder
    return run


def write(chalice, word):
    (chalice.folder / "app.py").write_text(APPLICATION.format(word=word))


def test_an_application_is_deployed_invoked_changed_and_deleted(aws, chalice):
    write(chalice, "Hello")
    assert "Creating lambda function: greeter-dev-greet" in chalice("deploy")
    arn = aws.arn("greeter-dev-greet")
    assert aws.invoke(arn, {"name": "you"}).value == {"greeting": "Hello you", "function": "greeter-dev-greet"}
    settings = aws.lambda_.get_function_configuration(FunctionName=arn)
    assert settings["Role"] == f"arn:aws:iam::{aws.number}:role/greeter-dev"
    assert aws.lambda_.list_tags(Resource=arn)["Tags"]["aws-chalice"].startswith("version=")
    write(chalice, "Welcome")
    assert "Updating lambda function: greeter-dev-greet" in chalice("deploy")
    assert aws.invoke(arn, {"name": "back"}).value["greeting"] == "Welcome back"
    assert "Deleting function" in chalice("delete")
    assert aws.lambda_.list_functions()["Functions"] == []
    assert aws.client("iam").list_roles()["Roles"] == []
