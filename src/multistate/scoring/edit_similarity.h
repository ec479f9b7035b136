#pragma once

#include <string_view>

namespace multistate {

/// 1 minus the normalised Indel distance, that of insertions and deletions alone, by code points;
/// with the length L of a longest common subsequence
///
///     2 L / (length of a + length of b), 1 for two empty texts
///
/// which is `fuzz.ratio(a, b) / 100` of the Python package `rapidfuzz` (fuzzywuzzy, which LongBench
/// names, rounds it to whole per cent).
double edit_similarity(std::string_view a, std::string_view b);

/// What LongBench compares of a prediction of code: after line breaks at the start, the first line
/// without `, # and //; empty when there is none.
std::string_view first_code_line(std::string_view prediction);

}  // namespace multistate
