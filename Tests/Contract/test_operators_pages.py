"""The server's own pages: access control and validation."""

import json
import time
import urllib.error
import urllib.request

import pytest

import prometheus_text
from operators import SPEAKS, Operator, get, until
from server_process import PATIENCE_SECONDS
from signing import session

KEY_ADVICE = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key from 'strata credentials create'."


@pytest.mark.parametrize("page", ["metrics", "top", "events", "logs", "events/purge"])
def test_functions_cannot_read_the_servers_pages(aws, page):
    name = aws.deploy("""
        import os, urllib.request, urllib.error
        def handler(event, context):
            request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"] + "/_strata/" + event, method="POST")
            try:
                return urllib.request.urlopen(request, timeout=10).status
            except urllib.error.HTTPError as error:
                return [error.code, error.read().decode()]
    """)
    assert aws.invoke(name, page).value == [403, '{"message":"Functions may not see the server\'s pages."}']


def test_web_pages_of_other_origins_cannot_read_the_servers_pages(server):
    for page in ("metrics", "top", "events"):
        assert get(f"{server.url}/_strata/{page}", Origin="https://evil.example")[0] == 403
        assert get(f"{server.url}/_strata/{page}", Host="evil.example")[0] == 403


def test_a_page_is_asked_for_as_it_is_meant_to_be(server):
    status, headers, text = get(f"{server.url}/_strata/events/purge")
    assert (status, headers["Allow"]) == (405, "POST")
    assert json.loads(text)["message"] == "This page is for POST."
    assert get(f"{server.url}/_strata/nonsense")[0] == 404
    assert get(f"{server.url}/_strata/events?limit=x")[0] == 400


@pytest.mark.parametrize("arguments", [["top"], ["metrics"], ["events", "list"], ["logs", "f"], ["invoke", "f"]])
@pytest.mark.parametrize("region, error", [
    ("", "MissingAuthenticationTokenException"), ("us-east-1", "UnrecognizedClientException"),
])
def test_with_signatures_a_key_is_needed(guarded, arguments, region, error):
    result = Operator(guarded, region=region).run(*arguments)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"strata: {error}: ")
    assert result.stderr.rstrip().endswith(KEY_ADVICE)


def test_with_signatures_a_key_sees_its_own_account_only(guarded, keys, key, owner):
    name = owner.deploy(SPEAKS)
    mine, strangers = Operator(guarded, key=key), Operator(guarded, key=keys.create("--account", "555566667777"))
    assert mine.ask("invoke", name, "--payload", "7") == '{"heard": 7}\n'
    until(lambda: "REPORT" in mine.ask("logs", name), "the report")
    assert f'function="{name}"' in mine.ask("metrics")
    assert name in mine.ask("top")
    assert name not in strangers.ask("metrics")
    assert name not in strangers.ask("top")
    assert "There is no function" in strangers.run("logs", name).stderr
    assert "AccessDeniedException" in strangers.run("logs", owner.arn(name)).stderr
    prometheus_text.parse(strangers.ask("metrics"))


def test_with_signatures_role_sessions_cannot_read_the_pages(guarded):
    key = session(guarded, "111122223333", time.time() + 60)
    result = Operator(guarded, key=key).run("top")
    assert result.returncode == 1
    assert result.stderr == (
        "strata: The server's pages are for access keys, not for sessions of roles or services.\n")


def test_with_signatures_a_wrong_secret_sees_nothing(guarded, keys):
    key = keys.create()
    key.secret_key = "wrong"
    result = Operator(guarded, key=key).run("events", "purge", "--all")
    assert result.returncode == 1
    assert "InvalidSignatureException" in result.stderr


@pytest.mark.parametrize("body", [
    b"", b"[", b"[]", b'"f"', b"{}", b'{"function": 1}', b'{"function": "f", "cursor": 1}',
    b'{"function": "f", "cursor": {"since": -1}}', b'{"function": "f", "cursor": {"since": 0, "files": []}}',
    b'{"function": "f", "cursor": {"since": 0, "files": {"x": 1}}}',
    b'{"function": "f", "cursor": {"since": 0, "files": {"1": -1}}}',
])
def test_nonsense_about_a_log_is_refused(server, body):
    request = urllib.request.Request(f"{server.url}/_strata/logs", data=body, method="POST")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=PATIENCE_SECONDS)
    assert caught.value.code == 400
    assert json.load(caught.value)["message"].startswith("Ask with ")


def test_an_invalid_log_position_is_read_as_the_beginning(aws):
    name = aws.deploy(SPEAKS)
    aws.invoke(name, 1)
    most = 2**63 - 1

    def ask(since, offset):
        files = {str(path.stat().st_ino): offset for path in aws.server.data.glob(f"logs/*/*/{name}/*")}
        body = {"function": aws.arn(name), "cursor": {"since": since, "files": files}}
        scope = f"AWS4-HMAC-SHA256 Credential={aws.number}/20260101/us-east-1/lambda/aws4_request"
        request = urllib.request.Request(
            f"{aws.server.url}/_strata/logs", data=json.dumps(body).encode(), headers={"Authorization": scope})
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)["events"]

    until(lambda: len(ask(0, 0)) == 5, "five lines")
    assert len(ask(0, most)) == 5
    assert ask(most, 0) == []
