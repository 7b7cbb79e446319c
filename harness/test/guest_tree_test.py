#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What ci/guest_tree packs, read back by a reader of its own and run by the packed loader.

Usage: guest_tree_test.py CI/GUEST_TREE      exit status 0: all claims hold
"""
import gzip
import lzma
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

GUEST_TREE = sys.argv.pop(1) if len(sys.argv) > 1 else "ci/guest_tree"


def members(path):
    """name → (mode, bytes) of a "newc" archive, in its order."""
    data, at, found = gzip.decompress(pathlib.Path(path).read_bytes()), 0, {}
    while True:
        if data[at:at + 6] != b"070701":
            raise AssertionError(f"no entry at {at}")
        fields = [int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        name = data[at + 110:at + 110 + fields[11] - 1].decode()
        body = (at + 110 + fields[11] + 3) & ~3
        if name == "TRAILER!!!":
            return found
        if name in found:
            raise AssertionError(f"{name} is there twice")
        found[name] = (fields[1], data[body:body + fields[6]])
        at = (body + fields[6] + 3) & ~3


def unpack(found, directory):
    """Regular files and links only: nothing that needs root."""
    for name, (mode, data) in found.items():
        path = pathlib.Path(directory) / name
        if mode & 0o170000 == 0o040000:
            path.mkdir()
        elif mode & 0o170000 == 0o120000:
            path.symlink_to(data.decode())
        elif mode & 0o170000 == 0o100000:
            path.write_bytes(data)
            path.chmod(mode & 0o777)


class GuestTree(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="aerobench-test-")
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)
        self.init = self.scratch / "init.sh"
        self.init.write_text("#!/bin/sh\necho up\n")
        self.archive = self.scratch / "tree.cpio.gz"

    def make(self, *words, archive=None):
        return subprocess.run([GUEST_TREE, archive or self.archive, "--init", self.init, *words], capture_output=True, text=True)

    def made(self, *words):
        done = self.make(*words)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return members(self.archive)

    def refused(self, text, *words):
        done = self.make(*words)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn(text, done.stderr)
        self.assertFalse(self.archive.exists())

    def module(self, name, depends, end="", pack=bytes):
        directory = self.scratch / "modules/lib/modules/6.1.0-test/kernel/drivers"
        directory.mkdir(parents=True, exist_ok=True)
        data = b"\x7fELF..license=GPL\0softdep=pre: x\0depends=" + ",".join(depends).encode() + b"\0name=" + name.encode() + b"\0"
        (directory / f"{name}.ko{end}").write_bytes(pack(data))
        return data

    def need_insmod(self):
        if not any((pathlib.Path(place) / "insmod").exists() for place in ("/usr/sbin", "/sbin", "/usr/bin", "/bin")):
            self.skipTest("insmod is missing: apt-get install kmod")

    def test_packed_programs_run_with_packed_libraries_alone(self):
        found = self.made("--program", "cat")
        root = self.scratch / "root"
        root.mkdir()
        unpack(found, root)
        loader = next(root.glob("usr/lib64/ld-linux*"))
        libraries = ":".join({str(path.parent) for path in root.rglob("*.so*")})
        done = subprocess.run([loader, "--inhibit-cache", "--library-path", libraries, root / "usr/bin/sh", "-c", "echo $((6 * 7))"],
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, "42\n"), done.stderr)
        done = subprocess.run([loader, "--inhibit-cache", "--library-path", libraries, root / "usr/bin/cat", self.init], capture_output=True,
                              text=True)
        self.assertEqual(done.stdout, self.init.read_text())
        self.assertEqual(os.readlink(root / "bin"), "usr/bin")

    def test_same_input_gives_same_bytes(self):
        self.assertEqual(self.make("--program", "cat").returncode, 0)
        again = self.scratch / "again.cpio.gz"
        os.utime(self.init, (1, 1))
        self.assertEqual(self.make("--program", "cat", archive=again).returncode, 0)
        self.assertEqual(self.archive.read_bytes(), again.read_bytes())

    def test_every_parent_comes_before_what_it_holds(self):
        seen = {""}
        for name in self.made("--file", f"{self.init}=/a/b/c/d", "--file", f"{self.init}=/a/b/e"):
            self.assertIn(os.path.dirname(name), seen)
            seen.add(name)
        self.assertIn("a/b/c/d", seen)

    def test_files_keep_their_bytes_and_a_place_below_bin_is_one_below_usr(self):
        odd = self.scratch / "odd"
        odd.write_bytes(bytes(range(256)) * 7 + b"x")
        found = self.made("--file", f"{odd}=/boot/odd", "--program", f"{self.init}=/bin/tool", "--link", "/sbin/t=../bin/tool")
        self.assertEqual(found["boot/odd"], (0o100644, odd.read_bytes()))
        self.assertEqual(found["usr/bin/tool"], (0o100755, self.init.read_bytes()))
        self.assertEqual(found["usr/sbin/t"], (0o120777, b"../bin/tool"))
        self.assertEqual(found["init"], (0o100755, self.init.read_bytes()))
        self.assertEqual(found["dev/console"][0], 0o020600)

    def test_what_came_from_this_system_is_listed(self):
        self.refused("nowhere", "--sources", self.scratch / "nowhere/listed")
        data, listed = self.scratch / "data", self.scratch / "listed"
        data.write_text("data")
        self.module("mod_a", [])
        found = self.made("--program", "cat", "--file", f"{data}=/data", "--sources", listed, "--modules", "mod_a", "--modules-from",
                          self.scratch / "modules")
        paths = listed.read_text().splitlines()
        self.assertEqual(paths, sorted(set(paths)))
        self.assertIn(str(data), paths)
        self.assertNotIn(str(self.init), paths)
        names = {os.path.basename(path) for path in paths}
        self.assertLessEqual({"sh", "cat", "insmod", "libc.so.6"}, names)
        self.assertLessEqual({os.path.basename(name) for name in found if ".so" in name}, names)

    def test_modules_come_after_those_they_need(self):
        low = self.module("low-level", [], ".xz", lzma.compress)
        self.module("middle", ["low_level"])
        self.module("top", ["middle", "low_level", "inside"])
        builtin = self.scratch / "modules/lib/modules/6.1.0-test/modules.builtin"
        builtin.write_text("kernel/lib/inside.ko\n")
        words = ["--modules", "top,low-level,inside", "--modules-from", str(self.scratch / "modules")]
        self.need_insmod()
        found = self.made(*words)
        script = found["load_modules"][1].decode().split("\n")
        self.assertEqual([os.path.basename(line) for line in script if line.startswith("insmod ")], ["low_level.ko", "middle.ko", "top.ko"])
        self.assertEqual(found["usr/lib/modules/6.1.0-test/low_level.ko"][1], low)
        self.assertIn("usr/sbin/insmod", found)

    def test_modules_are_unpacked_whatever_packed_them(self):
        self.need_insmod()
        words = ["--modules-from", str(self.scratch / "modules"), "--modules"]
        one = self.module("one", [], ".gz", gzip.compress)
        self.assertEqual(self.made(*words, "one")["usr/lib/modules/6.1.0-test/one.ko"][1], one)
        self.archive.unlink()
        for end in ".gz", ".xz", ".zst":
            self.module("broken", [], end, lambda data: b"\x1f\x8b but no more")
            self.refused(f"broken.ko{end} cannot be unpacked", *words, "broken")
            next(self.scratch.rglob("broken.ko*")).unlink()
        if shutil.which("zstd") is None:
            self.skipTest("zstd is missing: apt-get install zstd")
        two = self.module("two", ["one"], ".zst", lambda data: subprocess.run(["zstd", "-qc"], input=data, capture_output=True).stdout)
        found = self.made(*words, "two")
        self.assertEqual([found[f"usr/lib/modules/6.1.0-test/{name}.ko"][1] for name in ("one", "two")], [one, two])

    def test_what_cannot_be_packed_is_named(self):
        self.refused("no-such-program", "--program", "no-such-program")
        self.refused("/no/such/file", "--file", "/no/such/file")
        self.refused("begins with /", "--file", f"{self.init}=relative")
        self.refused("two different files", "--file", f"{self.init}=/x", "--file", "/etc/passwd=/x")
        self.module("top", ["gone"])
        self.refused("module gone, which top needs", "--modules", "top", "--modules-from", str(self.scratch / "modules"))
        self.refused("one lib/modules/VERSION", "--modules", "top", "--modules-from", str(self.scratch))
        self.init.write_text("echo no interpreter\n")
        self.refused("cannot start it")


if __name__ == "__main__":
    unittest.main()
