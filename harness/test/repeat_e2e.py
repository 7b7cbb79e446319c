#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Boots that count instructions and are not all equal: a stand-in for QEMU changes the seed of some of them.

Usage: repeat_e2e.py --list [harness] | repeat_e2e.py BIN NAME…     BIN: the directory with aerobench and aerokernel.elf (listed.py)
"""
import shutil
import sys

import e2e
from listed import Skip, boots_guests, main, need

# Calls are numbered by files that only one process can make; boots run beside each other.
STAND_IN = """#!/usr/bin/env python3
import os, re, sys
words = ["{qemu}"] + sys.argv[1:]
if re.search(r"\\bseed=", " ".join(words)):
    call = 1
    while True:
        try:
            os.close(os.open(f"{calls}/{{call}}", os.O_CREAT | os.O_EXCL))
            break
        except FileExistsError:
            call += 1
    if call in {odd} or not {odd}:
        at = words.index("-append") + 1
        words[at], changed = re.subn(r"\\bseed=\\d+", f"seed={{1000 + call}}", words[at])
        assert changed == 1, words[at]
os.execv(words[0], words)
"""


def stand_in(bench, odd):
    """QEMU, but for the calls in odd, or for all, which boot with another seed."""
    qemu = shutil.which("qemu-system-x86_64")
    if qemu is None:
        raise Skip("no qemu-system-x86_64")
    calls, path = bench.scratch / "calls", bench.scratch / "qemu"
    calls.mkdir()
    path.write_text(STAND_IN.format(qemu=qemu, calls=calls, odd=odd))
    path.chmod(0o755)
    bench.environment["AEROBENCH_QEMU"] = str(path)
    bench.real("aerokernel.elf")


RUN = ("-s", "aerokernel@sim", "-b", "clock_read", "--samples", "20", "--runs", "2")  # the seed is in the stream's @env


def last_of_each(bench):
    return {boot["index"]: boot for boot in bench.journal()}


def one_is_odd(bench, call):
    stand_in(bench, (call,))
    bench.good("run", *RUN)
    boots = last_of_each(bench)
    need([boots[index]["status"] for index in (0, 1)] == ["ok", "ok"], "both boots count", bench.journal())
    need(boots[0]["crc32"] == boots[1]["crc32"], "and are equal", boots)
    need(any("not repeatable" in (boot["reason"] or "") for boot in bench.journal()), "the journal tells it", bench.journal())
    if bench.journal()[0]["status"] == "ok" and bench.journal()[-1]["index"] == bench.journal()[0]["index"]:
        need(any("two that are equal" in (boot["reason"] or "") for boot in bench.journal()), "the first was odd", bench.journal())
    bench.good("show", "latest")


@boots_guests
def test_a_first_boot_that_is_odd_is_found_out(bench):
    one_is_odd(bench, 1)


@boots_guests
def test_a_second_boot_that_is_odd_is_made_again(bench):
    one_is_odd(bench, 2)


@boots_guests
def test_boots_that_are_never_equal_fail(bench):
    stand_in(bench, ())
    bench.fails(*RUN, says=["not repeatable"])
    boots = last_of_each(bench)
    need(sorted(boot["status"] for boot in boots.values()) == ["failed", "ok"], "one is left, which nobody confirms", boots)
    need(len(bench.journal()) == 5, "four attempts of the other", bench.journal())


if __name__ == "__main__":
    sys.exit(main(globals(), e2e.Bench))
