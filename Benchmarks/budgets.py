"""The budgets of docs/SPECIFICATION.md, and the result of measuring one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """An upper bound, or a lower bound with `more_is_better`.

    `now` is enforced; `goal`, where it differs, is what the design aims at.
    """

    what: str
    unit: str
    now: float
    goal: float = None
    more_is_better: bool = False

    def holds(self, measured, limit):
        return measured >= limit if self.more_is_better else measured <= limit


@dataclass
class Result:
    budget: Budget
    measured: float
    note: str = ""

    @property
    def ratio(self):
        """Measured over budget."""
        return self.measured / self.budget.now

    @property
    def passes(self):
        return self.budget.holds(self.measured, self.budget.now)

    @property
    def reaches_goal(self):
        goal = self.budget.now if self.budget.goal is None else self.budget.goal
        return self.budget.holds(self.measured, goal)

    def as_json(self):
        return {
            "what": self.budget.what, "unit": self.budget.unit, "measured": self.measured, "budget": self.budget.now,
            "goal": self.budget.goal if self.budget.goal is not None else self.budget.now,
            "ratio": self.ratio, "passes": self.passes, "reaches_goal": self.reaches_goal, "note": self.note,
        }


WARM = Budget("warm invocation, 1 connection, p50", "µs", 250, 200)
WARM_AGAINST_EMULATOR = Budget("… against AWS's emulator", "×", 0.3)
WARM_SMALL = Budget("warm invocation of a 128 MB function, p99", "ms", 100)
VICTIM = Budget("warm invocation beside a hostile account, p99, against alone", "×", 3)
THROUGHPUT = Budget("warm throughput, 16 connections", "/s", 11_000, 12_000, more_is_better=True)
COLD = Budget("cold start over bare interpreter, no layers, p50", "ms", 20)
COLD_FIVE_LAYERS = Budget("… with five layers, p50", "ms", 20)
COLD_ABSOLUTE = Budget("cold start, five layers, p50", "ms", 60, 5)
COLD_AGAINST_INTERPRETER = Budget("… against `python3 -c pass`", "×", 3, 0.125)
LAYER_SIZE = Budget("cold start, layer of 200 MB against 1 MB", "×", 1.25)
FIRST_COLD_START = {
    module: Budget(f"first cold start after publishing {module}, against later ones, p50", "×", 1.2)
    for module in ("pandas", "fastapi")
}
PUBLISH = Budget("publish 50 MB layer, against unzip + sha256sum", "×", 1.2)
GROWTH = Budget("disk for a version with one changed file, against zip + file", "×", 1.1)
DEPLOY = Budget("code-only deploy, update to new answer, p50", "ms", 150)
DEPLOY_COMMAND = Budget("`strata deploy` after an edit of code, to its answer, p50", "ms", 150)
DEPLOY_WATCH = Budget("save with `strata deploy --watch`, to the answer of new code, p50", "ms", 150)
DEPLOY_WATCH_LAYER = Budget("… to the answer of a new layer, p50", "ms", 150)
DEPLOY_AGAINST_CLI = Budget(
    "save with `--watch` to answer, times faster than the fat package by the AWS CLI", "×", 20, more_is_better=True)
COMMAND_START = Budget("start of a `strata` command, p50", "ms", 12)
LAYER_BUILD = Budget("layer build, caches warm, times faster than pip and zip", "×", 5, more_is_better=True)
LAYER_BUILD_MEMORY = Budget("… peak memory", "MB", 300)
IDLE_MEMORY = Budget("idle Python environment, PSS", "MB", 8)
SERVER_START = Budget("server start to first answer, 1 000 functions, p50", "ms", 150)
RESET = Budget("`POST /_strata/reset` with 100 functions, 10 of them idle, p50", "ms", 50)
LIST_FUNCTIONS = Budget("page of 50 of 10 000 functions, p50", "ms", 5)
LIST_LAYERS = Budget("page of 50 of 10 000 layer versions, p50", "ms", 5)
CREATE_FUNCTION = Budget("create a function beside 10 000, durable, p50", "ms", 10)
PUBLISH_SMALL_LAYER = Budget("publish a small layer version beside 10 000, durable, p50", "ms", 10)
FULL_SERVER_START = Budget("server start, 10 000 functions and layer versions, p50", "ms", 150)
ROWS = Budget("rows of 1 KB written, durable, 16 writers", "/s", 4_000, 10_000, more_is_better=True)
ROWS_TOGETHER = Budget("… against one writer", "×", 2, more_is_better=True)
ACCEPTED = Budget("events accepted, durable, 64 connections", "/s", 2_000, more_is_better=True)
ACCEPTED_POSTGRESQL = Budget(
    "events accepted, durable in PostgreSQL, 64 connections", "/s", 3_000, more_is_better=True)
CREATE_FUNCTION_POSTGRESQL = Budget("create a function, durable in PostgreSQL, p50", "ms", 20)
ACCEPTED_WITH_BACKLOG = Budget("… with 1 000 000 queued events, against none", "×", 0.8, more_is_better=True)
BACKLOG_MEMORY = Budget("the server's memory for 1 000 000 queued events, PSS", "MB", 16)
BACKLOG_START = Budget("server start with 1 000 000 queued events, against none, p50", "×", 1.5)
BACKLOG_PAGE = Budget("page of 500 of 1 000 000 events, p50", "ms", 20)
BACKLOG_METRICS = Budget("metrics with 1 000 000 queued events, p50", "ms", 50)
BACKLOG_PURGE = Budget("`strata events purge` of 1 000 000 events", "s", 30)
HANDLED = Budget("events handled, with 1 000 000 queued", "/s", 500, more_is_better=True)
SOAK_MEMORY = Budget("growth of the server's memory from 20 000 to 200 000 invocations", "MB", 3)
SOAK_DESCRIPTORS = Budget("… growth of its descriptors", "×", 1)
CLEAN_BUILD = Budget("clean debug build", "s", 240)
MODELS_BUILD = Budget("clean release build with the models of five more services, additional", "s", 60)
MODELS_SIZE = Budget("… their part of the program", "MB", 8)
INCREMENTAL_BUILD = Budget("incremental build after one edit", "s", 40)
