#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""End-to-end tests of what compares times: two builds in one run, as many runs as it takes, tier 2 of the gate.

The systems under test are stand-ins (fake_baseline.py), so that what is to be found is known.

Usage: timed_e2e.py --list | timed_e2e.py BIN NAME…     BIN: the directory with aerobench (listed.py)
"""
import json
import shutil
import sys
import xml.dom.minidom

import e2e
from listed import main, need


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
    status, verdicts, data = judged(bench, ["gate", "--timed", first, "--even-if-unfit"], "--margin", "5%")
    need(status == 0 and verdicts["location"] == "inconclusive", "without a second set it is not confirmed", verdicts)
    status, _, data = judged(bench, again)
    need(status == 77 and "no margins" in data["subjects"][0]["margins"], "no margin, no gate", data)


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


def test_tier_2_passes_what_has_not_changed(bench):
    gate = [*two_builds(bench, "normal", "normal"), "--even-if-unfit"]
    status, out, err = bench(*gate, "--margin", "3%", "-b", "yield_pair", "-b", "wake_call:place=same", "-a")
    need(status == 0 and "12 pass, 0 improved, 0 regressed" in out, "equal is equal", status, out, err)
    need(len(runs(bench)) == 1 and len(bench.journal()) == 32, "at the first look", len(bench.journal()))
    status, verdicts, _ = judged(bench, two_builds(bench, "level 1.5", "normal"), "--even-if-unfit", "--margin", "5%",
                                 "--pairs", "10")
    need(status == 0 and verdicts["location"] == "improved", "faster is no regression", verdicts)


def test_tier_2_with_a_failed_boot_is_not_judged(bench):
    gate = [*two_builds(bench, "normal", "truncated"), "--even-if-unfit", "--margin", "5%", "--pairs", "6"]
    status, _, data = judged(bench, gate)
    need(status == 1 and data["subjects"][0]["failed_boots"] == 6, "a head without numbers fails", data)
    need(data["verdicts"]["regressed"] == 0 and data["second_run"] is None, "not as a regression", data)


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
