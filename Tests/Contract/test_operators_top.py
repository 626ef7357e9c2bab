"""`strata top`, the metrics, and who may see them."""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time
import urllib.error
import urllib.request

import pytest

import prometheus_text
from account import Account, refused
from operators import Operator, until
from server_process import PATIENCE_SECONDS
from signing import session
from test_operators import SPEAKS, operator  # noqa: F401 (a fixture)

KEY_ADVICE = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key of 'strata credentials create'."


def get(url, **headers):
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def figure(families, name, function, **labels):
    """The figure of a function that must be there once."""
    family = name.removesuffix("_sum").removesuffix("_count")
    wanted = {"function": function, **labels}
    values = [
        value for (sample, found), value in families[family][1].items()
        if sample == name and wanted.items() <= dict(found).items()
    ]
    assert len(values) == 1, (name, function, labels, values)
    return values[0]


def test_the_metrics_tell_what_was_invoked_failed_and_throttled(installation):
    server = installation.start(arguments=["--max-concurrency", "1"])
    aws = Account(server)
    name = aws.deploy("""
        import time
        def handler(event, context):
            time.sleep(event)
            if event > 1:
                raise ValueError("broken")
    """, Timeout=10)
    for seconds in (0, 0.03):
        aws.invoke(name, seconds)
    slow = aws.invoke_aside(name, 4)
    until(lambda: '"busy":1' in Operator(server).ask("top", "--json"), "a busy environment")
    assert refused(aws.lambda_.invoke, FunctionName=name, Payload=b"0").code == "TooManyRequestsException"
    families = metrics(server)
    assert figure(families, "strata_environments", name, state="busy") == 1
    assert figure(families, "strata_environment_memory_bytes", name) > 1_000_000
    assert slow().error
    families = metrics(server)
    assert figure(families, "strata_invocations_total", name, account=aws.number, region="us-east-1") == 3
    assert figure(families, "strata_errors_total", name) == 1
    assert figure(families, "strata_throttles_total", name) == 1
    assert figure(families, "strata_duration_seconds_count", name) == 3
    assert 4.03 < figure(families, "strata_duration_seconds_sum", name) < 9
    until(lambda: figure(metrics(server), "strata_environments", name, state="frozen") == 1, "a frozen environment")
    assert Operator(server).ask("metrics").startswith("# HELP strata_build_info ")
    aws.lambda_.delete_function(FunctionName=name)
    until(lambda: name not in get(server.url + "/_strata/metrics")[2], "the function to be gone")
    server.stop()


def metrics(server):
    status, headers, text = get(server.url + "/_strata/metrics")
    assert (status, headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    return prometheus_text.parse(text)


def test_throttled_and_refused_requests_are_not_invocations(aws):
    name = aws.deploy()
    refused(aws.lambda_.invoke, FunctionName=name, Payload=b"{")
    aws.invoke(name)
    families = metrics(aws.server)
    assert figure(families, "strata_invocations_total", name, account=aws.number) == 1
    assert figure(families, "strata_throttles_total", name, account=aws.number) == 0


def test_the_metrics_tell_what_became_of_asynchronous_events(aws):
    # Records hold what was returned: nothing, so that they stay short.
    off, one, other = (aws.deploy("def handler(event, context): pass") for _ in range(3))
    aws.lambda_.put_function_concurrency(FunctionName=off, ReservedConcurrentExecutions=0)
    for name, following in ((one, other), (other, one)):
        aws.lambda_.put_function_event_invoke_config(
            FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": aws.arn(following)}})
    for name in (off, off, one):
        aws.lambda_.invoke(FunctionName=name, InvocationType="Event", Payload=b"1")

    def counts(name):
        figures = ("async_events_received", "async_events_dropped", "recursive_invocations_dropped", "invocations")
        return [figure(families, f"strata_{each}_total", name, account=aws.number) for each in figures]

    families = {}
    until(lambda: families.update(metrics(aws.server)) or counts(one)[1], "the circle to be broken")
    assert (counts(one), counts(other)) == ([1, 1, 1, 16], [0, 0, 0, 16])
    until(lambda: families.update(metrics(aws.server)) or counts(off)[1] == 2, "the events to be dropped")
    assert counts(off) == [2, 2, 0, 0]


def test_one_picture_is_printed_where_nobody_watches(aws, operator):
    name = aws.deploy("import time\ndef handler(event, context): time.sleep(5)", Timeout=10)
    slow = aws.invoke_aside(name)

    def states():
        output = operator.ask("top")
        assert "\x1b" not in output
        rows = [line.split() for line in output.splitlines()]
        names = (name, f"{aws.number}:us-east-1:{name}")
        return next((row[1:5] for row in rows if row and row[0] in names), None)

    until(lambda: states() == ["0", "1", "0", "0"], "one busy environment", states)
    slow()


def test_top_in_json_tells_rates(aws, operator):
    name = aws.deploy()
    aws.invoke(name)

    def mine(line):
        functions = json.loads(line)["functions"]
        (found,) = [each for each in functions if (each["account"], each["function"]) == (aws.number, name)]
        return found

    quiet = mine(operator.ask("top", "--once", "--json"))
    assert (quiet["invocations"], quiet["invocationsPerSecond"]) == (1, 0)
    assert quiet["memoryBytes"] > 1_000_000
    follower = operator.start("top", "--json")
    end = time.monotonic() + 2
    while time.monotonic() < end:
        aws.invoke(name)
    follower.wait_for('"functions"')
    follower.interrupt(signal.SIGTERM)
    assert mine(follower.lines[0])["invocationsPerSecond"] > 1


@pytest.mark.parametrize("page", ["metrics", "top", "events", "logs", "events/purge"])
def test_functions_may_not_see_the_servers_pages(aws, page):
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


def test_web_pages_of_other_sites_may_not_see_the_servers_pages(server):
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


def test_with_signatures_sessions_of_roles_see_no_page(guarded):
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


def test_the_picture_is_drawn_anew_on_a_terminal(aws, operator):
    aws.invoke(aws.deploy())
    ours, theirs = pty.openpty()
    command = aws.server.installation.command("top")
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, **operator.options())
    os.close(theirs)
    seen = ""
    end = time.monotonic() + PATIENCE_SECONDS
    while seen.count("\x1b[H\x1b[2J") < 2 and time.monotonic() < end:
        seen += os.read(ours, 65_536).decode()
    assert "\x1b[1mFUNCTION" in seen
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_SECONDS) == -signal.SIGINT
    os.close(ours)


def test_the_picture_fits_a_terminal_also_when_that_becomes_another_size(aws, operator):
    for name in [aws.deploy() for _ in range(3)]:
        aws.invoke(name)
    ours, theirs = pty.openpty()
    resize(ours, 5, 40)
    command = aws.server.installation.command("top")
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, **operator.options())
    os.close(theirs)
    pictures = b""

    def drawn(count):
        nonlocal pictures
        end = time.monotonic() + PATIENCE_SECONDS
        while pictures.count(b"\x1b[H\x1b[2J") <= count and time.monotonic() < end:
            pictures += os.read(ours, 65_536)
        lines = pictures.split(b"\x1b[H\x1b[2J")[count].decode().split("\r\n")
        return [re.sub(r"\x1b\[\d+m", "", line) for line in lines]

    small = drawn(1)
    # The last is where the cursor stands.
    assert len(small) == 5 and small[-1] == ""
    assert max(len(line) for line in small) <= 40
    assert small[3].startswith("Not shown: ")
    resize(ours, 9_000, 300)
    large = drawn(pictures.count(b"\x1b[H\x1b[2J") + 1)
    assert large[1].endswith("INVOCATIONS") and len(large) >= 1 + 1 + 3 + 1
    assert not any("Not shown" in line for line in large)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_SECONDS) == -signal.SIGINT
    os.close(ours)


def resize(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


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


def test_a_place_in_a_log_that_is_not_there_is_its_beginning(aws):
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
