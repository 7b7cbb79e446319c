#!/usr/bin/env -S python3 -S -E
# SPDX-License-Identifier: MIT
"""A stand-in for linux-baseline that does as it is told, so that faults of a system under test can be made on purpose.

It takes the runner's words and writes a stream (bench/wire.h). What it does in its n-th measuring call is the n-th line
of the file "script" beside it; the last line holds for all further calls; without the file every call is normal:

    normal           a good stream
    slow SECONDS     a good stream, but the end comes late
    hang             the beginning of a stream, then nothing
    crash            the beginning of a stream, then a signal
    truncated        the stream without its last records, exit status 0
    flipped          one digit of a sample changed after its CRC was made
    empty            nothing, exit status 0
    fails            a whole stream whose benchmark failed its self-check
    big COUNT        so many random samples
    level FACTOR     yield_pair takes so many times as long in the middle, and spreads as before
    wider FACTOR     yield_pair takes as long, but spreads so many times as wide
Each call appends its process id to the file "calls".
"""
import os
import pathlib
import random
import signal
import sys
import time
import zlib

HERE = pathlib.Path(sys.argv[0]).resolve().parent
BENCHES = {"clock_read": [], "yield_pair": [], "wake_call": ["place=same", "place=other"], "thread_join": ["place=same"]}


class Stream:
    def __init__(self):
        self.records, self.crc, self.run_crc, self.runs = [], 0, 0, 0

    def add(self, text, crc_of=None):
        """One record; crc_of names the CRC that ends it ("run", "stream")."""
        if text.startswith("@run"):
            self.run_crc, self.runs = 0, self.runs + 1
        before = zlib.crc32(text.encode(), {"run": self.run_crc, "stream": self.crc}.get(crc_of, 0))
        line = f"{text} crc={before}\n" if crc_of else f"{text}\n"
        self.crc, self.run_crc = zlib.crc32(line.encode(), self.crc), zlib.crc32(line.encode(), self.run_crc)
        self.records.append(line)

    def samples(self, record, values):
        for at in range(0, len(values), 16):
            self.add(f"@{record} " + " ".join(map(str, values[at:at + 16])))

    def run(self, name, params, warmup, values):
        self.add(f"@run {name} unit=ticks per=1 n={len(values)} warmup={len(warmup)} {' '.join(params)}".rstrip())
        self.samples("w", warmup)
        self.samples("s", values)
        self.add(f"@end {name} n={len(values)} overflow=0 irqs=0", "run")


def listing(stream):
    for name, params in BENCHES.items():
        values = "|".join(param.split("=")[1] for param in params)
        pair = f" place={values}" if params else ""
        stream.add(f"@bench {name} unit=ticks per=1 min_cpus=0 max_samples=0 extra=0 series= about=fake spread= spread_at={pair}")


def changed(values, what):
    """The samples of yield_pair in a build that differs."""
    middle, factor = sorted(values)[len(values) // 2], float(what[1])
    if what[0] == "level":
        return [round(value + middle * (factor - 1)) for value in values]
    return [max(1, round(middle + (value - middle) * factor)) for value in values]


def measure(stream, words, count, what):
    generator = random.Random(int(words.get("seed", "1")))
    names = [item.split(":")[0] for item in words.get("bench", ",".join(BENCHES)).split(",")]
    for name in ["clock_read"] + sorted(set(names) - {"clock_read"}):
        for point in BENCHES[name] or [""]:
            # reading the clock costs little, because it is subtracted from all others
            low, high = (2, 5) if name == "clock_read" else (100, 2 ** 31 if count > 10000 else 130)
            values = [generator.randrange(low, high) for _ in range(count)]
            if name == "yield_pair" and what[0] in ("level", "wider"):
                values = changed(values, what)
            stream.run(name, [point] if point else [], [500, 120], values)


def behaviour():
    script, calls = HERE / "script", HERE / "calls"
    lines = script.read_text().splitlines() if script.exists() else ["normal"]
    with calls.open("a") as file:
        file.write(f"{os.getpid()}\n")
    return lines[min(len(calls.read_text().splitlines()), len(lines)) - 1].split()


def end(what, text):
    """Writes the stream as the behaviour demands and returns the exit status."""
    if what == "empty":
        return 0
    if what in ("hang", "crash"):
        sys.stdout.write(text[:len(text) // 2])
        sys.stdout.flush()
        if what == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        time.sleep(600)
    if what == "truncated":
        text = text[:text.index("@end yield_pair")]
    if what == "flipped":
        at = text.index("@s ", text.index("@run yield_pair")) + 4
        text = text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1:]
    sys.stdout.write(text)
    sys.stdout.flush()
    return 0


def main():
    words = dict(word.split("=", 1) for word in sys.argv[1:])
    what = ["normal"] if words.get("mode") == "list" else behaviour()
    stream = Stream()
    stream.add("@aero 1")
    stream.add("@env cpus=2 clock_hz=1000000000 samples=" + words.get("samples", "10000") + " seed=" + words.get("seed", "1"))
    stream.add("@env os=linux build=release asserts=off")
    if words.get("mode") == "list":
        listing(stream)
    elif what[0] == "fails":
        stream.add("@fail yield_pair reason=the%20other%20thread%20never%20ran")
    else:
        measure(stream, words, int(what[1]) if what[0] == "big" else int(words.get("samples", "10000")), what)
    if what[0] == "slow":
        time.sleep(float(what[1]))
    failures = int(what[0] == "fails")
    stream.add(f"@done {failures} runs={stream.runs}", "stream")
    return end(what[0], "".join(stream.records)) or failures


if __name__ == "__main__":
    sys.exit(main())
