#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that programs, which may be preempted at any instruction, leave alone what a CPU owns (core/preempt.h).

Usage: program_text.py OBJDUMP NM IMAGE OBJECT...    program_text.py --self-test

In the image, between program_text_begin and program_text_end, no instruction may write through the GS base, where a CPU's
own structure is, nor read that structure's address, its first word: whoever has the address could write. For the same
reason no object that is linked there may name the table of those structures. Reading other fields is fine: a preempted
thread finds the same CPU again.
"""
import re
import subprocess
import sys

# reads by their mnemonic's beginning; with a memory operand last (AT&T: the destination) only these do not write
READS_ONLY = ("cmp", "test", "bt ", "btl ", "btq ", "push", "mul", "imul", "div", "idiv", "call", "jmp", "ptest", "ucomis", "comis")


# the patterns of kernel.ld
PROGRAM = re.compile(r"\.dir/(?:\./)?(__/bench/|bench/|test/program_|os_delay\.c)")


def fault_of(text):
    """What is wrong with one disassembled instruction, or None."""
    code = text.split("#")[0].strip()
    if "%gs:" not in code:
        return None
    mnemonic, _, operands = code.partition(" ")
    while mnemonic in ("lock", "rep", "repz", "repnz", "data16"):
        mnemonic, _, operands = operands.strip().partition(" ")
    operands = operands.strip()
    if re.search(r"%gs:0x0(?![0-9a-f(])", operands) or re.search(r"%gs:\(", operands):
        return "takes the address of the CPU's structure"
    # the last operand is the destination; its own commas are in parentheses
    last = re.split(r",(?![^(]*\))", operands)[-1]
    if "%gs:" in last and not (mnemonic + " ").startswith(READS_ONLY):
        return "writes to the CPU's structure"
    return None


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def bounds(nm, image):
    found = {}
    for line in run(nm, image).splitlines():
        words = line.split()
        if words[-1] in ("program_text_begin", "program_text_end"):
            found[words[-1]] = words[0]
    return "0x" + found["program_text_begin"], "0x" + found["program_text_end"]


def check_image(objdump, nm, image):
    begin, end = bounds(nm, image)
    function, count = "?", 0
    for line in run(objdump, "-d", "--no-show-raw-insn", f"--start-address={begin}", f"--stop-address={end}", image).splitlines():
        head = re.match(r"[0-9a-f]+ <(.+)>:", line)
        body = re.match(r"\s*([0-9a-f]+):\t(.+)", line)
        if head:
            function = head.group(1)
        elif body:
            count += 1
            fault = fault_of(body.group(2))
            if fault:
                yield f"{function}: {body.group(1)}: {body.group(2).strip()}: {fault}"
    if count < 1000:
        yield f"only {count} instructions of programs: is this an image?"


def check_objects(nm, objects):
    programs = [path for path in objects if PROGRAM.search(path)]
    if len(programs) < 50:
        yield f"only {len(programs)} objects of programs"
    for path in programs:
        for name in run(nm, "-u", path).split():
            if name in ("percpu_table", "percpu_of"):
                yield f"{path}: names {name}"


def self_test():
    good = ["mov    %gs:0x8,%rax", "cmp    $0x1,%gs:0x20", "mov    0x8(%rdi),%rax", "movl   $0x1,0x10(%rsp)",
            "cmpq   $0x0,%gs:0x8", "push   %gs:0x8", "testb  $0x1,%gs:0x40"]
    bad = ["mov    %rax,%gs:0x8", "incq   %gs:0x18", "mov    %gs:0x0,%rax", "addl   $0x1,%gs:0x18", "xchg   %eax,%gs:0x20",
           "lock incl %gs:0x20", "movl   $0x0,%gs:0x20(%rax,%rax,1)",
           "mov    %gs:(%rax),%rdx"]
    wrong = [line for line in good if fault_of(line)] + [line for line in bad if not fault_of(line)]
    for line in wrong:
        print(f"program_text.py --self-test: judged wrongly: {line}", file=sys.stderr)
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if len(sys.argv) < 5:
        print(__doc__, file=sys.stderr)
        return 2
    faults = [*check_image(*sys.argv[1:4]), *check_objects(sys.argv[2], sys.argv[4:])]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
