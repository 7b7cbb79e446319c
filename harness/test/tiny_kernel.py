# SPDX-License-Identifier: MIT
"""Kernels of a few bytes, for ends that a real kernel must never have.

image(CODE) is an ELF file that QEMU's -kernel enters in 32-bit protected mode through the PVH note
(Xen, include/public/elfnote.h: XEN_ELFNOTE_PHYS32_ENTRY, type 18).
"""
import struct

BASE = 0x100000
NOTE_AT, CODE_AT, ZERO_AT = 0x100, 0x200, 0x300  # offsets in the file and from BASE

# lidt [BASE + ZERO_AT]; ud2: no interrupt table, so the exception cannot be delivered, nor the double fault after it
TRIPLE_FAULT = b"\x0f\x01\x1d" + struct.pack("<I", BASE + ZERO_AT) + b"\x0f\x0b"
# mov dx, 0xf4; mov eax, 0x10; out dx, eax: isa-debug-exit with the status of success
CLAIM_SUCCESS = b"\x66\xba\xf4\x00\xb8\x10\x00\x00\x00\xef\xf4"


def image(code):
    note = struct.pack("<III4sI", 4, 4, 18, b"Xen\0", BASE + CODE_AT)
    size = ZERO_AT + 16
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 62, 1, BASE + CODE_AT, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 7, 0, BASE, BASE, size, size, 0x1000)
    notes = struct.pack("<IIQQQQQQ", 4, 4, NOTE_AT, BASE + NOTE_AT, BASE + NOTE_AT, len(note), len(note), 4)
    file = bytearray(size)
    for at, part in ((0, header + load + notes), (NOTE_AT, note), (CODE_AT, code)):
        file[at:at + len(part)] = part
    return bytes(file)
