"""Runs libFuzzer on the targets of Tests/Fuzz/FuzzTargets, one line for each: script/fuzz."""

import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FUZZER = ROOT / ".build/fuzz/debug/fuzzer"
CORPUS = ROOT / "Tests/Fuzz/corpus"
DICTIONARIES = ROOT / "Tests/Fuzz/dictionaries"
# Outside version control: what the fuzzer has added to the corpus, what it has found, and its output.
STATE = ROOT / ".strata/fuzz"

# The longest input that is made. Targets repeat short ones to 64 KiB themselves.
LONGEST_BYTES = 4096
# Longer than the processor time that a target allows for an input, on a busy host: an input that never ends.
INPUT_LIMIT_SECONDS = 30
MEMORY_LIMIT_MIB = 2048


@dataclass
class Run:
    """What one run of a target has shown."""

    target: str
    status: int
    output: str
    log: Path

    @property
    def executions(self) -> int:
        found = re.findall(r"stat::number_of_executed_units:\s*(\d+)", self.output)
        return int(found[-1]) if found else 0

    @property
    def progress(self) -> tuple[str, str]:
        """Coverage in edges, and the size of the corpus as libFuzzer prints it."""
        found = re.findall(r"cov: (\d+) .*?corp: (\S+)", self.output)
        return found[-1] if found else ("0", "0")

    @property
    def input(self) -> str | None:
        found = re.search(r"Test unit written to (\S+)", self.output)
        return found and found[1]

    @property
    def reason(self) -> str:
        """The line that says what is wrong."""
        for mark in ("finding: ", "ERROR: ", "Fatal error", "runtime error: "):
            lines = [line for line in self.output.splitlines() if mark in line]
            if lines:
                return lines[0][:300]
        return f"the fuzzer ended with {self.status}"


def targets() -> list[str]:
    return sorted(path.name for path in CORPUS.iterdir())


def environment(target: str) -> dict[str, str]:
    # Swift's own report of a crash attaches to the process, which ASan's report does not need.
    return os.environ | {"STRATA_FUZZ_TARGET": target, "SWIFT_BACKTRACE": "enable=no"}


def run_fuzzer(target: str, arguments: list[str]) -> Run:
    log = STATE / f"{target}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [FUZZER, *arguments]
    with log.open("wb") as output:
        status = subprocess.run(command, stdout=output, stderr=output, env=environment(target), cwd=STATE).returncode
    return Run(target, status, log.read_text(errors="replace"), log)


def limits() -> list[str]:
    return [f"-timeout={INPUT_LIMIT_SECONDS}", f"-rss_limit_mb={MEMORY_LIMIT_MIB}", f"-max_len={LONGEST_BYTES}"]


def fuzz(target: str, seconds: int, seed: int) -> Run:
    grown, findings = STATE / "corpus" / target, STATE / "findings" / target
    for folder in (grown, findings):
        folder.mkdir(parents=True, exist_ok=True)
    dictionary = DICTIONARIES / f"{target}.txt"
    arguments = limits() + [f"-seed={seed}", f"-max_total_time={seconds}", f"-artifact_prefix={findings}/"]
    arguments += ["-print_final_stats=1", "-reload=0"] + ([f"-dict={dictionary}"] if dictionary.exists() else [])
    return run_fuzzer(target, [*arguments, str(grown), str(CORPUS / target)])


def report(run: Run) -> bool:
    """Prints a run's line, and what to do about a finding. True where there is none."""
    coverage, corpus = run.progress
    print(f"{run.target:<16} {run.executions:>10} {coverage:>8} {corpus:>12}", flush=True)
    if run.status == 0:
        return True
    print(f"  {run.reason}\n  output: {run.log}")
    if run.input:
        print(f"  again:  script/fuzz {run.target} --replay {run.input}")
    return False


def replay(target: str, inputs: list[str]) -> int:
    paths = [str(Path(path).resolve()) for path in inputs]
    return subprocess.run([FUZZER, *limits(), *paths], env=environment(target)).returncode


def merge(target: str) -> bool:
    """Adds inputs to the corpus in the tree: the shortest that reach what it does not reach."""
    grown = STATE / "corpus" / target
    grown.mkdir(parents=True, exist_ok=True)
    before = len(list((CORPUS / target).iterdir()))
    run = run_fuzzer(target, [*limits(), "-merge=1", str(CORPUS / target), str(grown)])
    print(f"{target:<16} {len(list((CORPUS / target).iterdir())) - before} inputs added")
    return run.status == 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/fuzz", description=__doc__, epilog=f"targets: {' '.join(targets())}")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="what to run; everything by default")
    parser.add_argument("--seconds", type=int, default=20, help="how long each target runs (20)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of all mutations (1)")
    parser.add_argument("--jobs", type=int, default=1, help="how many targets run at once (1)")
    parser.add_argument("--replay", nargs="+", metavar="FILE", help="run these inputs of one target, with all output")
    parser.add_argument("--merge", action="store_true", help="add what was reached to Tests/Fuzz/corpus, no fuzzing")
    options = parser.parse_args()
    unknown = sorted(set(options.targets) - set(targets()))
    if unknown:
        parser.error(f"there is no target {' '.join(unknown)}; there are: {' '.join(targets())}")
    if options.replay and len(options.targets) != 1:
        parser.error("--replay needs one target")
    if min(options.seconds, options.seed, options.jobs) < 1:
        parser.error("--seconds, --seed and --jobs are at least 1")
    return options


def main() -> int:
    options = arguments()
    chosen = options.targets or targets()
    if options.replay:
        return replay(chosen[0], options.replay)
    if options.merge:
        return 0 if all([merge(target) for target in chosen]) else 1
    print(f"seed {options.seed}, {options.seconds} s for each target")
    print(f"{'target':<16} {'executions':>10} {'coverage':>8} {'corpus':>12}", flush=True)
    with ThreadPoolExecutor(options.jobs) as pool:
        runs = pool.map(lambda target: fuzz(target, options.seconds, options.seed), chosen)
        passed = [report(run) for run in runs]
    if not all(passed):
        print(f"{passed.count(False)} of {len(passed)} targets have a finding", file=sys.stderr)
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
