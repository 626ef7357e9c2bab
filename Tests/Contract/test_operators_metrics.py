"""The metrics for Prometheus."""

from account import Account, refused
from operators import Operator, figure, get, metrics, until


def test_the_metrics_count_invocations_errors_and_throttles(installation):
    server = installation.start(arguments=["--max-concurrency", "1"])
    aws = Account(server)
    name = aws.deploy("""
        import time
        def handler(event, context):
            time.sleep(event)
            if event > 1:
                raise ValueError("broken")
    """, Timeout=10)
    for seconds in (0, 0.03):
        aws.invoke(name, seconds)
    slow = aws.invoke_aside(name, 4)
    until(lambda: '"busy":1' in Operator(server).ask("top", "--json"), "a busy environment")
    assert refused(aws.lambda_.invoke, FunctionName=name, Payload=b"0").code == "TooManyRequestsException"
    families = metrics(server)
    assert figure(families, "strata_environments", name, state="busy") == 1
    assert figure(families, "strata_environment_memory_bytes", name) > 1_000_000
    assert slow().error
    families = metrics(server)
    assert figure(families, "strata_invocations_total", name, account=aws.number, region="us-east-1") == 3
    assert figure(families, "strata_errors_total", name) == 1
    assert figure(families, "strata_throttles_total", name) == 1
    assert figure(families, "strata_duration_seconds_count", name) == 3
    assert 4.03 < figure(families, "strata_duration_seconds_sum", name) < 9
    until(lambda: figure(metrics(server), "strata_environments", name, state="frozen") == 1, "a frozen environment")
    assert Operator(server).ask("metrics").startswith("# HELP strata_build_info ")
    aws.lambda_.delete_function(FunctionName=name)
    until(lambda: name not in get(server.url + "/_strata/metrics")[2], "the function to be gone")
    server.stop()


def test_throttled_and_refused_requests_are_not_invocations(aws):
    name = aws.deploy()
    refused(aws.lambda_.invoke, FunctionName=name, Payload=b"{")
    aws.invoke(name)
    families = metrics(aws.server)
    assert figure(families, "strata_invocations_total", name, account=aws.number) == 1
    assert figure(families, "strata_throttles_total", name, account=aws.number) == 0


def test_the_metrics_count_the_outcomes_of_asynchronous_events(aws):
    # Records contain the returned value: nothing, so that they stay short.
    off, one, other = (aws.deploy("def handler(event, context): pass") for _ in range(3))
    aws.lambda_.put_function_concurrency(FunctionName=off, ReservedConcurrentExecutions=0)
    for name, following in ((one, other), (other, one)):
        aws.lambda_.put_function_event_invoke_config(
            FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": aws.arn(following)}})
    for name in (off, off, one):
        aws.lambda_.invoke(FunctionName=name, InvocationType="Event", Payload=b"1")

    def counts(name):
        figures = ("async_events_received", "async_events_dropped", "recursive_invocations_dropped", "invocations")
        return [figure(families, f"strata_{each}_total", name, account=aws.number) for each in figures]

    families = {}
    until(lambda: families.update(metrics(aws.server)) or counts(one)[1], "the circle to be broken")
    assert (counts(one), counts(other)) == ([1, 1, 1, 16], [0, 0, 0, 16])
    until(lambda: families.update(metrics(aws.server)) or counts(off)[1] == 2, "the events to be dropped")
    assert counts(off) == [2, 2, 0, 0]
