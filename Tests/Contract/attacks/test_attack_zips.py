"""Zips that unpack to more than they admit, that readers would see differently, or that are sent to keep others out."""

import io
import itertools
import struct
import threading
import zipfile

import pytest

from account import Account, refused
from operators import until
from packages import bytes_of, with_many_entries, zip_of

LIMIT_BYTES = 262_144_000
TRAILER, CENTRAL, LOCATOR, TRAILER64 = b"PK\x05\x06", b"PK\x01\x02", b"PK\x06\x07", b"PK\x06\x06"


def repeating(name, content, count):
    """A zip that has one file many times, packed once and copied."""
    single = zip_of({name: content}, level=9)
    begin = single.index(CENTRAL)
    local, central = single[:begin], bytearray(single[begin:single.index(TRAILER)])
    directory = bytearray()
    for number in range(count):
        struct.pack_into("<I", central, 42, number * len(local))
        directory += central
    body = local * count
    end = struct.pack("<4s4H2IH", TRAILER, 0, 0, count, count, len(directory), len(body), 0)
    return body + bytes(directory) + end


def with_junk_behind_a_stream(junk):
    """A zip whose one file has bytes behind the end of its deflate stream, which its packed size counts."""
    whole = zip_of({"app.py": "def handler(event, context): pass\n" * 50})
    begin, end = whole.index(CENTRAL), whole.index(TRAILER)
    body, central, trailer = bytearray(whole[:begin]), bytearray(whole[begin:end]), bytearray(whole[end:])
    packed = struct.unpack_from("<I", central, 20)[0] + len(junk)
    struct.pack_into("<I", body, 18, packed)
    struct.pack_into("<I", central, 20, packed)
    struct.pack_into("<I", trailer, 16, len(body) + len(junk))
    return bytes(body + junk + central + trailer)


def with_number(data, signature, offset, number, size="<H"):
    """The zip with a field of one of its records changed."""
    changed = bytearray(data)
    struct.pack_into(size, changed, data.rindex(signature) + offset, number)
    return bytes(changed)


PLAIN = zip_of({"app.py": "def handler(event, context): pass\n"})
LARGE = with_many_entries(3)

BAD_PACKAGES = {
    "a file of 100 MB a hundred times": lambda: repeating("zeros", bytes(100_000_000), 100),
    "a file three times, just over the limit": lambda: repeating("zeros", bytes(LIMIT_BYTES // 3 + 1), 3),
    "junk behind a deflate stream": lambda: with_junk_behind_a_stream(b"\0"),
    "a second stream behind the first": lambda: with_junk_behind_a_stream(b"\x4b\x4c\x84\x01\x00"),
    "more junk than is read at once": lambda: with_junk_behind_a_stream(bytes(200_000)),
    "the last disk is the second one": lambda: with_number(PLAIN, TRAILER, 4, 1),
    "the directory is on the second disk": lambda: with_number(PLAIN, TRAILER, 6, 1),
    "both are on the second disk": lambda: with_number(with_number(PLAIN, TRAILER, 4, 1), TRAILER, 6, 1),
    "the disks are in a zip64 record that is not there": lambda: with_number(
        with_number(PLAIN, TRAILER, 4, 0xFFFF), TRAILER, 6, 0xFFFF),
    "an entry is on the second disk": lambda: with_number(PLAIN, CENTRAL, 34, 1),
    "an entry's disk is in a field that is not there": lambda: with_number(PLAIN, CENTRAL, 34, 0xFFFF),
    "the zip64 record's disk is the second one": lambda: with_number(LARGE, TRAILER64, 16, 1, "<I"),
    "the zip64 directory is on the second disk": lambda: with_number(LARGE, TRAILER64, 20, 1, "<I"),
    "the zip64 record counts other entries for this disk": lambda: with_number(LARGE, TRAILER64, 24, 2, "<Q"),
    "the zip64 record is on the second disk": lambda: with_number(LARGE, LOCATOR, 4, 1, "<I"),
    "there are two disks": lambda: with_number(LARGE, LOCATOR, 16, 2, "<I"),
}


@pytest.mark.parametrize("name", BAD_PACKAGES)
def test_a_zip_that_hides_something_is_refused_for_layers_and_functions(aws, name):
    package = BAD_PACKAGES[name]()
    for refusal in (
        refused(aws.lambda_.publish_layer_version, LayerName="bad", Content={"ZipFile": package}),
        refused(aws.lambda_.create_function, **aws.settings() | {"Code": {"ZipFile": package}}),
    ):
        assert (refusal.code, refusal.status) == ("InvalidParameterValueException", 400), refusal
    assert aws.lambda_.list_layers()["Layers"] == []


def test_the_packages_that_these_attacks_are_made_of_are_taken(aws):
    """Otherwise they could be refused for another reason."""
    for package in (PLAIN, LARGE, repeating("zeros", bytes(1_000), 100)):
        assert aws.publish("good", package)["Content"]["CodeSize"] == len(package)


def test_a_bomb_of_repeated_names_is_not_unpacked(installation):
    """13 GB were once unpacked to find that a file is the same a hundred times."""
    server = installation.start()
    aws = Account(server)
    before = processor_seconds(server)
    bomb = repeating("zeros", bytes(100_000_000), 100)
    refusal = refused(aws.lambda_.publish_layer_version, LayerName="bomb", Content={"ZipFile": bomb})
    assert refusal.message.startswith("Unzipped size must be smaller than"), refusal
    # Unpacking all of it takes half a minute of processor time; reading the request takes a part of a second.
    assert processor_seconds(server) - before < 5


def processor_seconds(server):
    fields = open(f"/proc/{server.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_an_account_that_keeps_the_server_busy_does_not_keep_others_out(installation):
    """Sixty clients of one account publish zips that take long to unpack, one after the other."""
    server = installation.start()
    hostile, victim = Account(server), Account(server)
    zeros = zip_of({"zeros": bytes(60_000_000)}, level=9)
    ended, numbers, is_over = [], itertools.count(), threading.Event()
    begun = threading.Semaphore(0)

    def attack():
        while not is_over.is_set():
            package = with_another_file(zeros, f"unique-{next(numbers)}")
            begun.release()
            hostile.publish("hostile", package)
            ended.append(1)

    clients = [threading.Thread(target=attack) for _ in range(60)]
    for client in clients:
        client.start()
    for _ in clients:
        begun.acquire()
    until(lambda: len(ended) >= 5, "hostile calls that have ended", lambda: len(ended))
    before = len(ended)
    victim.lambda_.list_functions()
    victim.lambda_.get_account_settings()
    victim.publish("mine", {"python/mine.py": "ours = 1"})
    name = victim.deploy("def handler(event, context): return 'unharmed'")
    assert victim.invoke(name).value == "unharmed"
    overtaken = len(ended) - before
    is_over.set()
    for client in clients:
        client.join()
    # In one queue for all, each of the victim's calls waits for those of the other account that came before.
    assert overtaken < len(clients), f"{overtaken} hostile calls were done before the victim's"


def with_another_file(package, name):
    """The zip with one more file, so that its digest is its own."""
    output = io.BytesIO(package)
    with zipfile.ZipFile(output, "a") as archive:
        archive.writestr(name, bytes_of(name))
    return output.getvalue()
