"""The story that `make demo` tells: one application deployed fat and with a layer, every route asked, one line changed.

Everything happens in a temporary folder and on a free port; whatever way it ends, the server is stopped and the folder gone.
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
import subprocess
import sys
import tempfile
import time

from PIL import Image, ImageDraw, ImageStat

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "Examples" / "image-analyzer"
STRATA = ROOT / ".build" / "release" / "strata"
TOOLS = ROOT / ".strata" / "venv" / "bin"
# The example's wheels exist for these; the first that this host has is used.
RUNTIMES = ["python3.12", "python3.13", "python3.11", "python3.14"]
ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64"}.get(platform.machine(), "x86_64")
STARTUP_LIMIT_SECONDS = 20
STOP_LIMIT_SECONDS = 10


class Failure(Exception):
    """The demo went wrong, in one sentence."""


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="strata-demo-"))
    try:
        tell(folder)
    except Failure as failure:
        sys.exit(f"demo: {failure}")
    except KeyboardInterrupt:
        sys.exit("demo: interrupted")
    finally:
        shutil.rmtree(folder, onerror=remove_read_only)


def tell(folder):
    runtime = choose_runtime()
    code = folder / "code"
    shutil.copytree(EXAMPLE, code, ignore=shutil.ignore_patterns("__pycache__"))

    title("1. Package the example, fat and with a layer")
    packages = make_packages(folder, code, runtime)

    with Server(folder) as server:
        aws = Client(server.url, folder)
        title(f"2. Deploy with the AWS CLI (AWS_ENDPOINT_URL={server.url})")
        deploy(aws, packages, runtime)

        title("3. Ask every route")
        ask_routes(aws)
        ask_for_image(aws, folder)

        title("4. Change one line, deploy again")
        redeploy(aws, folder, code, packages, runtime)
    print("\nThe server is stopped and everything it kept is removed.")


# 1. Packages


def make_packages(folder, code, runtime):
    build = ["--runtime", runtime, "--architecture", ARCHITECTURE, "--uv", str(TOOLS / "uv")]
    requirements = ["--requirements", str(EXAMPLE / "requirements.txt")]
    packages = {
        "fat": package(folder / "fat.zip", ["function", "package", "--code", str(code), *requirements, *build]),
        "layer": package(folder / "layer.zip", ["layer", "build", *requirements, *build]),
        "code": package(folder / "code.zip", ["function", "package", "--code", str(code)]),
    }
    print(f"   for {runtime} on {ARCHITECTURE}{'zipped':>16}{'unzipped':>12}{'files':>8}")
    for name, words in [("fat", "code and dependencies"), ("layer", "layer: dependencies"), ("code", "code alone")]:
        facts = packages[name]
        sizes = f"{size(facts['zippedBytes']):>12}{size(facts['unzippedBytes']):>12}{facts['fileCount']:>8}"
        print(f"   {words:<28}{sizes}")
    return packages


def package(output, words):
    return json.loads(run([str(STRATA), *words, "--output", str(output), "--json"]))


# 2. Deployment


def deploy(aws, packages, runtime):
    with Stopwatch("fat:   create-function, wait, first answer"):
        create(aws, "image-analyzer-fat", packages["fat"], runtime)
        expect(aws.invoke("image-analyzer-fat", get("/health"))["statusCode"], 200, "the fat function's /health")
    with Stopwatch("layer: publish-layer-version"):
        layer = aws.run(
            "publish-layer-version", "--layer-name", "image-analyzer-deps", "--zip-file", zip_file(packages["layer"]),
            "--compatible-runtimes", runtime, "--compatible-architectures", ARCHITECTURE,
        )  # fmt: skip
        expect(layer["Content"]["CodeSha256"], packages["layer"]["codeSha256"], "the layer's CodeSha256")
    with Stopwatch("layer: create-function, wait, first answer"):
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


def ask_routes(aws):
    for path in ["/", "/health", "/api/v1/health", "/api/v1/docs"]:
        answer = aws.invoke("image-analyzer", get(path))
        expect(answer["statusCode"], 200, f"the status of GET {path}")
        words = "html page" if "<html" in answer["body"] else answer["body"]
        print(f"   GET  {path:<24} 200  {words}")
    expect(aws.invoke("image-analyzer", get("/nothing-here"))["statusCode"], 404, "the status of an unknown path")


def ask_for_image(aws, folder):
    jpeg = make_jpeg()
    (folder / "picture.jpg").write_bytes(jpeg)
    answer = aws.invoke("image-analyzer", post("/api/v1/images/analyze", jpeg, "image/jpeg"))
    expect(answer["statusCode"], 200, "the status of the image route")
    analysis = json.loads(answer["body"])
    check_analysis(analysis, jpeg)
    facts = {key: value for key, value in analysis.items() if key != "thumbnail_jpeg_base64"}
    print(f"   POST /api/v1/images/analyze   200  {json.dumps(facts)}")
    print("        checked here with Pillow: size, format, mean colour, and the thumbnail's own pixels")


def make_jpeg():
    """A picture whose mean colour follows from its drawing: left half one colour, right half another."""
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


def redeploy(aws, folder, code, packages, runtime):
    settings = code / "app" / "settings.py"
    build = ["--runtime", runtime, "--architecture", ARCHITECTURE, "--uv", str(TOOLS / "uv")]
    seconds = {}
    for name, function, words, more in [
        ("fat", "image-analyzer-fat", "fat:   ", ["--requirements", str(EXAMPLE / "requirements.txt"), *build]),
        ("code", "image-analyzer", "layer: ", []),
    ]:
        greeting = f"Changed once, deployed {name}"
        settings.write_text(re.sub(r'greeting: str = ".*"', f'greeting: str = "{greeting}"', settings.read_text()))
        package_words = ["function", "package", "--code", str(code), *more]
        with Stopwatch(f"{words}package ({size(packages[name]['zippedBytes'])})"):
            facts = package(folder / f"{name}-2.zip", package_words)
        with Stopwatch(f"{words}update-function-code, wait, first answer") as watch:
            aws.run("update-function-code", "--function-name", function, "--zip-file", zip_file(facts))
            aws.run("wait", "function-updated-v2", "--function-name", function)
            answer = json.loads(aws.invoke(function, get("/"))["body"])
        expect(answer["message"], greeting, "the new greeting")
        print(f"          GET / says: {answer['message']}")
        seconds[name] = watch.seconds
    print(f"   The layer's way took {seconds['code']:.2f} s beside {seconds['fat']:.2f} s; each is three AWS CLI commands.")


# The server and its client


class Server:
    """A server of our own, stopped when the block ends."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        self.log = open(self.folder / "server.log", "wb")
        self.process = subprocess.Popen(
            [STRATA, "start", "--port", "0", "--data", self.folder / "data"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            self.url = self.wait_for_url()
        except BaseException:
            self.__exit__()
            raise
        return self

    def wait_for_url(self):
        deadline = time.monotonic() + STARTUP_LIMIT_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            if found := re.search(r"http://127\.0\.0\.1:\d+", self.said()):
                return found[0]
            time.sleep(0.02)
        raise Failure(f"the server did not start: {self.said().strip() or 'it said nothing'}")

    def said(self):
        return (self.folder / "server.log").read_text(errors="replace")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Client:
    """The AWS CLI as it comes, with an environment that knows this server and nothing of the user's account."""

    def __init__(self, url, folder):
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.environment = kept | {
            "AWS_ENDPOINT_URL": url, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_PAGER": "",
            "NO_PROXY": "127.0.0.1",
        }  # fmt: skip

    def run(self, *words):
        text = run([str(TOOLS / "aws"), "lambda", *words, "--output", "json"], self.environment)
        return json.loads(text) if text.strip() else None

    def invoke(self, function, event):
        question, answer = self.folder / "event.json", self.folder / "answer.json"
        question.write_text(json.dumps(event))
        result = self.run("invoke", "--function-name", function, "--payload", f"fileb://{question}", str(answer))
        if "FunctionError" in result:
            raise Failure(f"{function} failed: {answer.read_text()}")
        return json.loads(answer.read_text())


def get(path):
    return event("GET", path)


def post(path, body, content_type):
    encoded = base64.b64encode(body).decode("ascii")
    return event("POST", path, {"content-type": content_type}) | {"body": encoded, "isBase64Encoded": True}


def event(method, path, headers=None):
    """An API Gateway HTTP API event, payload format 2.0."""
    http = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "demo"}
    return {
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": {"host": "demo.local", **(headers or {})},
        "requestContext": {"http": http, "stage": "$default", "domainName": "demo.local"}, "isBase64Encoded": False,
    }  # fmt: skip


# Small things


class Stopwatch:
    """Prints what a block did and how long it took."""

    def __init__(self, words):
        self.words = words

    def __enter__(self):
        self.start = time.monotonic()
        return self

    def __exit__(self, kind, *_):
        self.seconds = time.monotonic() - self.start
        if kind is None:
            print(f"   {self.words:<52}{self.seconds:>7.2f} s", flush=True)


def run(words, environment=None):
    done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
        raise Failure(f"'{' '.join(words[:4])} …' ended with {done.returncode}: {last}")
    return done.stdout


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
    """A published layer's folders are read-only; an ordinary user has to open them to remove them."""
    os.chmod(os.path.dirname(path), 0o700)
    if os.path.isdir(path) and not os.path.islink(path):
        os.chmod(path, 0o700)
        shutil.rmtree(path, onerror=remove_read_only)
    elif os.path.lexists(path):
        os.unlink(path)


if __name__ == "__main__":
    main()
