"""A slow S3 delays no other call, ends in a clear error, and leaves nothing behind."""

import threading
import time

import pytest

from account import Account, refused
from s3_server import ScriptedS3, settings
from test_package_refusals import stored_files


def test_an_s3_that_stalls_times_out_and_delays_no_other_call(installation):
    stalling = ScriptedS3.stalling()
    server = installation.start(arguments=("--s3-endpoint", stalling.url))
    aws = Account(server)
    refusals, begin = [], time.monotonic()

    def create(number):
        parameters = settings(aws, "bucket", f"{number}.zip")
        refusals.append(refused(aws.lambda_.create_function, **parameters))

    threads = [threading.Thread(target=create, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    stalling.wait_for_requests(12)
    # Calls without S3 get responses, and one more call with S3 is not delayed.
    asked = time.monotonic()
    assert aws.invoke(aws.deploy("def handler(event, context): return 'served'")).value == "served"
    one_more = refused(aws.lambda_.create_function, **settings(aws, "bucket", "one-more.zip"))
    assert one_more.code == "TooManyRequestsException"
    assert time.monotonic() - asked < 8
    for thread in threads:
        thread.join()
    assert 9 < time.monotonic() - begin < 30
    assert len(refusals) == 12
    for refusal in refusals:
        assert refusal.code == "ServiceException"
        assert f"S3 at {stalling.url} did not send bucket/" in refusal.message
        assert "in time" in refusal.message
    assert list((server.data / "store" / "ingest").iterdir()) == []
    server.stop()
    stalling.stop()


def test_a_server_that_is_killed_during_a_download_leaves_nothing_behind(installation):
    slow = ScriptedS3.dribbling()
    arguments = ("--s3-endpoint", slow.url)
    server = installation.start(arguments=arguments)
    aws, data = Account(server), server.data
    aws.deploy("def handler(event, context): return 'before'", name="before")
    before = stored_files(server)
    thread = threading.Thread(target=fail, args=(aws, settings(aws, "bucket", "slow.zip")))
    thread.start()
    wait_for_bytes(data / "store" / "ingest")
    server.kill()
    thread.join()
    assert stored_files(server) > before
    server = installation.start(data=data, arguments=arguments)
    assert stored_files(server) == before
    assert aws.reconnected(server).invoke("before").value == "before"
    server.stop()
    slow.stop()


def test_a_server_that_is_asked_to_stop_does_not_wait_for_a_download(installation):
    slow = ScriptedS3.dribbling()
    server = installation.start(arguments=("--s3-endpoint", slow.url))
    aws = Account(server)
    thread = threading.Thread(target=fail, args=(aws, settings(aws, "bucket", "slow.zip")))
    thread.start()
    wait_for_bytes(server.data / "store" / "ingest")
    exit_code, seconds = server.stop()
    thread.join()
    slow.stop()
    assert exit_code == 0
    assert seconds < 5
    assert list((server.data / "store" / "ingest").iterdir()) == []


def fail(account, parameters):
    with pytest.raises(Exception):
        account.lambda_.create_function(**parameters)


def wait_for_bytes(folder):
    """Waits until a part of a package is on disk."""
    deadline = time.monotonic() + 20
    while not any(path.stat().st_size for path in folder.glob("*/zip")):
        assert time.monotonic() < deadline, "nothing is downloaded"
        time.sleep(0.02)
