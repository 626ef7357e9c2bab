"""Layers inside an environment: `/opt` holds what unzipping them in order would give."""

import stat

from packages import Entry, link, program, zip_of

READ = """
    import os
    def handler(event, context):
        return {path: open(os.path.join("/opt", path)).read() for path in event}
"""
SURVEY = """
    import os, stat
    def handler(event, context):
        found = {}
        for folder, folders, files in os.walk("/opt"):
            for name in folders + files:
                path = os.path.join(folder, name)
                status = os.lstat(path)
                what = os.readlink(path) if stat.S_ISLNK(status.st_mode) else oct(status.st_mode)
                found[os.path.relpath(path, "/opt")] = what
        return found
"""


def test_a_later_layer_overwrites_an_earlier_one(either):
    first = either.publish("first", {"shared": "first", "one": "first", "folder/a": "first", "folder/b": "first"})
    second = either.publish("second", {"shared": "second", "two": "second", "folder/b": "second", "folder/c": "second"})
    layers = [first["LayerVersionArn"], second["LayerVersionArn"]]
    name = either.deploy(READ, Layers=layers)
    paths = ["shared", "one", "two", "folder/a", "folder/b", "folder/c"]
    assert either.invoke(name, paths).value == {
        "shared": "second", "one": "first", "two": "second",
        "folder/a": "first", "folder/b": "second", "folder/c": "second",
    }
    either.change(name, Layers=layers[::-1])
    assert either.invoke(name, ["shared", "folder/b"]).value == {"shared": "first", "folder/b": "first"}


def test_five_layers_are_there_at_once(either):
    layers = [
        either.publish(f"layer-{number}", {f"file-{number}": str(number), "shared": str(number)})["LayerVersionArn"]
        for number in range(5)
    ]
    name = either.deploy(READ, Layers=layers)
    paths = [f"file-{number}" for number in range(5)]
    assert either.invoke(name, paths).value == {path: path[-1] for path in paths}
    assert either.invoke(name, ["shared"]).value == {"shared": "4"}


def test_modes_and_links_survive(either):
    content = zip_of(
        {
            "bin/tool": program("#!/bin/sh\necho tool\n"),
            "data/private": Entry(b"x", stat.S_IFREG | 0o600),
            "data/public": Entry(b"x", stat.S_IFREG | 0o644),
            "lib/libtool.so.1.2": "library",
            "lib/libtool.so": link("libtool.so.1.2"),
            "lib/up": link("../data"),
            "empty/": Entry(b"", stat.S_IFDIR | 0o755),
            "dangling": link("nothing-there"),
        }
    )
    name = either.deploy(SURVEY, Layers=[either.publish("modes", content)["LayerVersionArn"]])
    assert either.invoke(name).value == {
        "bin": "0o40755", "bin/tool": "0o100755",
        "data": "0o40755", "data/private": "0o100600", "data/public": "0o100644",
        "lib": "0o40755", "lib/libtool.so.1.2": "0o100644", "lib/libtool.so": "libtool.so.1.2", "lib/up": "../data",
        "empty": "0o40755", "dangling": "nothing-there",
    }


def test_a_layer_can_replace_a_file_by_a_folder_and_a_folder_by_a_file(aws):
    first = aws.publish("first", {"a": "file", "b/inside": "in folder"})["LayerVersionArn"]
    second = aws.publish("second", {"a/inside": "in folder", "b": "file"})["LayerVersionArn"]
    name = aws.deploy(READ, Layers=[first, second])
    assert aws.invoke(name, ["a/inside", "b"]).value == {"a/inside": "in folder", "b": "file"}


def test_the_code_is_at_var_task_with_its_modes(either):
    files = {
        "app.py": "import os\n"
        "def handler(event, context):\n"
        "    return [os.getcwd(), oct(os.stat('tool').st_mode), open('data/x').read()]\n",
        "tool": program("#!/bin/sh\n"),
        "data/x": "data",
    }
    assert either.invoke(either.deploy(files=files)).value == ["/var/task", "0o100755", "data"]


def test_programs_and_libraries_of_a_layer_are_on_the_search_paths(either):
    layer = either.publish("tools", {"bin/greet": program("#!/bin/sh\necho greetings\n")})["LayerVersionArn"]
    source = """
        import subprocess
        def handler(event, context):
            return subprocess.run(["greet"], capture_output=True, text=True, check=True).stdout
    """
    assert either.invoke(either.deploy(source, Layers=[layer])).value == "greetings\n"


def test_python_finds_modules_in_both_places_of_a_layer_and_the_code_first(either):
    version = either.server.runtime
    layer = either.publish(
        "modules",
        {
            "python/plain.py": "WHERE = 'python'\n",
            f"python/lib/{version}/site-packages/deep.py": "WHERE = 'site-packages'\n",
            "python/both.py": "WHERE = 'python'\n",
            f"python/lib/{version}/site-packages/both.py": "WHERE = 'site-packages'\n",
            "python/own.py": "WHERE = 'layer'\n",
            "python/extra.pth": "more\n",
            "python/more/by_pth.py": "WHERE = 'pth'\n",
        },
    )["LayerVersionArn"]
    files = {
        "app.py": "import plain, deep, own, by_pth\n"
        "def handler(event, context): return [plain.WHERE, deep.WHERE, own.WHERE, by_pth.WHERE]\n",
        "own.py": "WHERE = 'function'\n",
    }
    name = either.deploy(files=files, Layers=[layer])
    assert either.invoke(name).value == ["python", "site-packages", "function", "pth"]


def test_an_environment_without_layers_has_an_empty_opt(aws):
    assert aws.invoke(aws.deploy("import os\ndef handler(event, context): return os.listdir('/opt')")).value == []


def test_a_new_layer_version_is_used_only_when_it_is_attached(aws):
    first = aws.publish("words", {"word": "first"})["LayerVersionArn"]
    name = aws.deploy(READ, Layers=[first])
    second = aws.publish("words", {"word": "second"})["LayerVersionArn"]
    assert aws.invoke(name, ["word"]).value == {"word": "first"}
    aws.change(name, Layers=[second])
    assert aws.invoke(name, ["word"]).value == {"word": "second"}
