#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the kernel's font from a console font of 8x16 pixels with a Unicode table. Usage: font.py FONT.psfu[.gz] OUT.c

The form is PSF version 1 (kbd, "The PSF font file format"): magic 36 04, mode, bytes a glyph, the glyphs, and for each glyph its
characters as 16-bit numbers up to ffff. A character that the font lacks is an error.
"""
import gzip
import pathlib
import struct
import sys

FIRST, GLYPHS, HEIGHT = 0x20, 95, 16


def read(path):
    """Returns {character code: 16 rows} of the font's printable ASCII."""
    try:
        data = pathlib.Path(path).read_bytes()
    except OSError as error:
        sys.exit(f"font.py: {path}: {error.strerror}; it is in Debian's package fonts-spleen: ci/install build")
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:2] != b"\x36\x04" or data[3] != HEIGHT or not data[2] & 2:
        sys.exit(f"font.py: {path} is not a PSF font of version 1 with glyphs of 8x16 pixels and a Unicode table")
    count = 512 if data[2] & 1 else 256
    table = struct.unpack(f"<{(len(data) - 4 - count * HEIGHT) // 2}H", data[4 + count * HEIGHT:][:(len(data) - 4 - count * HEIGHT) // 2 * 2])
    glyphs, number = {}, 0
    for code in table:
        if code == 0xffff:
            number += 1
        elif number < count:
            glyphs.setdefault(code, data[4 + number * HEIGHT:][:HEIGHT])
    missing = [chr(code) for code in range(FIRST, FIRST + GLYPHS) if code not in glyphs]
    if missing:
        sys.exit(f"font.py: {path} has no {''.join(missing)}")
    return {code: glyphs[code] for code in range(FIRST, FIRST + GLYPHS)}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    rows = [f"    {{{', '.join(f'0x{byte:02x}' for byte in glyph)}}}, /* {code:02x} */" for code, glyph in read(sys.argv[1]).items()]
    pathlib.Path(sys.argv[2]).write_text(
        "/* SPDX-License-Identifier: BSD-2-Clause */\n"
        "/* Made by font.py from Spleen, copyright 2018-2020 Frederic Cambus, whose licence is in Debian's package fonts-spleen. */\n"
        '#include "x86/font.h"\n\n'
        "const uint8_t font_glyphs[FONT_GLYPHS][FONT_HEIGHT] = {\n" + "\n".join(rows) + "\n};\n", encoding="utf-8")


if __name__ == "__main__":
    main()
