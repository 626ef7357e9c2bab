"""`strata layer rehearse`: two copies of a function, which differ in a layer's version, run the same events."""

import json

USER = "import thing\ndef handler(event, context): return thing.work(event)"
OLD = "def work(event): return {'doubled': 2 * event}"


def users(aws, text):
    arns = [aws.publish("played", {"python/thing.py": each})["LayerVersionArn"] for each in (OLD, text)]
    return aws.deploy(USER, Layers=[arns[0]])


def events(tmp_path, *values):
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(json.dumps(value) for value in values))
    return str(path)


def names(aws):
    return [each["FunctionName"] for each in aws.lambda_.list_functions()["Functions"]]


def test_versions_that_answer_alike_are_the_same(aws, operator, tmp_path):
    name = users(aws, OLD + "  # faster")
    path = events(tmp_path, 1, 2)
    result = operator.run("layer", "rehearse", "played", "--to", "2", "--event", path)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert len(lines) == 2 and lines[1].startswith(f"{name} {path}:2: ") and "differs" not in result.stdout
    assert " ms, " in lines[0] and " MB before, " in lines[0]
    assert names(aws) == [name]


def test_answers_and_errors_that_differ_are_told(aws, operator, tmp_path):
    name = users(aws, "def work(event): return 2 / 0 if event == 5 else {'doubled': 4 if event == 3 else 2 * event}")
    result = operator.run("layer", "rehearse", "played", "--to", "2", "--event", events(tmp_path, 2, 3, 5))
    assert result.returncode == 1
    assert result.stdout.count("differs: ") == 2
    assert '  old: {"doubled": 6}\n  new: {"doubled": 4}\n' in result.stdout
    assert "ZeroDivisionError" in result.stdout
    documents = [json.loads(line) for line in operator.run(
        "layer", "rehearse", "played", "--to", "2", "--event", events(tmp_path, 2, 3, 5), "--json").stdout.splitlines()]
    # Durations of single invocations differ, too, on a busy host.
    found = [[each for each in document["differences"] if each in ("answer", "error")] for document in documents]
    assert found == [[], ["answer"], ["error", "answer"]]
    assert documents[1]["new"]["payload"] == {"doubled": 4}
    assert names(aws) == [name]
    assert len(aws.lambda_.get_function_configuration(FunctionName=name)["Layers"]) == 1


def test_what_cannot_be_rehearsed_is_said(aws, operator, tmp_path):
    name = users(aws, OLD)
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    refused = operator.run("layer", "rehearse", "played", "--to", "2", "--event", str(broken))
    assert refused.returncode == 2 and "broken.json is not JSON" in refused.stderr
    assert operator.run("layer", "rehearse", "played", "--to", "7").returncode == 1
    none = operator.run("layer", "rehearse", "played", "--to", "1")
    assert none.returncode == 0 and "No function uses another version" in none.stderr
    assert names(aws) == [name]
