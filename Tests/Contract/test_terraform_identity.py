"""Terraform's IAM resources: applied, changed and destroyed, without drift."""

import json

import pytest

from terraform import Terraform

TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}},
    ],
})
CONFIGURATION = """
data "aws_caller_identity" "me" {{}}

resource "aws_iam_role" "lambda" {{
  name                 = "resize"
  path                 = "/images/"
  description          = "{description}"
  max_session_duration = {session}
  permissions_boundary = aws_iam_policy.boundary.arn
  assume_role_policy   = jsonencode({trust})
  tags                 = {{ team = "images", stage = "{stage}" }}
}}

resource "aws_iam_role_policy" "inline" {{
  name = "queue"
  role = aws_iam_role.lambda.id
  policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Action = ["{inline}"], Resource = "*" }}]
  }})
}}

resource "aws_iam_policy" "objects" {{
  name        = "objects"
  path        = "/images/"
  description = "What images need"
  policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Action = ["{managed}"], Resource = "arn:aws:s3:::images/*" }}]
  }})
  tags = {{ team = "{stage}" }}
}}

resource "aws_iam_policy" "boundary" {{
  name_prefix = "boundary-"
  policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Action = "*", Resource = "*" }}]
  }})
}}

resource "aws_iam_role_policy_attachment" "objects" {{
  role       = aws_iam_role.lambda.name
  policy_arn = aws_iam_policy.objects.arn
}}

resource "aws_iam_role_policy_attachment" "logs" {{
  role       = aws_iam_role.lambda.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}}

data "aws_iam_role" "lambda" {{
  name = aws_iam_role.lambda.name
}}

data "aws_iam_policy" "objects" {{
  name       = "objects"
  depends_on = [aws_iam_policy.objects]
}}

data "aws_iam_policy" "logs" {{
  arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}}

output "account" {{ value = data.aws_caller_identity.me.account_id }}
output "role" {{ value = aws_iam_role.lambda.arn }}
output "policy" {{ value = data.aws_iam_policy.objects.arn }}
output "found" {{ value = data.aws_iam_role.lambda.unique_id == aws_iam_role.lambda.unique_id }}
output "logs" {{ value = data.aws_iam_policy.logs.name }}
"""


def configuration(**changes):
    settings = {
        "trust": TRUST, "description": "Resizes images", "session": 7200, "stage": "dev", "inline": "sqs:SendMessage",
        "managed": "s3:GetObject",
    }
    return CONFIGURATION.format(**{**settings, **changes})


@pytest.fixture
def terraform(aws, tmp_path):
    return Terraform(tmp_path / "terraform", aws)


def test_roles_and_policies_are_applied_changed_and_destroyed_without_drift(aws, terraform):
    iam = aws.client("iam")
    terraform.write(configuration())
    outputs = terraform.apply()
    assert outputs == {
        "account": aws.number, "role": f"arn:aws:iam::{aws.number}:role/images/resize",
        "policy": f"arn:aws:iam::{aws.number}:policy/images/objects", "found": True,
        "logs": "AWSLambdaBasicExecutionRole",
    }
    assert terraform.plan() is None
    role = iam.get_role(RoleName="resize")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("Resizes images", 7200)
    changes = {
        "description": "Resizes and crops", "session": 3600, "stage": "live", "inline": "sqs:*",
        "managed": "s3:PutObject",
    }
    terraform.write(configuration(**changes))
    assert terraform.plan() is not None
    terraform.apply()
    assert terraform.plan() is None
    assert iam.get_role(RoleName="resize")["Role"]["Description"] == "Resizes and crops"
    assert len(iam.list_policy_versions(PolicyArn=outputs["policy"])["Versions"]) == 2
    terraform.destroy()
    assert iam.list_roles()["Roles"] == []
    assert iam.list_policies(Scope="Local")["Policies"] == []
