#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""End-to-end tests of `aerobench gate` and `history`: a real kernel under sim, with faults made on purpose.

Usage: gate_e2e.py --list [harness] | gate_e2e.py BIN NAME…     BIN: the directory with aerobench and aerokernel.elf (listed.py)
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import xml.dom.minidom

import e2e
from listed import boots_guests, main, need

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "ci" / "examples"
RUN = ["-s", "aerokernel@sim", "-b", "clock_read", "-b", "yield_pair", "--samples", "100", "-q", *e2e.PATIENT]


def edit(path, change):
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


def point(data, name):
    return next(entry for entry in data["subjects"][0]["points"] if entry["benchmark"] == name)


def lower(name, instructions):
    """A baseline that is cheaper by so many instructions than what was measured."""
    return lambda data: point(data, name).update(p50=point(data, name)["p50"] - instructions)


@boots_guests
def test_gate_judges_real_counts_exactly(bench):
    bench.real("aerokernel.elf", "aerokernel.elf.stack")
    bench.good("run", *RUN)
    path, junit, markdown = (bench.scratch / name for name in ("sim.json", "gate.xml", "gate.md"))
    gate = ["gate", "--baseline", str(path)]

    bench.refused(2, *gate, says=[str(path), "--update"])
    bench.refused(2, *gate, "--update", says=["--reason"])
    bench.good(*gate, "--update", "--reason", "first")
    first = path.read_text()
    out = bench.good(*gate)
    need(" pass, 0 improved, 0 regressed, 0 inconclusive, 0 skipped" in out, "a run passes against itself", out)
    for words in (["--junit", "/nowhere/gate.xml"], ["--markdown", "/dev/full", "--junit", str(junit)]):
        status, out, err = bench(*gate, *words)
        need(status == 2 and "pass, 0 improved" in out and words[1] in err, "a file that cannot be written hides no verdict",
             status, out, err)
    need(junit.exists(), "nor the other file")
    need(point(json.loads(first), "program.text")["p50"] > 10000, "the size of the kernel is there", first)
    need(point(json.loads(first), "program.stack")["p50"] > 100, "and its largest frame", first)
    bench.good(*gate, "--update", "--reason", "again")
    need(path.read_text() == first, "what has not changed is not written")

    out = bench.good(*gate, "--measure", "--conformance")
    need(re.search(r"conformance: ok: [1-9][0-9]* tests passed", out), "and what it measured keeps its contract", out)
    need(len([entry for entry in bench.results.iterdir() if entry.is_dir() and not entry.is_symlink()]) == 2,
         "it made a run of its own, as the first was made", *bench.results.iterdir())

    (bench.bin / "aerokernel.elf").unlink()
    shutil.copy2(bench.real_bin / "aerokernel.elf", bench.bin)
    with (bench.bin / "aerokernel.elf").open("ab") as file:
        file.write(b"\0")
    status, out, err = bench(*gate)
    need(status == 0 and "aerokernel.elf is not the one" in err and "--measure" in err, "a rebuilt program is told", err)
    need("warning" not in bench(*gate, bench.run_dir().name)[2], "not if the run was named")
    (bench.bin / "aerokernel.elf").unlink()
    bench.real("aerokernel.elf")
    need("warning" not in bench(*gate)[2], "what was measured is there again")

    edit(path, lower("yield_pair", 2))
    out = bench.good(*gate)
    need("pass, changed" in out and "yield_pair" in out, "two instructions more are told", out)
    edit(path, lower("yield_pair", 1))
    status, out, err = bench(*gate, "--junit", str(junit), "--markdown", str(markdown))
    need(status == 1 and "yield_pair" in out and "REGRESSED" in out, "three instructions more fail", status, out, err)
    suite = xml.dom.minidom.parse(str(junit)).getElementsByTagName("testsuite")[0]
    need(suite.getAttribute("failures") == "1" and len(suite.getElementsByTagName("failure")) == 1, "JUnit says so")
    need("**regression**" in markdown.read_text(), "Markdown says so", markdown.read_text())
    status, out, err = bench(*gate, "--json", "-b", "clock_read")
    need(status == 0 and json.loads(out)["verdicts"]["pass"] == 1, "what is not selected is not judged", out, err)

    def margin(data):
        data["margins"].append({"point": "yield_pair", "statistic": "p50", "percent": 0, "instructions": 3,
                                "reason": "under test"})
    edit(path, margin)
    need("under test" in bench.good(*gate), "a margin allows it and is told")

    edit(path, lambda data: data["subjects"][0]["machine"].update(qemu="1.0"))
    status, out, err = bench(*gate)
    need(status == 77 and "'1.0' in the baseline" in out, "another QEMU is skipped, not passed", status, out, err)

    path.write_text(first[:-40])
    bench.refused(2, *gate, says=[str(path), "torn"])
    log = next(bench.run_dir().glob("*.log.zst"))
    log.write_bytes(log.read_bytes()[:-1])
    path.write_text(first)
    bench.refused(2, *gate, says=[log.name])


@boots_guests
def test_gate_tells_a_hang_and_an_open_question_by_their_exit_statuses(bench):
    bench.real("aerokernel.elf")
    bench.good("run", *RUN)
    path = bench.scratch / "sim.json"
    gate = ["gate", "--baseline", str(path)]
    bench.good(*gate, "--update", "--reason", "first")
    edit(path, lambda data: data["subjects"][0]["points"].remove(point(data, "yield_pair")))
    need("1 inconclusive" in bench.good(*gate), "what the baseline does not know is an open question")
    status, out, err = bench(*gate, "--strict")
    need(status == 3, "and one that --strict minds", status, out, err)
    bench.refused(2, *gate, "--timeout", "1s", says=["--measure"])

    qemu = shutil.which("qemu-system-x86_64")
    stand_in = bench.scratch / "path" / "qemu-system-x86_64"
    stand_in.parent.mkdir()
    stand_in.write_text(f'#!/bin/sh\ncase "$*" in *mode=list*) ;; *-kernel*) exec sleep 600 ;; esac\nexec {qemu} "$@"\n')
    stand_in.chmod(0o755)
    bench.environment["PATH"] = f"{stand_in.parent}:{os.environ['PATH']}"
    status, out, err = bench(*gate, "--measure", "--timeout", "1s")
    need(status == 124 and "boots: FAILED" in out and "hung" in out, "a boot that hangs has a status of its own", status, out,
         err)


def test_history_keeps_each_run_once(bench):
    bench.real("aerokernel.elf")
    bench.good("run", *RUN, "--runs", "1")
    path = bench.scratch / "sim.jsonl"
    history = ["history", "--file", str(path)]

    bench.refused(2, *history, says=[str(path)])
    need("added to" in bench.good("history", "add", *history[1:]), "a run is added")
    first = path.read_bytes()
    need("already in" in bench.good("history", "add", *history[1:]), "and not twice")
    need(path.read_bytes() == first and first.count(b"\n") == 1, "one line", first)
    series = json.loads(bench.good(*history, "--json", "yield_pair"))["series"]
    need(len(series) == 1 and series[0]["values"][0]["p50"] > 0, "with its numbers", series)
    bench.refused(2, *history, "yield_pear", says=["no such point"])
    path.write_bytes(first[:-30])
    status, out, err = bench("history", "add", *history[1:])
    need(status == 0 and "line 1 is cut" in err, "a torn line is told", status, out, err)
    need(path.read_bytes() == first, "and its run can be added again", path.read_bytes())


@boots_guests
def test_the_shell_example_gates_as_it_says(bench):
    bench.real("aerobench", "aerokernel.elf", "linux-baseline")
    once = [*RUN, "--runs", "1"]
    bench.good("run", *once)
    path = bench.scratch / "sim.json"
    bench.good("gate", "--baseline", str(path), "--update", "--reason", "first")
    tree = bench.scratch / "tree"
    (tree / "ci" / "examples").mkdir(parents=True)
    shutil.copy2(EXAMPLES / "gate.sh", tree / "ci" / "examples")
    environment = dict(bench.environment, AEROBENCH_BASELINE=str(path), AEROBENCH_HEAD=str(bench.bin),
                       AEROBENCH_BASE=str(bench.bin), AEROBENCH_RUN=" ".join(once))

    def gate():
        done = subprocess.run([tree / "ci" / "examples" / "gate.sh"], env=environment, capture_output=True, text=True,
                              check=False, timeout=e2e.TIMEOUT)
        return done.returncode, done.stdout, done.stderr

    edit(path, lower("yield_pair", 3))
    status, out, err = gate()
    need(status == 1 and "<failure" in (tree / "build" / "gate.xml").read_text(), "a regression fails", status, out, err)
    edit(path, lambda data: data["subjects"][0]["machine"].update(qemu="1.0"))
    status, out, err = gate()
    need(status == 0 and "counting the base here" in err, "on another machine the base is counted", status, out, err)
    # Its aerobench is the one beside the kernel's real image, where what the compiler says of the stack may stand, too.
    need(re.search(r"[1-9][0-9]* pass, 0 improved, 0 regressed", out), "no change", out, err)
    need("no regression" in (tree / "build" / "gate.md").read_text(), "and Markdown says so")
    path.write_text("{")
    status, out, err = gate()
    need(status == 2 and str(path) in err, "a broken baseline is named", status, out, err)


def test_the_examples_for_ci_systems_are_well_formed(bench):
    del bench
    for path in sorted(EXAMPLES.glob("*.yml")):
        depths = [0]
        for number, line in enumerate(path.read_text().splitlines(), 1):
            where = f"{path.name}:{number}: {line}"
            text, depth = line.strip(), len(line) - len(line.lstrip(" "))
            if not text or text.startswith("#"):
                continue
            need("\t" not in line and line == line.rstrip() and depth % 2 == 0, "two blanks a level, no tabs", where)
            need(re.match(r"(- )?[\w-]+:( .+)?$|- .+$", text), "a member or an item", where)
            need(depth <= depths[-1] or (depth == depths[-1] + 2 and opens), "only what is open has members", where)
            depths.append(depth + (2 if re.match(r"- [\w-]+: ", text) else 0))
            opens = text.endswith(":") or re.match(r"[\w-]+: +#", text) is not None
        scripts = re.findall(r"ci/[\w/.]+\.sh", path.read_text())
        need(scripts, "it calls the shell example", path)
        for script in scripts:
            need(os.access(EXAMPLES.parent.parent / script, os.X_OK), "what it calls exists", script)


if __name__ == "__main__":
    sys.exit(main(globals(), e2e.Bench))
