#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does differencing say what a fiber's switch costs? fiber_yield by n and 2n back to back, against fiber_yield_amortised.

Usage: difference.py BIN-DIRECTORY CHECK_STREAM

Both are the cost of a switch by os_fiber_yield(), found in different ways, so that they agree within a loose ratio on any
machine under any load. Reads the stream itself, without the harness; what the harness makes of it is unit-tested.
"""
import pathlib
import statistics
import subprocess
import sys

BENCHES = "fiber_yield,fiber_done,fiber_yield_amortised"


def read(text):
    """{(kind, name): (pairs of its record, samples)}"""
    found, now = {}, None
    for line in text.splitlines():
        kind, *words = line.split()
        if kind in ("@run", "@repeat"):
            now = (kind, words[0])
            found[now] = (dict(word.split("=") for word in words[1:]), [])
        elif kind == "@s":
            found[now][1].extend(map(int, words))
    return found


def differenced(record):
    values, samples = record
    pairs = zip(samples[::2], samples[1::2])
    return statistics.median(two - one for one, two in pairs) / int(values["copies"]) / int(values["per"])


def main():
    program, check = pathlib.Path(sys.argv[1]) / "linux-baseline", sys.argv[2]
    done = subprocess.run([program, f"bench={BENCHES}", "samples=1000"], capture_output=True, text=True, check=True)
    subprocess.run([check, "--quiet"], input=done.stdout, text=True, check=True)
    stream = read(done.stdout)
    values, samples = stream["@run", "fiber_yield_amortised"]
    amortised = statistics.median(samples) / int(values["per"])
    switch, life = differenced(stream["@repeat", "fiber_yield"]), differenced(stream["@repeat", "fiber_done"])
    print(f"a switch: {switch:.2f} ticks by differencing, {amortised:.2f} amortised; a fiber's life: {life:.2f}")
    if not 0.3 <= switch / amortised <= 3:
        sys.exit("FAILED: the two ways do not agree")
    if not switch < life:
        sys.exit("FAILED: a life of two switches and more costs less than one switch")
    counted = subprocess.run([program, f"bench={BENCHES}", "samples=10", "unit=instructions"], capture_output=True,
                             text=True, check=True)
    if any(kind == "@repeat" for kind, _ in read(counted.stdout)):
        sys.exit("FAILED: counted instructions are repeated without need")


if __name__ == "__main__":
    main()
