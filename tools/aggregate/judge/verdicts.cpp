#include "aggregate/judge/verdicts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"

namespace multistate::aggregate {
namespace {

JudgeVerdict verdict_of(const JsonObject& members) {
  const std::string verdict = members.required(&JsonObject::string, "verdict");
  if (verdict == "A") {
    return JudgeVerdict::kA;
  }
  if (verdict == "B") {
    return JudgeVerdict::kB;
  }
  if (verdict != "tie") {
    members.fail("verdict", "'A', 'B' or 'tie'");
  }
  return JudgeVerdict::kTie;
}

/// A verdict with the line that it stood in.
struct Read {
  JudgeVerdict verdict = JudgeVerdict::kTie;
  int64_t line = 0;
};

using ById = std::map<std::string, std::optional<Read>>;

std::vector<JudgeVerdict> in_order_of(const Key& key, const ById& by_id,
                                      const std::string& source) {
  constexpr size_t kNamed = 5;
  std::vector<JudgeVerdict> verdicts;
  std::vector<std::string> missing;
  for (const KeyPair& pair : key.pairs) {
    if (const auto& read = by_id.at(pair.id)) {
      verdicts.push_back(read->verdict);
    } else {
      missing.push_back(in_quotes(pair.id));
    }
  }
  if (!missing.empty()) {
    const auto named = std::span(missing).first(std::min(missing.size(), kNamed));
    throw InputError(fmt::format("{}: {} of {} pairs have no verdict: {}{}", source, missing.size(),
                                 key.pairs.size(), join(named),
                                 missing.size() > kNamed ? ", ..." : ""));
  }
  return verdicts;
}

/// 1: the cell's text is preferred, -1: the other's, 0: neither.
int favour(JudgeVerdict verdict, bool cell_is_a) {
  if (verdict == JudgeVerdict::kTie) {
    return 0;
  }
  return (verdict == JudgeVerdict::kA) == cell_is_a ? 1 : -1;
}

}  // namespace

std::vector<JudgeVerdict> read_verdicts(std::string_view text, const Key& key,
                                        const std::string& source) {
  ById by_id;
  for (const KeyPair& pair : key.pairs) {
    by_id[pair.id];
  }
  std::istringstream lines{std::string(text)};
  int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string place = fmt::format("{}:{}", source, ++number);
    const auto parsed = parse_strict_json(line, place);
    const JsonObject members(parsed, place);
    const std::string id = members.required(&JsonObject::string, "id");
    const auto found = by_id.find(id);
    if (found == by_id.end()) {
      throw InputError(fmt::format("{}: the key knows no pair {}", place, in_quotes(id)));
    }
    if (found->second) {
      throw InputError(fmt::format("{}: {} has a verdict already, in line {}", place, in_quotes(id),
                                   found->second->line));
    }
    found->second = Read{verdict_of(members), number};
  }
  return in_order_of(key, by_id, source);
}

std::vector<Tally> tally(const Key& key, const std::vector<JudgeVerdict>& verdicts) {
  std::map<std::pair<size_t, int64_t>, std::vector<int>> favours;
  for (size_t i = 0; i < key.pairs.size(); ++i) {
    const KeyPair& pair = key.pairs[i];
    favours[{pair.comparison, pair.sample}].push_back(favour(verdicts.at(i), pair.cell_is_a));
  }
  std::vector<Tally> tallies(key.comparisons.size());
  for (const auto& [place, orders] : favours) {
    Tally& tally = tallies.at(place.first);
    const bool agreed = orders.at(0) == orders.at(1);
    tally.agreed += agreed ? 1 : 0;
    const int outcome = agreed ? orders.at(0) : 0;
    ++(outcome > 0 ? tally.wins : (outcome < 0 ? tally.losses : tally.ties));
  }
  return tallies;
}

Places places_of(const std::vector<JudgeVerdict>& verdicts) {
  return {std::count(verdicts.begin(), verdicts.end(), JudgeVerdict::kA),
          std::count(verdicts.begin(), verdicts.end(), JudgeVerdict::kB)};
}

}  // namespace multistate::aggregate
