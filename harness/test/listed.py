# SPDX-License-Identifier: MIT
"""Test scripts that list their tests: each test_NAME of a script is one CTest test, which listed.cmake registers.

Usage of such a script: --list [harness] | ARGUMENT NAME…     --list harness leaves out what one build runs (@boots_guests, @runs_long)
Exit status: 0 passed, 1 failed, 77 skipped (one line says why), 2 usage.
"""
import inspect
import signal
import subprocess
import sys
import tempfile


class Skip(Exception):
    """The test cannot run here; the text is the reason."""


def need(holds, claim, *evidence):
    if not holds:
        raise AssertionError("\n".join([claim, *(str(item)[:4000] for item in evidence)]))


def boots_guests(test):
    """Marks a test whose time is the guests', not the harness's: one build runs it, not also the one with sanitizers."""
    test.boots_guests = True
    return test


def runs_long(test):
    """Marks a test of many boots whose code its neighbours run too: one build runs it, not also the one with sanitizers."""
    return boots_guests(test)


def run(name, test, made):
    """The exit status of one test, with a subject of its own in a directory of its own."""
    with tempfile.TemporaryDirectory(prefix="aerobench-test-") as scratch:
        try:
            test(made(scratch))
        except Skip as skip:
            print(f"skipped: {name}: {skip}")
            return 77
        except (AssertionError, subprocess.TimeoutExpired) as error:
            print(f"failed: {name}: {error}")
            return 1
    print(f"ok: {name}")
    return 0


def main(names, make):
    """The script's exit status. names: globals() of the script; make(ARGUMENT, SCRATCH): what each test gets."""
    tests = {name[len("test_"):]: test for name, test in names.items()
             if name.startswith("test_") and inspect.isfunction(test)}
    if sys.argv[1:2] == ["--list"]:
        print("\n".join(name for name, test in tests.items()
                        if sys.argv[2:] != ["harness"] or not getattr(test, "boots_guests", False)))
        return 0
    if len(sys.argv) < 3 or any(name not in tests for name in sys.argv[2:]):
        print(names["__doc__"], file=sys.stderr)
        return 2
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's background job ignores it, and so would its children
    results = [run(name, tests[name], lambda scratch: make(sys.argv[1], scratch)) for name in sys.argv[2:]]
    return max(results, key=lambda status: (status == 1, status))
