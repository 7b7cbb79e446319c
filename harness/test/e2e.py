#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""End-to-end tests of `aerobench`: real programs, a stand-in for the baseline, faults made on purpose.

Usage: e2e.py --list [harness] | e2e.py BIN NAME…     BIN: the directory with aerobench, linux-baseline, aerokernel.elf (listed.py)
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import tiny_kernel
from listed import Skip, boots_guests, main, need

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT = 800  # of one command; a hang detector, not a claim


class Bench:
    """aerobench with directories of its own, below a temporary one."""

    def __init__(self, real_bin, scratch):
        self.real_bin, self.scratch = pathlib.Path(real_bin).resolve(), pathlib.Path(scratch)
        self.results, self.bin = self.scratch / "results", self.scratch / "bin"
        self.bin.mkdir()
        self.environment = dict(os.environ, AEROBENCH_BIN=str(self.bin), LC_ALL="C")
        self.environment.pop("AEROBENCH_RESULTS", None)

    # --- what is measured ---

    def fake(self, *behaviours):
        """linux-baseline becomes the stand-in with this script."""
        shutil.copy(HERE / "fake_baseline.py", self.bin / "linux-baseline")
        if behaviours:
            (self.bin / "script").write_text("\n".join(behaviours) + "\n")

    def real(self, *names):
        for name in names:
            if not (self.real_bin / name).exists():
                raise Skip(f"no {name} in {self.real_bin}")
            (self.bin / name).symlink_to(self.real_bin / name)
        if any(name.endswith((".elf", ".gz")) for name in names) and shutil.which("qemu-system-x86_64") is None:
            raise Skip("no qemu-system-x86_64")

    def calls(self):
        """Process ids of the stand-in's measuring calls so far."""
        path = self.bin / "calls"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    # --- running ---

    def start(self, *words):
        where = [] if words[0] in ("doctor", "kexec", "list") else ["--results", str(self.results)]
        command = [str(self.real_bin / "aerobench"), words[0], *where, *words[1:]]
        return subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def end(self, process):
        out, err = process.communicate(timeout=TIMEOUT)
        return process.returncode, out, err

    def __call__(self, *words):
        return self.end(self.start(*words))

    def good(self, *words):
        status, out, err = self(*words)
        need(status == 0, f"{words} succeeds", f"status {status}", out, err)
        return out

    def refused(self, status, *words, says=()):
        """It ends with this status, one line on stderr that holds all of says, and nothing on stdout."""
        got, out, err = self(*words)
        need(got == status, f"{words} ends with {status}", f"status {got}", out, err)
        need(out == "", "nothing on stdout", out)
        need(err.count("\n") == 1 and err.startswith("aerobench: "), "one line on stderr", err)
        for text in says:
            need(text in err, f"the line names '{text}'", err)
        return err

    def fails(self, *words, says=()):
        """A run whose boots fail: status 1, the reason on stderr, no number of a measurement anywhere."""
        got, out, err = self("run", *words)
        need(got == 1, "a failed boot makes the run fail", f"status {got}", out, err)
        reasons = [line for line in err.splitlines() if line.startswith("aerobench: boot ")]
        need(len(reasons) >= 1, "one line for each failed boot", err)
        for text in says:
            need(text in "\n".join(reasons), f"the reason names '{text}'", err)
        return out, reasons

    # --- what is stored ---

    def run_dir(self):
        return (self.results / "latest").resolve()

    def journal(self):
        return [json.loads(line) for line in (self.run_dir() / "journal.jsonl").read_text().splitlines()]

    def wait_for(self, condition, what):
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            if condition():
                return
            time.sleep(0.02)
        raise AssertionError(f"never: {what}")

    def no_numbers(self):
        """No reading command finds a number in the latest run."""
        status, out, err = self("show", "latest", "--json")
        rows = json.loads(out)["results"] if status == 0 and out else []
        need(rows == [], "no number from a bad run", status, out, err)


PATIENT = ["--timeout", "380s"]  # for real guests on a computer that is busy otherwise
FAKE = ["-s", "linux@host", "-b", "yield_pair", "--samples", "200", "-q"]
KERNEL = ["-s", "aerokernel@qemu", "-b", "yield_pair", "--samples", "200", "-q"]


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def runs(pid, program, word):
    """Whether process pid is this program with this word in its arguments."""
    try:
        return program in os.readlink(f"/proc/{pid}/exe") and word in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


# --- Good runs ---

def test_a_run_stores_every_boot_once_and_show_reads_it(bench):
    bench.fake()
    out = bench.good("run", *FAKE, "--runs", "3")
    need(re.search(r"run \S+: 3 boots", out), "it says what it did", out)
    need([(boot["index"], boot["status"]) for boot in bench.journal()] == [(0, "ok"), (1, "ok"), (2, "ok")], "all stored",
         bench.journal())
    need(len(bench.calls()) == 3, "each boot ran once", bench.calls())
    rows = json.loads(bench.good("show", "latest", "--json"))["results"]
    row = [row for row in rows if row["benchmark"] == "yield_pair"][0]
    need(row["n"] == 600 and row["runs"] == 3 and 100 <= row["p50"] < 130, "three runs of 200 samples", row)


def test_the_record_of_a_run_holds_verdict_versions_and_topology(bench):
    bench.fake()
    bench.good("run", *FAKE, "--runs", "1")
    run = json.loads((bench.run_dir() / "run.json").read_text())
    need(run["doctor"]["verdict"] in ("fit", "unfit"), "the doctor's verdict", run["doctor"])
    need(run["doctor"]["verdict"] == "fit" or run["doctor"]["reasons"], "unfit has reasons", run["doctor"])
    need(run["environment"]["topology_xml"].startswith("<?xml"), "hwloc's topology")
    need(len(run["versions"]["programs"]["linux-baseline"]["crc32"]) == 8, "the programs' checksums", run["versions"])


def test_rounds_hold_each_timed_subject_once_and_the_seed_fixes_the_order(bench):
    bench.fake()
    bench.real("aerokernel.elf")
    words = ["run", "--dry-run", "--json", "-s", "linux@host", "-s", "linux@host:tuned", "-s", "aerokernel@qemu",
             "-s", "aerokernel@qemu:poll", "--runs", "12"]
    first = json.loads(bench.good(*words, "--seed", "7"))["boots"]
    again = json.loads(bench.good(*words, "--seed", "7"))["boots"]
    other = json.loads(bench.good(*words, "--seed", "8"))["boots"]
    need(first == again, "the same seed, the same order")
    need(first != other, "another seed, another order")
    for at in range(0, len(first), 4):
        boots = first[at:at + 4]
        names = [boot["subject"].split("@")[1].split(":")[0] for boot in boots]
        need(len({boot["subject"] for boot in boots}) == 4 and len({boot["round"] for boot in boots}) == 1, "a round", boots)
        need(names[0] == names[1] and names[2] == names[3], "subjects of one machine stand side by side", boots)


@boots_guests
def test_sim_repeats_byte_by_byte(bench):
    bench.fake()
    bench.real("aerokernel.elf")
    bench.good("run", "-s", "aerokernel@sim", "-b", "yield_pair", "-b", "wake_call", "--samples", "100", "-q", *PATIENT)
    boots = bench.journal()
    need([boot["status"] for boot in boots] == ["ok", "ok"], "two boots", boots)
    need(boots[0]["crc32"] == boots[1]["crc32"] and boots[0]["bytes"] == boots[1]["bytes"], "equal streams", boots)


@boots_guests
def test_linux_guests_measure_and_repeat_under_sim(bench):
    bench.real("linux-baseline", "guest.cpio.gz", "vmlinuz")
    units = {}
    for subject, runs in ("linux@qemu", 1), ("linux@sim", 2):
        bench.good("run", "-s", subject, "-b", "mutex_uncontended", "--samples", "50", "--runs", str(runs), "-q", *PATIENT)
        boots = bench.journal()
        need([boot["status"] for boot in boots] == ["ok"] * runs, "good boots", boots)
        rows = json.loads(bench.good("show", "latest", "--json"))["results"]
        units.update({row["subject"]: row["unit"] for row in rows})
    need(boots[0]["crc32"] == boots[1]["crc32"], "Linux repeats byte by byte, too", boots)
    need(units == {"linux@qemu": "ticks", "linux@sim": "instructions"}, "each in its unit", units)


@boots_guests
def test_every_primitive_keeps_its_budget_and_is_steady(bench):
    bench.fake()
    bench.real("aerokernel.elf")
    bench.good("run", "-s", "aerokernel@sim", "--samples", "60", "--warmup", "30", "--runs", "1", "-q", *PATIENT)
    status, out, err = bench("budgets", "--json")
    budgets = json.loads(out)
    if budgets["build"] != "release":
        raise Skip(f"budgets are for release builds, this is {budgets['build']}")
    missed = [(row["primitive"], row["budget"], row["aerokernel"]) for row in budgets["rows"] if row["verdict"] != "met"]
    need(status == 0 and not missed, "every budget is met", err, *missed)
    need(len(budgets["rows"]) >= 25, "all of them", len(budgets["rows"]))
    status, out, err = bench("flat", "--json")
    unsteady = [row for row in json.loads(out)["rows"] if row["verdict"] == "NOT FLAT"]
    need(status == 0 and not unsteady, "every spread has a named cause", err, *unsteady)


@boots_guests
def test_costs_do_not_grow_with_the_cpus(bench):
    bench.fake()
    bench.real("aerokernel.elf")
    subjects = [word for cpus in (1, 2, 8) for word in ("-s", f"aerokernel@sim:cpus={cpus}")]
    names = ["thread_create:place=same", "thread_join", "yield_pair", "wake_cross", "remote_call"]
    bench.good("run", *subjects, *[word for name in names for word in ("-b", name)], "--samples", "30", "--warmup", "10",
               "--runs", "1", "-q", *PATIENT)
    status, out, err = bench("plot", "--check", "--json", "growth_cpus")
    need(status == 0, "no claim of growth_cpus is broken", out, err)
    need(out.count('"held"') >= 5, "and those that can be are checked", out)


def test_doctor_reports_every_machine_with_reasons(bench):
    bench.fake()
    report = json.loads(bench.good("doctor", "--json"))
    need(report["schema"] == "aerobench.doctor/1", "its schema", report["schema"])
    need(set(report["machines"]) == {"host", "qemu", "sim", "kvm", "metal", "cores"}, "all machines", report["machines"])
    for name, machine in report["machines"].items():
        need(machine["verdict"] in ("fit", "unfit", "unsupported"), f"a verdict for {name}", machine)
        need((machine["verdict"] == "fit") == (machine["reasons"] == []), f"reasons for {name}", machine)
    need(report["machines"]["qemu"]["verdict"] != "fit", "plain TCG is never fit for time")
    need(report["kvm"]["state"] != "emulates" or report["kvm"]["ticks_per_iteration"] > 3, "KVM was measured", report["kvm"])
    missing = [item["what"] for item in report["missing"]]
    need("vmlinuz" in missing and all(item["remedy"] for item in report["missing"]), "what is missing", missing)
    status, _, _ = bench("doctor", "--strict")
    need(status in (0, 1), "--strict ends with 0 or 1", status)


def test_a_budget_lowers_the_boots_that_are_planned_and_those_that_are_run(bench):
    bench.fake("slow 0.3")
    plans = [json.loads(bench.good("run", "--dry-run", "--json", "-s", "linux@host", "--runs", "50", *more))
             for more in ([], ["--budget", "1m"], ["--budget", "1s"])]
    boots = [len(plan["boots"]) for plan in plans]
    need(boots[0] == 50 > boots[1] > boots[2] == 1, "fewer boots for less time", boots)
    need(plans[1]["seconds"] <= 60, "and they fit", plans[1]["seconds"])
    bench.good("run", *FAKE, "--runs", "1")
    (bench.bin / "script").write_text("slow 4\n")  # ten times what the plan will expect
    status, out, err = bench("run", *FAKE[:-1], "--runs", "6", "--budget", "6s")
    need(status == 0 and "left out" in err, "what does not fit is left out, and told", status, out, err)
    need(1 <= len(bench.journal()) < 6, "the first rounds ran", bench.journal())


# --- Usage ---

def test_an_unknown_name_is_refused_with_the_nearest_one(bench):
    bench.fake()
    for words, says in ((["-s", "linux@hosd"], ["linux@hosd", "linux@host"]),
                        (["-s", "aerokernle@qemu"], ["aerokernle", "aerokernel@qemu"]),
                        (["-s", "aerokernel@host"], ["aerokernel@host"]),
                        (["-s", "linux"], ["SYSTEM@MACHINE"]),
                        (["-s", "linux@host:tunde"], ["tunde", "tuned"]),
                        (["-s", "linux@host:poll"], ["poll", "linux@qemu:poll"]),
                        (["-s", "linux@host:cpus=0"], ["cpus=0", "255"]),
                        (["-s", "linux@host", "-s", "linux@host"], ["linux@host", "twice"]),
                        (["-s", "linux@host", "-b", "yield_pear"], ["yield_pear", "yield_pair"]),
                        (["-s", "linux@host", "-b", "wake_call:palce=same"], ["palce", "place"]),
                        (["-s", "linux@host", "-b", "wake_call:place=here"], ["here", "same|other"]),
                        (["-s", "linux@host", "-b", "yield_pair:place=same"], ["yield_pair", "place"])):
        bench.refused(2, "run", *words, says=says)
    need(not bench.results.exists(), "nothing was stored")


def test_an_absurd_count_is_refused_with_the_limits(bench):
    bench.fake()
    for option, values, limit in (("--runs", ["0", "-1", "1001", "1e3", ""], "1000"),
                                  ("--samples", ["0", "-5", "1000000000000", "99999999999999999999", "x"], "1000000"),
                                  ("--warmup", ["-1", "1000000000000"], "1000000"), ("--cpus", ["0", "256"], "255"),
                                  ("--seed", ["-1", "9223372036854775808"], "9223372036854775807"),
                                  ("--budget", ["0", "5x", "-3m", "nan", "400h"], "168h"),
                                  ("--timeout", ["0s", "later"], "168h")):
        for value in values:
            bench.refused(2, "run", "-s", "linux@host", f"{option}={value}", says=[option, f"'{value}'", limit])
    bench.refused(2, "run", "--no-such-option", says=["--no-such-option", "--help"])
    bench.refused(2, "run", "stray", says=["stray"])
    bench.refused(2, "run", "--resume", "latest", "--runs", "3", says=["--resume"])


def test_a_subject_that_cannot_run_here_is_unsupported(bench):
    bench.fake()
    bench.refused(77, "run", "-s", "aerokernel@metal", says=["aerokernel@metal", "kexec", "image", "collect", "session metal"])
    bench.refused(77, "run", "-s", "aerokernel@cores", says=["aerokernel@cores", "comes with"])
    bench.real("aerokernel.elf")
    bench.refused(77, "run", "-s", "linux@qemu", says=["vmlinuz", "ci/fetch_guest_kernel"])
    status, out, err = bench("run", *FAKE, "-s", "linux@qemu", "--runs", "1")
    need(status == 0, "the others run", status, out, err)
    reasons = {boot["subject"]: boot["reason"] for boot in bench.journal() if boot["status"] == "unsupported"}
    need("vmlinuz" in reasons.get("linux@qemu", ""), "and the reason is recorded", bench.journal())


def test_missing_and_old_qemu_are_named_with_a_remedy(bench):
    bench.fake()
    bench.environment["AEROBENCH_QEMU"] = "/nonexistent"
    bench.refused(77, "run", "-s", "aerokernel@qemu", says=["/nonexistent", "apt-get install qemu-system-x86"])
    old = bench.scratch / "old-qemu"
    old.write_text("#!/bin/sh\necho 'QEMU emulator version 5.2.0 (Debian 1:5.2+dfsg-11)'\n")
    old.chmod(0o755)
    bench.environment["AEROBENCH_QEMU"] = str(old)
    bench.refused(77, "run", "-s", "aerokernel@sim", says=["5.2.0", "7.0"])
    old.write_text("#!/bin/sh\necho nothing to say\n")
    bench.refused(77, "run", "-s", "aerokernel@sim", says=["version", "AEROBENCH_QEMU"])


def test_a_missing_image_is_named_with_a_remedy(bench):
    bench.refused(1, "run", "-s", "linux@host", says=["linux-baseline", "cmake"])
    bench.fake()
    if shutil.which("qemu-system-x86_64") is None:
        raise Skip("no qemu-system-x86_64")
    bench.refused(1, "run", "-s", "aerokernel@qemu", says=["aerokernel.elf", "cmake"])


# --- Bad boots ---

def test_no_number_comes_from_a_bad_stream(bench):
    for behaviour, says in (("empty", "linux@host"), ("truncated", "linux@host"), ("flipped", "CRC"),
                            ("fails", "the other thread never ran"), ("crash", "signal 11")):
        bench.fake(behaviour)
        bench.fails(*FAKE, "--runs", "1", says=[says])
        bench.no_numbers()
        (bench.bin / "calls").unlink()


def test_a_failed_boot_leaves_the_others_alone(bench):
    bench.fake("normal", "truncated", "normal")
    bench.fails(*FAKE, "--runs", "3", says=["linux@host 2/3"])
    need([boot["status"] for boot in bench.journal()] == ["ok", "failed", "ok"], "recorded", bench.journal())
    rows = json.loads(bench.good("show", "latest", "--json"))["results"]
    need({row["runs"] for row in rows} == {2}, "two runs are left", rows)


def test_a_hang_is_ended_and_its_process_is_gone(bench):
    bench.fake("hang")
    bench.fails(*FAKE, "--runs", "1", "--timeout", "8s", says=["hung", "linux@host"])  # by then it has said who it is
    need(not alive(bench.calls()[0]), "nobody is left behind")
    bench.no_numbers()


def kernel_fault(bench, how, *says, timeout=PATIENT[1]):
    bench.fake()
    bench.real("aerokernel.elf")
    bench.fails(*KERNEL, "--runs", "1", "--timeout", timeout, "--words", f"panic={how}", says=["aerokernel@qemu", *says])
    bench.no_numbers()


@boots_guests
def test_a_kernel_whose_assertion_fails(bench):
    kernel_fault(bench, "assert", "exit status 37", "assertion failed")


@boots_guests
def test_a_kernel_that_takes_a_page_fault(bench):
    kernel_fault(bench, "pagefault", "exit status 37", "page fault")


@boots_guests
def test_a_kernel_that_overflows_its_stack(bench):
    kernel_fault(bench, "overflow", "exit status 37", "stack overflow")


@boots_guests
def test_a_kernel_whose_fiber_overflows_its_stack(bench):
    kernel_fault(bench, "fiber", "exit status 37", "stack overflow of a fiber")


@boots_guests
def test_a_kernel_whose_thread_ends_before_its_fibers(bench):
    kernel_fault(bench, "fiberleft", "exit status 37", "ended before its fibers")


@boots_guests
def test_a_kernel_that_takes_a_double_fault(bench):
    kernel_fault(bench, "doublefault", "exit status 37", "double fault")


@boots_guests
def test_a_kernel_that_panics_in_the_middle_of_its_stream(bench):
    kernel_fault(bench, "mid", "exit status 37", "panic")


@boots_guests
def test_a_kernel_whose_clocks_have_moved_at_the_end(bench):
    kernel_fault(bench, "clock doctor=yes", "machine failed its own check", "CPUs 0 and 1 have moved apart during the run")


@boots_guests
def test_a_kernel_that_hangs(bench):
    kernel_fault(bench, "hang", "hung", timeout="5s")


def test_kexec_says_what_the_kernel_would_refuse_before_it_looks_at_this_computer(bench):
    bench.real("aerokernel.elf", "linux-baseline")
    for words, says in ((("-b", "clock_read", "-b", "yield_pair,yeld_pair"), ["'yeld_pair'", "'yield_pair'"]),
                        (("-b", "yield_pair:palce=same"), ["'palce'", "it has none"]),
                        (("-b", ""), ["-b ''"]),
                        (("--samples", "1000001"), ["1 to 1000000"]),
                        (("--serial", "com1:230400"), ["--serial 'com1:230400'"]),
                        (("--words", "idel=poll"), ["'idel'", "'idle'"]),
                        (("--words", "idle=poll", "--words", "idle=halt"), ["'idle=poll', 'idle=halt': one word twice"]),
                        (("--words", "after=halt"), ["'after=halt'", "--stay"]),
                        (("--image", __file__, "-b", "yield_pair"), ["no image of the Aerokernel"])):
        bench.refused(2, "kexec", "--dry-run", *words, says=says)
    names = [path.stem for folder in ("bench/suite", "kernel/bench") for path in (HERE.parent.parent / folder).glob("*.c")
             if re.search(r"^BENCH\(", path.read_text(), re.M)]
    need(len(names) > 40, "the sources have benchmarks", names)
    status, _, err = bench("kexec", "--dry-run", "--words", "doctor=no rsdp=0xf5a20", *(word for name in names for word in ("-b", name)))
    need(status in (0, 77), "every benchmark of the sources is one of the image, up to what this computer lacks", status, err)


@boots_guests
def test_a_word_that_stands_there_twice_is_refused_by_both_systems(bench):
    """Both are told spin= already: with another value, and with the same."""
    bench.real("aerokernel.elf", "linux-baseline")
    _, reasons = bench.fails(*KERNEL, "-s", "linux@host", "--runs", "1", "--words", "spin=pause", *PATIENT)
    for subject, first in ("aerokernel@qemu", "spin=none"), ("linux@host", "spin=pause"):
        need(any(subject in line and f"aerobench: {first}, spin=pause: one word twice" in line for line in reasons), subject, *reasons)
    bench.no_numbers()


def tiny(bench, code, *says):
    bench.fake()
    if shutil.which("qemu-system-x86_64") is None:
        raise Skip("no qemu-system-x86_64")
    (bench.bin / "aerokernel.elf").write_bytes(tiny_kernel.image(code))
    bench.fails("-s", "aerokernel@qemu", "--samples", "10", "-q", "--runs", "1", *PATIENT, says=says)
    bench.no_numbers()


def test_a_kernel_that_triple_faults(bench):
    tiny(bench, tiny_kernel.TRIPLE_FAULT, "exit status 0 instead of 33")


def test_a_kernel_that_claims_success_without_a_stream(bench):
    tiny(bench, tiny_kernel.CLAIM_SUCCESS, "aerokernel@qemu")


def test_a_qemu_that_is_killed_fails_its_boot_only(bench):
    bench.fake("normal")
    bench.real("aerokernel.elf")
    process = bench.start("run", "-s", "aerokernel@qemu", "-s", "linux@host", "--samples", "200", "-b", "yield_pair", "-q",
                          "--runs", "1", "--words", "panic=hang", *PATIENT)
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
    found = []

    def measuring_qemu():
        found[:] = [pid for pid in children.read_text().split() if runs(pid, "qemu-system", b"panic=hang")]
        return found

    bench.wait_for(measuring_qemu, "a QEMU that measures")
    os.kill(int(found[0]), signal.SIGKILL)
    status, out, err = bench.end(process)
    need(status == 1 and "signal 9" in err, "the boot failed by its signal", status, out, err)
    states = {boot["subject"]: boot["status"] for boot in bench.journal()}
    need(states == {"aerokernel@qemu": "failed", "linux@host": "ok"}, "the other subject was measured", states)


# --- Interruptions ---

def interrupted(bench, number):
    """Stops a run of four slow boots after the first; returns the lines of its journal and its outcome."""
    bench.fake("normal", "slow 300")  # it never gets as far
    process = bench.start("run", *FAKE, "--runs", "4")
    bench.wait_for(lambda: len(bench.calls()) == 2, "the second boot")
    os.kill(process.pid, number)
    outcome = bench.end(process)
    bench.wait_for(lambda: not alive(bench.calls()[1]), "the child's end")
    return bench.journal(), outcome


def resumed(bench, before):
    """The rest runs, what was measured is untouched, every boot is there once."""
    log = bench.run_dir() / before[0]["log"]
    bytes_before, calls_before = log.read_bytes(), len(bench.calls())
    (bench.bin / "script").write_text("normal\n")
    bench.good("run", "--resume", "latest", "-q")
    need(bench.journal()[:len(before)] == before, "the journal only grew", bench.journal())
    need(sorted(boot["index"] for boot in bench.journal()) == [0, 1, 2, 3], "every boot once", bench.journal())
    need(len(bench.calls()) - calls_before == 4 - len(before), "nothing was measured twice", bench.calls())
    need(log.read_bytes() == bytes_before, "the first log is untouched")
    rows = json.loads(bench.good("show", "latest", "--json"))["results"]
    need({row["runs"] for row in rows} == {4}, "all four runs count", rows)


def test_ctrl_c_leaves_a_run_that_resumes(bench):
    for number in (signal.SIGINT, signal.SIGTERM):
        before, (status, out, err) = interrupted(bench, number)
        need(status == 130, "exit status 130", status, err)
        need(out == "" and "--resume" in err and err.count("\n") == 1, "one line that says how to go on", out, err)
        need(len(before) == 1 and before[0]["status"] == "ok", "the first boot is stored", before)
        need(list(bench.run_dir().glob("001-*partial")), "what the second had said is kept", list(bench.run_dir().iterdir()))
        resumed(bench, before)
        (bench.bin / "calls").unlink()


def test_kill_9_leaves_a_run_that_resumes(bench):
    before, (status, _, _) = interrupted(bench, signal.SIGKILL)
    need(status == -signal.SIGKILL and len(before) == 1, "killed after the first boot", status, before)
    resumed(bench, before)


def test_a_half_written_journal_line_is_measured_again(bench):
    bench.fake()
    bench.good("run", *FAKE, "--runs", "4")
    path = bench.run_dir() / "journal.jsonl"
    whole = path.read_text()
    lines = whole.splitlines(keepends=True)
    path.write_text("".join(lines[:3]) + lines[3][:len(lines[3]) // 2])
    status, out, err = bench("show", "latest", "--json")
    need(status == 0 and {row["runs"] for row in json.loads(out)["results"]} == {3}, "the whole lines count", status, out, err)
    need("warning" in err, "and the cut one is told", err)
    calls = len(bench.calls())
    bench.good("run", "--resume", "latest", "-q")
    need(len(bench.calls()) == calls + 1, "one boot ran again")
    need(sorted(boot["index"] for boot in bench.journal()) == [0, 1, 2, 3], "every boot once", bench.journal())


def test_a_run_is_not_continued_with_other_programs(bench):
    bench.fake("normal", "truncated")
    bench.fails(*FAKE, "--runs", "2")
    with (bench.bin / "linux-baseline").open("a") as file:
        file.write("# another program\n")
    bench.refused(2, "run", "--resume", "latest", says=["linux-baseline", "start a new run"])


def test_a_run_that_does_not_exist_cannot_be_resumed(bench):
    bench.fake()
    bench.good("run", *FAKE, "--runs", "1")
    bench.refused(2, "run", "--resume", "20200101-000000-none", says=["20200101-000000-none"])


# --- Disks ---

def test_a_flipped_byte_in_a_log_shows_nothing(bench):
    bench.fake()
    bench.good("run", *FAKE, "--runs", "1")
    log = bench.run_dir() / bench.journal()[0]["log"]
    whole = log.read_bytes()
    for at in range(0, len(whole), max(1, len(whole) // 12)):
        log.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
        bench.refused(2, "show", "latest", says=[log.name])
    log.write_bytes(whole[:-5])
    bench.refused(2, "show", "latest", says=[log.name])
    log.unlink()
    bench.refused(2, "show", "latest", says=[log.name])


def test_results_that_cannot_be_used_are_named(bench):
    bench.fake()
    bench.results.write_text("a file, not a directory\n")
    bench.refused(1, "run", *FAKE, "--runs", "1", says=[str(bench.results)])
    bench.results.unlink()
    bench.good("run", *FAKE, "--runs", "1")
    record = bench.run_dir() / "run.json"
    record.write_text(record.read_text()[:100])
    bench.refused(2, "show", "latest", says=["run.json"])
    bench.refused(2, "run", "--resume", "latest", says=["run.json"])


def test_a_full_disk_ends_the_run_and_keeps_what_is_stored(bench):
    if os.geteuid() != 0:
        raise Skip("mounting a small file system needs root")
    bench.results.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=640k", "tmpfs", str(bench.results)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        raise Skip("tmpfs cannot be mounted here")
    try:
        bench.fake("normal", "big 200000")
        status, out, err = bench("run", *FAKE, "--runs", "3")
        need(status == 1 and "No space left" in err and err.count("\n") == 1, "one line names the reason", status, out, err)
        need(out == "", "nothing on stdout", out)
        need([boot["status"] for boot in bench.journal()] == ["ok"], "the first boot is stored", bench.journal())
        rows = json.loads(bench.good("show", "latest", "--json"))["results"]
        need({row["runs"] for row in rows} == {1}, "and can be read", rows)
        (bench.bin / "script").write_text("normal\n")
        bench.good("run", "--resume", "latest", "-q")
        need(sorted(boot["index"] for boot in bench.journal()) == [0, 1, 2], "with room it goes on", bench.journal())
    finally:
        subprocess.run(["umount", str(bench.results)], check=False)


if __name__ == "__main__":
    sys.exit(main(globals(), Bench))
