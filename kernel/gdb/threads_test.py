#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests kernel/gdb/threads.py on guests that are stopped where it is known what every thread does.

Usage: kernel/gdb/threads_test.py IMAGE. Exits 77 if gdb or QEMU is missing.
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TIMEOUT_S = 120


def session(image, cpus, test, commands):
    """Boots one kernel test on a machine that waits for gdb, and returns what gdb printed."""
    with tempfile.TemporaryDirectory() as directory:
        socket = f"{directory}/gdb"
        guest = subprocess.Popen([ROOT / "ci/vm", "sim", str(cpus), image, "mode=test", f"test={test}"], start_new_session=True,
                                 stdout=subprocess.DEVNULL, env={**os.environ, "VM_ARGS": f"-S -gdb unix:{socket},server=on,wait=off"})
        try:
            script = ["set pagination off", "set confirm off", f"target remote {socket}",
                      f"source {ROOT}/kernel/gdb/threads.py", *commands, "kill"]
            while not os.path.exists(socket) and guest.poll() is None:
                time.sleep(0.01)
            done = subprocess.run(["gdb", "-q", "-nx", "-batch", image, *[f"-ex={line}" for line in script]],
                                  capture_output=True, text=True, timeout=TIMEOUT_S)
            return done.stdout + done.stderr
        finally:
            os.killpg(guest.pid, signal.SIGKILL)
            guest.wait()


def rows(text):
    """(id, cpu, state, function, at, queue) of each line of `aero threads`."""
    return [match.groups() for match in re.finditer(r"^ *(\d+) +(\d+)  (\w+) +(\w+) *(\S*)(?:  queue (\S+).*)?$", text, re.M)]


def need(holds, what, text):
    if not holds:
        sys.exit(f"{what} is not what gdb shows:\n{text}")


def count(text, *wanted):
    """How many threads match these columns; None matches all."""
    return sum(all(want in (None, have) for want, have in zip(wanted, row[1:])) for row in rows(text))


def test_waiting(image):
    test = "event_wakes_one_at_a_time_first_in_first_out"
    text = session(image, 2, test, ["hbreak sched_yield", "continue", "aero threads", "echo =====\\n", "delete", "hbreak event_wake_one",
                                    "continue", "aero cpus", "aero threads", "echo =====\\n", "continue", "aero threads",
                                    "echo =====\\n", "aero backtrace 1"])
    parts = text.split("=====")
    need(len(parts) == 4, "a complete session", text)
    need(count(parts[0], "0", "ready", "wait_in_order", "thread_main") == 32, "32 ready threads", text)
    need(count(parts[0], "0", "running", "main_thread", "sched_yield") == 1, "the main thread in sched_yield()", text)
    need(count(parts[1], "0", "waiting", "wait_in_order", None, "shared") == 32, "32 threads that wait for the event", text)
    need(count(parts[1], "0", "running", "main_thread", "event_wake_one") == 1, "the main thread in event_wake_one()", text)
    need(len(rows(parts[1])) == 33, "33 threads", text)
    need(re.search(r"^ +0 +running +0 +0 +0  event_wake_one$", parts[1], re.M), "CPU 0, which runs the main thread", text)
    # whether it already says so, and whether its halt has begun, is up to QEMU's turns
    need(re.search(r"^ +1 +(?:idle|running) +idle +0 +0  \w+(?: \(halted\))?$", parts[1], re.M), "CPU 1, which is idle", text)
    need(count(parts[2], None, "waiting", "wait_in_order", None) == 31, "31 threads that still wait", text)
    need(count(parts[2], None, "ended", "wait_in_order", None) == 1, "one that has ended", text)
    need(re.search(r"thread \d+: \w+, wait_in_order\(0x\w+\)", parts[3]), "a backtrace", text)


def test_arriving(image):
    # from where CPU 1 begins, only it runs: CPU 0 cannot empty its inbox before gdb looks
    text = session(image, 2, "threads_through_the_inbox_run_first", ["hbreak start_remotely", "continue", "set scheduler-locking on",
                                                                     "hbreak thread_exit", "continue", "aero cpus", "aero threads"])
    need(count(text, "0", "arriving", "arrive", None) == 64, "64 threads in the inbox of CPU 0", text)
    need(count(text, "1", "running", "start_remotely", None) == 1, "the thread that has sent them", text)
    # it joins that one, and has begun to wait for it or not: CPU 0 was stopped on the way
    need(count(text, "0", None, "main_thread", None) == 1, "the main thread", text)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for program in ("gdb", "qemu-system-x86_64"):
        if shutil.which(program) is None:
            print(f"skipped: {program} is not installed")
            return 77
    for test in (test_waiting, test_arriving):
        test(str(pathlib.Path(sys.argv[1]).resolve()))
        print(f"ok {test.__name__}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
