"""A strict parser of Prometheus's text format: anything unexpected is an error."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\S+)")
SUFFIXES = {"counter": [""], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"]}


def parse(text):
    """The families of a text: name → (kind, {(name, labels): value}). Labels are a frozenset of pairs."""
    assert text.endswith("\n")
    families = {}
    family = kind = None
    lines = iter(text.removesuffix("\n").split("\n"))
    for line in lines:
        if help_line := re.fullmatch(rf"# HELP ({NAME}) (\S.*)", line):
            family = help_line[1]
            assert family not in families, f"{family} comes twice"
            type_line = re.fullmatch(rf"# TYPE {family} (counter|gauge|histogram)", next(lines))
            assert type_line, f"{family} has no type"
            kind = type_line[1]
            families[family] = (kind, {})
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, f"not a sample: {line!r}"
        name = sample[1]
        assert name in [family + suffix for suffix in SUFFIXES[kind]], f"{name} is not of {family}"
        pairs = [(label, unescape(value)) for label, value in re.findall(LABEL, sample[2] or "")]
        assert len({label for label, _ in pairs}) == len(pairs), f"a label comes twice: {line!r}"
        key = (name, frozenset(pairs))
        assert key not in families[family][1], f"a series comes twice: {line!r}"
        families[family][1][key] = float(sample[7] if sample.lastindex == 7 else sample[sample.lastindex])
    for name, (kind, samples) in families.items():
        if kind == "histogram":
            check_histogram(name, samples)
        if kind == "counter":
            assert name.endswith("_total")
            assert all(value >= 0 for value in samples.values())
    return families


def check_histogram(name, samples):
    """Buckets are cumulative, and the last one counts everything."""
    series = {}
    for (sample, labels), value in samples.items():
        if sample == name + "_bucket":
            bound = dict(labels)["le"]
            series.setdefault(labels - {("le", bound)}, []).append((float(bound), value))
    for labels, buckets in series.items():
        values = [value for _, value in sorted(buckets)]
        assert values == sorted(values)
        assert max(bound for bound, _ in buckets) == float("inf")
        assert values[-1] == samples[(name + "_count", labels)]
        assert (name + "_sum", labels) in samples


def unescape(value):
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], value)
