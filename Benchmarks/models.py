"""The models of five more services in a copy of the project: each operation of S3, DynamoDB, SQS, CloudFormation and
EC2's VPC part, offered by a service."""

import re
import runpy
import subprocess
from pathlib import Path

from botocore.loaders import Loader

PYTHON = Path(".strata") / "venv" / "bin" / "python"
VPC = re.compile(
    "Vpc|Subnet|Route|SecurityGroup|InternetGateway|NatGateway|NetworkInterface|NetworkAcl|Address|DhcpOptions|FlowLog"
    "|PrefixList|AvailabilityZones|Tags$")
# A service's name in botocore, its namespace, and the operations to take.
SERVICES = (
    ("s3", "S3", re.compile("")), ("dynamodb", "DynamoDB", re.compile("")), ("sqs", "SQS", re.compile("")),
    ("cloudformation", "CloudFormation", re.compile("")), ("ec2", "EC2", VPC),
)


def add(folder, repository):
    """Adds the models to a copy of the project, and a use of each operation. Returns the number of operations."""
    lines, uses, count = [], [], 0
    lower_camel = runpy.run_path(str(folder / "script" / "generate-aws-model"))["lower_camel"]
    for name, namespace, wanted in SERVICES:
        model = Loader().load_service_model(name, "service-2")
        operations = [operation for operation in sorted(model["operations"]) if wanted.search(operation)]
        count += len(operations)
        version = model["metadata"]["apiVersion"]
        lines.append(f'    Service("{name}", "{version}", "{namespace}", {tuple(operations)}),\n')
        uses.append((namespace, [lower_camel(operation) for operation in operations]))
        source = folder / "Sources" / "Models" / f"{namespace}Model"
        source.mkdir()
        (source / f"{namespace}.swift").write_text(f"/// Added by a benchmark.\npublic enum {namespace} {{}}\n")
    edit(folder / "script" / "generate-aws-model", "SERVICES = (\n", "".join(lines))
    names = [f"{namespace}Model" for _, namespace, _ in SERVICES]
    targets = "".join(f'("{name}", ["AWSProtocol"]),\n' for name in names)
    edit(folder / "Package.swift", '    "Models",\n    [\n', targets)
    edit(folder / "Package.swift", '        name: "strata",\n        dependencies: [\n',
         '"AWSProtocol", ' + "".join(f'"{name}", ' for name in names))
    subprocess.run([repository / PYTHON, "script/generate-aws-model"], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL)
    server = folder / "Sources" / "Server" / "strata"
    (server / "AddedModels.swift").write_text(use(uses))
    # Reached by the linker, and never called.
    edit(server / "main.swift", "internal import Glibc\n", "if Swift.CommandLine.arguments.isEmpty { addedModels() }\n")
    return count


def edit(path, mark, addition):
    text = path.read_text()
    assert mark in text, f"{path.name} has no {mark!r}"
    path.write_text(text.replace(mark, mark + addition, 1))


def use(services):
    """Swift that offers each operation, as a service does."""
    text = "internal import AWSProtocol\ninternal import ServiceKit\n"
    text += "".join(f"internal import {namespace}Model\n" for namespace, _ in services)
    text += """
private func offer<Input: AWSStructure, Output: AWSStructure>(
    _ operation: AWSOperation<Input, Output>, by api: inout ServiceAPI
) {
    api.offer(operation) { input, _ throws(ServiceError) in Output(awsValue: input.awsValue) }
}

"""
    for namespace, operations in services:
        text += f"private func offer{namespace}() {{\n"
        text += f"    var api = ServiceAPI({namespace}.service, requestLimitBytes: 0)\n"
        text += "".join(f"    offer({namespace}.{operation}, by: &api)\n" for operation in operations) + "}\n\n"
    return text + "func addedModels() {\n" + "".join(f"    offer{name}()\n" for name, _ in services) + "}\n"
