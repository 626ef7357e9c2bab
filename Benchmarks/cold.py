"""Cold starts: the first invocation of a function that was never run, less what a warm one takes."""

import budgets
from bench_server import (
    HANDLER, WHOLE_PROCESSOR_MEBIBYTES, Account, RawClient, interpreter_start, median, running_server,
)
from budgets import Result

STARTS = 15


def attached_layers(account):
    """Five layers of a realistic kind: a hundred modules each."""
    arns = []
    for number in range(5):
        files = {f"python/package_{number}/module_{each}.py": f"VALUE = {each}\n" * 50 for each in range(100)}
        arns.append(account.publish(f"layer-{number}", files)["LayerVersionArn"])
    return arns


def sized_layer(account, megabytes):
    """A layer of `count` files of 1 MB that compress to almost nothing."""
    files = {f"data/{number}": bytes([number % 251]) * (1 << 20) for number in range(megabytes)}
    return account.publish(f"layer-of-{megabytes}", files)["LayerVersionArn"]


def cold_start(account, client, layers):
    """Milliseconds that the first invocation of a new function takes longer than the next ones."""
    name = account.deploy(HANDLER, Layers=layers, Timeout=30, MemorySize=WHOLE_PROCESSOR_MEBIBYTES)
    first = client.timed_invoke(name)
    return first - median([client.timed_invoke(name) for _ in range(5)])


def measure():
    with running_server() as server:
        account, interpreter = Account(server), server.installation.interpreter
        client = RawClient(account)
        layers = attached_layers(account)
        small, large = sized_layer(account, 1), sized_layer(account, 200)
        cases = {"none": [], "five": layers, "small": [small], "large": [large]}
        taken = {case: [] for case in cases}
        bare = []
        for _ in range(STARTS):
            for case, attached in cases.items():
                taken[case].append(cold_start(account, client, attached))
            bare.append(interpreter_start(interpreter))
    p50 = {case: median(values) for case, values in taken.items()}
    start = median(bare)
    note = f"`python3 -c pass` {start:.1f} ms"
    yield Result(budgets.COLD, p50["none"] - start, f"{p50['none']:.1f} ms; {note}")
    yield Result(budgets.COLD_FIVE_LAYERS, p50["five"] - start, f"{p50['five']:.1f} ms; {note}")
    yield Result(budgets.COLD_ABSOLUTE, p50["five"], f"slowest of {STARTS}: {max(taken['five']):.1f} ms")
    yield Result(budgets.COLD_AGAINST_INTERPRETER, p50["five"] / start, note)
    yield Result(budgets.LAYER_SIZE, p50["large"] / p50["small"], f"{p50['large']:.1f} and {p50['small']:.1f} ms")
