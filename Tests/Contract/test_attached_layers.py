"""Layers of functions: which can be attached, and how deleted ones stay available."""

import base64
import time

import pytest

from account import Account, refused
from packages import sha256, zip_of

SOURCE = "import greeting\ndef handler(event, context): return greeting.WORD\n"
PATIENCE_SECONDS = 20


def package(word):
    return zip_of({"python/greeting.py": f"WORD = {word!r}\n"})


def assert_invalid(refusal, message):
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert refusal.message == message


def refusals(aws, layers):
    """The errors of a creation and an update with these layers."""
    function = aws.deploy()
    return [
        refused(aws.lambda_.create_function, **aws.settings(Layers=layers)),
        refused(aws.lambda_.update_function_configuration, FunctionName=function, Layers=layers),
    ]


def test_two_versions_of_one_layer_are_refused_and_named(aws):
    one, two, three = (aws.publish("greeting", package(str(n)))["LayerVersionArn"] for n in range(3))
    for layers, twins in [([one, two], (one, two)), ([one, two, three], (one, two)), ([two, two], (two, two))]:
        for refusal in refusals(aws, layers):
            assert_invalid(
                refusal,
                "Two different versions of the same layer are not allowed to be referenced in the same function. "
                f"{twins[0]} and {twins[1]} are versions of the same layer.",
            )


def test_a_layer_of_another_region_is_refused(aws):
    layer = aws.in_region("eu-west-1").publish("greeting", package("hello"))["LayerVersionArn"]
    for refusal in refusals(aws, [layer]):
        assert_invalid(
            refusal,
            "Layers are not in the same region as the function. Layers are expected to be in region us-east-1.",
        )


@pytest.mark.parametrize(("name", "number"), [("nothing", 1), ("greeting", 9)])
def test_a_layer_version_that_does_not_exist_is_refused(aws, name, number):
    aws.publish("greeting", package("hello"))
    arn = f"arn:aws:lambda:us-east-1:{aws.number}:layer:{name}:{number}"
    for refusal in refusals(aws, [arn]):
        assert_invalid(refusal, f"Layer version {arn} does not exist.")


def test_a_layer_for_other_runtimes_and_architectures_is_taken(aws):
    """As on Lambda, where only the console warns."""
    layer = aws.publish(
        "greeting", package("hello"), CompatibleRuntimes=["java21"], CompatibleArchitectures=["arm64"]
    )["LayerVersionArn"]
    assert aws.invoke(aws.deploy(SOURCE, Layers=[layer])).value == "hello"


def test_a_refused_layer_changes_nothing(aws):
    layer = aws.publish("greeting", package("hello"))["LayerVersionArn"]
    function = aws.deploy(SOURCE, Layers=[layer])
    before = aws.lambda_.get_function_configuration(FunctionName=function)
    missing = layer.rpartition(":")[0] + ":2"
    refused(aws.lambda_.update_function_configuration, FunctionName=function, Timeout=9, Layers=[missing])
    after = aws.lambda_.get_function_configuration(FunctionName=function)
    assert {**after, "ResponseMetadata": 0} == {**before, "ResponseMetadata": 0}
    assert aws.invoke(function).value == "hello"


def test_the_unpacked_size_of_function_and_layers_is_reported_to_the_byte(aws):
    half = zip_of({"zeros": bytes(140_000_000)}, level=1)
    layers = [aws.publish(name, half)["LayerVersionArn"] for name in ("one", "two")]
    settings = aws.settings(files={"app.py": "x" * 11}, Layers=layers)
    assert_invalid(
        refused(aws.lambda_.create_function, **settings),
        "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is "
        "280000011 bytes.",
    )


def test_a_deleted_layer_version_cannot_be_attached_again_even_by_a_function_that_uses_it(aws):
    layer = aws.publish("greeting", package("hello"))["LayerVersionArn"]
    function = aws.deploy(SOURCE, Layers=[layer])
    aws.lambda_.delete_layer_version(LayerName="greeting", VersionNumber=1)
    gone = f"Layer version {layer} does not exist."
    wanted = {"FunctionName": function, "Layers": [layer]}
    assert_invalid(refused(aws.lambda_.update_function_configuration, **wanted), gone)
    assert_invalid(refused(aws.lambda_.create_function, **aws.settings(Layers=[layer])), gone)
    aws.change(function, Timeout=4)
    got = aws.lambda_.get_function_configuration(FunctionName=function)
    assert [each["Arn"] for each in got["Layers"]] == [layer]
    assert aws.invoke(function).value == "hello"


def test_deleted_layers_stay_with_functions_and_their_versions_over_collections_and_restarts(installation):
    server = installation.start()
    aws = Account(server)
    kept, newer, unused = (package(word) for word in ("kept", "newer", "unused"))
    first = aws.publish("greeting", kept)["LayerVersionArn"]
    function = aws.deploy(SOURCE, Layers=[first])
    aws.lambda_.publish_version(FunctionName=function)
    second = aws.publish("greeting", newer)["LayerVersionArn"]
    aws.change(function, Layers=[second])
    aws.publish("unused", unused)
    for name, number in (("greeting", 1), ("greeting", 2), ("unused", 1)):
        aws.lambda_.delete_layer_version(LayerName=name, VersionNumber=number)
    wait_until_collected(aws, unused)
    assert is_stored(aws.server, kept) and is_stored(aws.server, newer)
    assert_both_run(aws, function)
    server.kill()
    server = installation.start(server.data)
    aws = aws.reconnected(server)
    assert_both_run(aws, function)
    aws.lambda_.delete_function(FunctionName=function, Qualifier="1")
    wait_until_collected(aws, kept)
    assert aws.invoke(function).value == "newer"
    aws.lambda_.delete_function(FunctionName=function)
    wait_until_collected(aws, newer)
    server.stop()


def assert_both_run(aws, function):
    assert aws.invoke(function).value == "newer"
    assert aws.invoke(f"{function}:1").value == "kept"


def is_stored(server, content):
    digest = base64.b64decode(sha256(content)).hex()
    return any((server.data / "store" / "zips").rglob(f"*{digest[2:]}*"))


def wait_until_collected(aws, content):
    """The collector runs some time after each deletion; files still in use are left for its next run."""
    end = time.monotonic() + PATIENCE_SECONDS
    while is_stored(aws.server, content):
        assert time.monotonic() < end, "a package that nobody uses was not collected"
        aws.lambda_.delete_layer_version(LayerName="nothing", VersionNumber=1)
        time.sleep(0.05)


def test_lists_are_filtered_by_runtimes_and_architectures_of_the_model(aws):
    aws.publish("greeting", package("hello"), CompatibleRuntimes=["python3.12"], CompatibleArchitectures=["arm64"])
    aws.publish("bare", package("bare"))

    def names(**parameters):
        return [each["LayerName"] for each in aws.lambda_.list_layers(**parameters)["Layers"]]

    assert names() == ["bare", "greeting"]
    assert names(CompatibleRuntime="python3.12", CompatibleArchitecture="arm64") == ["greeting"]
    assert names(CompatibleRuntime="python3.12", CompatibleArchitecture="x86_64") == []
    for operation, more in (
        (aws.lambda_.list_layers, {}), (aws.lambda_.list_layer_versions, {"LayerName": "greeting"})
    ):
        for parameter, member in (
            ("CompatibleRuntime", "compatibleRuntime"), ("CompatibleArchitecture", "compatibleArchitecture")
        ):
            refusal = refused(operation, **{parameter: "nonsense"}, **more)
            assert (refusal.code, refusal.status) == ("ValidationException", 400)
            assert f"Value 'nonsense' at '{member}' failed to satisfy constraint: Member must satisfy enum value" in (
                refusal.message
            )
