#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""End-to-end tests of what compares times: two builds in one run, as many runs as it takes, tier 2 of the gate.

The systems under test are stand-ins (fake_baseline.py), so that what is to be found is known.

Usage: timed_e2e.py --list | timed_e2e.py BIN NAME…     BIN: the directory with aerobench
Exit status: 0 passed, 1 failed, 77 skipped (one line says why).
"""
import json
import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import e2e  # noqa: E402
from e2e import need  # noqa: E402


def test_one_run_holds_two_builds(bench):
    bench.fake()
    other = bench.scratch / "other"
    shutil.copytree(bench.bin, other)
    (other / "script").write_text("level 2\n")
    both = ["-s", "linux@host:build=old", "-s", "linux@host", "--samples", "1000", "-q"]
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


e2e.TESTS = {name[5:]: function for name, function in list(globals().items()) if name.startswith("test_")}

if __name__ == "__main__":
    sys.exit(e2e.main())
