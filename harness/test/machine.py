# SPDX-License-Identifier: MIT
"""The record of a boot in a virtual machine tells what its threads went through, and every reader shows it.

Usage: machine.py BIN_DIR. Exit status 77: no QEMU here.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile


def need(holds, claim, *context):
    if not holds:
        raise SystemExit(f"FAILED: {claim}\n" + "\n".join(str(text) for text in context))


def main():
    program = pathlib.Path(sys.argv[1]) / "aerobench"
    if shutil.which(os.environ.get("AEROBENCH_QEMU", "qemu-system-x86_64")) is None:
        print("skipped: no qemu-system-x86_64")
        return 77
    with tempfile.TemporaryDirectory() as scratch:
        results, page = pathlib.Path(scratch) / "runs", pathlib.Path(scratch) / "report.html"

        def aerobench(*words):
            done = subprocess.run([program, *words, "--results", results], capture_output=True, text=True, check=False)
            need(done.returncode == 0, f"{words} succeeds", done.stdout, done.stderr)
            return done.stdout

        aerobench("run", "-q", "-s", "aerokernel@qemu", "-s", "aerokernel@sim", "-b", "clock_read", "--samples", "20",
                  "--runs", "1")
        boots = {boot["subject"]: boot for boot in json.loads(aerobench("show", "--json"))["boots"]}
        need(sorted(boots) == ["aerokernel@qemu", "aerokernel@sim"], "show --json lists every boot", boots)
        need("machine" not in boots["aerokernel@sim"], "instructions do not depend on steal", boots)

        boot = boots["aerokernel@qemu"]
        machine = boot["machine"]
        need(len(machine["vcpus"]) == 2, "each virtual CPU is watched", machine)
        need(0 < machine["looked_at_s"] <= boot["seconds"], "it was looked at while it ran", boot)
        for number, vcpu in enumerate(machine["vcpus"]):
            need(0 < vcpu["run_s"] < boot["seconds"], f"virtual CPU {number} ran, no longer than the boot", boot)
            need(0 <= vcpu["steal_s"] < boot["seconds"], "and was kept from it, no longer than the boot", boot)
        need(abs(sum(vcpu["steal_s"] for vcpu in machine["vcpus"]) - machine["steal_s"]) < 1e-6, "steal adds up", machine)
        need(sum(vcpu["involuntary"] for vcpu in machine["vcpus"]) == machine["involuntary"], "switches add up", machine)
        need(machine["placement"].startswith(("virtual CPUs bound to ", "not bound: ")), "the CPUs are told", machine)
        need(machine["exits"] is None and "KVM" in machine["missing"]["exits"], "no exits without KVM, and why", machine)

        aerobench("report", "--run", "latest", "-o", page)
        text = page.read_text(encoding="utf-8")
        need("What the virtual machine went through" in text, "the report has a table of it")
        need("only a machine on KVM has exits" in text, "with the reason for what is missing")
    return 0


sys.exit(main())
