#include "multistate/results/packed.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/strict_json.h"

namespace multistate {
namespace {

using nlohmann::json;

/// What is said of a series as a whole.
constexpr std::array kInCommon = {"axis", "unit", "higher_is_better", "timed", "range"};

/// Every point has them, null included.
constexpr std::array kOfEvery = {"first_place", "end_place", "n", "value", "stderr"};

/// Some points have them.
constexpr std::array kOfSome = {"label", "value_text", "clusters"};

bool is_one_of(std::span<const char* const> keys, const std::string& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

void require_in_common(const json& points, const std::string& name) {
  for (const char* key : kInCommon) {
    const json first = points.front().value(key, json());
    if (!std::all_of(points.begin(), points.end(),
                     [&](const json& point) { return point.value(key, json()) == first; })) {
      throw InputError(fmt::format("series.{}: its points differ in '{}'", name, key));
    }
  }
}

json packed(const json& points, const std::string& name) {
  json series = {{"unit", ""}, {"higher_is_better", nullptr}};
  for (const char* key : kOfEvery) {
    series[key] = json::array_t(points.size());
  }
  if (points.empty()) {
    return series;
  }
  require_in_common(points, name);
  for (size_t i = 0; i < points.size(); ++i) {
    for (const auto& [key, value] : points[i].items()) {
      if (is_one_of(kInCommon, key)) {
        series[key] = value;
      } else {
        series.emplace(key, json::array_t(points.size())).first.value()[i] = value;
      }
    }
  }
  return series;
}

/// Gives every point its value of the list; null of what only some have is none.
void spread(const std::string& key, const json& list, json& points, const std::string& source) {
  if (!list.is_array() || list.size() != points.size()) {
    throw InputError(
        fmt::format("{}: '{}' is {}; expected a list of {}, as many as there are places", source,
                    key, json_text(list), points.size()));
  }
  const bool of_every = is_one_of(kOfEvery, key);
  for (size_t i = 0; i < points.size(); ++i) {
    if (of_every || !list[i].is_null()) {
      points[i][key] = list[i];
    }
  }
}

}  // namespace

json packed_series(const json& series) {
  json all = json::object();
  for (const auto& [name, points] : series.items()) {
    all[name] = packed(points, name);
  }
  return all;
}

json unpacked_series(const json& series, const std::string& source) {
  const auto places = series.find(kOfEvery.front());
  json points = json::array_t(places == series.end() ? 0 : places->size(), json::object());
  for (const auto& [key, held] : series.items()) {
    if (is_one_of(kInCommon, key)) {
      for (json& point : points) {
        point[key] = held;
      }
    } else if (is_one_of(kOfEvery, key) || is_one_of(kOfSome, key)) {
      spread(key, held, points, source);
    }
  }
  return points;
}

json packed_maps(json maps) {
  for (const auto& [name, map] : maps.items()) {
    for (json& row : map["values"]) {
      while (!row.empty() && row.back().is_null()) {
        row.erase(row.size() - 1);
      }
    }
  }
  return maps;
}

}  // namespace multistate
