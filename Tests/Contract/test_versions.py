"""Published versions of functions, through boto3."""

import threading

import pytest

from account import refused
from packages import sha256, zip_of

SAYS_VERSION = """
    def handler(event, context):
        return [context.function_version, context.invoked_function_arn]
"""
WORD = "def handler(event, context):\n    return {!r}\n"


def code(word):
    return zip_of({"app.py": WORD.format(word)})


def numbers(aws, name, **parameters):
    versions = aws.lambda_.list_versions_by_function(FunctionName=name, **parameters)["Versions"]
    return [version["Version"] for version in versions]


def test_a_version_is_a_snapshot_that_later_changes_do_not_touch(aws):
    name = aws.deploy(Code={"ZipFile": code("one")}, Timeout=5, Environment={"Variables": {"WORD": "1"}})
    published = aws.lambda_.publish_version(FunctionName=name, Description="the first")
    assert published["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert (published["Version"], published["Description"]) == ("1", "the first")
    assert published["FunctionArn"] == f"{aws.arn(name)}:1"
    assert published["CodeSha256"] == sha256(code("one"))
    aws.change_code(name, WORD.format("two"))
    aws.change(name, Timeout=7, Environment={"Variables": {"WORD": "2"}})
    version = aws.lambda_.get_function_configuration(FunctionName=name, Qualifier="1")
    assert (version["Timeout"], version["Environment"]["Variables"]) == (5, {"WORD": "1"})
    assert version["State"] == "Active"
    assert aws.invoke(name, Qualifier="1").value == "one"
    assert aws.invoke(name).value == "two"


def test_a_new_version_is_active_at_once(aws):
    name = aws.deploy()
    published = aws.lambda_.publish_version(FunctionName=name)
    assert (published["State"], published["LastUpdateStatus"]) == ("Active", "Successful")
    assert "StateReason" not in published
    version = aws.lambda_.get_function_configuration(FunctionName=name, Qualifier="1")
    assert version["RevisionId"] == published["RevisionId"]


def test_a_new_version_of_a_snapstart_function_is_pending_and_then_active(aws):
    name = aws.deploy(SnapStart={"ApplyOn": "PublishedVersions"}, Runtime="python3.12")
    published = aws.lambda_.publish_version(FunctionName=name)
    assert (published["State"], published["StateReasonCode"]) == ("Pending", "Creating")
    assert aws.lambda_.get_function_configuration(FunctionName=name, Qualifier="1")["State"] == "Active"


def test_a_version_that_a_change_of_code_publishes_gets_a_revision_of_its_own_once_it_is_active(aws):
    created = aws.lambda_.create_function(**aws.settings(name="eager", Publish=True))
    updated = aws.lambda_.update_function_code(FunctionName="eager", ZipFile=code("two"), Publish=True)
    for number, answer in (("1", created), ("2", updated)):
        assert (answer["Version"], answer["State"]) == (number, "Pending")
        version = aws.lambda_.get_function_configuration(FunctionName="eager", Qualifier=number)
        assert version["State"] == "Active" and version["RevisionId"] != answer["RevisionId"]


def test_publishing_again_without_a_change_answers_the_same_version(aws):
    name = aws.deploy(Code={"ZipFile": code("one")})
    first = aws.lambda_.publish_version(FunctionName=name, Description="first")
    again = aws.lambda_.publish_version(FunctionName=name, Description="another description")
    assert (again["Version"], again["Description"]) == ("1", "first")
    assert again["RevisionId"] == first["RevisionId"]
    aws.lambda_.update_function_code(FunctionName=name, ZipFile=code("one"))
    aws.change(name, Timeout=3)
    assert aws.lambda_.publish_version(FunctionName=name)["Version"] == "1"
    aws.change(name, Timeout=4)
    assert aws.lambda_.publish_version(FunctionName=name)["Version"] == "2"
    assert numbers(aws, name) == ["$LATEST", "1", "2"]


def test_publishing_changes_the_revision_of_the_latest_version(aws):
    name = aws.deploy()
    before = aws.lambda_.get_function_configuration(FunctionName=name)
    published = aws.lambda_.publish_version(FunctionName=name, RevisionId=before["RevisionId"])
    after = aws.lambda_.get_function_configuration(FunctionName=name)
    assert len({before["RevisionId"], published["RevisionId"], after["RevisionId"]}) == 3
    assert before["LastModified"] == after["LastModified"]


def test_creation_and_a_change_of_code_can_publish(aws):
    made = aws.lambda_.create_function(**aws.settings(name="eager", Publish=True, Code={"ZipFile": code("one")}))
    assert (made["Version"], made["FunctionArn"]) == ("1", aws.arn("eager"))
    assert aws.invoke("eager:1").value == "one"
    changed = aws.lambda_.update_function_code(FunctionName="eager", ZipFile=code("two"), Publish=True)
    assert (changed["Version"], changed["FunctionArn"]) == ("2", aws.arn("eager") + ":2")
    same = aws.lambda_.update_function_code(FunctionName="eager", ZipFile=code("two"), Publish=True)
    assert same["Version"] == "2"
    assert numbers(aws, "eager") == ["$LATEST", "1", "2"]


def test_a_dry_run_of_new_code_changes_nothing(aws):
    name = aws.deploy(Code={"ZipFile": code("one")})
    before = aws.lambda_.get_function_configuration(FunctionName=name)
    answer = aws.lambda_.update_function_code(FunctionName=name, ZipFile=code("two"), DryRun=True, Publish=True)
    assert answer["CodeSha256"] == sha256(code("two"))
    after = aws.lambda_.get_function_configuration(FunctionName=name)
    before.pop("ResponseMetadata"), after.pop("ResponseMetadata")
    assert before == after
    assert numbers(aws, name) == ["$LATEST"]


@pytest.mark.parametrize("parameters, status, kind, words", [
    ({"CodeSha256": "wrong"}, 400, "InvalidParameterValueException",
     "CodeSHA256 (wrong) is different from current CodeSHA256 in $LATEST ("),
    ({"RevisionId": "wrong"}, 412, "PreconditionFailedException",
     "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve"),
])
def test_a_publication_of_something_that_was_not_seen_is_refused(aws, parameters, status, kind, words):
    name = aws.deploy()
    refusal = refused(aws.lambda_.publish_version, FunctionName=name, **parameters)
    assert (refusal.status, refusal.code) == (status, kind)
    assert refusal.message.startswith(words)
    assert numbers(aws, name) == ["$LATEST"]


def test_what_does_not_exist_is_named_in_full(aws):
    aws.deploy(name="here")
    for call, parameters, arn in [
        (aws.lambda_.publish_version, {"FunctionName": "nowhere"}, aws.arn("nowhere")),
        (aws.lambda_.list_versions_by_function, {"FunctionName": "nowhere"}, aws.arn("nowhere")),
        (aws.lambda_.get_function, {"FunctionName": "here", "Qualifier": "7"}, aws.arn("here:7")),
        (aws.lambda_.get_function, {"FunctionName": "here:live"}, aws.arn("here:live")),
        (aws.lambda_.get_function_configuration, {"FunctionName": "here", "Qualifier": "live"}, aws.arn("here:live")),
        (aws.lambda_.invoke, {"FunctionName": "here", "Qualifier": "7"}, aws.arn("here:7")),
    ]:
        refusal = refused(call, **parameters)
        assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
        assert refusal.message == f"Function not found: {arn}"
        assert refusal.response["Error"].get("Type", refusal.response.get("Type")) == "User"


def test_versions_are_listed_by_number_page_by_page(aws):
    name = aws.deploy()
    for timeout in range(10, 15):
        aws.change(name, Timeout=timeout)
        aws.lambda_.publish_version(FunctionName=name)
    pages = aws.lambda_.get_paginator("list_versions_by_function").paginate(
        FunctionName=name, PaginationConfig={"PageSize": 2})
    pages = [[version["Version"] for version in page["Versions"]] for page in pages]
    assert pages == [["$LATEST", "1"], ["2", "3"], ["4", "5"]]
    listed = aws.lambda_.list_versions_by_function(FunctionName=name)["Versions"]
    assert listed[0]["FunctionArn"] == aws.arn(name) + ":$LATEST"
    assert "State" not in listed[0]


def test_functions_are_listed_with_all_their_versions(aws):
    for name in ["a", "b"]:
        aws.deploy(name=name, Publish=True)
    every = aws.lambda_.list_functions(FunctionVersion="ALL")["Functions"]
    assert [each["FunctionArn"] for each in every] == [
        aws.arn("a:$LATEST"), aws.arn("a:1"), aws.arn("b:$LATEST"), aws.arn("b:1")]
    latest = aws.lambda_.list_functions()["Functions"]
    assert [each["FunctionArn"] for each in latest] == [aws.arn("a"), aws.arn("b")]
    pages = aws.lambda_.get_paginator("list_functions").paginate(
        FunctionVersion="ALL", PaginationConfig={"PageSize": 3})
    assert [len(page["Functions"]) for page in pages] == [3, 1]


def test_the_master_region_shows_only_what_has_it(aws):
    aws.deploy(name="here")
    shown = {
        region: len(aws.lambda_.list_functions(MasterRegion=region, FunctionVersion="ALL")["Functions"])
        for region in ["ALL", "us-east-1", "eu-west-1"]
    }
    assert shown == {"ALL": 1, "us-east-1": 1, "eu-west-1": 0}
    refusal = refused(aws.lambda_.list_functions, MasterRegion="nowhere")
    assert (refusal.code, refusal.status) == ("ValidationException", 400)


def test_a_version_number_is_never_reused_even_by_a_new_function(aws):
    settings = aws.settings(name="again", Publish=True)
    assert aws.lambda_.create_function(**settings)["Version"] == "1"
    aws.lambda_.delete_function(FunctionName="again")
    assert aws.lambda_.create_function(**settings)["Version"] == "2"


def test_a_version_is_deleted_by_its_number(aws):
    name = aws.deploy(Publish=True)
    aws.change(name, Timeout=9)
    aws.lambda_.publish_version(FunctionName=name)
    deleted = aws.lambda_.delete_function(FunctionName=name, Qualifier="1")
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert numbers(aws, name) == ["$LATEST", "2"]
    assert refused(aws.lambda_.invoke, FunctionName=f"{name}:1").code == "ResourceNotFoundException"
    aws.lambda_.delete_function(FunctionName=f"{name}:1")
    aws.lambda_.delete_function(FunctionName=name, Qualifier="2")
    aws.lambda_.publish_version(FunctionName=name)
    assert numbers(aws, name) == ["$LATEST", "3"]


@pytest.mark.parametrize("qualifier, kind, words", [
    ("$LATEST", "InvalidParameterValueException",
     "$LATEST version cannot be deleted without deleting the function."),
    ("live", "InvalidParameterValueException", "Deletion of aliases is not currently supported."),
    ("1", "ResourceConflictException",
     "Unable to delete version because the following aliases reference it: [live]"),
])
def test_what_cannot_be_deleted_by_qualifier_says_why(aws, qualifier, kind, words):
    name = aws.deploy(Publish=True)
    aws.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    refusal = refused(aws.lambda_.delete_function, FunctionName=name, Qualifier=qualifier)
    assert (refusal.code, refusal.message) == (kind, words)
    assert numbers(aws, name) == ["$LATEST", "1"]


@pytest.mark.parametrize("form", ["{name}:1", "{account}:function:{name}:1", "{arn}:1", "function:{name}:1"])
def test_every_form_of_a_name_can_carry_the_version(aws, form):
    name = aws.deploy(SAYS_VERSION, Publish=True)
    text = form.format(name=name, account=aws.number, arn=aws.arn(name))
    answer = aws.invoke(text)
    assert answer.value == ["1", aws.arn(name) + ":1"]
    assert answer.version == "1"
    refusal = refused(aws.lambda_.invoke, FunctionName=text, Qualifier="2")
    assert refusal.code == "InvalidParameterValueException"
    assert refusal.message == "The derived qualifier from the function name does not match the specified qualifier."


def test_the_latest_version_can_be_named(aws):
    name = aws.deploy(SAYS_VERSION)
    answer = aws.invoke(name, Qualifier="$LATEST")
    assert (answer.value, answer.version) == (["$LATEST", aws.arn(name) + ":$LATEST"], "$LATEST")
    assert aws.invoke(name).value == ["$LATEST", aws.arn(name)]


def test_an_environment_of_a_version_lives_on_when_the_function_changes(aws):
    name = aws.deploy("""
        count = 0

        def handler(event, context):
            global count
            count += 1
            return count
    """, Publish=True)
    assert [aws.invoke(f"{name}:1").value, aws.invoke(name).value] == [1, 1]
    aws.change(name, Timeout=9)
    aws.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert [aws.invoke(f"{name}:1").value, aws.invoke(f"{name}:live").value, aws.invoke(name).value] == [2, 3, 1]


def test_versions_and_aliases_are_there_after_a_crash(installation):
    from account import Account

    server = installation.start()
    aws = Account(server)
    name = aws.deploy(Code={"ZipFile": code("one")}, Publish=True)
    aws.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    aws.change_code(name, WORD.format("two"))
    server.kill()
    aws = aws.reconnected(installation.start(data=server.data))
    assert [aws.invoke(f"{name}:live").value, aws.invoke(name).value] == ["one", "two"]
    assert aws.lambda_.publish_version(FunctionName=name)["Version"] == "2"


def test_code_storage_counts_every_version(aws):
    name = aws.deploy(Code={"ZipFile": code("one")}, Publish=True)
    usage = aws.lambda_.get_account_settings()["AccountUsage"]
    assert usage == {"TotalCodeSize": 2 * len(code("one")), "FunctionCount": 1}
    aws.lambda_.delete_function(FunctionName=name, Qualifier="1")
    assert aws.lambda_.get_account_settings()["AccountUsage"]["TotalCodeSize"] == len(code("one"))


def test_a_change_during_a_change_is_refused_and_seen(aws):
    """A large package takes a while; concurrent calls are refused, or happen before or after."""
    name = aws.deploy()
    large = zip_of({"app.py": WORD.format("large"), **{f"{i}.bin": b"%d" % i * 400_000 for i in range(60)}})
    seen, refusals = set(), []
    done = threading.Event()

    def look():
        while not done.is_set():
            seen.add(aws.lambda_.get_function_configuration(FunctionName=name)["LastUpdateStatus"])
            try:
                aws.lambda_.update_function_configuration(FunctionName=name, Timeout=5)
            except aws.lambda_.exceptions.ResourceConflictException as error:
                refusals.append(str(error))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        for _ in range(8):
            try:
                aws.lambda_.update_function_code(FunctionName=name, ZipFile=large)
            except aws.lambda_.exceptions.ResourceConflictException as error:
                refusals.append(str(error))
    finally:
        done.set()
        watcher.join()
    assert seen == {"InProgress", "Successful"}
    sentence = "The operation cannot be performed at this time. An update is in progress for resource: "
    assert refusals and all(sentence + aws.arn(name) in refusal for refusal in refusals)
