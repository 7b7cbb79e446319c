#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Exports of a stored reference run, read back: by the tool each format is for where it is installed, else by its grammar.

Usage: export_read.py --list | export_read.py BIN NAME…     BIN: the directory with aerobench (listed.py)
"""
import csv
import io
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import xml.dom.minidom

from listed import Skip, main, need

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COMPARE = pathlib.Path("/usr/share/benchmark/compare.py")  # libbenchmark-tools
PYTHONS = [sys.executable, "/usr/bin/python3"]  # a distribution's modules serve the distribution's interpreter
SELECT = ["-b", "clock_read", "-b", "yield_pair", "-b", "thread_create"]


class Exported:
    """aerobench over the newest reference run that has timed subjects of both systems."""

    def __init__(self, directory, scratch):
        self.program, self.scratch = pathlib.Path(directory, "aerobench"), pathlib.Path(scratch)
        runs = [path.parent for path in sorted(ROOT.glob("results/reference/*/run.json"))]
        self.run = next((run for run in reversed(runs) if list(run.glob("*linux@qemu.log.zst"))), None)
        if self.run is None:
            raise Skip("no reference run with linux@qemu")

    def call(self, *words):
        done = subprocess.run([self.program, *words, *SELECT, str(self.run)], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=250, env=dict(os.environ, LC_ALL="C"))
        need(done.returncode == 0, f"{words} ends with 0", done.stderr)
        return done.stdout.decode()

    def text(self, form, *words):
        return self.call("export", "--format", form, *words)

    def rows(self, *words):
        """(name as exports have it, row) of `show --json`."""
        for row in json.loads(self.call("show", "--json", *words))["results"]:
            yield "/".join([row["benchmark"], *(f"{key}:{value}" for key, value in row["params"].items()), row["subject"]]), row


def python_with(module):
    for python in PYTHONS:
        if os.path.exists(python) and \
                subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0:
            return python
    raise Skip(f"no python with {module}")


def near(a, b):
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


def test_google_benchmarks_own_compare_reads_it(exported):
    if not COMPARE.exists():
        raise Skip("no libbenchmark-tools")
    python = python_with("scipy.stats")
    source, diff = exported.scratch / "run.json", exported.scratch / "diff.json"
    source.write_text(exported.text("google-benchmark"))
    command = [python, "-B", str(COMPARE), "--no-color", "-d", str(diff), "filters", str(source), "aerokernel@qemu", "linux@qemu"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=250)
    need(done.returncode == 0, "compare.py ends with 0", done.stdout, done.stderr)
    found = {entry["name"]: entry for entry in json.loads(diff.read_text())}
    rows = dict(exported.rows("--ns"))
    for benchmark in ("yield_pair", "clock_read"):
        entry = found[f"{benchmark}/[aerokernel@qemu vs. linux@qemu]"]
        ours = [run["p50"] for run in rows[f"{benchmark}/aerokernel@qemu"]["per_run"]]
        theirs = [run["p50"] for run in rows[f"{benchmark}/linux@qemu"]["per_run"]]
        need(all(near(m["real_time"], a) and near(m["real_time_other"], b)
                 for m, a, b in zip(entry["measurements"], ours, theirs, strict=True)),
             "it sees each boot's median", entry, ours, theirs)
        need(entry["time_unit"] == "ns" and entry["utest"]["nr_of_repetitions"] == len(ours), "as repetitions in ns", entry)
    need("yield_pair/[aerokernel@qemu vs. linux@qemu]_median" in done.stdout, "it prints the aggregates", done.stdout)


def test_csv_is_what_show_says(exported):
    table = list(csv.DictReader(io.StringIO(exported.text("csv"), newline="")))
    rows = [row for _, row in exported.rows()]
    need(len(table) == len(rows) > 10, "a line for each row", len(table), len(rows))
    for line, row in zip(table, rows):
        need(line["benchmark"] == row["benchmark"] and line["subject"] == row["subject"] and line["unit"] == row["unit"] and
             int(line["n"]) == row["n"] and int(line["runs"]) == row["runs"], "in the same order", line, row)
        for key in ("min", "p50", "p90", "p99", "p999", "max", "mean", "stddev", "iqr", "control"):
            need(line[key] == "" if row[key] is None else near(float(line[key]), row[key]), f"{key} is the same", line, row)


def test_csv_samples_hold_every_sample(exported):
    medians = {}
    for line in csv.DictReader(io.StringIO(exported.text("csv-samples", "-s", "linux@qemu"), newline="")):
        medians.setdefault((line["benchmark"], line["params"], line["round"]), []).append(float(line["value"]))
    count = 0
    for _, row in exported.rows("-s", "linux@qemu"):
        params = " ".join(f"{key}={value}" for key, value in row["params"].items())
        for run in row["per_run"]:
            values = sorted(medians[row["benchmark"], params, str(run["round"])])
            need(len(values) == run["n"], "as many as the boot has", row, run)
            middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
            need(near(middle, run["p50"]), "and their median is the boot's", middle, run)
            count += 1
    need(count == len(medians) > 0, "and no others")


def test_junit_is_xml_with_a_case_for_each_row(exported):
    suite = xml.dom.minidom.parseString(exported.text("junit")).getElementsByTagName("testsuite")[0]
    cases = suite.getElementsByTagName("testcase")
    rows = list(exported.rows())
    passed = [case for case in cases if case.getElementsByTagName("system-out")]
    need(len(cases) == int(suite.getAttribute("tests")) and len(passed) == len(rows), "all are there", len(cases), len(rows))
    need(all(case.getAttribute("name") and case.getAttribute("classname").startswith("aerobench.") for case in cases), "named")


def read_openmetrics(text):
    """Checks the grammar of OpenMetrics 1.0 as far as it is used; {family: {(sample name, labels): value}}."""
    families, family = {}, None
    need(text.endswith("# EOF\n"), "the end is marked")
    label = r'[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"'
    for line in text.split("\n")[:-2]:
        meta = re.fullmatch(r"# (TYPE|UNIT|HELP) ([a-zA-Z_:][\w:]*) (.+)", line)
        if meta:
            if meta[1] == "TYPE":
                need(meta[2] not in families and meta[3] in ("gauge", "histogram"), "a family begins once", line)
                family = families.setdefault(meta[2], {})
                name = meta[2]
            need(meta[2] == name and not family, "metadata stands before the samples", line)
            need(meta[1] != "UNIT" or name.endswith("_" + meta[3]), "a unit ends the name", line)
            continue
        sample = re.fullmatch(rf"({name}(?:_bucket|_count|_sum)?)\{{({label}(?:,{label})*)\}} (\S+)", line)
        need(sample, "a sample of its family", line)
        need((sample[1], sample[2]) not in family, "once", line)
        family[sample[1], sample[2]] = float(sample[3])
    return families


def test_openmetrics_obeys_its_grammar_and_adds_up(exported):
    families = read_openmetrics(exported.text("openmetrics"))
    need("aerobench_operation_ticks" in families and "aerobench_operation_instructions" in families, "a family a unit")
    for name, family in families.items():
        series = {}
        for (sample, labels), value in family.items():
            if sample.endswith("_bucket"):
                series.setdefault(labels.rsplit(",le=", 1)[0], []).append((labels.rsplit('"', 2)[1], value))
        for labels, buckets in series.items():
            limits, counts = [float(limit) for limit, _ in buckets], [count for _, count in buckets]
            need(limits == sorted(limits) and counts == sorted(counts) and math.isinf(limits[-1]), "cumulative", labels)
            need(family[name + "_count", labels] == counts[-1], "and as many as counted", labels)
    for _, row in exported.rows("-s", "linux@qemu", "-b", "yield_pair"):
        if row["benchmark"] == "yield_pair":
            sums = [value for (sample, labels), value in families["aerobench_operation_ticks"].items()
                    if sample.endswith("_sum") and 'subject="linux@qemu"' in labels and 'benchmark="yield_pair"' in labels]
            need(len(sums) == 1 and near(sums[0], row["mean"] * row["n"]), "the sum is that of the samples", sums, row)


def test_openmetrics_names_seconds_for_time(exported):
    families = read_openmetrics(exported.text("openmetrics", "--ns", "-s", "linux@qemu"))
    rows = {name: row for name, row in exported.rows("--ns", "-s", "linux@qemu")}
    found = [value for (_, labels), value in families["aerobench_percentile_seconds"].items()
             if 'benchmark="yield_pair"' in labels and 'percentile="50"' in labels]
    need(len(found) == 1 and near(found[0] * 1e9, rows["yield_pair/linux@qemu"]["p50"]), "p50 in the base unit", found)


def test_promtool_reads_openmetrics(exported):
    if shutil.which("promtool") is None:
        raise Skip("no promtool (Debian's package prometheus)")
    done = subprocess.run(["promtool", "check", "metrics"], input=exported.text("openmetrics", "--ns"), text=True,
                          capture_output=True, timeout=250)
    need(done.returncode == 0, "promtool finds nothing", done.stdout, done.stderr)


def test_prometheus_own_reader_reads_openmetrics(exported):
    python = python_with("prometheus_client.openmetrics.parser")
    program = "import sys\nfrom prometheus_client.openmetrics.parser import text_fd_to_metric_families as read\n" \
              "print(sum(len(family.samples) for family in read(sys.stdin)))"
    text = exported.text("openmetrics")
    done = subprocess.run([python, "-c", program], input=text, text=True, capture_output=True, timeout=250)
    samples = sum(1 for line in text.split("\n") if line and not line.startswith("#"))
    need(done.returncode == 0 and int(done.stdout) == samples, "every sample is read", done.stdout, done.stderr, samples)


def test_hgrm_is_a_distribution_that_agrees_with_show(exported):
    directory = exported.scratch / "hgrm"
    directory.mkdir()
    exported.text("hgrm", "-o", str(directory))
    rows = dict(exported.rows())
    need(len(list(directory.iterdir())) == len(rows), "a file for each row")
    row = rows["yield_pair/linux@qemu"]
    lines = (directory / "yield_pair_linux@qemu.hgrm").read_text().split("\n")
    points = [[float(word) for word in line.split()] for line in lines[2:] if line and not line.startswith("#")]
    need(lines[0].split() == ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"], "the header", lines[0])
    need(all(a[0] <= b[0] and a[1] <= b[1] and a[2] <= b[2] for a, b in zip(points, points[1:])), "ascending", points)
    need(points[-1][1] == 1 and points[-1][2] == row["n"] and len(points[-1]) == 3, "to the end", points[-1])
    median = next(point[0] for point in points if point[1] >= 0.5)
    need(row["p50"] * 0.995 <= median <= row["p50"] * 1.005, "p50 to the histogram's digits", median, row)


def test_tracker_formats_have_the_fields_their_readers_want(exported):
    rows = dict(exported.rows())
    entries = json.loads(exported.text("github-action"))
    need(len({entry["name"] for entry in entries}) == len(entries) >= 2 * len(rows), "names are unique")
    need(all(isinstance(entry["value"], (int, float)) and entry["unit"] and re.search(r"\d+ boots x \d+ samples", entry["extra"])
             for entry in entries), "each with value, unit and count")
    found = {entry["name"]: entry["value"] for entry in entries}
    metrics = json.loads(exported.text("bencher"))
    need(set(metrics) == set(rows), "Bencher has the same rows")
    for name, row in rows.items():
        need(near(found[name + " p50"], row["p50"]), "p50 is show's", name)
        for measure, metric in metrics[name].items():
            need(set(metric) <= {"value", "lower_value", "upper_value"} and "value" in metric and len(measure) <= 64 and
                 metric.get("lower_value", metric["value"]) <= metric["value"] <= metric.get("upper_value", metric["value"]),
                 "a metric between its bounds", name, measure, metric)


def test_trace_spans_nest(exported):
    trace = json.loads(exported.text("trace"))
    rows, detours, lines = 0, 0, {}
    for event in trace["traceEvents"]:
        need(event["ph"] in ("X", "M") and isinstance(event["pid"], int) and isinstance(event["tid"], int), "known", event)
        if event["ph"] == "X":
            need(event["dur"] >= 0 and event["ts"] >= 0, "in time", event)
            lines.setdefault((event["pid"], event["tid"]), []).append(event)
    for events in lines.values():
        spans = [event for event in events if event["cat"] == "row"]
        rows += len(spans)
        for detour in (event for event in events if event["cat"] == "detour"):
            detours += 1
            need(any(span["ts"] - 1e-3 <= detour["ts"] and detour["ts"] + detour["dur"] <= span["ts"] + span["dur"] + 1e-3
                     for span in spans), "a detour lies in its row", detour)
    need(rows == sum(row["runs"] for _, row in exported.rows("--ns")) and detours > 0, "a span a row and boot", rows, detours)


if __name__ == "__main__":
    sys.exit(main(globals(), Exported))
