#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`aerobench tune` on a made-up Linux: what it changes, and that everything comes back whatever ends it.

Usage: tune_e2e.py BIN     BIN: the directory with aerobench
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

AEROBENCH = pathlib.Path(sys.argv[1]) / "aerobench"
BEFORE = {
    "proc/sys/kernel/random/boot_id": "11111111-2222",
    "sys/devices/system/cpu/online": "0-3",
    "sys/devices/system/cpu/cpu2/cpufreq/scaling_governor": "powersave",
    "sys/devices/system/cpu/cpu3/cpufreq/scaling_governor": "schedutil",
    "sys/devices/system/cpu/cpufreq/boost": "1",
    "sys/devices/system/cpu/cpu2/cpuidle/state0/disable": "0",
    "sys/devices/system/cpu/cpu2/cpuidle/state0/latency": "0",
    "sys/devices/system/cpu/cpu2/cpuidle/state1/disable": "0",
    "sys/devices/system/cpu/cpu2/cpuidle/state1/latency": "10",
    "sys/devices/system/cpu/cpu2/cpuidle/state2/disable": "0",
    "sys/devices/system/cpu/cpu2/cpuidle/state2/latency": "133",
    "proc/irq/0/smp_affinity_list": "0-3",
    "proc/irq/24/smp_affinity_list": "2",
    "proc/irq/120/smp_affinity_list": "0-1",
    "proc/irq/default_smp_affinity": "f",
    "sys/devices/virtual/workqueue/cpumask": "f",
    "proc/sys/kernel/nmi_watchdog": "1",
    "sys/kernel/mm/transparent_hugepage/enabled": "always",
    "proc/sys/kernel/timer_migration": "0",
    "proc/sys/kernel/randomize_va_space": "2",
    "proc/sys/kernel/sched_rt_runtime_us": "950000",
}
AFTER = dict(BEFORE, **{
    "sys/devices/system/cpu/cpu2/cpufreq/scaling_governor": "performance",
    "sys/devices/system/cpu/cpu3/cpufreq/scaling_governor": "performance",
    "sys/devices/system/cpu/cpufreq/boost": "0",
    "sys/devices/system/cpu/cpu2/cpuidle/state2/disable": "1",
    "proc/irq/0/smp_affinity_list": "0-1",
    "proc/irq/24/smp_affinity_list": "0-1",
    "sys/devices/virtual/workqueue/cpumask": "3",
    "proc/sys/kernel/nmi_watchdog": "0",
    "sys/kernel/mm/transparent_hugepage/enabled": "never",
})
failures = 0


def check(holds, claim, *seen):
    global failures
    print(("ok   " if holds else "FAIL ") + claim, *(seen if not holds else ()))
    failures += not holds


class Linux:
    """A directory with the files of BEFORE."""

    def __init__(self, directory):
        self.root = pathlib.Path(directory)
        for name, value in BEFORE.items():
            self.put(name, value)

    def put(self, name, value):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value + "\n")

    def files(self):
        return {name: (self.root / name).read_text().strip() for name in BEFORE}

    def journal(self):
        return self.root / "run/aerobench/tune.journal"

    def tune(self, *words, **more):
        return subprocess.run([AEROBENCH, "tune", "--root", self.root, "--cpus", "2-3", *words], capture_output=True,
                              text=True, timeout=60, **more)


def tells_and_changes_nothing(linux):
    done = linux.tune()
    check(done.returncode == 0 and "scaling_governor" in done.stdout and "performance" in done.stdout, "tells", done)
    check("same-pages: this Linux does not offer it here" in done.stdout, "and what is not there", done.stdout)
    check(linux.files() == BEFORE and not linux.journal().exists(), "and changes nothing")
    items = {item["path"]: item for item in json.loads(linux.tune("--json").stdout)["items"]}
    check(items["/proc/irq/24/smp_affinity_list"]["wanted"] == "0-1", "interrupts go to the other CPUs")
    check(items["/proc/irq/120/smp_affinity_list"]["done"] and items["/proc/sys/kernel/timer_migration"]["done"],
          "what is right already is left alone")


def applies_and_restores(linux):
    done = linux.tune("--apply")
    check(done.returncode == 0 and linux.files() == AFTER, "apply changes every file", done, linux.files())
    check("nmi_watchdog: 1 -> 0" in done.stderr, "and tells old and new", done.stderr)
    again = linux.tune("--apply")
    check(again.returncode == 2 and "--restore" in again.stderr and linux.files() == AFTER,
          "a second apply is refused: it would note changed values as old ones", again)
    check(len(json.loads(linux.tune("--json").stdout)["in_force"]) == 9, "the journal says what is in force")
    done = linux.tune("--restore")
    check(done.returncode == 0 and linux.files() == BEFORE and not linux.journal().exists(), "restore brings it back", done)
    check("nothing to bring back" in linux.tune("--restore").stderr, "and then there is nothing left to do")


def also_takes_what_must_be_named(linux):
    linux.tune("--apply", "--also", "aslr,rt-throttling")
    check(linux.files() == dict(AFTER, **{"proc/sys/kernel/randomize_va_space": "0",
                                          "proc/sys/kernel/sched_rt_runtime_us": "-1"}), "--also sets what is named")
    linux.tune("--restore")
    check(linux.files() == BEFORE, "and it comes back")


def survives_kill_at_every_step(linux):
    """Between noting and changing, between changing and the next, in applying and in restoring."""
    at, good = 1, True
    while linux.tune("--apply", "--die-at", str(at)).returncode == -signal.SIGKILL:
        for back in range(1, 20):
            if linux.tune("--restore", "--die-at", str(back)).returncode == 0:
                break
        good = good and linux.files() == BEFORE and not linux.journal().exists()
        at += 1
    check(at == 20 and good, "killed after any of its 19 steps, all comes back, also if restoring is killed too", at)
    check(linux.files() == AFTER, "and without a kill it is all there")
    linux.tune("--restore")


def cut_line_of_the_journal_was_no_change(linux):
    linux.tune("--apply", "--die-at", "4")
    with linux.journal().open("a") as file:
        file.write('{"path":"/proc/sys/kernel/nmi_watchdog","ol')
    linux.tune("--restore")
    check(linux.files() == BEFORE and not linux.journal().exists(), "a cut last line does no harm")


def journal_of_another_boot_is_no_debt(linux):
    linux.tune("--apply")
    linux.put("proc/sys/kernel/random/boot_id", "33333333-4444")
    linux.put("proc/sys/kernel/nmi_watchdog", "7")
    done = linux.tune("--restore")
    check(done.returncode == 0 and linux.files()["proc/sys/kernel/nmi_watchdog"] == "7", "nothing is brought back", done)
    check(not linux.journal().exists(), "and the journal is gone")


def what_cannot_be_changed_is_told(linux):
    path = linux.root / "proc/sys/kernel/nmi_watchdog"
    path.unlink()
    path.mkdir()  # cannot be opened for writing, whoever asks; and reads as an error: it is not there
    done = linux.tune("--apply")
    check(done.returncode == 0 and "watchdog: this Linux does not offer it" in linux.tune().stdout, "unreadable is absent", done)
    linux.tune("--restore")
    path.rmdir()
    linux.put("proc/sys/kernel/nmi_watchdog", "1")
    boost = linux.root / "sys/devices/system/cpu/cpufreq/boost"
    boost.unlink()
    boost.symlink_to("/proc/self/comm/none" if os.geteuid() else "/proc/version")  # readable, never writable
    if os.geteuid() == 0:
        done = linux.tune("--apply")
        check(done.returncode == 1 and "boost: stays" in done.stderr, "one line with the reason, exit status 1", done)
        done = linux.tune("--restore")
        check(done.returncode == 0, "and what was never changed needs no bringing back", done)
        done = linux.tune("--", "true")
        check(done.returncode == 0, "a command runs all the same", done)


def command_runs_in_between(linux):
    shell = f"cat {linux.root}/proc/sys/kernel/nmi_watchdog; exit 5"
    done = linux.tune("--", "sh", "-c", shell)
    check(done.returncode == 5 and done.stdout == "0\n", "the command sees the changes; its status is told", done)
    check(linux.files() == BEFORE and not linux.journal().exists(), "and they are gone behind it")
    done = linux.tune("--", "/no/such/program")
    check(done.returncode == 127 and linux.files() == BEFORE, "also behind one that does not exist", done)


def wait_for(condition):
    for _ in range(3000):  # a minute
        if condition():
            return True
        time.sleep(0.02)
    return False


def command_that_is_ended(linux):
    words = [AEROBENCH, "tune", "--root", linux.root, "--cpus", "2-3", "--", "sleep", "50"]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
        check(wait_for(lambda: linux.files() == AFTER), "a long command has its changes")
        process.terminate()
        check(process.wait(timeout=60) == 128 + signal.SIGTERM and linux.files() == BEFORE,
              "SIGTERM ends the command and brings back", linux.files())
    with subprocess.Popen(words, stderr=subprocess.DEVNULL, start_new_session=True) as process:
        wait_for(lambda: linux.files() == AFTER)
        os.killpg(process.pid, signal.SIGKILL)  # the command too, so that none is left behind
        process.wait(timeout=60)
    check(linux.files() == AFTER and linux.tune("--", "true").returncode == 2, "after kill -9 the changes are there, and told")
    linux.tune("--restore")
    check(linux.files() == BEFORE, "until --restore")


def wrong_words_are_refused(linux):
    for words in (["--cpus", "9"], ["--cpus", "2x"], ["--cpus", ""], ["--also", "nonsense"], ["--apply", "--restore"],
                  ["true"], ["--nonsense"], ["--apply", "--", "true"]):
        done = linux.tune(*words)
        check(done.returncode == 2 and done.stderr.count("\n") == 1, f"refused: {words}", done)
    check(linux.files() == BEFORE, "and nothing is changed")


def main():
    for test in (tells_and_changes_nothing, applies_and_restores, also_takes_what_must_be_named, survives_kill_at_every_step,
                 cut_line_of_the_journal_was_no_change, journal_of_another_boot_is_no_debt, what_cannot_be_changed_is_told,
                 command_runs_in_between, command_that_is_ended, wrong_words_are_refused):
        print(f"# {test.__name__}")
        with tempfile.TemporaryDirectory() as directory:
            test(Linux(directory))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
