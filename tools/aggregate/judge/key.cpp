#include "aggregate/judge/key.h"

#include <set>
#include <tuple>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/results/cell_folder.h"

namespace multistate::aggregate {
namespace {

using nlohmann::json;

json to_json(const KeyCell& cell) {
  return {{"id", cell.id}, {"label", cell.label}, {"state_size", cell.state_size}};
}

const json& member(const json& object, const char* key, json::value_t type,
                   const std::string& source) {
  const JsonObject members(object, source);
  const json* found = members.find(key);
  if (found == nullptr || found->type() != type) {
    members.fail(key, type == json::value_t::array ? "a list" : "an object");
  }
  return *found;
}

KeyCell cell_from_json(const json& object, const char* key, const std::string& source) {
  const json& cell = member(object, key, json::value_t::object, source);
  const JsonObject members(cell, source + "." + key);
  KeyCell read = {members.required(&JsonObject::string, "id"),
                  members.required(&JsonObject::string, "label"), nullptr};
  if (const auto size = members.integer("state_size")) {
    read.state_size = *size;
  }
  return read;
}

KeyComparison comparison_from_json(const json& object, const std::string& source) {
  const JsonObject members(object, source);
  return {cell_from_json(object, "cell", source), cell_from_json(object, "against", source),
          members.required(&JsonObject::integer, "samples"),
          members.required(&JsonObject::integer, "identical")};
}

KeyPair pair_from_json(const json& object, size_t comparisons, const std::string& source) {
  const JsonObject members(object, source);
  const int64_t comparison = members.required(&JsonObject::integer, "comparison");
  if (comparison < 0 || comparison >= static_cast<int64_t>(comparisons)) {
    members.fail("comparison", fmt::format("0 to {}", static_cast<int64_t>(comparisons) - 1));
  }
  return {members.required(&JsonObject::string, "id"), static_cast<size_t>(comparison),
          members.required(&JsonObject::integer, "sample"),
          members.required(&JsonObject::boolean, "cell_is_a")};
}

/// Runs `read` with every member of a list of objects and its place.
template <class Read>
void for_each_object(const json& object, const char* key, const std::string& source,
                     const Read& read) {
  size_t index = 0;
  for (const json& element : member(object, key, json::value_t::array, source)) {
    const std::string place = fmt::format("{}: {}[{}]", source, key, index++);
    if (!element.is_object()) {
      throw InputError(fmt::format("{}: is {}; expected an object", place, json_text(element)));
    }
    read(element, place);
  }
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
    if (orders.count({pair.comparison, pair.sample, !pair.cell_is_a}) == 0) {
      throw InputError(fmt::format("{}: the pair {} is not there in the other order", source,
                                   in_quotes(pair.id)));
    }
  }
  if (orders.size() != key.pairs.size()) {
    throw InputError(fmt::format("{}: a pair is there more than once in one order", source));
  }
}

}  // namespace

json to_json(const Key& key) {
  json comparisons = json::array();
  for (const KeyComparison& one : key.comparisons) {
    comparisons.push_back({{"cell", to_json(one.cell)},
                           {"against", to_json(one.against)},
                           {"samples", one.samples},
                           {"identical", one.identical}});
  }
  json pairs = json::array();
  for (const KeyPair& pair : key.pairs) {
    pairs.push_back({{"id", pair.id},
                     {"comparison", pair.comparison},
                     {"sample", pair.sample},
                     {"cell_is_a", pair.cell_is_a}});
  }
  return {{"schema", {{"name", "multistate.judge_key"}, {"version", 1}}},
          {"seed", key.seed},
          {"comparisons", comparisons},
          {"pairs", pairs}};
}

Key key_from_json(const json& json, const std::string& source) {
  if (auto problem = problem_with_schema(json, "multistate.judge_key"); !problem.empty()) {
    throw InputError(fmt::format("{}: {}", source, problem));
  }
  Key key;
  key.seed = static_cast<uint64_t>(JsonObject(json, source).required(&JsonObject::integer, "seed"));
  for_each_object(json, "comparisons", source, [&](const auto& object, const std::string& place) {
    key.comparisons.push_back(comparison_from_json(object, place));
  });
  for_each_object(json, "pairs", source, [&](const auto& object, const std::string& place) {
    key.pairs.push_back(pair_from_json(object, key.comparisons.size(), place));
  });
  check_pairs(key, source);
  return key;
}

}  // namespace multistate::aggregate
