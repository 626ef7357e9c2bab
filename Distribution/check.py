"""Runs a function on an installed `strata`, with Python's standard library alone: `check.py PROGRAM`."""

import base64
import io
import json
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile

HANDLER = "import sys\n\n\ndef handler(event, context):\n    return [event['n'] + 1, sys.version_info[:2]]\n"


def zipped(source):
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        entry = zipfile.ZipInfo("app.py")
        # Functions are other users, on Lambda too.
        entry.external_attr = 0o100644 << 16
        archive.writestr(entry, source)
    return base64.b64encode(output.getvalue()).decode()


def call(url, body):
    request = urllib.request.Request(
        url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}, method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def main():
    program = sys.argv[1]
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "start", "--port", "0", "--data", folder, "--boto3-version", "none"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            url = server.stdout.readline().split(" is ready: ")[1].split(" ")[0]
            runtime = "python{}.{}".format(*sys.version_info[:2])
            call(f"{url}/2015-03-31/functions", {
                "FunctionName": "plus", "Runtime": runtime, "Handler": "app.handler",
                "Role": "arn:aws:iam::000000000000:role/any", "Code": {"ZipFile": zipped(HANDLER)}})
            begin = time.monotonic()
            answer = call(f"{url}/2015-03-31/functions/plus/invocations", {"n": 1})
            taken = time.monotonic() - begin
            assert answer == [2, list(sys.version_info[:2])], answer
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0, server.returncode
    print(f"{program}: {version}; a function of {runtime} answered in {taken * 1e3:.0f} ms")


main()
