"""Functions for another architecture: stored, described, and run where the kernel has an emulator."""

import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from account import Account, refused
from log_streams import log_with
from packages import program
from server_process import Installation

SOURCE = Path(__file__).parent / "functions" / "arm64_bootstrap.c"
EMULATOR = "qemu-aarch64-static"
# The registration that Debian's qemu-user-static makes: ELF, 64 bits, little-endian, a program for machine 183.
REGISTRATION = (
    r":qemu-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
    r":\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:%s:F"
)

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="the other processor is this host's own")


class EmulatingInstallation(Installation):
    """A host with an emulator for 64-bit Arm, registered only in the server's user namespace."""

    def command(self, *arguments):
        script = (
            'mount -t binfmt_misc none /proc/sys/fs/binfmt_misc && echo "$1" > /proc/sys/fs/binfmt_misc/register'
            ' && shift && exec unshare --user --map-user=1000 --map-group=1000 -- "$@"')
        registration = REGISTRATION % shutil.which(EMULATOR)
        return ["unshare", "--user", "--map-root-user", "--mount", "--", "sh", "-c", script, "sh", registration,
                *super().command(*arguments)]


@pytest.fixture(scope="module")
def bootstrap(tmp_path_factory):
    """A program for 64-bit Arm."""
    compiler = shutil.which("clang")
    assert compiler, "clang is missing, which comes with the Swift toolchain"
    output = tmp_path_factory.mktemp("arm64") / "bootstrap"
    flags = ["--target=aarch64-linux-gnu", "-nostdlib", "-static", "-ffreestanding", "-fno-stack-protector",
             "-fuse-ld=lld", "-O1", "-Wall", "-Wextra", "-Werror"]
    subprocess.run([compiler, *flags, "-o", output, SOURCE], check=True)
    return output.read_bytes()


@pytest.fixture(scope="module")
def emulating(nothing_left_behind):
    if shutil.which(EMULATOR) is None:
        pytest.skip(f"{EMULATOR} is missing (Debian: qemu-user-static)")
    ours = Installation.for_ourselves()
    installation = EmulatingInstallation(ours.binary, ours.interpreter)
    nothing_left_behind.append(installation)
    probe = installation.command("version")
    probe[-2:] = ["true"]
    if subprocess.run(probe, capture_output=True).returncode != 0:
        pytest.skip("this kernel has no emulators for a user namespace of its own (Linux 6.7 and later have)")
    return Account(installation.start())


def test_the_architecture_is_stored_and_listed(aws):
    name = aws.deploy(Architectures=["arm64"])
    assert aws.lambda_.get_function_configuration(FunctionName=name)["Architectures"] == ["arm64"]
    assert aws.lambda_.list_functions()["Functions"][0]["Architectures"] == ["arm64"]
    code = aws.settings()["Code"]["ZipFile"]
    changed = aws.lambda_.update_function_code(FunctionName=name, ZipFile=code, Architectures=["x86_64"])
    assert changed["Architectures"] == ["x86_64"]
    assert aws.invoke(name, 1).value == 1


def test_an_invocation_says_why_it_cannot_run(aws):
    refusal = refused(aws.lambda_.invoke, FunctionName=aws.deploy(Architectures=["arm64"]))
    assert refusal.code == "InvalidRuntimeException"
    assert "This function is for arm64, and this host is x86_64." in refusal.message
    assert "strata start --ignore-architecture" in refusal.message and "--architectures x86_64" in refusal.message
    assert "qemu" not in refusal.message


def test_a_bootstrap_is_told_what_its_emulator_lacks(aws, bootstrap):
    name = aws.deploy(files={"bootstrap": program(bootstrap)}, Runtime="provided.al2023", Architectures=["arm64"])
    message = refused(aws.lambda_.invoke, FunctionName=name).message
    emulator = next(filter(None, map(shutil.which, ("qemu-aarch64-static", "qemu-aarch64"))), None)
    if emulator:
        assert f"{emulator} is installed, but not registered with this kernel (binfmt_misc)" in message
    else:
        assert "apt-get install qemu-user-static" in message


def test_code_without_machine_code_runs_where_the_architecture_is_ignored(installation):
    server = installation.start(arguments=["--ignore-architecture"])
    aws = Account(server)
    name = aws.deploy(Architectures=["arm64"])
    answer = aws.invoke(name, {"n": 1})
    assert answer.value == {"n": 1}
    log_with(aws, name, "This function is for arm64 and runs on x86_64 (--ignore-architecture)")
    server.stop()


def test_a_bootstrap_for_another_processor_runs_in_an_emulator(emulating, bootstrap):
    name = emulating.deploy(
        files={"bootstrap": program(bootstrap)}, Runtime="provided.al2023", Architectures=["arm64"], Timeout=20,
        MemorySize=512)
    for number in range(3):
        assert emulating.invoke(name, {"n": number}).value == {"arm64": {"n": number}}


def test_an_interpreter_of_this_processor_is_no_use_to_another(emulating):
    refusal = refused(emulating.lambda_.invoke, FunctionName=emulating.deploy(Architectures=["arm64"]))
    assert refusal.code == "InvalidRuntimeException"
    assert "Its emulator runs bootstraps of provided.al2 and provided.al2023" in refusal.message
    assert "strata start --ignore-architecture" in refusal.message
