#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of ci/figures_check: what it says of a committed run that is intact, and of each way in which it may not be.

Usage: figures_check.py BIN. Exits 77 without gnuplot.
"""
import importlib.machinery
import importlib.util
import pathlib
import shutil
import sys
import tempfile
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The smallest of the committed runs.
RUN = min((path.parent for path in (ROOT / "results/reference").glob("*/run.json")),
          key=lambda run: sum(log.stat().st_size for log in run.glob("*.log.zst")))
MADE = {"a.x.sim.tsv": "1", "a.svg": "2", "b.x.sim.tsv": "3", "b.svg": "4", "compare.json": "5"}
GNUPLOT = "gnuplot 5.4 patchlevel 4"

loader = importlib.machinery.SourceFileLoader("figures_check", str(ROOT / "ci/figures_check"))
figures_check = importlib.util.module_from_spec(importlib.util.spec_from_loader("figures_check", loader))
sys.dont_write_bytecode = True
loader.exec_module(figures_check)
BIN = pathlib.Path(sys.argv.pop(1))


class OfDigests(unittest.TestCase):
    """What is said when MADE is what the run gives now."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.run_directory = pathlib.Path(scratch.name)

    def said(self, committed, version=GNUPLOT):
        figures_check.digests_write(self.run_directory, committed, GNUPLOT)
        with mock.patch.object(figures_check, "regenerate", lambda *_: dict(MADE)):
            return list(figures_check.check(None, self.run_directory, version))

    def test_the_same_bytes_pass(self):
        self.assertEqual(self.said(MADE), [("ok", "data", ""), ("ok", "drawings", "")])

    def test_another_table_is_named_and_is_why_its_drawing_differs(self):
        data, drawings = self.said({**MADE, "a.x.sim.tsv": "9", "a.svg": "9"})
        self.assertEqual(data, ("fail", "data", "a.x.sim.tsv differs"))
        self.assertEqual(drawings, ("fail", "drawings", "a: its data differ"))

    def test_another_drawing_of_the_same_data_is_told_apart(self):
        data, drawings = self.said({**MADE, "b.svg": "9"})
        self.assertEqual(data[0], "ok")
        self.assertEqual(drawings, ("fail", "drawings", "b: only its drawing differs"))

    def test_another_comparison_is_named(self):
        self.assertEqual(self.said({**MADE, "compare.json": "9"})[0], ("fail", "data", "compare.json differs"))

    def test_of_several_tables_of_a_figure_the_first_is_named(self):
        self.assertEqual(self.said({**MADE, "a.x.sim.tsv": "9", "a.y.sim.tsv": "9", "a.z.sim.tsv": "9"})[0][2],
                         "a.x.sim.tsv differs and 2 more of a")

    def test_a_table_too_many_and_one_too_few_are_named(self):
        committed = {**MADE, "c.x.sim.tsv": "9"}
        del committed["b.x.sim.tsv"]
        self.assertEqual(self.said(committed)[0][2], "b.x.sim.tsv is new; c.x.sim.tsv is not made any more")

    def test_another_gnuplot_skips_drawings_and_no_data(self):
        data, drawings = self.said({**MADE, "a.x.sim.tsv": "9"}, "gnuplot 6.0 patchlevel 0")
        self.assertEqual(data[0], "fail")
        self.assertEqual(drawings[0], "skip")
        self.assertIn("6.0", drawings[2])
        self.assertIn("5.4", drawings[2])

    def test_a_comparison_is_the_same_whatever_the_mathematical_library(self):
        self.assertEqual(figures_check.seven_digits('{"p": 0.12345678901, "n": 123456789}'),
                         figures_check.seven_digits('{"p": 0.12345678902, "n": 123456789}'))
        self.assertNotEqual(figures_check.seven_digits('{"p": 0.1234567}'),
                            figures_check.seven_digits('{"p": 0.1234568}'))

    def test_a_run_without_digests_says_how_to_write_them(self):
        with self.assertRaisesRegex(figures_check.Broken, "--update"):
            figures_check.digests_read(self.run_directory)
        (self.run_directory / figures_check.DIGESTS).write_text("0  a.svg\n")
        with self.assertRaisesRegex(figures_check.Broken, "names no gnuplot"):
            figures_check.digests_read(self.run_directory)


class OfARun(unittest.TestCase):
    def test_update_and_check_agree_until_a_raw_stream_is_changed(self):
        with tempfile.TemporaryDirectory() as scratch:
            run = pathlib.Path(scratch) / "run"
            shutil.copytree(RUN, run)
            words = ["figures_check", "--bin", str(BIN), str(run)]
            with mock.patch.object(sys, "argv", words + ["--update"]):
                self.assertEqual(figures_check.main(), 0)
            with mock.patch.object(sys, "argv", words):
                self.assertEqual(figures_check.main(), 0)
                log = sorted(run.glob("*.log.zst"))[0]
                content = bytearray(log.read_bytes())
                content[len(content) // 2] ^= 1
                log.write_bytes(content)
                self.assertNotEqual(figures_check.main(), 0)


if __name__ == "__main__":
    if figures_check.gnuplot_version() is None:
        print("skipped: no gnuplot")
        sys.exit(77)
    unittest.main()
