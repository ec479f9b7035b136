#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace multistate {

/// The first number with a per cent sign right behind it, in per cent: "about 62.5% of" -> 62.5.
std::optional<double> first_percentage(std::string_view text);

/// ZeroSCROLLS's exponential similarity of two percentages (space_digest), p and p' as fractions:
///
///     2^(-10 |p - p'|)
///
/// 0 when the prediction has no first_percentage. Throws std::invalid_argument when the answer has
/// none.
double exponential_similarity(std::string_view prediction, std::string_view answer);

/// The numbers of a list, "3, 1, 2" -> {"3", "1", "2"}: everything but the digits 0 to 9, commas
/// and white space is dropped, and commas and white space separate. Leading zeros are dropped.
std::vector<std::string> listed_numbers(std::string_view text);

/// ZeroSCROLLS's concordance index of two orders of the same items (book_sum_sort): the share of
/// pairs of items that have the same order in both. 0 when the prediction does not list the
/// answer's numbers, each once. Throws std::invalid_argument when the answer lists fewer than two
/// or one of them twice.
double concordance_index(std::string_view prediction, std::string_view answer);

/// LongBench's count score: the share of the numbers in the prediction (runs of digits, of any
/// script) that are `number` as written; 0 when there are none.
double count_score(std::string_view prediction, std::string_view number);

/// The number n of the first "Paragraph n" in a text.
std::optional<std::string> paragraph_number(std::string_view text);

/// LongBench's retrieval score: count_score for the answer's paragraph_number. Throws
/// std::invalid_argument when the answer has none.
double retrieval_score(std::string_view prediction, std::string_view answer);

}  // namespace multistate
