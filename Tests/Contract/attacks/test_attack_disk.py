"""Functions and accounts that take the disk by printing, or by events that wait."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

from account import Account
from operators import Operator, until

MEBIBYTE = 1 << 20


def log_folder(account, name):
    return account.server.data / "logs" / account.number / account.region / name


def old_streams(folder, count, mebibytes, age_seconds):
    """Streams of environments that have ended, as sparse files; the later ones are younger."""
    folder.mkdir(parents=True)
    for number in range(count):
        path = folder / f"2026-01-01-[$LATEST]{number:032x}.log"
        path.touch()
        os.truncate(path, mebibytes * MEBIBYTE)
        moment = time.time() - age_seconds + number
        os.utime(path, (moment, moment))


def total_bytes(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_the_logs_of_ended_environments_do_not_stay_for_ever(installation):
    """Each environment has a stream of its own: 25 MB of each once stayed."""
    server = installation.start()
    aws, other = Account(server), Account(server)
    name = aws.deploy("def handler(event, context): print('mine')")
    old_streams(log_folder(aws, name), 40, 16, 7_200)
    old_streams(log_folder(other, "others"), 40, 16, 7_200)
    aws.invoke(name)
    until(lambda: total_bytes(log_folder(aws, name)) <= 256 * MEBIBYTE, "the oldest streams are gone",
          lambda: total_bytes(log_folder(aws, name)))
    left = sorted(path.name for path in log_folder(aws, name).iterdir())
    assert not any(f"{0:032x}" in each for each in left)
    assert any(f"{39:032x}" in each for each in left)
    written = [path for path in log_folder(aws, name).iterdir() if path.stat().st_size < MEBIBYTE]
    until(lambda: "mine" in "".join(path.read_text() for path in written), "the line that was just printed")
    # Another account's are its own affair.
    assert total_bytes(log_folder(other, "others")) == 40 * 16 * MEBIBYTE


def test_an_account_cannot_take_the_disk_with_the_logs_of_many_functions(installation):
    server = installation.start()
    aws = Account(server)
    for number in range(20):
        old_streams(log_folder(aws, f"old-{number}"), 10, 16, 7_200)
    aws.invoke(aws.deploy("def handler(event, context): print('mine')"))
    logs = server.data / "logs" / aws.number
    until(lambda: total_bytes(logs) <= 2048 * MEBIBYTE, "the oldest streams are gone", lambda: total_bytes(logs))


def test_logs_that_are_a_month_old_are_removed(installation):
    server = installation.start()
    aws = Account(server)
    old_streams(log_folder(aws, "old"), 10, 1, 31 * 86_400)
    old_streams(log_folder(aws, "recent"), 10, 1, 29 * 86_400)
    aws.invoke(aws.deploy("def handler(event, context): print('mine')"))
    until(lambda: total_bytes(log_folder(aws, "old")) == 0, "the old streams are gone")
    assert total_bytes(log_folder(aws, "recent")) == 10 * MEBIBYTE


def test_purged_events_give_the_disk_back(installation):
    server = installation.start()
    aws = Account(server)
    name = aws.deploy("import time\ndef handler(event, context): time.sleep(600)", Timeout=900)
    aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    payload = b'"' + b"x" * 250_000 + b'"'
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(
            lambda _: aws.lambda_.invoke(FunctionName=name, InvocationType="Event", Payload=payload), range(200)))

    def database_bytes():
        return sum(path.stat().st_size for path in server.data.glob("events.sqlite*"))

    assert database_bytes() > 40_000_000
    assert Operator(server, aws.number).ask("events", "purge", "--function", name).startswith("Deleted ")
    assert database_bytes() < 8_000_000
    server.end()
