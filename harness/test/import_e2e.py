#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`aerobench import` as users call it: kept, listed, shown, beside a run, in the report, refused.

Usage: import_e2e.py --list | import_e2e.py BIN NAME…     BIN: the directory with aerobench (listed.py)
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from listed import Skip, main, need

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SAMPLES = ROOT / "harness/test/import_samples"


class Bench:
    """aerobench over a copy of a reference run, so that imports have a directory beside it."""

    def __init__(self, directory, scratch):
        self.program, self.results = pathlib.Path(directory, "aerobench"), pathlib.Path(scratch) / "runs"
        self.path = os.environ["PATH"]
        run = next((path.parent for path in sorted(ROOT.glob("results/reference/*/run.json"), reverse=True)
                    if list(path.parent.glob("*linux@host.log.zst"))), None)
        if run is None:
            raise Skip("no reference run with linux@host")
        self.run = run.name
        self.results.mkdir()
        shutil.copytree(run, self.results / run.name)

    def __call__(self, *words):
        done = subprocess.run([self.program, words[0], "--results", str(self.results), *map(str, words[1:])],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=250,
                              env=dict(os.environ, LC_ALL="C", PATH=self.path))
        return done.returncode, done.stdout, done.stderr

    def good(self, *words):
        status, out, err = self(*words)
        need(status == 0, f"{words} ends with 0", status, out, err)
        return out

    def refused(self, *words, says):
        status, out, err = self(*words)
        need(status == 2 and len(err.strip().split("\n")) == 1 and says in err, f"{words} is refused: {says}", status, out, err)


def test_an_import_is_kept_listed_shown_and_removed(bench):
    out = bench.good("import", SAMPLES / "cyclictest.txt", "--as", "mine", "--map", "all=sleep_late")
    need("never judged" in out and re.search(r"all +histogram, step 1,000 ns +800 ", out), "it is shown with what it is made of", out)
    need("mine: cyclictest.txt, cyclictest, 3 rows" in bench.good("import", "--list"), "it is listed")
    need(bench.good("show", "mine") == out == bench.good("import", "--show", "mine"), "show knows it by its name")
    data = json.loads(bench.good("show", "mine", "--json"))
    rows = {row["name"]: row for row in data["results"]}
    need(data["imported"] is True and rows["all"]["n"] == 800 and rows["all"]["beside"] == "sleep_late" and
         rows["all"]["overflow"] == 11 and rows["all"]["unit"] == "ns", "so do programs", data)
    bench.refused("import", SAMPLES / "rtla.txt", "--as", "mine", says="there is an import 'mine'")
    need(bench.good("import", "--remove", "mine") == "" and bench.good("import", "--list") == "", "it is gone")
    bench.refused("show", "mine", says="no run 'mine'")


def test_an_import_stands_beside_a_run_unjudged(bench):
    bench.good("import", SAMPLES / "cyclictest.txt", "--as", "mine", "--map", "all=sleep_late:ns=1000000")
    out = bench.good("compare", bench.run, "mine")
    need(re.search(r"linux@host sleep_late ns=1000000 +samples", out) and "imported mine" in out, "in one table", out)
    need("ns=50000" not in out and "yield_pair" not in out, "beside its own point only", out)
    need(not re.search(r"regressed|improved|pass\b", out), "and nothing is judged", out)
    need(out == bench.good("import", "--show", "mine", bench.run), "import --show NAME RUN is the same")
    data = json.loads(bench.good("compare", bench.run, "mine", "--json"))
    ours = {row["subject"]: row for row in data["results"][0]["ours"]}
    imported = data["results"][0]["imported"]
    shown = json.loads(bench.good("show", bench.run, "--ns", "--json", "-b", "sleep_late:ns=1000000", "-s", "linux@host"))
    need(data["judged"] is False and ours["linux@host"]["p50"] == shown["results"][0]["p50"] and
         abs(ours["linux@host"]["p50_to_imported"] - ours["linux@host"]["p50"] / imported["p50"]) < 1e-9,
         "with show's numbers in nanoseconds", data, shown)


def test_what_stands_beside_nothing_says_so(bench):
    bench.good("import", SAMPLES / "cyclictest.txt", "--as", "mine")
    need("say which by `aerobench import --map" in bench.good("compare", bench.run, "mine"), "and what to do")


def test_our_own_export_is_imported_with_the_same_medians(bench):
    exported = bench.results.parent / "run.json"
    bench.good("export", "--format", "google-benchmark", "-s", "linux@host", "-b", "yield_pair", "-o", exported, bench.run)
    bench.good("import", exported, "--as", "again")
    row = json.loads(bench.good("show", "again", "--json"))["results"][0]
    runs = json.loads(bench.good("show", bench.run, "--ns", "--json", "-s", "linux@host", "-b", "yield_pair"))["results"][0]["per_run"]
    need(row["kind"] == "repetitions" and row["n"] == len(runs) and abs(row["mean"] - sum(run["p50"] for run in runs) / len(runs)) <
         1e-6 * row["mean"], "out and in again", row, runs)
    need("imported again" in bench.good("compare", bench.run, "again"), "a row named as a benchmark needs no map")


def test_the_report_has_the_imports_of_its_directory(bench):
    page = bench.results.parent / "report.html"
    bench.path = "/nonexistent"  # without gnuplot no figures, which take their time
    bench.good("report", "-r", bench.run, "-o", page)
    need('id="imported"' not in page.read_text(), "none, no section")
    bench.good("import", SAMPLES / "rtla.txt", "--as", "mine")
    bench.good("report", "-r", bench.run, "-o", page)
    need('id="imported"' in page.read_text() and "Thr-001" in page.read_text(), "one, a section")


def test_broken_files_and_words_are_refused(bench):
    torn = bench.results.parent / "torn.txt"
    torn.write_text((SAMPLES / "cyclictest.txt").read_text().replace("# Total: ", "# Total: 1"))
    bench.refused("import", torn, "--as", "mine", says="the total is not what the histogram holds")
    torn.write_bytes(b"\0\1\2")
    bench.refused("import", torn, "--as", "mine", says="NUL")
    bench.refused("import", SAMPLES / "nowhere", "--as", "mine", says="nowhere")
    bench.refused("import", SAMPLES / "rtla.txt", says="--as NAME")
    bench.refused("import", SAMPLES / "rtla.txt", "--as", "../mine", says="a name is letters")
    bench.refused("import", SAMPLES / "rtla.txt", "--as", "mine", "--map", "x", says="THEIRS=BENCHMARK")
    bench.refused("import", SAMPLES / "rtla.txt", "--as", "mine", "--unit", "s", says="use us or ns")
    bench.refused("import", SAMPLES / "rtla.txt", "--as", "mine", "--format", "xls", says="no format 'xls'")
    need(bench.good("import", "--list") == "", "and nothing is kept")
    bench.good("import", SAMPLES / "rtla.txt", "--as", "mine")
    kept = bench.results / "imports/mine.json"
    kept.write_text(kept.read_text().replace("60001", "60002"))
    bench.refused("show", "mine", says="does not match its check")


if __name__ == "__main__":
    sys.exit(main(globals(), Bench))
