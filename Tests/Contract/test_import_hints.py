"""What `strata invoke` and `strata logs` add to an import error: where the module is, and where it would be found."""

from operators import until

IMPORTS = "import wanted\ndef handler(event, context): return wanted.VALUE"


def test_a_module_at_the_wrong_place_of_a_layer_is_found(aws, operator):
    arn = aws.publish("misplaced", {"wanted/__init__.py": "VALUE = 1"})["LayerVersionArn"]
    name = aws.deploy(IMPORTS, Layers=[arn])
    failed = operator.run("invoke", name)
    assert failed.returncode == 1
    expected = "hint: wanted is in layer misplaced:1, at /opt/wanted; Python looks in /opt/python and "
    assert expected in failed.stderr and failed.stderr.rstrip().endswith("zip it as python/wanted")
    # AWS's answer has none of it.
    assert "hint" not in failed.stdout and "hint" not in aws.invoke(name).failure["errorMessage"]
    logs = operator.run("logs", name)
    assert logs.stderr.count(expected) == 1
    assert "hint" not in operator.run("logs", name, "--json").stderr


def test_a_module_that_no_layer_has_is_said(aws, operator):
    name = aws.deploy(IMPORTS)
    assert "hint: wanted is not in the function's code, and the function has no layers" in operator.run(
        "invoke", name).stderr


def test_another_error_has_no_hint(aws, operator):
    name = aws.deploy("def handler(event, context): raise ValueError('broke')")
    assert "hint" not in operator.run("invoke", name).stderr


def test_what_is_wrong_with_a_layer_is_in_the_servers_log(aws):
    published = aws.publish("reviewed", {"wanted/__init__.py": "VALUE = 1"}, CompatibleRuntimes=["python3.12"])
    arn = published["LayerVersionArn"]
    told = until(lambda: findings(aws, arn), "a finding of the publication", aws.server.stderr)
    assert "function=" not in told[0]
    name = aws.deploy(Layers=[arn])
    attached = until(
        lambda: [line for line in findings(aws, arn) if aws.arn(name) in line], "a finding of the function",
        aws.server.stderr)
    assert "wanted" in attached[0]


def findings(aws, arn):
    return [line for line in aws.server.stderr().splitlines() if "A layer may not work" in line and arn in line]
