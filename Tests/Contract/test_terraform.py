"""Terraform's Lambda resources: applied, changed and destroyed, without drift."""

import json

import pytest

from existing_operations import not_yet
from packages import zip_of
from terraform import Terraform

# The operations that the configuration needs; a missing one would only show as Terraform's error.
NEEDED = {
    "PublishLayerVersion", "AddLayerVersionPermission", "PublishVersion", "CreateAlias", "AddPermission",
    "PutFunctionConcurrency", "PutFunctionEventInvokeConfig", "ListVersionsByFunction", "TagResource",
    "PutProvisionedConcurrencyConfig", "GetFunctionCodeSigningConfig",
}
CONFIGURATION = """
resource "aws_iam_role" "images" {{
  name               = "images"
  assume_role_policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ Service = "lambda.amazonaws.com" }} }}]
  }})
}}

resource "aws_lambda_layer_version" "words" {{
  layer_name               = "words"
  description              = "{layer_description}"
  filename                 = "${{path.module}}/{words}"
  source_code_hash         = filebase64sha256("${{path.module}}/{words}")
  compatible_runtimes      = ["{runtime}"]
  compatible_architectures = ["x86_64"]
  license_info             = "MIT"
}}

resource "aws_lambda_layer_version" "tools" {{
  layer_name = "tools"
  filename   = "${{path.module}}/tools.zip"
}}

resource "aws_lambda_layer_version_permission" "tools" {{
  layer_name     = aws_lambda_layer_version.tools.layer_name
  version_number = aws_lambda_layer_version.tools.version
  statement_id   = "everyone"
  action         = "lambda:GetLayerVersion"
  principal      = "*"
}}

resource "aws_lambda_function" "images" {{
  function_name                  = "images"
  description                    = "{description}"
  role                           = aws_iam_role.images.arn
  runtime                        = "{runtime}"
  handler                        = "app.handler"
  filename                       = "${{path.module}}/app.zip"
  source_code_hash               = filebase64sha256("${{path.module}}/app.zip")
  layers                         = [aws_lambda_layer_version.words.arn, aws_lambda_layer_version.tools.arn]
  memory_size                    = {memory}
  timeout                        = 10
  publish                        = true
  reserved_concurrent_executions = {reserved}
  ephemeral_storage {{ size = 1024 }}
  environment {{ variables = {{ STAGE = "{stage}" }} }}
  tracing_config {{ mode = "Active" }}
  logging_config {{
    log_format            = "JSON"
    application_log_level = "DEBUG"
    system_log_level      = "INFO"
  }}
  tags = {{ team = "images", stage = "{stage}" }}
}}

resource "aws_lambda_alias" "live" {{
  name             = "live"
  description      = "What people use"
  function_name    = aws_lambda_function.images.function_name
  function_version = "1"
  {routing}
}}

resource "aws_lambda_permission" "bucket" {{
  statement_id   = "bucket"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.images.function_name
  principal      = "s3.amazonaws.com"
  source_arn     = "arn:aws:s3:::images"
  source_account = "{account}"
}}

resource "aws_lambda_permission" "gateway" {{
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.images.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = "apigateway.amazonaws.com"
}}

resource "aws_lambda_function_event_invoke_config" "live" {{
  function_name                = aws_lambda_function.images.function_name
  qualifier                    = aws_lambda_alias.live.name
  maximum_retry_attempts       = {retries}
  maximum_event_age_in_seconds = 120
}}

resource "aws_lambda_provisioned_concurrency_config" "live" {{
  function_name                     = aws_lambda_function.images.function_name
  qualifier                         = "1"
  provisioned_concurrent_executions = 1
}}

output "function" {{ value = aws_lambda_function.images.arn }}
output "version" {{ value = aws_lambda_function.images.version }}
output "alias" {{ value = aws_lambda_alias.live.arn }}
output "words" {{ value = aws_lambda_layer_version.words.arn }}
"""
WEIGHTS = 'routing_config { additional_version_weights = { "2" = 0.25 } }'
HANDLER = """
import os
import sys

sys.path.insert(0, "/opt")
import words


def handler(event, context):
    return [words.WORD, os.environ["STAGE"], context.memory_limit_in_mb]
"""


@pytest.fixture
def terraform(aws, server, tmp_path):
    terraform = Terraform(tmp_path / "terraform", aws)
    missing = NEEDED & not_yet(server)
    if missing:
        pytest.skip(f"not implemented yet: {', '.join(sorted(missing))}")
    for name, files in {
        "app.zip": {"app.py": HANDLER}, "words-1.zip": {"words.py": "WORD = 'one'"},
        "words-2.zip": {"words.py": "WORD = 'two'"}, "tools.zip": {"bin/tool": "tool"},
    }.items():
        (terraform.folder / name).write_bytes(zip_of(files))
    return terraform


def configuration(aws, **changes):
    settings = {
        "account": aws.number, "runtime": aws.server.runtime, "description": "Resizes images", "stage": "dev",
        "layer_description": "", "words": "words-1.zip", "memory": 128, "reserved": 50, "routing": "", "retries": 0,
    }
    return CONFIGURATION.format(**{**settings, **changes})


CHANGES = {
    "description": "Resizes and crops", "stage": "live", "layer_description": "More words", "words": "words-2.zip",
    "memory": 256, "reserved": 60, "routing": WEIGHTS, "retries": 1,
}


def test_functions_and_all_that_hangs_on_them_are_applied_changed_and_destroyed_without_drift(aws, terraform):
    terraform.write(configuration(aws))
    outputs = terraform.apply()
    assert outputs["version"] == "1"
    assert outputs["alias"] == aws.arn("images:live")
    assert terraform.plan() is None
    assert aws.invoke("images:live").value == ["one", "dev", "128"]
    terraform.write(configuration(aws, **CHANGES))
    assert terraform.plan() is not None
    changed = terraform.apply()
    assert (changed["version"], changed["words"]) == ("2", outputs["words"].removesuffix("1") + "2")
    assert terraform.plan() is None
    check_changed(aws)
    terraform.destroy()
    check_gone(aws)


def check_changed(aws):
    """Checks Terraform's resources through boto3."""
    client = aws.lambda_
    assert aws.invoke("images").value == ["two", "live", "256"]
    alias = client.get_alias(FunctionName="images", Name="live")
    assert alias["RoutingConfig"] == {"AdditionalVersionWeights": {"2": 0.25}}
    assert client.get_function_concurrency(FunctionName="images")["ReservedConcurrentExecutions"] == 60
    config = client.get_function_event_invoke_config(FunctionName="images", Qualifier="live")
    assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (1, 120)
    assert client.list_tags(Resource=aws.arn("images"))["Tags"] == {"team": "images", "stage": "live"}
    policy = json.loads(client.get_policy(FunctionName="images")["Policy"])
    assert [statement["Sid"] for statement in policy["Statement"]] == ["bucket"]
    settings = client.get_function_configuration(FunctionName="images")
    assert [layer["Arn"].split(":layer:")[1] for layer in settings["Layers"]] == ["words:2", "tools:1"]


def check_gone(aws):
    client = aws.lambda_
    assert client.list_functions(FunctionVersion="ALL")["Functions"] == []
    assert client.list_layers()["Layers"] == []
    usage = client.get_account_settings()
    assert usage["AccountUsage"] == {"TotalCodeSize": 0, "FunctionCount": 0}
    assert usage["AccountLimit"]["UnreservedConcurrentExecutions"] == 1000
    assert aws.client("iam").list_roles()["Roles"] == []
