"""Terraform with the AWS provider, run against a server as against AWS, with other endpoints.

The provider comes from a folder, laid out as `terraform providers mirror` writes it; `STRATA_TERRAFORM_PLUGINS` names
it. Nothing is downloaded; tests are skipped when the program or the folder is missing.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

PLUGINS = Path(os.environ.get("STRATA_TERRAFORM_PLUGINS", "/opt/tf-plugins"))
PROVIDER = PLUGINS / "registry.terraform.io" / "hashicorp" / "aws"
# The provider alone takes seconds to start; a configuration of dozens of resources takes a minute.
TIMEOUT_SECONDS = 300
# Exit codes of `terraform plan -detailed-exitcode`.
NOTHING_TO_DO, CHANGES = 0, 2

# Every service of the server; requests to other services would go to AWS.
PROVIDER_BLOCK = """
terraform {{
  required_providers {{
    aws = {{ source = "hashicorp/aws" }}
  }}
}}

provider "aws" {{
  region                      = "{region}"
  access_key                  = "{account}"
  secret_key                  = "secret"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  max_retries                 = 1
  endpoints {{
    iam    = "{url}"
    lambda = "{url}"
    sts    = "{url}"
  }}
}}
"""


def terraform_or_skip():
    """The program; skips the test when it or the provider is missing."""
    program = shutil.which("terraform")
    if program is None:
        pytest.skip("terraform is not on PATH")
    if not PROVIDER.is_dir():
        pytest.skip(f"there is no AWS provider in {PLUGINS}: set STRATA_TERRAFORM_PLUGINS")
    return program


class TerraformFailure(Exception):
    """Terraform failed; the message is its whole output."""


class Terraform:
    """One configuration in its own folder, applied to an account on a server."""

    def __init__(self, folder, account):
        """`account` is an `Account`; its server, number and region go into the provider's block."""
        self.program = terraform_or_skip()
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        mirror = f'provider_installation {{ filesystem_mirror {{ path = "{PLUGINS}" }} }}\n'
        (self.folder / "terraform.rc").write_text(mirror)
        block = PROVIDER_BLOCK.format(region=account.region, account=account.number, url=account.server.url)
        (self.folder / "provider.tf").write_text(block)
        self.is_initialized = False

    def write(self, configuration, name="main.tf"):
        """Puts a configuration file beside the provider's block, instead of one of the same name."""
        (self.folder / name).write_text(configuration)

    def apply(self, *arguments):
        """Applies the configuration and returns the outputs by name."""
        self.run("apply", "-auto-approve", *arguments)
        outputs = json.loads(self.run("output", "-json").stdout)
        return {name: output["value"] for name, output in outputs.items()}

    def plan(self, *arguments):
        """The planned changes, as text; `None` for no drift."""
        result = self.run("plan", "-detailed-exitcode", *arguments, exit_codes=(NOTHING_TO_DO, CHANGES))
        return result.stdout if result.returncode == CHANGES else None

    def destroy(self, *arguments):
        """Destroys all resources."""
        self.run("destroy", "-auto-approve", *arguments)

    def run(self, command, *arguments, exit_codes=(0,)):
        """Runs a Terraform command, after `init` the first time."""
        if not self.is_initialized:
            self.is_initialized = True
            self.run("init")
        colourless = [command, "-no-color", *arguments] if command == "output" else [
            command, "-no-color", "-input=false", *arguments]
        result = subprocess.run(
            [self.program, *colourless], cwd=self.folder, env=self.environment(), capture_output=True, text=True,
            timeout=TIMEOUT_SECONDS,
        )
        if result.returncode not in exit_codes:
            output = result.stdout + result.stderr
            raise TerraformFailure(f"terraform {command} ended with {result.returncode}\n{output}")
        return result

    def environment(self):
        """The environment variables: none of the test's own, and no AWS settings."""
        return {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8", "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(self.folder / "terraform.rc"), "TF_IN_AUTOMATION": "1",
        }
