#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""End-to-end tests of what compares times: two builds in one run, as many runs as it takes, tier 2 of the gate.

The systems under test are stand-ins (fake_baseline.py), so that what is to be found is known.

Usage: timed_e2e.py --list | timed_e2e.py BIN NAME…     BIN: the directory with aerobench (listed.py)
"""
import json
import os
import shutil
import signal
import sys
import xml.dom.minidom

import e2e
from listed import main, need, runs_long


def test_one_run_holds_two_builds(bench):
    bench.fake()
    other = bench.scratch / "other"
    shutil.copytree(bench.bin, other)
    (other / "script").write_text("level 2\n")
    both = ["-s", "linux@host:build=old", "-s", "linux@host", "--samples", "1000", "-q", "--seed", "7"]
    bench.refused(2, "run", *both, "--runs", "1", says=["--build old=DIR"])
    bench.good("run", *both, "--build", f"old={other}", "--runs", "8")
    medians = {row["subject"]: row["p50"] for row in json.loads(bench.good("show", "latest", "--json"))["results"]
               if row["benchmark"] == "yield_pair"}
    need(1.9 < medians["linux@host:build=old"] / medians["linux@host"] < 2.1, "each its own programs", medians)
    journal = bench.journal()
    need(all({journal[at]["subject"], journal[at + 1]["subject"]} == set(medians) and
             journal[at]["round"] == journal[at + 1]["round"] for at in range(0, 16, 2)), "side by side", journal)
    firsts = {journal[at]["subject"] for at in range(0, 16, 2)}
    need(len(firsts) == 2, "either comes first: a coin decides", journal)
    with (other / "linux-baseline").open("a") as file:
        file.write("# another program\n")
    bench.refused(2, "run", "--resume", "latest", says=["linux-baseline", "start a new run"])


@runs_long
def test_a_run_goes_on_until_its_medians_are_known(bench):
    bench.fake()
    run = ["run", "-s", "linux@host", "-b", "yield_pair", "--samples", "200", "-q", "--seed", "7"]
    out = bench.good(*run, "--until", "20%")
    need("all 2 medians are within ±20 %" in out and "seed 7" in out, "the outcome says so", out)
    need(len(bench.journal()) == 6, "six boots do", len(bench.journal()))
    rows = json.loads(bench.good("show", "latest", "--json"))["results"]
    need({(row["runs"], row["runs_planned"]) for row in rows} == {(6, 6)}, "no more were promised", rows)

    levels = [f"level {1 + index % 8}" for index in range(80)]
    (bench.bin / "calls").unlink()
    (bench.bin / "script").write_text("\n".join(levels) + "\n")
    out = json.loads(bench.good(*run, "--until", "0.5%", "--runs", "12", "--json"))
    need(out["boots_ok"] == 12 and out["boots_spared"] == 0, "what stays uncertain takes all it may", out)
    need(out["precision"]["wide"] >= 1 and out["precision"]["half_width"] > 0.005, "and is told", out)
    (bench.bin / "calls").unlink()
    (bench.bin / "script").write_text("\n".join(["level 1", "level 1.2"] * 4 + ["normal"]) + "\n")
    out = json.loads(bench.good(*run, "--until", "5%", "--json"))
    need(6 < out["boots_ok"] < 64 and out["boots_spared"] == 64 - out["boots_ok"], "the next look comes in time", out)
    need(out["precision"]["wide"] == 0, "when they are known", out)


def test_targets_that_mean_nothing_are_refused(bench):
    bench.fake()
    for text in ("0", "0%", "-3%", "101%", "3 %", "x", ""):
        bench.refused(2, "run", "-s", "linux@host", "--until", text, says=["--until"])


def two_builds(bench, base, head):
    """Directories with the stand-in, which behaves as told."""
    paths = {}
    bench.fake()
    for name, behaviour in (("base", base), ("head", head)):
        paths[name] = bench.scratch / name
        shutil.rmtree(paths[name], ignore_errors=True)
        shutil.copytree(bench.bin, paths[name])
        (paths[name] / "script").write_text(behaviour + "\n")
    return ["gate", "--base", str(paths["base"]), "--head", str(paths["head"]), "--samples", "1000", "--seed", "3"]


def judged(bench, gate, *words):
    """Exit status, the verdicts of yield_pair by statistic, and everything."""
    status, out, err = bench(*gate, *words, "--json")
    need(out.startswith("{"), "it says something", status, out, err)
    data = json.loads(out)
    return status, {test["statistic"]: test["verdict"] for test in data["tests"]
                    if test["benchmark"] == "yield_pair"}, data


def runs(bench):
    return sorted(entry for entry in bench.results.iterdir() if entry.is_dir() and not entry.is_symlink())


@runs_long
def test_tier_2_finds_ten_percent_in_the_runs_it_asked_for(bench):
    gate = [*two_builds(bench, "normal", "level 1.1"), "--margin", "5%"]
    status, verdicts, data = judged(bench, gate, "--even-if-unfit")
    need(status == 1 and verdicts["location"] == "regressed", "a slower head fails", data)
    need(data["verdicts"]["regressed"] == 1, "nothing else has changed", data["verdicts"])
    found = next(test for test in data["tests"] if test["verdict"] == "regressed")
    need(1.08 < found["first"]["ratio"] < 1.12 and found["look"] == 16, "by that much, at the first look", found)
    need(found["second"]["pairs"] == 16 and len(runs(bench)) == 2, "and a second set of pairs agrees", found)

    first, second = (run.name for run in runs(bench))
    fit = json.loads((runs(bench)[0] / "run.json").read_text())["doctor"]["machines"]["host"]["verdict"] == "fit"
    status, verdicts, data = judged(bench, ["gate", "--timed", first, second], "--margin", "5%")
    need(status == (1 if fit else 77) and verdicts["location"] == "regressed", "an unfit machine reports only", data)
    again = ["gate", "--timed", first, second, "--even-if-unfit"]
    status, verdicts, _ = judged(bench, again, "--margin", "20%")
    need(status == 0 and verdicts["location"] == "pass", "less than the margin is no regression", verdicts)
    for named in (first, second, "latest"):
        status, _, data = judged(bench, ["gate", "--timed", named, "--even-if-unfit"], "--margin", "5%")
        need(status == 1 and (data["run"], data["second_run"]) == (first, second), "either set finds the other", data)
    need(len(runs(bench)) == 2, "and is not measured again")
    bench.refused(2, "gate", "--timed", first, first, says=["cannot confirm itself", f"--timed {first}"])
    bench.refused(2, "gate", "--timed", second, first, says=["cannot be confirmed", "itself the second set"])
    orders = [[(boot["round"], boot["subject"]) for boot in map(json.loads, (run / "journal.jsonl").open())][:32]
              for run in runs(bench)]
    need(orders[0] != orders[1], "the second set has an order of its own", orders)
    commands = [json.loads((run / "run.json").read_text())["command"] for run in runs(bench)]
    need(commands[0] == commands[1] and "--margin" in commands[0] and "5%" in commands[0] and "--head" in commands[0],
         "the record holds the whole command", commands)
    status, _, data = judged(bench, again)
    need(status == 77 and "no margins" in data["subjects"][0]["margins"], "no margin, no gate", data)


@runs_long
def test_tier_2_tells_spread_from_location(bench):
    gate = [*two_builds(bench, "normal", "wider 3"), "--margin", "10%", "--even-if-unfit", "--pairs", "10"]
    junit, markdown = bench.scratch / "gate.xml", bench.scratch / "gate.md"
    status, verdicts, data = judged(bench, gate, "--junit", str(junit), "--markdown", str(markdown))
    need(status == 1 and verdicts["spread"] == "regressed" and verdicts["location"] == "pass",
         "the same median, more spread", data)
    failures = xml.dom.minidom.parse(str(junit)).getElementsByTagName("failure")
    need(len(failures) == data["verdicts"]["regressed"] and
         failures[0].parentNode.getAttribute("name") == "yield_pair spread", "JUnit says so", junit.read_text())
    need("**regression**" in markdown.read_text() and "spread" in markdown.read_text(), "Markdown says so")


@runs_long
def test_tier_2_passes_what_has_not_changed(bench):
    gate = [*two_builds(bench, "normal", "normal"), "--even-if-unfit"]
    status, out, err = bench(*gate, "--margin", "3%", "-b", "yield_pair", "-b", "wake_call:place=same", "-a")
    need(status == 0 and "0 improved, 0 regressed, 0 inconclusive" in out, "equal is equal", status, out, err)
    need(out.count("pass  ") >= 10, "nine tests of yield_pair and wake_call, and the clock's location", out)
    need(len(runs(bench)) == 1 and len(bench.journal()) == 32, "at the first look", len(bench.journal()))
    status, verdicts, _ = judged(bench, two_builds(bench, "level 1.5", "normal"), "--even-if-unfit", "--margin", "5%",
                                 "--pairs", "10")
    need(status == 0 and verdicts["location"] == "improved", "faster is no regression", verdicts)


def test_tier_2_with_a_failed_boot_is_not_judged(bench):
    gate = [*two_builds(bench, "normal", "truncated"), "--even-if-unfit", "--margin", "5%", "--pairs", "6"]
    status, _, data = judged(bench, gate)
    need(status == 1 and data["subjects"][0]["failed_boots"] == 6, "a head without numbers fails", data)
    need(data["verdicts"]["regressed"] == 0 and data["second_run"] is None, "not as a regression", data)


SHORT = ["-b", "yield_pair", "--pairs", "8", "--even-if-unfit"]  # 6 tests in the family: 8 pairs do


@runs_long
def test_tier_2_with_a_failed_boot_in_the_second_set_is_not_passed(bench):
    gate = two_builds(bench, "normal", "\n".join(["level 1.2"] * 14 + ["crash"]))
    junit, markdown = bench.scratch / "gate.xml", bench.scratch / "gate.md"
    status, verdicts, data = judged(bench, gate, *SHORT, "--margin", "5%", "--junit", str(junit), "--markdown",
                                    str(markdown))
    need(len(runs(bench)) == 2 and status == 1, "two of eight heads have crashed in the second set", status, data)
    need(verdicts["location"] == "inconclusive" and data["subjects"][0]["failed_boots"] == 2, "which is no verdict", data)
    need(len(xml.dom.minidom.parse(str(junit)).getElementsByTagName("failure")) == 1, "CI systems see it", junit.read_text())
    need("a boot has failed" in markdown.read_text() and "of the second set" in markdown.read_text(), "people see it",
         markdown.read_text())


def test_tier_2_takes_the_second_set_that_is_missing(bench):
    level = "level 1.2"
    gate = [*two_builds(bench, "normal", "\n".join([level] * 8 + ["hang"])), *SHORT, "--margin", "5%"]
    calls = bench.scratch / "head" / "calls"
    process = bench.start(*gate)
    bench.wait_for(lambda: calls.exists() and len(calls.read_text().split()) == 9, "the second set has begun")
    process.send_signal(signal.SIGINT)
    status, out, err = bench.end(process)
    first, second = (run.name for run in runs(bench))
    need(status == 130 and f"--resume {second}" in err and "--margin 5%" in err and err.rstrip().endswith(first),
         "it says how to go on", status, out, err)
    again = ["gate", "--timed", "--even-if-unfit", "--margin", "5%", "latest"]
    status, verdicts, data = judged(bench, again)
    need(status == 77 and verdicts["location"] == "inconclusive", "neither a regression nor none", status, data)
    junit = bench.scratch / "open.xml"
    need(judged(bench, [*again, "--strict", "--junit", str(junit)])[0] == 3, "--strict says so too")
    need(xml.dom.minidom.parse(str(junit)).getElementsByTagName("failure"), "and CI systems that read JUnit", junit.read_text())
    _, out, _ = bench(*again)
    need("not confirmed yet" in out and f"--resume {second}" in out, "and what to do", out)
    (bench.scratch / "head" / "script").write_text(level + "\n")
    bench.good("run", "--resume", second, "-q")
    status, verdicts, data = judged(bench, again)
    need(status == 1 and verdicts["location"] == "regressed" and len(runs(bench)) == 2, "then it is confirmed", data)

    shutil.rmtree(bench.results / second)
    program = bench.scratch / "head" / "linux-baseline"
    text = program.read_text()
    program.write_text(text + "# another program\n")
    again[-1] = first
    status, out, err = bench(*again)
    need(status == 77 and "not confirmed yet" in out and "linux-baseline" in err, "of the same programs only", out, err)
    program.write_text(text)
    status, verdicts, data = judged(bench, again)
    need(status == 1 and len(runs(bench)) == 2 and data["second_run"] == runs(bench)[1].name,
         "the second set is taken as the first was", status, data)
    rows = {test["statistic"]: test for test in data["tests"] if test["benchmark"] == "yield_pair"}
    need(rows["location"]["second"]["pairs"] == 8, "as many pairs", rows)


def test_a_self_check_that_is_ended_ends_the_run_it_makes(bench):
    bench.fake("slow 300")  # it never gets as far
    process = bench.start("aa", "-s", "linux@host", "-b", "yield_pair", "--samples", "200", "--pairs", "6")
    bench.wait_for(lambda: len(bench.calls()) == 1, "the first boot")
    os.kill(process.pid, signal.SIGTERM)
    bench.wait_for(lambda: not e2e.alive(bench.calls()[0]), "the end of the boot")
    status, _, err = bench.end(process)
    need(status == -signal.SIGTERM and "--resume" in err, "how to go on with what is stored is told", status, err)
    need(list(bench.run_dir().glob("000-*partial")), "what the boot had said is kept", list(bench.run_dir().iterdir()))


def test_tier_2_that_ends_before_its_first_look_judges_nothing(bench):
    gate = [*two_builds(bench, "slow 0.4", "slow 0.4"), *SHORT, "--margin", "5%", "--budget", "3s"]
    status, out, err = bench(*gate)
    first = runs(bench)[0].name
    need(status == 77 and "left out to keep the budget" in err, "nothing is no pass", status, out, err)
    need(f"--resume {first}, then" in out and "the first look is after 8" in out, "it says what it would take", out)
    status, _, data = judged(bench, ["gate", "--timed", first, "--margin", "5%", "--even-if-unfit"])
    need(status == 77 and data["members"] == 0 and all(test["first"] is None for test in data["tests"]), "no p", data)


def test_tier_2_with_a_benchmark_that_only_head_has(bench):
    gate = [*two_builds(bench, "normal", "normal"), *SHORT, "--margin", "5%"]
    program = bench.scratch / "base" / "linux-baseline"
    program.write_text(program.read_text().replace('"yield_pair": [], ', ""))
    junit = bench.scratch / "gate.xml"
    status, verdicts, data = judged(bench, gate, "--junit", str(junit))
    need(status == 77 and verdicts["location"] == "inconclusive", "is neither passed nor failed", status, data)
    need(all("none of the selected" in test["reason"] for test in data["tests"]), "for that reason", data)
    need(len(xml.dom.minidom.parse(str(junit)).getElementsByTagName("failure")) == 0, "no failure", junit.read_text())
    need(len(bench.journal()) == 2, "one boot shows that it works", bench.journal())


@runs_long
def test_tier_2_measures_no_second_set_of_what_does_not_gate(bench):
    gate = [*two_builds(bench, "normal", "level 1.2"), "-b", "yield_pair", "--pairs", "8", "--margin", "5%"]
    status, verdicts, data = judged(bench, gate)
    need(status == 77 and verdicts["location"] == "regressed" and not data["subjects"][0]["armed"],
         "without a self-check it is only reported", status, data)
    need(len(runs(bench)) == 1, "and not asked again", runs(bench))


def test_tier_2_tells_its_verdict_wherever_the_files_go(bench):
    gate = [*two_builds(bench, "normal", "normal"), *SHORT, "--margin", "5%"]
    status, out, err = bench(*gate, "--junit", "/nowhere/x.xml")
    need(status == 2 and "0 regressed" in out and "/nowhere" in err, "an error is no regression", status, out, err)


def test_tier_2_refuses_what_it_cannot_judge(bench):
    bench.fake()
    bench.refused(2, "gate", "--base", "/nowhere", says=["base", "/nowhere"])
    bench.refused(2, "gate", "--base", str(bench.bin), "--baseline", "x", says=["--baseline"])
    bench.refused(2, "gate", "--base", str(bench.bin), "-s", "aerokernel@sim", says=["--baseline"])
    bench.refused(2, "gate", "--base", str(bench.bin), "--pairs", "5", says=["--pairs"])
    bench.refused(2, "gate", "--head", str(bench.bin), says=["--base"])
    bench.good("run", "-s", "linux@host", "--samples", "10", "--runs", "1", "-q")
    bench.refused(2, "gate", "--timed", says=["two builds"])


if __name__ == "__main__":
    sys.exit(main(globals(), e2e.Bench))
