"""Functions that are compiled for several kinds of vector instructions (MULTISTATE_VECTORIZE) use them: one that multiplies and adds
single numbers in its version for AVX2, as every loop does for the numbers left over, does so for eight at a time, too. GCC is silent
about a loop that it does not vectorise, and results are the same.

usage: vectorized_test.py LIBRARY
"""

import collections
import re
import subprocess
import sys
import unittest

LIBRARY = sys.argv[1]
CLONE = re.compile(r"[0-9a-f]+ <(multistate::.*) \[clone \.arch_x86_64_v3\].*>:")
MULTIPLY_ADD = re.compile(r"\tvfn?m(?:add|sub)\d+[ps]s ")


def functions_that_multiply_and_add(listing):
    """By name: whether any of their multiply-adds is for eight numbers."""
    found = collections.defaultdict(bool)
    function = None
    for line in listing.splitlines():
        if line.endswith(">:"):
            clone = CLONE.fullmatch(line)
            function = clone[1] if clone else None
        elif function and MULTIPLY_ADD.search(line):
            found[function] |= "%ymm" in line
    return found


class Vectorized(unittest.TestCase):
    def test_what_is_computed_number_by_number_is_computed_eight_at_a_time(self):
        listing = subprocess.run(["objdump", "--disassemble", "--demangle", "--no-show-raw-insn", LIBRARY],
                                 capture_output=True, text=True, check=True).stdout
        found = functions_that_multiply_and_add(listing)
        names = " ".join(found)
        for name in ("softmax_row", "swiglu_rows", "geglu_rows", "cap_row", "rms_norm_rows", "dot"):
            self.assertIn(f"multistate::{name}(", names)
        self.assertEqual([name for name, eight in found.items() if not eight], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
