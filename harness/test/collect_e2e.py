#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`aerobench collect` with the real kernel at the other end of a serial line.

Usage: collect_e2e.py BIN-DIRECTORY CI_VM

One boot comes over the serial port of a QEMU without a debug console, through its pty. The log of another is played into a pty
as a terminal would show it: whole, cut, twice; into a pipe; and it lies in a copy of a region of memory. Exit status 77: no QEMU here.
"""
import json
import os
import pathlib
import pty
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

SAMPLES = 50
WORDS = ["bench=yield_pair,thread_create:place=same", "warmup=10", "unit=instructions"]
SUBJECT = "aerokernel@metal"
PATIENCE = 120  # seconds: a hang detector


class Collector:
    def __init__(self, bin_directory, scratch):
        self.program, self.results = pathlib.Path(bin_directory) / "aerobench", pathlib.Path(scratch) / "results"

    def start(self, *words, **more):
        command = [str(self.program), "collect", "--results", str(self.results), *words]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)

    def end(self, process, status, says=""):
        out, err = process.communicate(timeout=PATIENCE)
        need(process.returncode == status and says in out + err, f"status {status}, says '{says}'",
             f"status {process.returncode}\n{out}{err}")
        need(not list(self.results.glob("capture-*.raw")) or status not in (0,), "no spool is left", out + err)
        return re.search(r"run (\S+):", out).group(1) if "run " in out else None

    def read(self, command, run, status=0):
        words = [str(self.program), *command, "--results", str(self.results), *([run] if run else [])]
        done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
        need(done.returncode == status, f"{words} ends with {status}", done.stdout + done.stderr)
        return done.stdout + done.stderr

    def show(self, run):
        return json.loads(self.read(["show", "--json"], run))


def need(holds, claim, told=""):
    if not holds:
        sys.exit(f"FAILED: {claim}\n{told}")


def medians(shown, cut=False):
    return {(row["benchmark"], json.dumps(row["params"])): row["raw_p50"] for row in shown["results"] if row["cut"] == cut}


def boot(vm, machine, image, samples=SAMPLES):
    return subprocess.run([vm, machine, "2", image, f"samples={samples}", *WORDS], stdout=subprocess.PIPE, timeout=PATIENCE,
                          check=False).stdout


def wait_for(lines, word):
    for line in lines:
        if word in line:
            return line
    sys.exit(f"FAILED: it never said '{word}'")


def over_qemu(collector, image):
    """The serial port is the only way out of this machine."""
    command = ["timeout", str(PATIENCE), "qemu-system-x86_64", "-M", "q35,sata=off", "-cpu", "max,-erms,-fsrm", "-accel",
               "tcg,thread=single", "-icount", "shift=0,sleep=off", "-smp", "2", "-m", "512", "-kernel", image, "-append",
               " ".join(["spin=pause", "serial=com1", f"samples={SAMPLES}", *WORDS]), "-nodefaults", "-net", "none", "-display", "none", "-no-reboot",
               "-rtc", "base=2020-01-01,clock=vm", "-seed", "1", "-serial", "pty", "-monitor", "stdio", "-S", "-no-shutdown"]
    machine = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    line = re.search(r"/dev/pts/\d+", wait_for(machine.stdout, "/dev/pts/")).group(0)
    process = collector.start("--serial", f"{line}:115200", "--timeout", "60s")
    time.sleep(2.5)  # QEMU looks once a second whether somebody listens, and what it says before is lost
    machine.stdin.write("cont\n")
    machine.stdin.flush()
    run = collector.end(process, 0, "1 of 1 boots whole")
    # only now, because a pty loses what nobody has read when its other end goes
    machine.communicate("quit\n", timeout=PATIENCE)
    return run


def played(collector, status, says, text, *words):
    """Collects what somebody plays into a pty."""
    far, near = pty.openpty()
    player = threading.Thread(target=lambda: [os.write(far, text[at:at + 100]) for at in range(0, len(text), 100)])
    process = collector.start("--serial", os.ttyname(near), *words)
    wait_for(process.stderr, "listening")
    player.start()
    run = collector.end(process, status, says)
    player.join()
    os.close(near)
    os.close(far)
    return run


def region(log, state, code):
    """A copy of the region of memory that holds this log (bench/wire_region.h)."""
    fixed = struct.pack("<QQQ", 256 << 20, (1 << 20) - 4096, 77)
    head = b"AEROBENCH REGION" + struct.pack("<II", 1, zlib.crc32(fixed)) + fixed
    head += struct.pack("<QIII", len(log), state, code, 0)
    return (head.ljust(4096, b"\0") + log).ljust(1 << 20, b"\0")


def third_run(log):
    """A place in the samples of the third run."""
    return log.index(b"@run", log.index(b"@run", log.index(b"@run") + 1) + 1) + 200


def from_memory(collector, scratch, log, shown):
    """The same from a copy of memory, whole and of a machine that lost its power."""
    path = pathlib.Path(scratch) / "copy"
    path.write_bytes(region(log, 2, 0x10))
    for words in (["--memory", "--device", str(path)], [str(path)]):
        run = collector.end(collector.start(*words), 0, "1 of 1 boots whole")
        need(medians(collector.show(run)) == medians(shown), "memory brings what the line brings")
    path.write_bytes(region(log[:third_run(log)], 1, 0))
    collector.end(collector.start(str(path)), 1, "the machine stopped without a word")


def two_boots(collector, boots):
    """Power failed in the third run of the first, and the line lost the beginning of the second, up to that run's @run."""
    ends = [third_run(log) for log in boots]
    begins = [log.rindex(b"@run", 0, end) for log, end in zip(boots, ends)]
    pipe = collector.start("-", stdin=subprocess.PIPE)
    pipe.stdin.write((boots[0][:ends[0]] + b"\n" + boots[1][begins[1]:]).decode("latin-1"))
    pipe.stdin.close()
    pipe.stdin = None
    shown = collector.show(collector.end(pipe, 1, "cut after 2 of 3 points"))
    need(len(medians(shown, cut=True)) == 2, "the third run of another boot is not taken for this one's", shown)


def two_kinds(collector, log, few, whole):
    """A capture with a quick boot before, between and after others: each kind is a run, and no run takes the other kind."""
    pipe = collector.start("--boots", "3", "-", stdin=subprocess.PIPE)
    out, err = pipe.communicate(b"".join([few[0], log, few[1]]).decode("latin-1"), timeout=PATIENCE)
    runs = re.findall(r"run (\S+): (\d of \d) boots whole", out)
    need(pipe.returncode == 0 and [count for _, count in runs] == ["2 of 2", "1 of 1"], "a run of each kind", out + err)
    samples = [{row["n"] / len(row["per_run"]) for row in collector.show(run)["results"]} for run, _ in runs]
    need(samples == [{20.0}, {50.0}], "in a run every boot measured the same", samples)
    path = collector.results.parent / "few"
    path.write_bytes(few[0])
    # before it has listened: nobody speaks here
    far, near = pty.openpty()
    collector.end(collector.start("--into", "nosuch", "--serial", os.ttyname(near)), 2, "no run 'nosuch'")
    os.close(near)
    os.close(far)
    collector.end(collector.start("--into", whole, str(path)), 2, f"none of run {whole}: samples=20 instead of 50")


def refusals(collector, scratch):
    """What is no capture is named, and nothing is stored."""
    empty = pathlib.Path(scratch) / "empty.log"
    empty.touch()
    for words, says in (([scratch], f"{scratch} is a directory: name the files in it, as {scratch}/*.log"),
                        ([str(empty)], f"{empty} is an empty file"),
                        ([str(empty), str(empty)], f"{empty} is an empty file: nothing was captured into it; leave it out")):
        need(collector.end(collector.start(*words), 2, says) is None, "no run")
    need(not collector.results.exists(), "nothing is stored")


def no_room(collector, log):
    """Files may not grow beyond some bytes, as on a full disk: what came is stored all the same, or its loss is told."""
    for limit, status, says in ((3 * len(log) // 4, 0, "1 of 1 boots whole"), (0, 1, f"{len(log)} bytes that came are lost")):
        pipe = collector.start("-", stdin=subprocess.PIPE, preexec_fn=lambda most=limit: (
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))))
        pipe.stdin.write(log.decode("latin-1"))
        pipe.stdin.close()
        pipe.stdin = None
        collector.end(pipe, status, says)
    need(not list(collector.results.glob("capture-*.raw")), "no spool that holds a part only")


def as_files(collector, scratch, log, other, whole):
    """A log as the store keeps it, on standard input, and two through pipes with names, each up to its end."""
    archive, = (collector.results / whole).glob("*.log.zst")
    need(collector.end(collector.start(str(archive)), 0, "1 of 1 boots whole") != whole, "a run of its own")
    with archive.open("rb") as file:
        collector.end(collector.start("-", stdin=file), 0, "1 of 1 boots whole")
    pipes = [os.pipe() for _ in range(2)]
    for (_, end), text in zip(pipes, (log + b"\n" + other, log)):
        os.write(end, text)
        os.close(end)
    names = [f"/dev/fd/{end}" for end, _ in pipes]
    need(len(log) + len(other) < 60000, "a pipe holds both")
    collector.end(collector.start(*names, pass_fds=[end for end, _ in pipes]), 0, "2 of 2 boots whole, sent again: 1")
    for end, _ in pipes:
        os.close(end)
    end, far = os.pipe()
    os.write(far, log + b"\n" + other)
    os.close(far)
    collector.end(collector.start(f"/dev/fd/{end}", pass_fds=[end]), 0, "boot 2 has arrived")
    os.close(end)


def interrupted(collector):
    """Ctrl-C before anything came."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's background job ignores it, and so would its children
    far, near = pty.openpty()
    process = collector.start("--serial", os.ttyname(near))
    wait_for(process.stderr, "listening")
    time.sleep(0.3)  # until it waits
    process.send_signal(signal.SIGINT)
    collector.end(process, 130, "interrupted: nothing had come yet")
    os.close(near)
    os.close(far)


def silent_files(collector, scratch, log):
    """A file without a stream beside others is named; a file that holds the rest of a boot is none."""
    names = ("boot001.log", "boot002.log", "boot003.log", "rest.log")
    paths = [pathlib.Path(scratch) / name for name in names]
    end = log.index(b"@done")
    for path, text in zip(paths, (log, b"booting\npanic: page fault\n", log[:end], log[end:])):
        path.write_bytes(text)
    said = f"{paths[1]}: no stream: the image says \"panic: page fault\""
    collector.end(collector.start(str(paths[1]), str(paths[0])), 1, said)
    collector.end(collector.start(str(paths[0]), str(paths[1])), 1, said)
    out = collector.start(str(paths[2]), str(paths[3]))
    collector.end(out, 0, "1 of 1 boots whole")
    collector.end(collector.start(str(paths[0]), str(paths[3])), 1, f"{paths[3]}: no stream: none of its 1 records is whole")


def other_bytes(collector, log):
    """A directory of runs whose name is of another encoding than UTF-8."""
    results = os.fsencode(collector.results.parent) + b"/caf\xe9"
    done = subprocess.run([collector.program, "collect", "--json", "--results", results, "-"], input=log, capture_output=True,
                          timeout=PATIENCE, check=False)
    need(done.returncode == 0 and json.loads(done.stdout)["boots_ok"] == 1, "the outcome is told all the same", done)


def strangers(collector, scratch, log):
    """One directory with the logs of both systems: nothing of it is stored, and the stranger is named."""
    paths = [pathlib.Path(scratch) / name for name in ("aerokernel.log", "linux.log")]
    paths[0].write_bytes(log)
    with paths[1].open("wb") as file:
        subprocess.run([collector.program.parent / "linux-baseline", "bench=clock_read", "samples=50"], stdout=file, timeout=PATIENCE, check=True)
    for words in (paths, paths[1:]):
        says = f"{paths[1]} is a stream of linux, not of {SUBJECT}: leave it out"
        need(collector.end(collector.start(*map(str, words)), 2, says) is None, "no run")
    need(not list(collector.results.glob("*-*")), "nothing is stored")


def main():
    bin_directory, vm = sys.argv[1:]
    image = str(pathlib.Path(bin_directory) / "aerokernel.elf")
    if shutil.which("qemu-system-x86_64") is None or not os.path.exists(image):
        print("no qemu-system-x86_64, or no aerokernel.elf")
        return 77
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as scratch:
        collector = Collector(bin_directory, scratch)
        refusals(collector, scratch)
        log = boot(vm, "sim", image)
        strangers(collector, scratch, log)
        terminal = b"\x1b[2J\x1b[01;01HBooting ...\r\n" + log.replace(b"\n", b"\r\n")

        whole = played(collector, 0, "1 of 1 boots whole", terminal, "--timeout", "60s")
        shown = collector.show(whole)
        need(len(shown["results"]) == 3 and not shown["notes"], "clock_read, yield_pair and thread_create", shown)
        need(shown["doctor"]["machines"]["metal"]["verdict"] == "unfit", "who does not check itself is unfit", shown)
        pipe = collector.start("-", stdin=subprocess.PIPE)
        pipe.stdin.write((terminal + terminal).decode("latin-1"))
        pipe.stdin.close()
        pipe.stdin = None
        piped = collector.end(pipe, 0, "1 of 1 boots whole")
        need(medians(collector.show(piped)) == medians(shown), "a pipe brings what the line brings")

        from_memory(collector, scratch, log, shown)
        boots = [boot(vm, "qemu", image) for _ in range(2)]
        need(len({re.search(rb"^@env .*boot_stamp=(\d+)", boot, re.MULTILINE).group(1) for boot in boots}) == 2, "boots differ in their stamp")
        two_boots(collector, boots)
        as_files(collector, scratch, *boots, whole)
        no_room(collector, boots[0])
        silent_files(collector, scratch, log)
        other_bytes(collector, log)
        interrupted(collector)
        few = [boot(vm, "qemu", image, samples=20) for _ in range(2)]
        two_kinds(collector, log, few, whole)
        over = over_qemu(collector, image)
        need(medians(collector.show(over)) == medians(shown), "the serial port brings what the debug console brings",
             json.dumps(collector.show(over)))

        cut = played(collector, 1, "cut after 2 of 3 points", terminal[:third_run(terminal)], "--timeout", "1s")
        shown_cut = collector.show(cut)
        need(medians(shown_cut) == {} and len(medians(shown_cut, cut=True)) == 2, "rows are labelled as cut", shown_cut)
        need(all(medians(shown)[key] == value for key, value in medians(shown_cut, cut=True).items()), "the same numbers")
        need(" CUT" in collector.read(["show"], cut), "show says so")
        for command in ("budgets", "flat"):
            need("is no whole boot" in collector.read([command], cut, status=2), f"{command} refuses")
        need("is no whole boot" in collector.read(["history", "add"], cut, status=2), "history refuses")
        mended = played(collector, 0, "1 of 1 boots whole", terminal, "--into", cut, "--timeout", "60s")
        need(mended == cut and medians(collector.show(cut)) == medians(shown), "a whole boot takes the place of a cut one")
        need(collector.show(cut)["notes"] == [], "and nothing is cut any more")
    print("a line, a pipe and a serial port bring the same; a cut stream is told as one")
    return 0


if __name__ == "__main__":
    sys.exit(main())
