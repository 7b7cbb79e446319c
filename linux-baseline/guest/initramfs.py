#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Packs a static program as the init of an initramfs: gzip of a cpio archive in "newc" form.

Usage: initramfs.py PROGRAM ARCHIVE
If there is a kernel module aerobench.ko beside the archive (ci/module_build), it goes in as /aerobench.ko. The same files
give the same bytes: owners, times and inode numbers are fixed. Needs neither root, mknod nor cpio.
The form: Linux, Documentation/driver-api/early-userspace/buffer-format.rst.
"""
import gzip
import io
import os
import stat
import sys

# (name, mode, (major, minor)): mount points for init, and the two devices that exist before devtmpfs is mounted;
# the kernel opens /dev/console as init's stdin, stdout and stderr. Numbers: Documentation/admin-guide/devices.txt.
NODES = [
    ("dev", stat.S_IFDIR | 0o755, (0, 0)),
    ("dev/console", stat.S_IFCHR | 0o600, (5, 1)),
    ("dev/null", stat.S_IFCHR | 0o666, (1, 3)),
    ("proc", stat.S_IFDIR | 0o755, (0, 0)),
    ("sys", stat.S_IFDIR | 0o755, (0, 0)),
]


def padded(data):
    return data + bytes(-len(data) % 4)


def entry(inode, name, mode, device=(0, 0), data=b""):
    links = 2 if stat.S_ISDIR(mode) else 1
    name_bytes = name.encode() + b"\0"
    # inode, mode, uid, gid, links, mtime, size, device of the file, device it stands for, length of the name, checksum
    fields = [inode, mode, 0, 0, links, 0, len(data), 0, 0, *device, len(name_bytes), 0]
    head = b"070701" + b"".join(b"%08X" % field for field in fields)
    return padded(head + name_bytes) + padded(data)


def archive(files):
    """files: (name, mode, bytes) of each."""
    parts = [entry(inode, name, mode, device) for inode, (name, mode, device) in enumerate(NODES, 1)]
    parts += [entry(inode, name, stat.S_IFREG | mode, data=data) for inode, (name, mode, data) in enumerate(files, len(NODES) + 1)]
    parts.append(entry(0, "TRAILER!!!", 0))
    return b"".join(parts)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    with open(sys.argv[1], "rb") as file:
        files = [("init", 0o755, file.read())]
    module = os.path.join(os.path.dirname(sys.argv[2]), "aerobench.ko")
    if os.path.exists(module):
        with open(module, "rb") as file:
            files.append(("aerobench.ko", 0o644, file.read()))
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as stream:
        stream.write(archive(files))
    # under another name first: an interrupted build leaves no half an archive behind
    with open(sys.argv[2] + ".partial", "wb") as file:
        file.write(packed.getvalue())
    os.replace(sys.argv[2] + ".partial", sys.argv[2])


if __name__ == "__main__":
    main()
