"""Layers through boto3: publish, get, list, download, delete."""

import re
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from account import Account, refused
from packages import sha256, zip_of

PACKAGE = zip_of({"python/greeting.py": "WORD = 'hello'\n"})


def fetch(location):
    with urllib.request.urlopen(location, timeout=10) as answer:
        return answer.read()


def status_of(location):
    with pytest.raises(urllib.error.HTTPError) as caught:
        fetch(location)
    return caught.value.code


def versions(aws, name, **parameters):
    return [each["Version"] for each in aws.lambda_.list_layer_versions(LayerName=name, **parameters)["LayerVersions"]]


def test_a_published_version_says_all_about_itself(aws):
    published = aws.publish(
        "greeting", PACKAGE, Description="says hello", LicenseInfo="Apache-2.0",
        CompatibleRuntimes=["python3.11", "python3.12"], CompatibleArchitectures=["x86_64"],
    )
    assert published["ResponseMetadata"]["HTTPStatusCode"] == 201
    arn = f"arn:aws:lambda:us-east-1:{aws.number}:layer:greeting"
    assert published["LayerArn"] == arn
    assert published["LayerVersionArn"] == f"{arn}:1"
    assert published["Version"] == 1
    assert published["Description"] == "says hello"
    assert published["LicenseInfo"] == "Apache-2.0"
    assert published["CompatibleRuntimes"] == ["python3.11", "python3.12"]
    assert published["CompatibleArchitectures"] == ["x86_64"]
    assert published["Content"]["CodeSha256"] == sha256(PACKAGE)
    assert published["Content"]["CodeSize"] == len(PACKAGE)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", published["CreatedDate"])


def test_a_version_is_got_as_it_was_published_by_number_and_by_arn(aws):
    published = aws.publish("greeting", PACKAGE, Description="says hello", CompatibleRuntimes=["python3.12"])
    by_number = aws.lambda_.get_layer_version(LayerName="greeting", VersionNumber=1)
    by_layer_arn = aws.lambda_.get_layer_version(LayerName=published["LayerArn"], VersionNumber=1)
    by_arn = aws.lambda_.get_layer_version_by_arn(Arn=published["LayerVersionArn"])
    for got in (by_number, by_layer_arn, by_arn):
        for answer in (got, published):
            answer.pop("ResponseMetadata", None)
            answer["Content"].pop("Location", None)
        assert got == published


def test_the_package_is_downloaded_byte_for_byte(aws):
    published = aws.publish("greeting", PACKAGE)
    got = aws.lambda_.get_layer_version(LayerName="greeting", VersionNumber=1)
    assert fetch(published["Content"]["Location"]) == PACKAGE
    assert fetch(got["Content"]["Location"]) == PACKAGE


def test_a_download_link_works_for_ten_minutes(aws):
    location = aws.publish("greeting", PACKAGE)["Content"]["Location"]
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)
    assert 590 <= int(query["Expires"][0]) - time.time() <= 610


def test_a_download_link_that_was_altered_is_refused(aws):
    location = aws.publish("greeting", PACKAGE)["Content"]["Location"]
    parts = urllib.parse.urlsplit(location)
    query = urllib.parse.parse_qs(parts.query)
    expired = location.replace(f"Expires={query['Expires'][0]}", "Expires=1")
    later = location.replace(f"Expires={query['Expires'][0]}", f"Expires={int(query['Expires'][0]) + 1}")
    signature = query["Signature"][0]
    forged = location.replace(signature, ("0" if signature[0] != "0" else "1") + signature[1:])
    other = location.replace(parts.path, parts.path[:-1] + ("0" if parts.path[-1] != "0" else "1"))
    bare = location.partition("?")[0]
    for altered in (expired, later, forged, other, bare):
        assert altered != location
        assert status_of(altered) == 403


def test_versions_count_up_and_a_deleted_number_is_never_reused(aws):
    assert [aws.publish("greeting", PACKAGE)["Version"] for _ in range(3)] == [1, 2, 3]
    aws.lambda_.delete_layer_version(LayerName="greeting", VersionNumber=3)
    assert versions(aws, "greeting") == [2, 1]
    assert aws.publish("greeting", PACKAGE)["Version"] == 4
    for number in (1, 2, 4):
        aws.lambda_.delete_layer_version(LayerName="greeting", VersionNumber=number)
    assert versions(aws, "greeting") == []
    assert aws.lambda_.list_layers()["Layers"] == []
    assert aws.publish("greeting", PACKAGE)["Version"] == 5


def test_a_deleted_version_is_not_found(aws):
    arn = aws.publish("greeting", PACKAGE)["LayerVersionArn"]
    answer = aws.lambda_.delete_layer_version(LayerName="greeting", VersionNumber=1)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    by_number = refused(aws.lambda_.get_layer_version, LayerName="greeting", VersionNumber=1)
    by_arn = refused(aws.lambda_.get_layer_version_by_arn, Arn=arn)
    for refusal in (by_number, by_arn):
        assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)


def test_a_layer_that_never_was_is_not_found(aws):
    refusal = refused(aws.lambda_.get_layer_version, LayerName="nothing", VersionNumber=1)
    assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)


def test_layers_are_listed_in_pages_with_their_latest_version(aws):
    names = ["alpha", "beta", "delta", "gamma", "omega"]
    for name in names:
        aws.publish(name, PACKAGE, Description="first")
        aws.publish(name, PACKAGE, Description="second")
    first = aws.lambda_.list_layers(MaxItems=2)
    assert len(first["Layers"]) == 2
    assert first["NextMarker"]
    pages = aws.lambda_.get_paginator("list_layers").paginate(PaginationConfig={"PageSize": 2})
    listed = [layer for page in pages for layer in page["Layers"]]
    assert sorted(layer["LayerName"] for layer in listed) == names
    assert {layer["LatestMatchingVersion"]["Version"] for layer in listed} == {2}
    assert {layer["LatestMatchingVersion"]["Description"] for layer in listed} == {"second"}
    assert "NextMarker" not in aws.lambda_.list_layers(MaxItems=50)


def test_versions_are_listed_in_pages_the_newest_first(aws):
    for _ in range(5):
        aws.publish("greeting", PACKAGE)
    pages = aws.lambda_.get_paginator("list_layer_versions").paginate(
        LayerName="greeting", PaginationConfig={"PageSize": 2}
    )
    assert [[each["Version"] for each in page["LayerVersions"]] for page in pages] == [[5, 4], [3, 2], [1]]


def test_the_next_page_is_right_after_the_last_item_was_deleted(aws):
    for _ in range(4):
        aws.publish("greeting", PACKAGE)
    marker = aws.lambda_.list_layer_versions(LayerName="greeting", MaxItems=2)["NextMarker"]
    aws.lambda_.delete_layer_version(LayerName="greeting", VersionNumber=3)
    assert versions(aws, "greeting", Marker=marker) == [2, 1]


def test_a_marker_that_was_never_given_out_is_refused(aws):
    aws.publish("greeting", PACKAGE)
    refusal = refused(aws.lambda_.list_layer_versions, LayerName="greeting", Marker="nonsense")
    assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400)


def test_lists_are_filtered_by_compatible_runtime_and_architecture(aws):
    aws.publish("old", PACKAGE, CompatibleRuntimes=["python3.9"], CompatibleArchitectures=["x86_64"])
    aws.publish("both", PACKAGE, CompatibleRuntimes=["python3.12"], CompatibleArchitectures=["x86_64"])
    aws.publish("both", PACKAGE, CompatibleRuntimes=["python3.13"], CompatibleArchitectures=["arm64"])
    names = [each["LayerName"] for each in aws.lambda_.list_layers(CompatibleRuntime="python3.12")["Layers"]]
    assert names == ["both"]
    latest = aws.lambda_.list_layers(CompatibleRuntime="python3.12")["Layers"][0]["LatestMatchingVersion"]
    assert latest["Version"] == 1
    assert versions(aws, "both", CompatibleRuntime="python3.13") == [2]
    assert versions(aws, "both", CompatibleArchitecture="x86_64") == [1]
    assert versions(aws, "both", CompatibleArchitecture="arm64", CompatibleRuntime="python3.12") == []


def test_accounts_and_regions_do_not_see_each_other(aws, server):
    arn = aws.publish("greeting", PACKAGE)["LayerVersionArn"]
    stranger, elsewhere = Account(server), aws.in_region("eu-west-1")
    for other in (stranger, elsewhere):
        assert other.lambda_.list_layers()["Layers"] == []
        assert versions(other, "greeting") == []
        refused(other.lambda_.get_layer_version, LayerName="greeting", VersionNumber=1)
        refused(other.lambda_.get_layer_version_by_arn, Arn=arn)
        refused(other.lambda_.create_function, **other.settings(Layers=[arn]))
        assert other.publish("greeting", PACKAGE)["Version"] == 1
    refused(stranger.lambda_.delete_layer_version, LayerName=arn.rpartition(":")[0], VersionNumber=1)
    assert versions(aws, "greeting") == [1]


def test_text_of_any_language_survives(aws):
    words = "层 – calque – ライブラリ – 🎂"
    aws.publish("greeting", PACKAGE, Description=words, LicenseInfo=words)
    got = aws.lambda_.get_layer_version(LayerName="greeting", VersionNumber=1)
    assert (got["Description"], got["LicenseInfo"]) == (words, words)


@pytest.mark.parametrize(
    "settings",
    [
        {"LayerName": "no spaces"},
        {"LayerName": "x" * 141},
        {"Description": "x" * 257},
        {"LicenseInfo": "x" * 513},
        {"CompatibleRuntimes": ["python3.12"] * 16},
        {"CompatibleRuntimes": ["cobol85"]},
        {"CompatibleArchitectures": ["x86_64", "arm64", "x86_64"]},
        {"CompatibleArchitectures": ["vax"]},
        {"Content": {}},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_what_breaks_a_rule_of_the_model_is_refused(aws, settings):
    refusal = refused(
        aws.lambda_.publish_layer_version, **{"LayerName": "greeting", "Content": {"ZipFile": PACKAGE}, **settings}
    )
    assert refusal.code in ("ValidationException", "InvalidParameterValueException")
    assert refusal.status == 400
    assert aws.lambda_.list_layers()["Layers"] == []
