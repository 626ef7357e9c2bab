"""`strata layer rollout`: aliases move in stages, and go back when the new layer is worse."""

import signal
import threading

import pytest

from operators import until
from server_process import PATIENCE_SECONDS

USER = "import thing\ndef handler(event, context): return thing.work()"
GOOD = "def work(): return {}"
BAD = "def work(): raise ValueError('broken')"
SLOW = "import time\ndef work(): time.sleep(0.05)"


class Fleet:
    """Functions with an alias, on the first version of a layer."""

    def __init__(self, aws, operator, *later, count=1):
        self.aws, self.operator = aws, operator
        texts = [GOOD, *later]
        self.arns = [aws.publish("thing", {"python/thing.py": text})["LayerVersionArn"] for text in texts]
        self.names = [aws.deploy(USER, Layers=[self.arns[0]]) for _ in range(count)]
        for name in self.names:
            aws.publish_live(name)

    def alias(self, name):
        found = self.aws.lambda_.get_alias(FunctionName=name, Name="live")
        return found["FunctionVersion"], found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})

    def layers(self, name, version="$LATEST"):
        found = self.aws.lambda_.get_function_configuration(FunctionName=name, Qualifier=version)
        return [layer["Arn"] for layer in found["Layers"]]

    def rollout(self, *arguments):
        return self.operator.run("layer", "rollout", "thing", "--to", "2", *arguments)


class Callers:
    """Clients that invoke an alias until they are told to stop."""

    def __init__(self, aws, names):
        self.aws, self.names, self.ended = aws, names, threading.Event()
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def work(self):
        while not self.ended.is_set():
            for name in self.names:
                self.aws.invoke(name, Qualifier="live")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.ended.set()
        self.thread.join(PATIENCE_SECONDS)


def test_all_users_get_the_new_version_in_stages(aws, operator):
    fleet = Fleet(aws, operator, GOOD + "  # 2", count=2)
    without_alias = aws.deploy(USER, Layers=[fleet.arns[0]])
    with Callers(aws, fleet.names):
        result = fleet.rollout("--stage-seconds", "0.6")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert [line for line in lines if "%" in line] == ["10 % of 2 aliases", "50 % of 2 aliases"]
    for name in fleet.names:
        assert fleet.alias(name) == ("2", {})
        assert fleet.layers(name, "2") == fleet.layers(name) == [fleet.arns[1]]
    assert fleet.layers(without_alias) == [fleet.arns[1]]
    again = fleet.rollout()
    assert again.returncode == 0 and "No function is to be moved" in again.stderr


@pytest.mark.parametrize("text, reason", [(BAD, "invocations failed"), (SLOW, "ms with the old layer")])
def test_a_version_that_is_worse_goes_back(aws, operator, text, reason):
    fleet = Fleet(aws, operator, text)
    name = fleet.names[0]
    with Callers(aws, fleet.names):
        result = fleet.rollout("--stages", "50", "--stage-seconds", "60")
    assert result.returncode == 1
    assert f"{name} got worse" in result.stderr and reason in result.stderr
    assert fleet.alias(name) == ("1", {})
    assert fleet.layers(name) == [fleet.arns[0]]
    assert aws.invoke(name, Qualifier="live").value == {}


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_rollout_goes_on_where_it_was(aws, operator, sent):
    fleet = Fleet(aws, operator, GOOD + "  # 2")
    name = fleet.names[0]
    running = operator.start("layer", "rollout", "thing", "--to", "2", "--stages", "20,40", "--stage-seconds", "60")
    running.wait_for("20 %")
    running.interrupt(sent)
    until(lambda: fleet.alias(name) == ("1", {"2": 0.2}), "the alias between versions", lambda: fleet.alias(name))
    planned = fleet.rollout("--dry-run")
    assert f"{name}: live (version 1, 20 % on version 2)" in planned.stdout
    result = fleet.rollout("--stages", "10,40", "--stage-seconds", "0.1")
    assert result.returncode == 0, result.stderr
    # No share is made smaller, and no second version is published.
    assert [line for line in result.stdout.splitlines() if "%" in line] == ["40 % of 1 alias"]
    assert fleet.alias(name) == ("2", {})


def test_an_unfinished_rollout_can_be_taken_back(aws, operator):
    fleet = Fleet(aws, operator, GOOD + "  # 2")
    name = fleet.names[0]
    running = operator.start("layer", "rollout", "thing", "--to", "2", "--stage-seconds", "60")
    running.wait_for("10 %")
    running.interrupt(signal.SIGKILL)
    result = fleet.rollout("--back")
    assert result.returncode == 0, result.stderr
    assert fleet.alias(name) == ("1", {})
    assert fleet.layers(name) == [fleet.arns[0]]


def test_going_back_leaves_what_no_rollout_has_moved(aws, operator):
    fleet = Fleet(aws, operator, GOOD + "  # 2")
    name = fleet.names[0]
    aws.change(name, Layers=[fleet.arns[1]])
    result = fleet.rollout("--back")
    assert "No alias is on its way" in result.stderr
    assert fleet.layers(name) == [fleet.arns[1]]


def test_an_alias_goes_back_though_its_function_was_changed(aws, operator):
    fleet = Fleet(aws, operator, GOOD + "  # 2")
    name = fleet.names[0]
    running = operator.start("layer", "rollout", "thing", "--to", "2", "--stage-seconds", "60")
    running.wait_for("10 %")
    running.interrupt(signal.SIGKILL)
    aws.change(name, Timeout=9)
    planned = fleet.rollout("--back", "--dry-run")
    assert f"{name}: live (version 1, 10 % on version 2) back to {fleet.arns[0]}" in planned.stdout
    assert fleet.rollout("--back").returncode == 0
    assert fleet.alias(name) == ("1", {})


def test_a_deployment_during_a_rollout_is_not_overwritten(aws, operator):
    fleet = Fleet(aws, operator, GOOD + "  # 2")
    name = fleet.names[0]
    running = operator.start("layer", "rollout", "thing", "--to", "2", "--stage-seconds", "2")
    running.wait_for("10 %")
    aws.change(name, Description="a new version")
    version = aws.lambda_.publish_version(FunctionName=name)["Version"]
    aws.lambda_.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
    assert running.process.wait(PATIENCE_SECONDS) == 1
    assert fleet.alias(name)[0] == version
    running.interrupt(signal.SIGTERM)


def test_other_layers_are_not_rolled_out_with_the_layer(aws, operator):
    fleet = Fleet(aws, operator, GOOD + "  # 2")
    name = fleet.names[0]
    other = aws.publish("other", {"python/other.py": ""})["LayerVersionArn"]
    aws.change(name, Layers=[fleet.arns[0], other])
    result = fleet.rollout("--stage-seconds", "0.1")
    assert f"{name} stays as it is: its $LATEST has other layers than version 1" in result.stderr
    assert fleet.alias(name) == ("1", {})


def test_a_dry_run_changes_nothing(aws, operator):
    fleet = Fleet(aws, operator, GOOD + "  # 2")
    name = fleet.names[0]
    result = fleet.rollout("--dry-run", "--stages", "5")
    assert result.stdout == f"{name}: live (version 1) from {fleet.arns[0]}: 5 %, 100 %\n"
    assert fleet.layers(name) == [fleet.arns[0]] and fleet.alias(name) == ("1", {})


def test_other_changes_are_not_rolled_out_with_the_layer(aws, operator):
    fleet = Fleet(aws, operator, GOOD + "  # 2", count=2)
    changed, clean = fleet.names
    aws.change(changed, Timeout=9)
    result = fleet.rollout("--stage-seconds", "0.1")
    assert result.returncode == 0
    assert f"{changed} stays as it is: its $LATEST has another Timeout than version 1" in result.stderr
    assert fleet.alias(changed) == ("1", {}) and fleet.alias(clean) == ("2", {})


def test_an_alias_on_another_way_is_left_alone(aws, operator):
    fleet = Fleet(aws, operator, GOOD + "  # 2")
    name = fleet.names[0]
    aws.change(name, Description="another")
    aws.lambda_.publish_version(FunctionName=name)
    aws.lambda_.update_alias(
        FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.3}})
    result = fleet.rollout("--stage-seconds", "0.1")
    assert f"{name} stays as it is: its alias live is between versions that are not these" in result.stderr
    assert fleet.alias(name) == ("1", {"2": 0.3})
    assert fleet.layers(name) == [fleet.arns[0]]


def test_only_named_users_are_moved(aws, operator):
    fleet = Fleet(aws, operator, GOOD + "  # 2", count=2)
    refused = fleet.rollout("--function", fleet.names[1], "--function", "none", "--stage-seconds", "0.1")
    assert refused.returncode == 1 and "There is no function none to move; nothing was changed" in refused.stderr
    assert fleet.rollout("--function", fleet.names[1], "--stage-seconds", "0.1").returncode == 0
    assert [fleet.alias(name)[0] for name in fleet.names] == ["1", "2"]


def test_versions_that_do_not_exist_are_refused(aws, operator):
    fleet = Fleet(aws, operator)
    missing = fleet.rollout()
    assert missing.returncode == 1 and "thing has no version 2; it has 1" in missing.stderr
    unknown = operator.run("layer", "rollout", "unknown", "--to", "1")
    assert unknown.returncode == 1 and "There is no layer unknown" in unknown.stderr
