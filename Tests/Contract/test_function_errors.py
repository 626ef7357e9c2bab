"""Refused creations and updates of functions, in AWS's words."""

import pytest

from account import refused
from packages import zip_of

PACKAGE = zip_of({"file.txt": "content"})


def refused_creation(aws, **settings):
    refusal = refused(aws.lambda_.create_function, **aws.settings(**settings))
    assert aws.lambda_.list_functions()["Functions"] == []
    return refusal


def assert_invalid(refusal):
    assert refusal.status == 400
    assert refusal.code in ("ValidationException", "InvalidParameterValueException")


def test_a_name_that_is_taken(aws):
    aws.deploy(name="taken")
    refusal = refused(aws.lambda_.create_function, **aws.settings(name="taken"))
    assert (refusal.code, refusal.status) == ("ResourceConflictException", 409)
    assert refusal.message == "Function already exist: taken"


@pytest.mark.parametrize(
    "operation, more",
    [
        ("get_function", {}),
        ("get_function_configuration", {}),
        ("update_function_configuration", {"Timeout": 5}),
        ("update_function_code", {"ZipFile": PACKAGE}),
        ("delete_function", {}),
        ("invoke", {}),
    ],
)
def test_a_function_that_does_not_exist(aws, operation, more):
    refusal = refused(getattr(aws.lambda_, operation), FunctionName="nobody", **more)
    assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
    assert refusal.message.startswith(f"Function not found: {aws.arn('nobody')}")


def test_a_version_that_does_not_exist(aws):
    name = aws.deploy()
    refusal = refused(aws.lambda_.invoke, FunctionName=name, Qualifier="7")
    assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
    assert refusal.message.startswith(f"Function not found: {aws.arn(name)}:7")


def test_a_sixth_layer(aws):
    layers = [aws.publish(f"layer-{number}", PACKAGE)["LayerVersionArn"] for number in range(6)]
    refusal = refused_creation(aws, Layers=layers)
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert "5 layers" in refusal.message
    name = aws.deploy(Layers=layers[:5])
    assert refused(aws.lambda_.update_function_configuration, FunctionName=name, Layers=layers).status == 400


def test_two_versions_of_one_layer(aws):
    layers = [aws.publish("layer", PACKAGE)["LayerVersionArn"] for _ in range(2)]
    refusal = refused_creation(aws, Layers=layers)
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert refusal.message.startswith("Two different versions of the same layer are not allowed to be referenced")
    assert all(arn in refusal.message for arn in layers)


def test_a_layer_version_that_does_not_exist(aws):
    arn = f"arn:aws:lambda:us-east-1:{aws.number}:layer:nothing:1"
    refusal = refused_creation(aws, Layers=[arn])
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert refusal.message == f"Layer version {arn} does not exist."


def test_a_layer_without_a_version(aws):
    arn = aws.publish("layer", PACKAGE)["LayerArn"]
    assert_invalid(refused_creation(aws, Layers=[arn]))


def test_several_violations_are_reported_in_one_message(aws):
    refusal = refused_creation(aws, Timeout=0, MemorySize=1, Description="x" * 257)
    assert_invalid(refusal)
    assert refusal.message.startswith("3 validation errors detected: ")
    for part in (
        "Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1",
        "Value '1' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128",
        "at 'description' failed to satisfy constraint: Member must have length less than or equal to 256",
    ):
        assert part in refusal.message


@pytest.mark.parametrize(
    "settings",
    [
        {"name": "no spaces"},
        {"name": "x" * 65},
        {"Role": "not-an-arn"},
        {"Role": "arn:aws:iam::123:role/short-account"},
        {"Runtime": "cobol85"},
        {"Handler": "x" * 129},
        {"Handler": "with space.handler"},
        {"Timeout": 901},
        {"MemorySize": 127},
        {"MemorySize": 10_241},
        {"EphemeralStorage": {"Size": 511}},
        {"EphemeralStorage": {"Size": 10_241}},
        {"EphemeralStorage": {}},
        {"Architectures": ["vax"]},
        {"Architectures": ["x86_64", "arm64"]},
        {"Environment": {"Variables": {"1FIRST": "digit"}}},
        {"Environment": {"Variables": {"WITH-DASH": "x"}}},
        {"PackageType": "Zipped"},
        {"TracingConfig": {"Mode": "Sometimes"}},
        {"Code": {}},
    ],
    ids=lambda settings: "-".join(map(str, next(iter(settings.items()))))[:40],
)
def test_a_setting_outside_of_its_bounds(aws, settings):
    assert_invalid(refused_creation(aws, **settings))


@pytest.mark.parametrize("missing", ["Runtime", "Handler", "Role", "Code"])
def test_a_setting_that_is_missing(aws, missing):
    settings = aws.settings()
    del settings[missing]
    assert_invalid(refused(aws.lambda_.create_function, **settings))


@pytest.mark.parametrize("bounds", [{"Timeout": 900}, {"MemorySize": 10_240}, {"EphemeralStorage": {"Size": 10_240}}])
def test_the_bounds_themselves_are_taken(aws, bounds):
    aws.lambda_.create_function(**aws.settings(**bounds))


@pytest.mark.parametrize(
    "key", ["AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME", "_HANDLER", "AWS_ACCESS_KEY_ID", "LAMBDA_TASK_ROOT"]
)
def test_a_reserved_environment_variable(aws, key):
    refusal = refused_creation(aws, Environment={"Variables": {key: "mine", "FREE": "x"}})
    assert_invalid(refusal)
    if not key.startswith("_"):  # the model's pattern refuses this one first
        assert refusal.message == (
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {key}"
        )


@pytest.mark.parametrize("given", [{"Environment": {"Variables": {"WORDS": "a\0b"}}}, {"Handler": "app\0.handler"}])
def test_what_no_process_can_be_given(aws, given):
    """NUL ends a string for the kernel: a function with it could be stored but not run."""
    creation = refused_creation(aws, **given)
    change = refused(aws.lambda_.update_function_configuration, FunctionName=aws.deploy(), **given)
    for refusal in (creation, change):
        assert_invalid(refusal)
        assert "U+0000" in refusal.message


def test_environment_variables_over_four_kilobytes(aws):
    refusal = refused_creation(aws, Environment={"Variables": {"LONG": "x" * 4096}})
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)
    assert refusal.message.startswith(
        "Lambda was unable to configure your environment variables because the environment variables you have "
        "provided exceeded the 4KB limit."
    )
    name = aws.deploy("import os\ndef handler(e, c): return len(os.environ['LONG'])",
                      Environment={"Variables": {"LONG": "x" * 4000}})
    assert aws.invoke(name).value == 4000


def test_an_update_that_is_refused_changes_nothing(aws):
    name = aws.deploy(Description="before", Timeout=5)
    before = aws.lambda_.get_function_configuration(FunctionName=name)
    for change in (
        {"Description": "after", "Timeout": 0},
        {"Description": "after", "Environment": {"Variables": {"AWS_REGION": "x"}}},
        {"Description": "after", "Layers": [f"arn:aws:lambda:us-east-1:{aws.number}:layer:nothing:1"]},
        {"Description": "after", "RevisionId": "00000000-0000-0000-0000-000000000000"},
    ):
        refused(aws.lambda_.update_function_configuration, FunctionName=name, **change)
    after = aws.lambda_.get_function_configuration(FunctionName=name)
    for answer in (before, after):
        answer.pop("ResponseMetadata")
    assert after == before


@pytest.mark.parametrize("form", ["in the name", "beside it"])
def test_a_number_that_no_version_can_have(aws, form):
    name = aws.deploy()
    wanted = {"FunctionName": f"{name}:007"} if form == "in the name" else {"FunctionName": name, "Qualifier": "007"}
    for operation in (aws.lambda_.get_function, aws.lambda_.get_function_configuration, aws.lambda_.invoke):
        refusal = refused(operation, **wanted)
        assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
        assert refusal.message == f"Function not found: {aws.arn(name)}:007"
