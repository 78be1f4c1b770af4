#!/usr/bin/env python3
"""Writes nfc_tables.cc from the Unicode database of the Python that runs it (3.11: Unicode 14).

usage: python3 make_nfc_tables.py > nfc_tables.cc
"""
import sys
import unicodedata

HANGUL = range(0xAC00, 0xD7A4)  # decomposed by arithmetic


def decompositions():
    for code in range(sys.maxunicode + 1):
        text = unicodedata.decomposition(chr(code))
        if not text or text.startswith("<") or code in HANGUL:
            continue
        parts = [int(part, 16) for part in text.split()] + [0]
        composes = unicodedata.normalize("NFC", chr(parts[0]) + chr(parts[1])) == chr(code)
        yield code, parts[0], parts[1], int(len(parts) == 3 and composes)


def class_ranges():
    start, last = 0, 0
    for code in range(sys.maxunicode + 2):
        value = unicodedata.combining(chr(code)) if code <= sys.maxunicode else 0
        if value != last:
            if last:
                yield start, code - 1, last
            start, last = code, value


def table(kind, name, rows):
    rows = ["{" + ", ".join(f"0x{v:X}" if v > 255 else str(v) for v in row) + "}," for row in rows]
    print(f"const {kind} {name}[] = {{")
    line = "   "
    for row in rows:
        if len(line) + len(row) > 108:
            print(line)
            line = "   "
        line += " " + row
    print(line + "\n};")
    print(f"const std::size_t {name}Count = std::size({name});\n")


print("// Made by make_nfc_tables.py from the Unicode database, version " + unicodedata.unidata_version + ". Not edited by hand.")
print('// clang-format off\n#include "worker/text/nfc_tables.h"\n\n#include <iterator>\n\nnamespace rad {\n')
table("Decomposition", "kDecompositions", decompositions())
table("ClassRange", "kClassRanges", class_ranges())
print("}  // namespace rad")
