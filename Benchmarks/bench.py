"""Measures the budgets of docs/SPECIFICATION.md against the release build. Started by script/bench."""

import argparse
import importlib
import json
import os
import platform
import sys
import traceback
from pathlib import Path

MEASUREMENTS = [
    "warm", "neighbours", "cold", "imports", "storage", "layer_builds", "deploys", "servers", "resets",
    "control_plane", "rows", "asynchronous", "postgresql", "soak",
]
SLOW_MEASUREMENTS = ["builds"]


def machine():
    """The machine that the figures were measured on."""
    fields = dict(
        line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line
    )
    model = next((value.strip() for key, value in fields.items() if key.strip() == "model name"), platform.machine())
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / (1 << 20)
    return {
        "processor": model, "cores": len(os.sched_getaffinity(0)), "memory_gib": round(memory, 1),
        "kernel": platform.release(), "python": platform.python_version(),
    }


def arguments():
    parser = argparse.ArgumentParser(prog="script/bench", description="Measure the budgets of docs/SPECIFICATION.md.")
    choices = MEASUREMENTS + SLOW_MEASUREMENTS
    parser.add_argument("measurements", nargs="*", metavar="MEASUREMENT", help=f"some of: {', '.join(choices)}")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--builds", action="store_true", help="measure the builds too, which takes minutes")
    options = parser.parse_args()
    for name in options.measurements:
        if name not in choices:
            parser.error(f"there is no measurement {name!r}; choose from {', '.join(choices)}")
    return options


def results(names, failures):
    """The results of all measurements; one that fails is reported, and the others still run."""
    for name in names:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        try:
            yield from importlib.import_module(name).measure()
        except Exception:
            failures.append(name)
            traceback.print_exc()


def figure(value, unit):
    if unit == "×":
        return f"{value:.2f} ×"
    return f"{value:,.0f} {unit}" if abs(value) >= 100 else f"{value:.1f} {unit}"


def row(result):
    budget = result.budget
    sign = "≥" if budget.more_is_better else "≤"
    verdict = "pass" if result.passes else "FAIL"
    if budget.goal is not None:
        verdict += ", goal reached" if result.reaches_goal else f", goal {sign} {figure(budget.goal, budget.unit)}"
    return [budget.what, f"{sign} {figure(budget.now, budget.unit)}", figure(result.measured, budget.unit),
            f"{result.ratio:.2f}", verdict, result.note]


def print_table(rows):
    rows = [["what", "budget", "measured", "ratio", "verdict", "note"], *rows]
    widths = [max(len(each[column]) for each in rows) for column in range(len(rows[0]))]
    for each in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(each, widths)).rstrip())


def main():
    options, failures = arguments(), []
    names = options.measurements or MEASUREMENTS + (SLOW_MEASUREMENTS if options.builds else [])
    measured = list(results(names, failures))
    if options.json:
        print(json.dumps({"machine": machine(), "results": [each.as_json() for each in measured]}, indent=2))
    else:
        print(", ".join(f"{key} {value}" for key, value in machine().items()))
        print_table([row(each) for each in measured])
    sys.exit(1 if failures or not all(each.passes for each in measured) else 0)


if __name__ == "__main__":
    main()
