#include <algorithm>
#include <limits>
#include <set>

#include "multistate/experiment/row_record.h"
#include "multistate/experiment/sample_metrics.h"
#include "multistate/results/series.h"
#include "multistate/results/statistics.h"

namespace multistate {
namespace {

using nlohmann::json;

constexpr const char* kSteps = "steps";

/// Pairs [part, whole] of a table, one a record.
class Pairs {
 public:
  void add(const json& pair) {
    parts_.push_back(number_from_json(pair.at(0)));
    wholes_.push_back(number_from_json(pair.at(1)));
  }
  bool empty() const {
    return std::all_of(wholes_.begin(), wholes_.end(), [](double whole) { return whole == 0.0; });
  }

  Metric metric(const char* unit) const {
    const Estimate ratio = ratio_of_sums(parts_, wholes_);
    return {.value = ratio.value,
            .standard_error = ratio.standard_error,
            .n = static_cast<int64_t>(parts_.size()),
            .higher_is_better = false,
            .unit = unit};
  }

 private:
  std::vector<double> parts_;
  std::vector<double> wholes_;
};

/// The metric of two sums over records; none where records do not have them, or the second is 0.
void add_metric(std::span<const SampleRecord> records, const std::string& name,
                const std::pair<std::string, std::string>& keys, const char* unit,
                Metrics& metrics) {
  const bool measured = std::any_of(records.begin(), records.end(), [&](const auto& record) {
    return record.values.contains(keys.second) && record.values.at(keys.second) != 0;
  });
  if (measured) {
    metrics[name] = ratio_metric(records, {.numerator = keys.first, .denominator = keys.second},
                                 {.unit = unit});
  }
}

/// A series over the lists of pairs that table(record) gives.
template <class Table>
json series_of(std::span<const SampleRecord> records, const char* axis, const char* unit,
               const Table& table) {
  std::vector<Pairs> places;
  for (const SampleRecord& record : records) {
    const json& list = table(record);
    places.resize(std::max(places.size(), list.size()));
    for (size_t place = 0; place < list.size(); ++place) {
      places[place].add(list[place]);
    }
  }
  auto series = json::array();
  for (size_t place = 0; place < places.size(); ++place) {
    if (!places[place].empty()) {
      const auto first = static_cast<int64_t>(place);
      series.push_back(series_point(places[place].metric(unit), {first, first + 1, axis}));
    }
  }
  return series;
}

/// Steps that the rows of a position were kept, and the number of rows.
json kept_steps(const SampleRecord& record) {
  auto steps = json::array();
  for (const json& row : record.values.at("first_rows")) {
    steps.push_back({row.at(0), row.at(2)});
  }
  return steps;
}

/// Kinds of a division by layers.
struct Lifetimes {
  std::set<std::string> kinds;
  std::map<std::string, std::vector<Pairs>> by_layer;
  std::map<std::string, Pairs> all;
};

Lifetimes lifetimes_of(std::span<const SampleRecord> records, const std::string& division) {
  Lifetimes lifetimes;
  const auto add = [](const json& pair, json& sum) {
    sum[0] = sum[0].get<int64_t>() + pair.at(0).get<int64_t>();
    sum[1] = sum[1].get<int64_t>() + pair.at(1).get<int64_t>();
  };
  for (const SampleRecord& record : records) {
    for (const auto& [kind, layers] : record.values.at("kinds").at(division).items()) {
      auto& pairs = lifetimes.by_layer[kind];
      pairs.resize(layers.size());
      json sum = {0, 0};
      for (size_t layer = 0; layer < layers.size(); ++layer) {
        pairs[layer].add(layers[layer]);
        add(layers[layer], sum);
      }
      lifetimes.all[kind].add(sum);
    }
  }
  for (const auto& [kind, pairs] : lifetimes.all) {
    if (!pairs.empty()) {
      lifetimes.kinds.insert(kind);
    }
  }
  return lifetimes;
}

json lifetime_series(const Lifetimes& lifetimes, const std::string& division) {
  auto series = json::array();
  for (const std::string& kind : lifetimes.kinds) {
    const auto place = static_cast<int64_t>(series.size());
    series.push_back(
        series_point(lifetimes.all.at(kind).metric(kSteps), {place, place + 1, division, kind}));
  }
  return series;
}

json lifetime_map(const Lifetimes& lifetimes, const std::string& division) {
  ValueMap map = {.x = {.name = "layer", .ticks = json::array()},
                  .y = {.name = division, .ticks = lifetimes.kinds},
                  .unit = kSteps,
                  .values = {}};
  for (size_t layer = 0; layer < lifetimes.by_layer.begin()->second.size(); ++layer) {
    map.x.ticks.push_back(layer);
  }
  for (const std::string& kind : lifetimes.kinds) {
    auto& row = map.values.emplace_back();
    for (const Pairs& pairs : lifetimes.by_layer.at(kind)) {
      row.push_back(pairs.empty() ? std::numeric_limits<double>::quiet_NaN()
                                  : pairs.metric(kSteps).value);
    }
  }
  return to_json(map);
}

json picture_map(const json& picture) {
  const json& shares = picture.at("shares");
  ValueMap map = {.x = {.name = "position of the row", .ticks = json::array()},
                  .y = {.name = "step", .ticks = json::array()},
                  .unit = "",
                  .values = {}};
  for (size_t cell = 0; cell < shares.size(); ++cell) {
    map.x.ticks.push_back(cell * picture.at("stride").get<size_t>());
  }
  map.y.ticks = map.x.ticks;
  json made = to_json(map);
  made["values"] = shares;
  return made;
}

void add_lifetimes(std::span<const SampleRecord> records, Summary& summary) {
  for (const auto& [division, unused] : records.front().values.at("kinds").items()) {
    const Lifetimes lifetimes = lifetimes_of(records, division);
    const std::string name = "lifetime_by_" + division;
    summary.series[name] = lifetime_series(lifetimes, division);
    summary.maps[name] = lifetime_map(lifetimes, division);
    if (division != "class") {
      continue;
    }
    for (const std::string& kind : lifetimes.kinds) {
      add_metric(records, "lifetime_" + kind,
                 {"class_" + kind + "_steps", "class_" + kind + "_rows"}, kSteps, summary.metrics);
    }
  }
}

}  // namespace

Summary summarize_rows(std::span<const SampleRecord> records) {
  Summary summary;
  Metrics& metrics = summary.metrics;
  add_metric(records, "nll", {"nll_sum", "scored_tokens"}, "nats/token", metrics);
  add_metric(records, "recent_share", {"recent_rows", "kept_rows"}, "", metrics);
  add_metric(records, "lifetime_mean", {"lifetime", "rows"}, kSteps, metrics);
  add_metric(records, "lifetime_law", {"lifetime_law", "rows"}, kSteps, metrics);
  add_metric(records, "first_row_share", {"first_row_steps", "first_row_possible"}, "", metrics);
  add_metric(records, "first_row_at_end", {"first_row_at_end", "sets"}, "", metrics);
  add_metric(records, "next_rows_share", {"next_rows_steps", "next_rows_possible"}, "", metrics);
  const auto first_rows = [](const SampleRecord& record) -> const json& {
    return record.values.at("first_rows");
  };
  summary.series["first_rows_share"] = series_of(records, "position of the row", "", first_rows);
  summary.series["first_rows_steps"] =
      series_of(records, "position of the row", kSteps, kept_steps);
  const auto by_layer = [&](const char* key) {
    return series_of(records, "layer", "", [key](const SampleRecord& record) -> const json& {
      return record.values.at("by_layer").at(key);
    });
  };
  summary.series["first_row_share_by_layer"] = by_layer("first_row");
  if (metrics.contains("recent_share")) {
    summary.series["recent_share_by_layer"] = by_layer("recent");
  }
  add_lifetimes(records, summary);
  const json& values = records.front().values;
  if (values.contains("picture")) {
    summary.maps["kept_rows"] = picture_map(values.at("picture"));
  }
  return summary;
}

}  // namespace multistate
