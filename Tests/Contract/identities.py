"""Policies and roles for tests of IAM and STS."""

import json


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


TRUST = policy(
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}})
PERMISSIONS = policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
LOGS = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def create_role(iam, name="resize", **settings):
    """Creates a role and returns its description."""
    return iam.create_role(RoleName=name, **{"AssumeRolePolicyDocument": TRUST, **settings})["Role"]


def create_policy(iam, name="objects", **settings):
    """Creates a managed policy and returns its ARN."""
    return iam.create_policy(PolicyName=name, **{"PolicyDocument": PERMISSIONS, **settings})["Policy"]["Arn"]
