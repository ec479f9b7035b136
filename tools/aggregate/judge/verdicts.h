#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "aggregate/judge/pairs.h"

namespace multistate::aggregate {

/// Throws InputError, starting with `source`, for what is no key, or one in which not every pair is
/// there once in either order.
Key key_from_json(const nlohmann::json& json, const std::string& source);

enum class JudgeVerdict { kA, kB, kTie };

/// The verdicts on key.pairs, in their order, out of JSON lines {"id", "verdict"} in any order;
/// "verdict" is "A", "B" or "tie", and further members are the judge's own. Throws InputError,
/// starting with `source` and the line, for a line that is none, an id that the key does not know
/// and one that has come before; and for pairs that have no verdict.
std::vector<JudgeVerdict> read_verdicts(std::string_view text, const Key& key,
                                        const std::string& source);

/// How a comparison ended. As in Oren et al., arXiv:2401.06104, section 5.3, a pair is won when
/// both orders say so, lost likewise, and a tie otherwise; identical texts are not among them.
struct Tally {
  int64_t wins = 0;
  int64_t ties = 0;
  int64_t losses = 0;
  int64_t agreed = 0;  ///< Pairs on which both orders said the same.

  int64_t pairs() const { return wins + ties + losses; }
};

/// By comparison of the key.
std::vector<Tally> tally(const Key& key, const std::vector<JudgeVerdict>& verdicts);

}  // namespace multistate::aggregate
