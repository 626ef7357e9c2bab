"""An account on a server, used through boto3, with shorthands for common calls."""

import base64
import itertools
import json
import subprocess
import textwrap
import threading
import urllib.request
from dataclasses import dataclass

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from operators import until
from packages import zip_of

SESSION = boto3.session.Session()
CONFIG = Config(
    retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=60, max_pool_connections=50,
    parameter_validation=False,
)
numbers = itertools.count(100_000_000_001)


@dataclass
class Answer:
    """The response to an invocation."""

    status: int
    payload: bytes
    error: str
    version: str
    log: str

    @property
    def value(self):
        """The result of an invocation that must have succeeded."""
        assert self.error is None, f"{self.error}: {self.payload.decode()}\n{self.log}"
        return json.loads(self.payload)

    @property
    def failure(self):
        """The error payload of an invocation that must have failed."""
        assert self.error is not None, f"expected a function error, got {self.payload!r}"
        return json.loads(self.payload)


@dataclass
class Refusal:
    """The error of a refused operation."""

    code: str
    message: str
    status: int
    response: dict


class Account:
    """An account that no other test uses, unless it is named."""

    def __init__(self, server, number=None, region="us-east-1"):
        self.server = server
        self.number = number or f"{next(numbers):012d}"
        self.region = region
        self.role = f"arn:aws:iam::{self.number}:role/lambda"
        self.lambda_ = client(server.url, self.number, region)
        self.names = itertools.count(1)

    def client(self, service, access_key=None, **options):
        """A client of another service, or of this account with other credentials."""
        return client(self.server.url, access_key or self.number, self.region, service, **options)

    def in_region(self, region):
        return Account(self.server, self.number, region)

    def reconnected(self, server):
        """The same account on another run of the server."""
        return Account(server, self.number, self.region)

    def arn(self, name):
        return f"arn:aws:lambda:{self.region}:{self.number}:function:{name}"

    def settings(self, source=None, *, files=None, name=None, **more):
        """The parameters of CreateFunction, with defaults for those that do not matter to the test."""
        code = zip_of(files or {"app.py": textwrap.dedent(source or ECHO)})
        return {
            "FunctionName": name or f"function-{next(self.names)}",
            "Runtime": self.server.runtime,
            "Role": self.role,
            "Handler": "app.handler",
            "Code": {"ZipFile": code},
            **more,
        }

    def deploy(self, source=None, **settings):
        """Creates a function, waits until it is active, and returns its name."""
        created = self.lambda_.create_function(**self.settings(source, **settings))
        self.wait_until_active(created["FunctionName"])
        return created["FunctionName"]

    def deploy_live(self, source=None):
        """Creates a function with version 1 and the alias live."""
        name = self.deploy(source)
        self.publish_live(name)
        return name

    def publish_live(self, name):
        """Publishes version 1 of a function and creates the alias live for it."""
        self.lambda_.publish_version(FunctionName=name)
        self.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")

    def wait_until_active(self, name):
        waiter = self.lambda_.get_waiter("function_active_v2")
        waiter.wait(FunctionName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 200})

    def wait_until_updated(self, name):
        waiter = self.lambda_.get_waiter("function_updated_v2")
        waiter.wait(FunctionName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 200})

    def change_code(self, name, source):
        code = zip_of({"app.py": textwrap.dedent(source)})
        self.lambda_.update_function_code(FunctionName=name, ZipFile=code)
        self.wait_until_updated(name)

    def change(self, name, **settings):
        self.lambda_.update_function_configuration(FunctionName=name, **settings)
        self.wait_until_updated(name)

    def publish(self, name, files, **settings):
        """Publishes a layer version."""
        content = files if isinstance(files, bytes) else zip_of(files)
        return self.lambda_.publish_layer_version(LayerName=name, Content={"ZipFile": content}, **settings)

    def invoke(self, name, event=None, *, payload=None, **parameters):
        """Invokes a function with the tail of its log."""
        parameters.setdefault("LogType", "Tail")
        body = json.dumps(event).encode() if payload is None else payload
        response = self.lambda_.invoke(FunctionName=name, Payload=body, **parameters)
        return Answer(
            response["StatusCode"], response["Payload"].read(), response.get("FunctionError"),
            response.get("ExecutedVersion"), base64.b64decode(response.get("LogResult", "")).decode(),
        )

    def invoke_aside(self, name, event=None, **parameters):
        """Starts an invocation in a thread; call the returned function for its response."""
        answers = []

        def work():
            try:
                answers.append(self.invoke(name, event, **parameters))
            except Exception as error:  # raised when the response is requested
                answers.append(error)

        thread = threading.Thread(target=work)
        thread.start()

        def answer():
            thread.join()
            if isinstance(answers[0], Exception):
                raise answers[0]
            return answers[0]

        return answer

    def wait_until_busy(self, name, count=1):
        """Waits until `count` environments of a function have an invocation in flight."""

        def busy():
            with urllib.request.urlopen(self.server.url + "/_strata/top", timeout=30) as response:
                functions = json.load(response)["functions"]
            mine = [each for each in functions if (each["account"], each["function"]) == (self.number, name)]
            return sum(each["environments"]["busy"] for each in mine)

        until(lambda: busy() >= count, f"{count} invocations of {name} in flight", busy)

    def aws(self, *arguments, program, variables=None, **options):
        """Runs the AWS CLI, optionally with further environment variables."""
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(self.server.installation.root), "LANG": "C.UTF-8",
            "AWS_ACCESS_KEY_ID": self.number, "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": self.region, "AWS_ENDPOINT_URL": self.server.url, "AWS_PAGER": "",
            **(variables or {}),
        }
        command = [program, *map(str, arguments)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, **options)


ECHO = """
    def handler(event, context):
        return event
"""


def client(url, access_key, region="us-east-1", service="lambda", secret="secret", token=None, **options):
    """A boto3 client."""
    return SESSION.client(
        service, endpoint_url=url, region_name=region, aws_access_key_id=access_key, aws_secret_access_key=secret,
        aws_session_token=token, config=CONFIG.merge(Config(**options)),
    )


def refused(operation, **parameters):
    """Calls an operation that must be refused."""
    with pytest.raises(ClientError) as caught:
        operation(**parameters)
    response = caught.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return Refusal(response["Error"]["Code"], response["Error"]["Message"], status, response)
