"""Sixteen concurrent clients: no acknowledged update is lost, version numbers are unique, no page skips or repeats."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from account import client
from existing_operations import not_yet
from packages import zip_of

CLIENTS = 16
UPDATES = 2
# The errors of a client that loses a race.
LOST = ("PreconditionFailedException", "ResourceConflictException", "TooManyRequestsException")


@pytest.fixture(scope="module")
def missing(server):
    return not_yet(server)


@pytest.fixture
def together(aws):
    """Runs a function on sixteen threads at once, each with its own client; returns their results."""
    def run(work, count=CLIENTS):
        start = threading.Barrier(count)

        def one(number):
            mine = client(aws.server.url, aws.number)
            start.wait(30)
            return work(mine, number)

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, range(count)))

    return run


def until_won(update):
    """Repeats an update that may lose a race, until it is acknowledged."""
    for _ in range(2000):
        try:
            return update()
        except ClientError as error:
            if error.response["Error"]["Code"] not in LOST:
                raise
    raise AssertionError("2000 attempts, and always somebody else was faster")


def test_no_update_of_a_functions_settings_is_lost(aws, together):
    name = aws.deploy(Environment={"Variables": {"WORDS": "0"}})

    def work(mine, number):
        def update():
            seen = mine.get_function_configuration(FunctionName=name)
            words = seen["Environment"]["Variables"]["WORDS"]
            changed = {"Variables": {"WORDS": f"{words},{number}"}}
            mine.update_function_configuration(
                FunctionName=name, Environment=changed, RevisionId=seen["RevisionId"])

        for _ in range(UPDATES):
            until_won(update)

    together(work)
    words = aws.lambda_.get_function_configuration(FunctionName=name)["Environment"]["Variables"]["WORDS"]
    assert sorted(words.split(",")[1:], key=int) == sorted([str(n) for n in range(CLIENTS)] * UPDATES, key=int)


def test_no_update_of_an_alias_is_lost(aws, together, missing):
    skip_without(missing, "UpdateAlias")
    name = aws.deploy(Publish=True)
    aws.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1", Description="")

    def work(mine, number):
        def update():
            seen = mine.get_alias(FunctionName=name, Name="live")
            mine.update_alias(FunctionName=name, Name="live", RevisionId=seen["RevisionId"],
                              Description=f"{seen['Description']} {number}")

        for _ in range(UPDATES):
            until_won(update)

    together(work)
    words = aws.lambda_.get_alias(FunctionName=name, Name="live")["Description"].split()
    assert sorted(words, key=int) == sorted([str(n) for n in range(CLIENTS)] * (UPDATES), key=int)


@pytest.mark.parametrize("is_guarded", [False, True])
def test_no_statement_of_a_functions_policy_is_lost(aws, together, missing, is_guarded):
    skip_without(missing, "AddPermission")
    name = aws.deploy()
    aws.lambda_.add_permission(FunctionName=name, StatementId="first", Action="lambda:InvokeFunction",
                               Principal="s3.amazonaws.com")

    def work(mine, number):
        def update(sid):
            guard = {"RevisionId": mine.get_policy(FunctionName=name)["RevisionId"]} if is_guarded else {}
            mine.add_permission(FunctionName=name, StatementId=sid, Action="lambda:InvokeFunction",
                                Principal="s3.amazonaws.com", **guard)

        for turn in range(2):
            until_won(lambda: update(f"by-{number}-{turn}"))

    together(work)
    statements = json.loads(aws.lambda_.get_policy(FunctionName=name)["Policy"])["Statement"]
    wanted = {f"by-{number}-{turn}" for number in range(CLIENTS) for turn in range(2)} | {"first"}
    assert sorted(each["Sid"] for each in statements) == sorted(wanted)


def test_no_statement_of_a_layers_policy_is_lost(aws, together, missing):
    skip_without(missing, "AddLayerVersionPermission")
    aws.publish("shared", {"a": b"a"})

    def work(mine, number):
        until_won(lambda: mine.add_layer_version_permission(
            LayerName="shared", VersionNumber=1, StatementId=f"by-{number}", Action="lambda:GetLayerVersion",
            Principal="*"))

    together(work)
    policy = json.loads(aws.lambda_.get_layer_version_policy(LayerName="shared", VersionNumber=1)["Policy"])
    assert sorted(each["Sid"] for each in policy["Statement"]) == sorted(f"by-{n}" for n in range(CLIENTS))


def test_of_clients_that_saw_the_same_exactly_one_wins(aws, together):
    name = aws.deploy()
    revision = aws.lambda_.get_function_configuration(FunctionName=name)["RevisionId"]

    def work(mine, number):
        try:
            mine.update_function_configuration(FunctionName=name, Description=str(number), RevisionId=revision)
            return number
        except ClientError as error:
            assert error.response["Error"]["Code"] in LOST
            return None

    winners = [number for number in together(work) if number is not None]
    assert len(winners) == 1
    assert aws.lambda_.get_function_configuration(FunctionName=name)["Description"] == str(winners[0])


def test_layer_versions_published_at_once_have_consecutive_numbers(aws, together):
    zips = [zip_of({"a.txt": str(number)}) for number in range(CLIENTS)]

    def work(mine, number):
        return [mine.publish_layer_version(LayerName="busy", Content={"ZipFile": zips[number]})["Version"]
                for _ in range(3)]

    given = sorted(version for versions in together(work) for version in versions)
    assert given == list(range(1, 3 * CLIENTS + 1))


def test_versions_published_at_once_have_consecutive_numbers(aws, together, missing):
    skip_without(missing, "PublishVersion")
    name = aws.deploy()

    def work(mine, number):
        def publish():
            code = zip_of({"app.py": f"def handler(e, c): return {number}"})
            return mine.update_function_code(FunctionName=name, ZipFile=code, Publish=True)["Version"]

        return until_won(publish)

    given = sorted(map(int, together(work)))
    assert given == list(range(1, CLIENTS + 1))
    listed = aws.lambda_.list_versions_by_function(FunctionName=name)["Versions"]
    assert [each["Version"] for each in listed] == ["$LATEST", *map(str, given)]
    assert len({each["CodeSha256"] for each in listed[1:]}) == CLIENTS


def test_a_function_created_at_once_by_many_is_created_once(aws, together):
    settings = aws.settings(name="once")

    def work(mine, number):
        try:
            return mine.create_function(**settings, Description=str(number))["Description"]
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ResourceConflictException"
            return None

    created = [description for description in together(work) if description is not None]
    assert len(created) == 1
    assert aws.lambda_.get_function_configuration(FunctionName="once")["Description"] == created[0]


def test_pages_are_stable_while_others_insert_and_delete(aws, together):
    """Items that exist throughout are listed once; those created or deleted meanwhile, at most once."""
    content = {"ZipFile": zip_of({"a": b"a"})}
    steady = [f"m{number:02}" for number in range(40)]
    for name in steady:
        aws.lambda_.publish_layer_version(LayerName=name, Content=content)
    done = threading.Event()

    def work(mine, number):
        if number < CLIENTS // 2:
            return list_until(mine)
        turn = 0
        while not done.is_set():
            turn += 1
            for prefix in "amz":  # before, among and after the stable ones
                name = f"{prefix}{turn % 40:02}x{number}"
                version = mine.publish_layer_version(LayerName=name, Content=content)["Version"]
                mine.delete_layer_version(LayerName=name, VersionNumber=version)
        return []

    def list_until(mine):
        found = []
        for _ in range(4):
            pages = mine.get_paginator("list_layers").paginate(PaginationConfig={"PageSize": 3})
            found.append([layer["LayerName"] for page in pages for layer in page["Layers"]])
        done.set()
        return found

    for names in (names for found in together(work) for names in found):
        assert len(names) == len(set(names)), names
        assert [name for name in names if name in steady] == steady


def skip_without(missing, operation):
    if operation in missing:
        pytest.skip(f"{operation} is not implemented yet")
