"""`make demo`: deploys one application with and without a layer, requests every route, changes one line.

The AWS CLI starts for about a second each time, so a meter shows the server's time apart from it; and the change of one
line goes through a client that runs already, as an editor's or a test's does.

Everything happens in a temporary folder and on a free port; on every exit the server is stopped and the folder is
removed.
"""

import base64
import io
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import sys
import tempfile
import time

import boto3
import botocore.config
from PIL import Image, ImageDraw, ImageStat

from demo_server import STRATA, TOOLS, Client, Failure, Meter, Server, get, post, run

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "Examples" / "image-analyzer"
# The example's wheels exist for these; the first one on this host is used.
RUNTIMES = ["python3.12", "python3.13", "python3.11", "python3.14"]
ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64"}.get(platform.machine(), "x86_64")


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="strata-demo-"))
    try:
        run_demo(folder)
    except Failure as failure:
        sys.exit(f"demo: {failure}")
    except KeyboardInterrupt:
        sys.exit("demo: interrupted")
    finally:
        shutil.rmtree(folder, onerror=remove_read_only)


def run_demo(folder):
    runtime = choose_runtime()
    code = folder / "code"
    shutil.copytree(EXAMPLE, code, ignore=shutil.ignore_patterns("__pycache__"))

    title("1. Package the example: with its dependencies inside, and with a layer")
    packages = make_packages(folder, code, runtime)

    with Server(folder) as server, Meter(server.url) as meter:
        aws = Client(meter.url, folder)
        title(f"2. Deploy with the AWS CLI (AWS_ENDPOINT_URL={server.url})")
        deploy(aws, meter, packages, runtime)

        title("3. Request every route")
        request_routes(aws)
        request_image_analysis(aws, folder)

        title("4. Change one line: from the save to the new answer, with a client that runs already")
        redeploy(server.url, folder, code, packages, runtime)
    print("\nThe server is stopped and its data is removed.")


# 1. Packages


def make_packages(folder, code, runtime):
    # A copy: a layer's lock file is beside its input.
    requirements = shutil.copy(EXAMPLE / "requirements.txt", folder)
    dependencies = dependency_options(requirements, runtime)
    packages = {
        "fat": package(folder / "fat.zip", ["function", "package", "--code", str(code), *dependencies]),
        "layer": package(folder / "layer.zip", ["layer", "build", *dependencies]),
        "code": package(folder / "code.zip", ["function", "package", "--code", str(code)]),
    }
    print(f"   for {runtime} on {ARCHITECTURE}{'zipped':>16}{'unzipped':>12}{'files':>8}")
    for name, words in [("fat", "code and dependencies"), ("layer", "layer: dependencies"), ("code", "code alone")]:
        facts = packages[name]
        sizes = f"{size(facts['zippedBytes']):>12}{size(facts['unzippedBytes']):>12}{facts['fileCount']:>8}"
        print(f"   {words:<28}{sizes}")
    return packages


def dependency_options(requirements, runtime):
    return [
        "--requirements", str(requirements), "--runtime", runtime, "--architecture", ARCHITECTURE,
        "--uv", str(TOOLS / "uv"),
    ]  # fmt: skip


def package(output, words):
    return json.loads(run([str(STRATA), *words, "--output", str(output), "--json"]))


# 2. Deployment


def deploy(aws, meter, packages, runtime):
    print(f"{'total':>63}{'AWS CLI':>11}{'server':>10}")
    with Stopwatch("fat:   create-function, wait, first answer", meter):
        create(aws, "image-analyzer-fat", packages["fat"], runtime)
        expect(aws.invoke("image-analyzer-fat", get("/health"))["statusCode"], 200, "the fat function's /health")
    with Stopwatch("layer: publish-layer-version", meter):
        layer = aws.run(
            "publish-layer-version", "--layer-name", "image-analyzer-deps", "--zip-file", zip_file(packages["layer"]),
            "--compatible-runtimes", runtime, "--compatible-architectures", ARCHITECTURE,
        )  # fmt: skip
        expect(layer["Content"]["CodeSha256"], packages["layer"]["codeSha256"], "the layer's CodeSha256")
    with Stopwatch("layer: create-function, wait, first answer", meter):
        create(aws, "image-analyzer", packages["code"], runtime, "--layers", layer["LayerVersionArn"])
        expect(aws.invoke("image-analyzer", get("/health"))["statusCode"], 200, "the function's /health")
    print(f"   {layer['LayerVersionArn']}")


def create(aws, name, facts, runtime, *more):
    aws.run(
        "create-function", "--function-name", name, "--runtime", runtime, "--handler", "app.main.handler",
        "--role", "arn:aws:iam::000000000000:role/demo", "--architectures", ARCHITECTURE,
        "--memory-size", "512", "--timeout", "30", "--zip-file", zip_file(facts), *more,
    )  # fmt: skip
    aws.run("wait", "function-active-v2", "--function-name", name)


# 3. Routes


def request_routes(aws):
    for path in ["/", "/health", "/api/v1/health", "/api/v1/docs"]:
        answer = aws.invoke("image-analyzer", get(path))
        expect(answer["statusCode"], 200, f"the status of GET {path}")
        words = "html page" if "<html" in answer["body"] else answer["body"]
        print(f"   GET  {path:<24} 200  {words}")
    expect(aws.invoke("image-analyzer", get("/nothing-here"))["statusCode"], 404, "the status of an unknown path")


def request_image_analysis(aws, folder):
    jpeg = make_jpeg()
    (folder / "picture.jpg").write_bytes(jpeg)
    answer = aws.invoke("image-analyzer", post("/api/v1/images/analyze", jpeg, "image/jpeg"))
    expect(answer["statusCode"], 200, "the status of the image route")
    analysis = json.loads(answer["body"])
    check_analysis(analysis, jpeg)
    facts = {key: value for key, value in analysis.items() if key != "thumbnail_jpeg_base64"}
    print(f"   POST /api/v1/images/analyze   200  {json.dumps(facts)}")
    print("        verified here with Pillow: size, format, mean colour, thumbnail pixels")


def make_jpeg():
    """An image with a known mean colour: left half one colour, right half another."""
    image = Image.new("RGB", (640, 480), (220, 60, 20))
    ImageDraw.Draw(image).rectangle((320, 0, 639, 479), fill=(20, 100, 180))
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=95)
    return buffer.getvalue()


def check_analysis(analysis, jpeg):
    expect(analysis["format"], "JPEG", "the format")
    expect(analysis["size"], {"width": 640, "height": 480}, "the size")
    expect(analysis["thumbnail_size"], {"width": 64, "height": 48}, "the thumbnail's size")
    color = bytes.fromhex(analysis["mean_color"].removeprefix("#"))
    expect_near(color, (120, 80, 100), 2, "the mean colour, by the drawing")
    expect_near(color, ImageStat.Stat(Image.open(io.BytesIO(jpeg))).mean, 1, "the mean colour, by Pillow here")
    thumbnail = Image.open(io.BytesIO(base64.b64decode(analysis["thumbnail_jpeg_base64"])))
    expect((thumbnail.format, thumbnail.size), ("JPEG", (64, 48)), "the thumbnail")
    expect_near(thumbnail.getpixel((10, 24)), (220, 60, 20), 6, "a pixel in the thumbnail's left half")
    expect_near(thumbnail.getpixel((54, 24)), (20, 100, 180), 6, "a pixel in the thumbnail's right half")


# 4. One changed line


def redeploy(url, folder, code, packages, runtime):
    client = boto3.client(
        "lambda", endpoint_url=url, region_name="us-east-1", aws_access_key_id="demo", aws_secret_access_key="demo",
        config=botocore.config.Config(proxies={}, retries={"total_max_attempts": 1}),
    )  # fmt: skip
    client.get_account_settings()  # its connection and its model are there
    settings = code / "app" / "settings.py"
    print(f"{'package':>41}{'update':>11}{'answer':>11}{'save to new answer':>22}")
    for name, function, words, more in [
        ("fat", "image-analyzer-fat", "fat:  ", dependency_options(folder / "requirements.txt", runtime)),
        ("code", "image-analyzer", "layer:", []),
    ]:
        greeting = f"Changed once, deployed {name}"
        source = re.sub(r'greeting: str = ".*"', f'greeting: str = "{greeting}"', settings.read_text())
        saved = time.monotonic()
        settings.write_text(source)
        facts = package(folder / f"{name}-2.zip", ["function", "package", "--code", str(code), *more])
        packaged = time.monotonic()
        client.update_function_code(FunctionName=function, ZipFile=pathlib.Path(facts["path"]).read_bytes())
        client.get_waiter("function_updated_v2").wait(FunctionName=function)
        updated = time.monotonic()
        answer = client.invoke(FunctionName=function, Payload=json.dumps(get("/")))
        body = json.loads(json.loads(answer["Payload"].read())["body"])
        answered = time.monotonic()
        expect(body["message"], greeting, "the new greeting")
        times = f"{packaged - saved:>8.2f} s{updated - packaged:>9.2f} s{answered - updated:>9.2f} s"
        print(f"   {words} {size(packages[name]['zippedBytes']):>9} zipped {times:>35}{answered - saved:>20.2f} s")
        print(f"          GET / says: {body['message']}")


# Helpers


class Stopwatch:
    """Prints a label, the duration of a block, and what of it the client and the server took."""

    def __init__(self, words, meter):
        self.words = words
        self.meter = meter

    def __enter__(self):
        self.start, self.server_start = time.monotonic(), self.meter.seconds

    def __exit__(self, kind, *_):
        seconds, server = time.monotonic() - self.start, self.meter.seconds - self.server_start
        if kind is None:
            print(f"   {self.words:<50}{seconds:>8.2f} s{seconds - server:>9.2f} s{server:>8.2f} s", flush=True)


def choose_runtime():
    found = {entry["runtime"] for entry in json.loads(run([str(STRATA), "doctor", "--json"]))["runtimes"]}
    for runtime in RUNTIMES:
        if runtime in found:
            return runtime
    raise Failure(f"this host has none of {', '.join(RUNTIMES)}")


def expect(got, wanted, words):
    if got != wanted:
        raise Failure(f"{words} is {got!r}, not {wanted!r}")


def expect_near(got, wanted, tolerance, words):
    if any(abs(one - other) > tolerance for one, other in zip(got, wanted, strict=True)):
        raise Failure(f"{words} is {tuple(got)}, not within {tolerance} of {tuple(wanted)}")


def zip_file(facts):
    return f"fileb://{facts['path']}"


def size(count):
    return f"{count / 1024:.1f} KB" if count < 1 << 20 else f"{count / (1 << 20):.1f} MB"


def title(words):
    print(f"\n{words}", flush=True)


def remove_read_only(function, path, _):
    """Published layers have read-only folders, which an ordinary user must make writable to remove them."""
    os.chmod(os.path.dirname(path), 0o700)
    if os.path.isdir(path) and not os.path.islink(path):
        os.chmod(path, 0o700)
        shutil.rmtree(path, onerror=remove_read_only)
    elif os.path.lexists(path):
        os.unlink(path)


if __name__ == "__main__":
    main()
