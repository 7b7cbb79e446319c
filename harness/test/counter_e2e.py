#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counting events from the command line to the table, with Linux's software events, which need no PMU.

Usage: counter_e2e.py BIN CHECK_STREAM. Exit status 77: software events cannot be counted here (perf_event_paranoid).
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

BIN, CHECK_STREAM = pathlib.Path(sys.argv[1]), sys.argv[2]
failures = 0


def check(holds, claim):
    global failures
    print(("ok   " if holds else "FAIL ") + claim)
    failures += not holds


def run(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=250)


def baseline(*words):
    """The program itself: its records, after a second reader has accepted the stream."""
    done = run(BIN / "linux-baseline", "samples=20", "warmup=0", *words)
    read = subprocess.run([CHECK_STREAM], input=done.stdout, capture_output=True, text=True)
    check(done.returncode == 0 and read.returncode == 0, f"the stream is sound: {' '.join(words)}: {read.stderr}")
    return [line for line in done.stdout.splitlines() if line.startswith("@")]


def program():
    plain = baseline("bench=thread_create")
    lines = baseline("bench=thread_create", "events=s3/switches,s99/none,rffffffffffff/odd")
    counts = [line for line in lines if line.startswith("@count ")]
    check(len(counts) == 3, "each point has a count of the event that can be counted")
    check(sum(line.startswith("@nocount ") for line in lines) == 2, "the two others have a reason each")
    check(sum(line.startswith("@run ") for line in lines) == sum(line.startswith("@run ") for line in plain),
          "the counting pass leaves no samples")
    first = next(at for at, line in enumerate(lines) if line.startswith(("@count", "@nocount")))
    check(not any(line.startswith("@run ") for line in lines[first:]), "counts come behind all results")


def report_section(results):
    page = pathlib.Path(results, "report.html")
    done = run(BIN / "aerobench", "report", "--results", results, "-o", page)
    check(done.returncode == 0, f"the report is written: {done.stderr}")
    return page.read_text().split('<section id="counters">')[1].split("</section>")[0]


def command(results):
    names = "context-switches,page-faults"
    for _ in range(4):  # on a busy computer a thread may wait for seconds, and then its boot has failed, honestly
        done = run(BIN / "aerobench", "run", "-s", "linux@host", "-b", "thread_join", "-b", "thread_create:place=same", "--runs", 2,
                   "--samples", 100, "--events", names, "--results", results, "-q")
        if "does not fit 32 bits" not in done.stderr:
            break
        shutil.rmtree(results)
        os.mkdir(results)
    check(done.returncode == 0, f"run --events: {done.stderr}")
    shown = json.loads(run(BIN / "aerobench", "show", "--json", "--results", results).stdout)
    rows = {(row["benchmark"], row["params"], row["event"]): row for row in shown["counts"]}
    row = rows[("thread_create", "place=same", "context-switches")]
    check(row["boots"] == 2 and row["median"] > 1, f"a thread that is created and joined costs switches: {row['median']}")
    check(rows[("clock_read", "", "context-switches")]["median"] < 0.5, "reading the clock costs none")
    check({event for _, _, event in rows} == set(names.split(",")), "every event has its rows")
    record = json.loads(next(pathlib.Path(results).glob("*/run.json")).read_text())
    check([event["code"] for event in record["events"]] == ["s3", "s2"], "the run's record tells the codes")
    text = run(BIN / "aerobench", "show", "--results", results).stdout
    check("events per operation" in text and "context-switches" in text, "show prints them")
    section = report_section(results)
    check(section.count("<table>") == 1 and "linux@host, events per operation" in section and "page-faults</th>" in section and
          "thread_<wbr>create place=same" in section, "the report has a table of them")


def refusals(results):
    for names in ("no_such_event", "page-faults,page-faults", ""):
        done = run(BIN / "aerobench", "run", "-s", "linux@host", "--events", names, "--results", results)
        check(done.returncode == 2 and "--events" in done.stderr, f"--events '{names}' is refused")
    done = run(BIN / "aerobench", "run", "-s", "linux@host", "--dry-run", "--events", "no_such_event", "--results", results)
    check(done.returncode == 2, "--dry-run refuses it too")
    check(not list(pathlib.Path(results).glob("*")), "and nothing is left of it")


def unavailable(results):
    done = run(BIN / "aerobench", "run", "-s", "aerokernel@sim", "-b", "clock_read", "--samples", 20, "--runs", 1, "--events",
               "page-faults", "--results", results)
    if done.returncode == 77:
        print("ok   skipped: no aerokernel@sim here")
        return
    check(done.returncode == 0 and "page-faults is not available here: an event of Linux" in done.stderr,
          f"what the Aerokernel cannot count is told, and the run is good: {done.stderr}")
    told = "aerokernel@sim: page-faults not available here: an event of Linux"
    check(told in run(BIN / "aerobench", "show", "--results", results).stdout, "show tells it too")
    record = json.loads(run(BIN / "aerobench", "show", "--json", "--results", results).stdout)["not_counted"]
    check([(one["subject"], one["events"]) for one in record] == [("aerokernel@sim", "page-faults")], f"and its JSON: {record}")
    check(report_section(results).count(told) == 1, "and so does the report, once")


def main():
    if "reason=not%20allowed" in run(BIN / "linux-baseline", "bench=clock_read", "samples=1", "events=s3/cs").stdout:
        print("skipped: kernel.perf_event_paranoid forbids counting here")
        return 77
    program()
    for part in (command, refusals, unavailable):
        with tempfile.TemporaryDirectory() as results:
            part(results)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
