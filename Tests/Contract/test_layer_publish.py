"""`strata layer publish|list|users|prune` against a server."""

from account import Account
from operators import Operator
from packages import zip_of


def archive(tmp_path, text="1", name="layer.zip"):
    path = tmp_path / name
    path.write_bytes(zip_of({"python/thing.py": f"VALUE = {text!r}"}))
    return str(path)


def test_a_zip_is_published_and_used(aws, operator, tmp_path):
    arn = operator.ask("layer", "publish", archive(tmp_path), "--name", "thing").strip()
    assert arn == f"arn:aws:lambda:us-east-1:{aws.number}:layer:thing:1"
    name = aws.deploy("import thing\ndef handler(event, context): return thing.VALUE", Layers=[arn])
    assert aws.invoke(name).value == "1"


def test_the_same_zip_is_not_published_again(operator, tmp_path):
    first = operator.run("layer", "publish", archive(tmp_path), "--name", "thing")
    again = operator.run("layer", "publish", archive(tmp_path), "--name", "thing")
    assert (first.returncode, again.returncode) == (0, 0)
    assert again.stdout == first.stdout
    assert again.stderr == "Version 1 of thing has these bytes already: nothing was published\n"
    forced = operator.documents("layer", "publish", archive(tmp_path), "--name", "thing", "--force")
    assert (forced[0]["version"], forced[0]["published"]) == (2, True)


def test_the_same_zip_for_other_runtimes_is_another_version(operator, aws, tmp_path):
    operator.ask("layer", "publish", archive(tmp_path), "--name", "thing")
    operator.ask(
        "layer", "publish", archive(tmp_path), "--name", "thing", "--runtime", "python3.12", "--runtime", "python3.13",
        "--architecture", "arm64", "--description", "for both", "--license", "MIT")
    newest = aws.lambda_.get_layer_version(LayerName="thing", VersionNumber=2)
    assert newest["CompatibleRuntimes"] == ["python3.12", "python3.13"]
    assert newest["CompatibleArchitectures"] == ["arm64"]
    assert (newest["Description"], newest["LicenseInfo"]) == ("for both", "MIT")


def test_what_cannot_be_published_is_refused_in_words(operator, tmp_path):
    missing = operator.run("layer", "publish", str(tmp_path / "none.zip"), "--name", "thing")
    assert missing.returncode == 1 and "none.zip: No such file or directory" in missing.stderr
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"not a zip")
    refused = operator.run("layer", "publish", str(broken), "--name", "thing")
    assert refused.returncode == 1
    assert "InvalidParameterValueException: Could not unzip uploaded file" in refused.stderr
    large = tmp_path / "large.zip"
    with large.open("wb") as file:
        file.truncate((50 << 20) + 1)
    too_large = operator.run("layer", "publish", str(large), "--name", "thing")
    assert too_large.returncode == 2 and "--s3-bucket NAME" in too_large.stderr


def test_layers_are_listed_by_name(operator, tmp_path):
    assert operator.documents("layer", "list") == [[]]
    for name in ("second", "first"):
        operator.ask("layer", "publish", archive(tmp_path), "--name", name, "--runtime", "python3.12")
    lines = operator.ask("layer", "list").splitlines()
    assert [line.split()[:2] for line in lines] == [["NAME", "VERSION"], ["first", "1"], ["second", "1"]]
    assert [each["runtimes"] for each in operator.documents("layer", "list")[0]] == [["python3.12"]] * 2


def test_users_are_versions_and_aliases_in_all_regions_and_accounts(aws, server, tmp_path):
    arn = aws.publish("shared-thing", {"python/thing.py": ""})["LayerVersionArn"]
    aws.lambda_.add_layer_version_permission(
        LayerName="shared-thing", VersionNumber=1, StatementId="all", Action="lambda:GetLayerVersion", Principal="*")
    mine = aws.deploy(Layers=[arn])
    aws.publish_live(mine)
    aws.change(mine, Layers=[])
    stranger = Account(server)
    theirs = stranger.deploy(Layers=[arn])
    far = aws.in_region("eu-central-1")
    far_arn = far.publish("shared-thing", {"python/thing.py": ""})["LayerVersionArn"]
    distant = far.deploy(Layers=[far_arn])

    users = Operator(server).documents("layer", "users", "shared-thing")[0]
    found = {(each["functionArn"].split(":")[4], each["function"], each["version"]): each for each in users}
    assert set(found) == {
        (aws.number, mine, "1"), (stranger.number, theirs, "$LATEST"), (aws.number, distant, "$LATEST")}
    assert found[aws.number, mine, "1"]["aliases"] == ["live"]
    assert found[aws.number, distant, "$LATEST"]["layerVersionArn"] == far_arn

    only = Operator(server).documents("layer", "users", far_arn)[0]
    assert [each["function"] for each in only] == [distant]


def test_users_of_an_older_version_are_found(aws, operator):
    old = aws.publish("aging", {"python/thing.py": "1"})["LayerVersionArn"]
    new = aws.publish("aging", {"python/thing.py": "2"})["LayerVersionArn"]
    late, prompt = aws.deploy(Layers=[old]), aws.deploy(Layers=[new])
    users = {each["function"]: each.get("newerVersion") for each in operator.documents("layer", "users", "aging")[0]}
    assert users == {late: 2, prompt: None}
    outdated = operator.ask("layer", "users", "aging", "--outdated").splitlines()
    assert [line.split()[0] for line in outdated] == ["FUNCTION", late]


def test_only_what_nothing_uses_is_pruned(aws, operator, server):
    arns = [aws.publish("pruned", {"python/thing.py": str(n)})["LayerVersionArn"] for n in range(5)]
    aws.deploy(Layers=[arns[0]])
    aws.lambda_.add_layer_version_permission(
        LayerName="pruned", VersionNumber=2, StatementId="all", Action="lambda:GetLayerVersion", Principal="*")

    listed = operator.run("layer", "prune", "--layer", "pruned")
    assert [line.split()[:2] for line in listed.stdout.splitlines()] == [["unused", arns[2]], ["unused", arns[3]]]
    assert "Nothing was deleted. Add --yes to delete 2." in listed.stderr
    assert len(aws.lambda_.list_layer_versions(LayerName="pruned")["LayerVersions"]) == 5

    report = operator.documents("layer", "prune", "--layer", "pruned", "--yes")[0]
    assert report["deleted"] is True
    assert {each["layerVersionArn"]: each["reason"] for each in report["kept"]} == {
        arns[0]: "used by 1", arns[1]: "shared", arns[4]: "newest"}
    left = aws.lambda_.list_layer_versions(LayerName="pruned")["LayerVersions"]
    assert [each["Version"] for each in left] == [5, 2, 1]
    assert "Nothing to delete" in operator.run("layer", "prune", "--layer", "pruned").stderr


def test_a_layer_that_another_account_uses_is_not_pruned(aws, operator, server):
    arns = [aws.publish("lent", {"python/thing.py": str(n)})["LayerVersionArn"] for n in range(2)]
    aws.lambda_.add_layer_version_permission(
        LayerName="lent", VersionNumber=1, StatementId="all", Action="lambda:GetLayerVersion", Principal="*")
    Account(server).deploy(Layers=[arns[0]])
    aws.lambda_.remove_layer_version_permission(LayerName="lent", VersionNumber=1, StatementId="all")
    assert operator.documents("layer", "prune", "--layer", "lent")[0]["unused"] == []

