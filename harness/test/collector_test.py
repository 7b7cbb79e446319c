#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the collector's init does on the stick's partition, in a directory as its root: no kernel, no guest.

Usage: collector_test.py CI/GUEST_TREE HARNESS/COLLECTOR/INIT      exit status 0: all claims hold; 77: no chroot here

Its programs are this system's; what would reach for the machine (mount, insmod, sleep …) only notes that it was called,
and memory, devices and partition are files. That the same runs under Linux on a real medium is ci/image_test's business.
"""
import os
import pathlib
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

GUEST_TREE, INIT = sys.argv[1:3]
del sys.argv[1:3]  # unittest's are the others
from guest_tree_test import members, unpack

BASE, BYTES, SERIAL = 32 << 20, 1 << 20, "1234-abcd"
REAL = ["dd", "od", "tr", "mkdir", "sync", "mv", "rm", "cat"]
FAKE = ["mount", "umount", "insmod", "fsck.fat", "sleep"]
# Who sleeps moves the clock, by what /slow says more. An hour is what a machine that stands waits for.
FAKE_SCRIPT = """#!/bin/sh
echo "${0##*/} $*" >>/calls
[ "${0##*/}" = sleep ] || exit 0
read -r slow_s </slow
read -r up_s rest </proc/uptime
echo "$((${up_s%%.*} + $1 + slow_s)).25 1.00" >/proc/uptime
[ $1 != 3600 ] || kill -KILL $PPID
"""
SAID = b"@aero 1\nwhat was measured\n" * 50


def chroot(*words):
    return [*(["unshare", "--map-root-user"] if os.geteuid() else []), "/usr/sbin/chroot", *map(str, words)]


def tree_made():
    """What is in the archive."""
    with tempfile.TemporaryDirectory(prefix="aerobench-test-") as scratch:
        fake, init, archive = [pathlib.Path(scratch) / name for name in ("fake", "init", "tree.gz")]
        fake.write_text(FAKE_SCRIPT)
        waits = pathlib.Path(INIT).read_text()
        assert "\nWAIT_S=120 TELL_S=10 " in waits
        init.write_text(waits.replace("\nWAIT_S=120 TELL_S=10 ", "\nWAIT_S=12 TELL_S=5 "))
        words = [f"--program={name}" for name in REAL] + [f"--program={fake}=/usr/bin/{name}" for name in FAKE]
        subprocess.run([GUEST_TREE, archive, "--init", init, *words], check=True)
        return members(archive)


class Root:
    """A machine with the collector's initramfs, a partition at /mnt and another drive that has no medium."""

    def __init__(self, scratch, tree):
        self.path = pathlib.Path(scratch)
        unpack(tree, self.path)
        for name, sectors in ("vda", 1 << 16), ("vda4", 1 << 13), ("sr0", 0):
            entry = self.path / "sys/class/block" / name
            entry.mkdir(parents=True)
            (entry / "size").write_text(f"{sectors}\n")
        (self.path / "sys/class/block/vda4/partition").write_text("4\n")
        sector = bytearray(512)
        struct.pack_into("<BI", sector, 38, 0x29, int(SERIAL.replace("-", ""), 16))
        for name, data in ("dev/vda", bytes(512)), ("dev/vda4", sector), ("dev/sr0", b""), ("load_modules", b"#!/bin/sh\ninsmod /x.ko\n"), \
                ("proc/cmdline", f"quiet aerobench={BASE},{BYTES},{SERIAL}\n".encode()), ("proc/uptime", b"1234.56 78.90\n"), ("slow", b"0\n"):
            (self.path / name).write_bytes(data)
        os.mkfifo(self.path / "dev/kmsg")
        self.remember(SAID)

    def remember(self, said, base=BASE, length=None):
        """bench/wire_region.h; None: memory that has lost everything."""
        fixed = struct.pack("<QQQ", base, BYTES - 4096, 77)
        head = b"AEROBENCH REGION" + struct.pack("<II", 1, zlib.crc32(fixed)) + fixed
        with open(self.path / "dev/mem", "wb") as memory:
            memory.truncate(BASE + BYTES)
            memory.seek(BASE)
            if said is not None:
                memory.write((head + struct.pack("<QIII", len(said) if length is None else length, 2, 0x10, 0)).ljust(4096, b"\0") + said)

    def device(self, bus, name, driver=None, **facts):
        """One of Linux's, with its files."""
        entry = self.path / "sys/bus" / bus / "devices" / name
        entry.mkdir(parents=True)
        for file, text in facts.items():
            (entry / file).write_text(f"{text}\n")
        if driver:
            (entry / "driver").symlink_to(f"/sys/bus/{bus}/drivers/{driver}")
            (self.path / f"sys/bus/{bus}/drivers/{driver}").mkdir(parents=True)

    def run(self, file_bytes=resource.RLIM_INFINITY):
        """(what it said on the console, whether it reset the machine); no file may grow beyond file_bytes."""
        kmsg = os.open(self.path / "dev/kmsg", os.O_RDWR | os.O_NONBLOCK)
        (self.path / "proc/sysrq-trigger").write_text("")
        (self.path / "calls").write_text("")
        limits = (file_bytes, resource.RLIM_INFINITY)
        # Python ignores SIGXFSZ: a write beyond the limit is an error like that of a full disk
        done = subprocess.run(chroot(self.path, "/init"), capture_output=True, text=True, stdin=subprocess.DEVNULL, restore_signals=False,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits), timeout=120)
        try:
            said = os.read(kmsg, 1 << 16).decode()
        except BlockingIOError:
            said = ""
        os.close(kmsg)
        need = done.stdout + done.stderr
        assert done.returncode == -9 and need == "", f"it ends by standing, and what it says goes to the console: {done.returncode} {need} {said}"
        return said, (self.path / "proc/sysrq-trigger").read_text() == "b\n"

    def results(self):
        directory = self.path / "mnt/results"
        return {path.name: path.read_bytes() for path in directory.iterdir()} if directory.exists() else {}


class Collector(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree = tree_made()

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="aerobench-test-")
        self.addCleanup(scratch.cleanup)
        self.root = Root(scratch.name, self.tree)

    def goes_on(self, says):
        said, reset = self.root.run()
        self.assertIn(says, said)
        self.assertNotIn("FAILED", said)
        self.assertTrue(reset, said)

    def stands(self, says, **more):
        said, reset = self.root.run(**more)
        self.assertIn("FAILED: ", said)
        self.assertIn(says, said)
        self.assertIn("The machine stands here", said)
        self.assertFalse(reset, said)
        return said

    def test_each_boot_becomes_a_file_of_its_own(self):
        self.goes_on(f"results/boot001.log: {len(SAID)} bytes, state 2, code 16")
        self.root.remember(SAID + b"more")
        self.goes_on(f"results/boot002.log: {len(SAID) + 4} bytes, state 2, code 16")
        self.assertEqual(self.root.results(), {"boot001.log": SAID, "boot002.log": SAID + b"more"})
        calls = (self.root.path / "calls").read_text()
        self.assertIn("insmod /x.ko\n", calls)
        self.assertLess(calls.index("mount -t vfat"), calls.index("umount /mnt"))

    def test_a_boot_that_left_nothing_is_noted_and_the_next_one_measures(self):
        self.goes_on("results/boot001.log")
        for damage, why in (dict(said=None), "no region of results"), (dict(said=SAID, base=BASE * 2), "another region's"), \
                (dict(said=SAID, length=BYTES), f"a wrong length: {BYTES}"), (dict(said=b""), "no results"):
            self.root.remember(**damage)
            self.goes_on(why)
            self.root.remember(SAID)
            self.goes_on(".log: ")
        lost = self.root.results().pop("lost.txt").decode()
        self.assertRegex(lost, r"^boot002.log: there is no region .*\nboot002.log: kept\nboot003.log: .*\nboot003.log: kept\n")
        self.assertEqual([name for name in sorted(self.root.results()) if name != "lost.txt"], [f"boot{i:03}.log" for i in range(1, 6)])

    def test_two_boots_in_a_row_that_left_nothing_stop_the_series(self):
        self.root.remember(None)
        self.goes_on("no region of results")
        self.stands("twice in a row, there is no region of results")
        self.assertEqual(list(self.root.results()), ["lost.txt"])

    def test_results_that_cannot_be_written_stop_the_series(self):
        self.root.remember(SAID * 30)
        self.stands("move results/*.log to another computer", file_bytes=len(SAID) * 20)
        self.assertEqual(self.root.results(), {})
        self.goes_on("results/boot001.log")

    def test_a_medium_that_is_not_found_stops_the_series(self):
        (self.root.path / "dev/vda4").write_bytes(bytes(512))
        said = self.stands(f"no partition {SERIAL} in 12 s; without a driver: nothing; drives that Linux found: sr0 (0 MiB), vda (32 MiB)\n")
        waits = [line for line in said.splitlines() if "waits for" in line]
        self.assertEqual([re.sub(".*, for ", "", line) for line in waits], [f"{left} s more; drives so far: sr0 (0 MiB), vda (32 MiB)" for left in (7, 2)])
        shutil.rmtree(self.root.path / "sys/class/block")
        self.root.remember(None)
        said = self.stands("in 12 s, and there is no region of results")
        self.assertIn("; without a driver: nothing; drives that Linux found: none\n", said)

    def test_a_wait_is_over_by_the_clock(self):
        """However long one look at a drive that does not answer takes."""
        (self.root.path / "dev/vda4").write_bytes(bytes(512))
        (self.root.path / "slow").write_text("50\n")
        self.stands("no partition")
        self.assertEqual((self.root.path / "calls").read_text().count("sleep 1\n"), 1)

    def test_what_has_no_driver_is_named(self):
        (self.root.path / "dev/vda4").write_bytes(bytes(512))
        for name, driver, number, kind in ("00:1f.2", None, 0x2822, 0x10400), ("00:14.0", None, 0xa36d, 0xc0330), \
                ("00:1a.0", "ehci-pci", 0x1c2d, 0xc0320), ("00:0d.2", None, 0x9a1b, 0xc0340), ("00:02.0", None, 0x9a49, 0x30000):
            self.root.device("pci", "0000:" + name, driver, vendor="0x8086", device=f"0x{number:04x}", **{"class": f"0x{kind:06x}"})
        self.root.device("usb", "1-1", "usb", idVendor="174c", idProduct="55aa")
        self.root.device("usb", "1-1:1.0", bInterfaceClass="08")
        self.root.device("usb", "1-0:1.0", bInterfaceClass="09")
        self.stands("without a driver: PCI 8086:a36d (class 0c0330), PCI 8086:2822 (class 010400), USB 174c:55aa; drives")

    def test_a_server_of_many_drives_is_told_in_lines_that_linux_takes(self):
        (self.root.path / "dev/vda4").write_bytes(bytes(512))
        (self.root.path / "slow").write_text("50\n")
        for number in range(60):
            entry = self.root.path / f"sys/class/block/sd{number}"
            entry.mkdir()
            (entry / "size").write_text("31251759104\n")
        said = self.stands("drives that Linux found: sd0 (15259648 MiB), sd1 (15259648 MiB)")
        self.assertLess(max(len(line) for line in said.encode().splitlines()), 976)

    def test_it_says_what_it_does_before_it_does_it(self):
        said, _ = self.root.run()
        self.assertEqual(re.findall("aerobench collector: (.*)", said),
                         [f"loads drivers for the stick with the partition {SERIAL}",
                          f"writes {len(SAID)} bytes to /dev/vda4 as results/boot001.log: leave the stick in",
                          f"results/boot001.log: {len(SAID)} bytes, state 2, code 16"])


if __name__ == "__main__":
    if subprocess.run(chroot("/", "/bin/true"), capture_output=True).returncode != 0:
        print("no chroot here: neither root nor user namespaces")
        sys.exit(77)
    unittest.main()
