#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/results/cell_folder.h"

#include "aggregate/judge/judge.h"

namespace multistate::aggregate {
namespace {

using nlohmann::json;

/// An object among the members of a comparison.
KeyCell cell_in(const JsonObject& comparison, const char* key) {
  const json* found = comparison.find(key);
  if (found == nullptr || !found->is_object()) {
    comparison.fail(key, "an object");
  }
  const JsonObject members(*found, comparison.source() + "." + key);
  const auto size = members.integer("state_size");
  return {members.required(&JsonObject::string, "id"),
          members.required(&JsonObject::string, "label"), size ? json(*size) : json()};
}

std::vector<JsonObject> objects_in(const JsonObject& members, const char* key) {
  const json* list = members.find(key);
  if (list == nullptr || !list->is_array()) {
    members.fail(key, "a list");
  }
  std::vector<JsonObject> objects;
  for (const json& element : *list) {
    const std::string place = fmt::format("{}: {}[{}]", members.source(), key, objects.size());
    if (!element.is_object()) {
      throw InputError(fmt::format("{}: is {}; expected an object", place, json_text(element)));
    }
    objects.emplace_back(element, place);
  }
  return objects;
}

void check_pairs(const Key& key, const std::string& source) {
  std::set<std::string> ids;
  std::set<std::tuple<size_t, int64_t, bool>> orders;
  for (const KeyPair& pair : key.pairs) {
    if (!ids.insert(pair.id).second) {
      throw InputError(fmt::format("{}: the id {} is there twice", source, in_quotes(pair.id)));
    }
    orders.insert({pair.comparison, pair.sample, pair.cell_is_a});
  }
  for (const KeyPair& pair : key.pairs) {
    if (!orders.contains({pair.comparison, pair.sample, !pair.cell_is_a})) {
      throw InputError(fmt::format("{}: the pair {} is not there in the other order", source,
                                   in_quotes(pair.id)));
    }
  }
  if (orders.size() != key.pairs.size()) {
    throw InputError(fmt::format("{}: a pair is there more than once in one order", source));
  }
}

JudgeVerdict verdict_of(const JsonObject& members) {
  static const std::map<std::string, JudgeVerdict> verdicts = {
      {"A", JudgeVerdict::kA}, {"B", JudgeVerdict::kB}, {"tie", JudgeVerdict::kTie}};
  const auto found = verdicts.find(members.required(&JsonObject::string, "verdict"));
  if (found == verdicts.end()) {
    members.fail("verdict", "'A', 'B' or 'tie'");
  }
  return found->second;
}

/// 1: the cell's text is preferred, -1: the other's, 0: neither.
int favour(JudgeVerdict verdict, bool cell_is_a) {
  if (verdict == JudgeVerdict::kTie) {
    return 0;
  }
  return (verdict == JudgeVerdict::kA) == cell_is_a ? 1 : -1;
}

}  // namespace

Key key_from_json(const json& json, const std::string& source) {
  if (auto problem = problem_with_schema(json, "multistate.judge_key"); !problem.empty()) {
    throw InputError(fmt::format("{}: {}", source, problem));
  }
  const JsonObject members(json, source);
  Key key;
  key.seed = static_cast<uint64_t>(members.required(&JsonObject::integer, "seed"));
  for (const JsonObject& one : objects_in(members, "comparisons")) {
    key.comparisons.push_back({cell_in(one, "cell"), cell_in(one, "against"),
                               one.required(&JsonObject::integer, "samples"),
                               one.required(&JsonObject::integer, "identical")});
  }
  const auto last = static_cast<int64_t>(key.comparisons.size()) - 1;
  for (const JsonObject& one : objects_in(members, "pairs")) {
    const int64_t comparison = one.required(&JsonObject::integer, "comparison");
    if (comparison < 0 || comparison > last) {
      one.fail("comparison", fmt::format("0 to {}", last));
    }
    key.pairs.push_back({one.required(&JsonObject::string, "id"), static_cast<size_t>(comparison),
                         one.required(&JsonObject::integer, "sample"),
                         one.required(&JsonObject::boolean, "cell_is_a")});
  }
  check_pairs(key, source);
  return key;
}

std::vector<JudgeVerdict> read_verdicts(std::string_view text, const Key& key,
                                        const std::string& source) {
  constexpr size_t kNamed = 5;
  std::map<std::string, std::pair<JudgeVerdict, int64_t>> by_id;  // With the line, 0: none yet.
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
    if (found->second.second > 0) {
      throw InputError(fmt::format("{}: {} has a verdict already, in line {}", place, in_quotes(id),
                                   found->second.second));
    }
    found->second = {verdict_of(members), number};
  }
  std::vector<JudgeVerdict> verdicts;
  std::vector<std::string> missing;
  for (const KeyPair& pair : key.pairs) {
    const auto& [verdict, line] = by_id.at(pair.id);
    verdicts.push_back(verdict);
    if (line == 0) {
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

}  // namespace multistate::aggregate
