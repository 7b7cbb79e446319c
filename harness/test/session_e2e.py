#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`aerobench session metal` from start to compare, with a virtual machine in the place of the metal, whose stream is made to
tell this computer's facts: it comes in as a file that another computer captured, raw or as collect stores it, and as a copy of
the memory that kexec would leave. Linux is this one.

Usage: session_e2e.py BIN VM     BIN: the directory with aerobench and aerokernel.elf; VM: ci/vm
"""
import binascii
import functools
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import stream_mend

BIN, VM = pathlib.Path(sys.argv[1]), sys.argv[2]
LIMIT_S = 240  # a hang, on whatever computer
failures = 0


def check(holds, claim, *seen):
    global failures
    print(("ok   " if holds else "FAIL ") + claim, *(seen if not holds else ()), flush=True)
    failures += not holds


class Session:
    def __init__(self, results):
        self.results = results

    def command(self, *words):
        return [str(BIN / "aerobench"), "session", "metal", *words, "-o", self.results]

    def run(self, *words):
        return subprocess.run(self.command(*words), capture_output=True, text=True, timeout=LIMIT_S)

    def status(self):
        return json.loads(self.run("status", "--json").stdout)

    def journal(self):
        lines = (pathlib.Path(self.status()["path"]) / "journal.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]


@functools.cache
def here():
    """What the Aerokernel would tell of this computer; None: not to be told."""
    done = subprocess.run([BIN / "aerobench", "doctor", "--json"], capture_output=True, text=True, timeout=LIMIT_S)
    doctor = json.loads(done.stdout)
    cpu = dict(re.findall(r"^(vendor_id|model name)\s*:\s*(.*?)\s*$", pathlib.Path("/proc/cpuinfo").read_text(), re.M))
    memory = re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1)
    return {"cpu_vendor": cpu["vendor_id"], "cpu_model": " ".join(cpu["model name"].split()), "cpu_signature": None, "microcode": None,
            "hypervisor": None, "cpus_listed": None, "memory_bytes": int(memory) * 1024, "clock_hz": doctor["tsc"]["hz"]}


def aerokernel(words, facts=None):
    """What the Aerokernel says on its machine, told these words, as if that were a computer with these facts."""
    done = subprocess.run([VM, "qemu", "2", str(BIN / "aerokernel.elf"), *words.split()], capture_output=True,
                          timeout=LIMIT_S)
    assert done.returncode == 33, (done.returncode, done.stderr[-400:])
    return stream_mend.with_env(done.stdout, here() if facts is None else facts)


def region(stream):
    """The memory in which a stream was left (bench/wire_region.h)."""
    base, capacity = 256 << 20, len(stream) + 4096
    fixed = struct.pack("<QQQ", base, capacity, 1)
    header = b"AEROBENCH REGION" + struct.pack("<II", 1, binascii.crc32(fixed)) + fixed
    header += struct.pack("<QIII", len(stream), 2, 0x10, 0)
    return header.ljust(4096, b"\0") + stream.ljust(capacity, b"\0")


def mark(session, boot):
    """As if Linux had been left for this boot, and were another one now (harness/session_step.c)."""
    record = {"schema": "aerobench.session/1", "index": boot["index"], "boot_id": "an earlier one"}
    record["check"] = binascii.crc32(json.dumps(record, sort_keys=True, separators=(",", ":")).encode())
    (pathlib.Path(session.status()["path"]) / "session.json").write_text(json.dumps(record))


def captured(directory, words):
    """What another computer at the serial line has: its log, and what `aerobench collect` made of it."""
    log, store = directory / "line.log", directory / "collected"
    log.write_bytes(b"GRUB loading.\r\n" + aerokernel(words).replace(b"\n", b"\r\n"))
    done = subprocess.run([BIN / "aerobench", "collect", "-q", "--results", store, log], capture_output=True, text=True,
                          timeout=LIMIT_S)
    check(done.returncode == 0, "another computer collects", done.stderr)
    return log, next(store.glob("*/*-aerokernel@metal.log.zst"))


def bring(session, directory, boot):
    """A boot of the Aerokernel: next says what to do, and takes the file; a damaged one, or one without events, it does not."""
    waits = session.run("next")
    check(waits.returncode == 0 and "On another computer" in waits.stdout and "collect --serial" in waits.stdout, "a person is told that another computer listens",
          waits.stdout, waits.stderr)
    log, stored = captured(directory, boot["words"])
    cut = directory / "cut.zst"
    cut.write_bytes(stored.read_bytes()[:-40])
    bad = session.run("next", "--from", str(cut))
    check(bad.returncode == 2 and "damaged zstd" in bad.stderr, "a damaged archive is refused", bad.stderr)
    events = f" events={boot['words'].partition(' events=')[2]}"
    plain = directory / "plain.log"
    plain.write_bytes(aerokernel(boot["words"].replace(events, "")))
    bad = session.run("next", "--from", str(plain))
    check(bad.returncode == 2 and "does not count page-faults: write the image anew" in bad.stderr,
          "a stream that does not know the session's events is refused", bad.stderr)
    plain.write_bytes(aerokernel(boot["words"], {}))
    bad = session.run("next", "--from", str(plain))
    check(bad.returncode == 2 and "not the same computer: CPU" in bad.stderr, "another computer's stream is refused", bad.stderr)
    step = session.run("next", "--from", str(stored))
    check(step.returncode == 0 and "aerokernel@metal, round 1 of 1" in step.stdout, "the stream of a line is a boot",
          step.stdout, step.stderr)
    return log


def refuse_at_linux(session, boot, log):
    """A file that comes while Linux is next: nothing is measured."""
    early = session.run("next", "--from", str(log))
    check(early.returncode == 2 and f"next is {boot['subject']}, round 1" in early.stderr, "a file is refused at Linux",
          early.returncode, early.stdout, early.stderr)
    check(session.status()["next"] == boot, "and nothing was measured")


def whole_session(directory):
    session = Session(str(directory / "line"))
    made = session.run("start", "--rounds", "1", "-b", "yield_pair", "--samples", "60", "--seed", "5", "--by", "serial", "--events",
                       "page-faults,context-switches")
    check(made.returncode == 0, "a session begins", made.stderr)
    check("aerobench image -b yield_pair --samples 60 --events page-faults,context-switches" in made.stdout,
          "and says how its image is made", made.stdout)
    early = session.run("finish")
    check(early.returncode == 1 and "0 of 3 boots" in early.stderr, "it is not finished before it is", early.stderr)
    subjects, log = [], directory / "line.log"
    while (boot := session.status()["next"]) is not None and len(subjects) < 3:
        subjects.append(boot["subject"])
        if boot["subject"] == "aerokernel@metal":
            log = bring(session, directory, boot)
        else:
            refuse_at_linux(session, boot, log)
            step = session.run("next", "-q")
            check(step.returncode == 0 and ": ok" in step.stdout, "a step of Linux is measured here", step.stderr)
    check(sorted(subjects) == ["aerokernel@metal", "linux@host", "linux@host:tuned"], "each subject boots once", subjects)
    check(session.status()["next"] is None, "then nothing is left to do")
    again = session.run("next")
    check(again.returncode == 0 and "finish" in again.stdout, "and next says so", again.stdout, again.stderr)
    surplus = session.run("next", "--from", str(log))
    check(surplus.returncode == 2 and "has all its boots" in surplus.stderr, "one file too many is refused", surplus.stderr)
    linux = [boot for boot in session.journal() if boot["subject"].startswith("linux")]
    check(all(boot["environment"]["boot_id"] for boot in linux), "each boot of Linux has its environment", linux)
    return session, log


def what_it_leads_to(session):
    unit = session.run("unit", "--settle", "5s", "--timeout", "10m").stdout
    check(f'session metal resume --at-boot --settle 5s --timeout 10m "{session.status()["path"]}"\n' in unit, "a unit has the options", unit)
    end = session.run("finish")
    check(end.returncode == 0 and "the same computer by CPU" in end.stdout, "finish says by what it was one computer", end.stdout,
          end.stderr)
    table = subprocess.run([BIN / "aerobench", "compare", session.status()["id"], "--results", session.results],
                           capture_output=True, text=True, timeout=LIMIT_S)
    check(table.returncode == 0 and "linux@host against aerokernel@metal" in table.stdout,
          "compare pairs Linux on the host with the Aerokernel on metal", table.stdout, table.stderr)
    check("linux@host:tuned against aerokernel@metal" in table.stdout, "stock and tuned", table.stdout)
    shown = subprocess.run([BIN / "aerobench", "show", session.status()["id"], "--results", session.results], capture_output=True,
                           text=True, timeout=LIMIT_S)
    check("context-switches" in shown.stdout and "page-faults" in shown.stdout, "the events are with it, or why not", shown.stdout)
    check("the same computer by CPU" in table.stdout, "and says that the computer was the same", table.stdout)
    check(re.search(r"^yield_pair .*[0-9]", table.stdout, re.M), "the table has the row", table.stdout)
    resumed = subprocess.run([BIN / "aerobench", "run", "--resume", session.status()["id"], "--results",
                              session.results], capture_output=True, text=True, timeout=LIMIT_S)
    check(resumed.returncode == 2 and "session metal next" in resumed.stderr, "run --resume leaves it alone",
          resumed.stderr)


def other_ways(directory, log):
    """A boot in memory, and one in a file; what is of no use, as the log of another session, is refused and changes nothing."""
    session = Session(str(directory / "memory"))
    memory = directory / "region"
    begun = session.run("start", "--rounds", "1", "-b", "yield_pair", "--samples", "60", "--seed", "1")
    can = pathlib.Path("/sys/kernel/kexec_loaded").exists()
    check(begun.returncode == 0 and (can or "this Linux cannot be left by kexec: this Linux cannot kexec" in begun.stderr),
          "what kexec lacks here is told at the start", begun.stderr)
    while (boot := session.status()["next"])["subject"] != "aerokernel@metal":
        session.run("next", "-q")
    memory.write_bytes(region(log.read_bytes()))
    other = session.run("next", "--memory", str(memory))
    check(other.returncode == 2 and session.status()["next"] == boot, "memory of another round is not taken",
          other.stdout, other.stderr)
    brought = session.run("next", "--from", str(memory))
    check(brought.returncode == 2 and "seed=5 instead of 1" in brought.stderr, "nor is it when it is brought", brought.stderr)
    memory.write_bytes(region(aerokernel(boot["words"])))
    never = session.run("next", "--memory", str(memory))
    check(never.returncode == 2 and session.status()["next"] == boot, "memory is not taken where nobody left Linux", never.stderr)
    mark(session, boot)
    taken = session.run("next", "--memory", str(memory))
    check(taken.returncode == 0 and ": ok" in taken.stdout, "what kexec left in memory is a boot", taken.stderr)
    check(session.status()["next"] != boot, "and the session goes on")
    nothing = directory / "nothing"
    nothing.write_text("no stream\n")
    stick = Session(str(directory / "stick"))
    stick.run("start", "--rounds", "1", "-b", "wake_same", "--samples", "60", "--by", "stick", "--seed", "1")
    while (boot := stick.status()["next"])["subject"] != "aerokernel@metal":
        stick.run("next", "-q")
    waits = stick.run("resume", "--at-boot", "--settle", "1s")
    check(waits.returncode == 0 and "next --from FILE" in waits.stdout, "a person is told what to do", waits.stdout)
    check("aerobench image --linux /boot/vmlinuz-$(uname -r) --modules-from" in waits.stdout and
          "bootNNN.log" in waits.stdout, "with a stick that keeps results", waits.stdout)
    empty = stick.run("next", "--from", str(nothing))
    check(empty.returncode == 2 and "no stream" in empty.stderr, "a file without a stream is refused", empty.stderr)
    short = stick.run("next", "--from", str(log))
    check(short.returncode == 2 and "it measured yield_pair, which was not asked for" in short.stderr,
          "and what another entry of the image measured", short.stdout, short.stderr)
    check(stick.status()["next"] == boot, "and none of them was stored")


def refusals(directory):
    session = Session(str(directory / "none"))
    for words, code, says in ((("next",), 2, "session metal start"), (("stat",), 2, "none of start"),
                              (("start", "--by", "serial", "/dev/ttyUSB0"), 2, "aerobench collect --serial /dev/ttyUSB0"),
                              (("start", "--by", "air"), 2, "kexec, stick and serial"),
                              (("start", "--profile", "isolate"), 2, "nearest is 'isolated'"),
                              (("start", "-b", "no_such"), 2, "no_such"), (("start", "more"), 2, "more"),
                              (("profile", "x"), 2, "no profile 'x'")):
        done = session.run(*words)
        check(done.returncode == code and says in done.stderr, f"refused: {' '.join(words)}", done.returncode, done.stderr)
    check(not (directory / "none").exists(), "and nothing was made")


def main():
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        refusals(directory)
        session, log = whole_session(directory)
        what_it_leads_to(session)
        other_ways(directory, log)
    return 1 if failures else 0


sys.exit(main())
