#include <set>

#include <fmt/format.h>

#include "multistate/results/context.h"

#include "aggregate/analysis/analysis.h"
#include "aggregate/analysis/provenance.h"
#include "aggregate/analysis/ranges.h"
#include "aggregate/reading/setting.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

/// Pairs of numbers that a report holds at most: about 25 bytes each.
constexpr size_t kMaxSamples = 250'000;

Json number(std::optional<double> value) {
  return value ? number_to_json(*value) : Json();
}

Json integer(const std::optional<int64_t>& value) {
  return value ? Json(*value) : Json();
}

void add_interval(Json& json, const std::optional<Interval>& interval) {
  json["low"] = interval ? number_to_json(interval->low) : Json();
  json["high"] = interval ? number_to_json(interval->high) : Json();
}

/// What a metric's standard error is over: its samples, or the units that these are clustered by.
int64_t units_in(const Cell& cell, const Metric& metric) {
  if (cell.units.empty() || !metric.samples) {
    return metric.n;
  }
  return static_cast<int64_t>(std::set(cell.units.begin(), cell.units.end()).size());
}

class Report {
 public:
  Report(const Analysis& analysis, const Collection& collection)
      : analysis_(analysis), collection_(collection), warnings_(analysis.warnings) {}

  Json make();

 private:
  const std::string& id(size_t cell) const { return collection_.cells[cell].id; }
  Json ids(const std::vector<size_t>& cells) const;
  Json sweeps() const;
  Json metric_list() const;
  Json series_list() const;
  Json cell(size_t index) const;
  Json metrics(size_t index) const;
  Json samples(const Cell& cell) const;
  Json group(const Group& group) const;
  Json comparison(const Comparison& comparison) const;
  Json finding(const Finding& finding) const;
  void choose_samples();

  const Analysis& analysis_;
  const Collection& collection_;
  std::vector<std::string> warnings_;
  std::vector<std::string> with_samples_;  ///< Metrics whose samples the report holds.
};

/// All metrics; where that is too much, the headline metrics, one of them, or none.
void Report::choose_samples() {
  std::map<std::string, size_t> counts;
  size_t all = 0;
  for (const Cell& cell : collection_.cells) {
    for (const auto& [name, samples] : cell.samples) {
      counts[name] += samples.size();
      all += samples.size();
    }
  }
  size_t held = 0;
  for (const bool headline : {true, false}) {
    for (const MetricInfo& metric : analysis_.metrics) {
      if (metric.headline == headline && held + counts[metric.name] <= kMaxSamples) {
        held += counts[metric.name];
        with_samples_.push_back(metric.name);
      }
    }
  }
  if (held < all) {
    warnings_.push_back(fmt::format(
        "this report holds {} of {} samples' values; all are in samples.jsonl of the cells", held,
        all));
  }
}

Json Report::ids(const std::vector<size_t>& cells) const {
  Json json = Json::array();
  for (const size_t cell : cells) {
    json.push_back(id(cell));
  }
  return json;
}

Json Report::sweeps() const {
  Json json = Json::array();
  for (const Sweep& sweep : collection_.sweeps) {
    json.push_back({{"name", sweep.name},
                    {"folder", sweep.folder.string()},
                    {"planned", sweep.planned},
                    {"done", 0},
                    {"failed", 0},
                    {"partial", 0},
                    {"missing", 0},
                    {"limited", 0}});
  }
  const auto count = [&](size_t sweep, const char* what) {
    json.at(sweep)[what] = json.at(sweep)[what].get<size_t>() + 1;
  };
  for (const Cell& cell : collection_.cells) {
    switch (cell.state) {
      case CellState::kDone:
        count(cell.sweep, "done");
        break;
      case CellState::kFailed:
        count(cell.sweep, "failed");
        break;
      case CellState::kPartial:
        count(cell.sweep, "partial");
        break;
      case CellState::kMissing:
        count(cell.sweep, "missing");
        break;
    }
    if (cell.limited) {
      count(cell.sweep, "limited");
    }
  }
  return json;
}

Json Report::metric_list() const {
  Json json = Json::array();
  for (const MetricInfo& metric : analysis_.metrics) {
    json.push_back(
        {{"name", metric.name},
         {"unit", metric.unit},
         {"higher_is_better", metric.higher_is_better ? Json(*metric.higher_is_better) : Json()},
         {"headline", metric.headline}});
  }
  return json;
}

/// What the cells' series have in common, by name: what their places are, and the unit of values.
Json Report::series_list() const {
  std::map<std::string, const SeriesPoint*> points;
  for (const Cell& cell : collection_.cells) {
    for (const auto& [name, series] : cell.series) {
      if (!series.empty()) {
        points.emplace(name, &series.front());
      }
    }
  }
  Json json = Json::array();
  for (const auto& [name, point] : points) {
    json.push_back({{"name", name},
                    {"axis", point->axis},
                    {"unit", point->metric.unit},
                    {"labelled", !point->label.empty()}});
  }
  return json;
}

Json Report::metrics(size_t index) const {
  Json json = Json::object();
  const auto& intervals = analysis_.intervals[index];
  for (const auto& [name, metric] : collection_.cells[index].metrics) {
    const auto interval = intervals.find(name);
    json[name] = {{"value", number_to_json(metric.value)},
                  {"stderr", number(metric.standard_error)},
                  {"n", units_in(collection_.cells[index], metric)},
                  {"samples", metric.n}};
    add_interval(json[name], interval == intervals.end() ? interval_of(metric)
                                                         : std::optional(interval->second));
  }
  return json;
}

Json Report::samples(const Cell& cell) const {
  Json json = Json::object();
  for (const std::string& name : with_samples_) {
    const auto found = cell.samples.find(name);
    if (found == cell.samples.end()) {
      continue;
    }
    Json pairs = Json::array();
    for (const SampleScore& score : found->second) {
      pairs.push_back({number_to_json(score.numerator), number_to_json(score.denominator)});
    }
    json[name] = std::move(pairs);
  }
  return json;
}

Json Report::cell(size_t index) const {
  const Cell& cell = collection_.cells[index];
  Json series = Json::object();
  for (const auto& [name, points] : cell.series) {
    Json list = Json::array();
    for (const SeriesPoint& point : points) {
      list.push_back({{"first_place", point.first_place},
                      {"end_place", point.end_place},
                      {"value", number_to_json(point.metric.value)},
                      {"stderr", number(point.metric.standard_error)},
                      {"n", point.metric.clusters.value_or(point.metric.n)}});
      add_interval(list.back(), interval_of(point.metric));
      if (!point.label.empty()) {
        list.back()["label"] = point.label;
      }
    }
    series[name] = std::move(list);
  }
  Json measures = Json::object();
  for (const auto& [name, value] : cell.measures) {
    measures[name] = number_to_json(value);
  }
  return {{"id", cell.id},
          {"folder", cell.folder.string()},
          {"sweep", cell.sweep},
          {"label", cell.label},
          {"state", to_string(cell.state)},
          {"limited", cell.limited},
          {"error", cell.error},
          {"role", name_of(cell.role)},
          {"unit", cell.unit},
          {"parameters", cell.parameters},
          {"metrics", metrics(index)},
          {"measures", std::move(measures)},
          {"speed_noise", cell.speed_noise},
          {"series", std::move(series)},
          {"maps", cell.maps},
          {"samples", samples(cell)},
          {"warnings", cell.warnings}};
}

Json Report::comparison(const Comparison& comparison) const {
  Json json = {{"question", name_of(comparison.question)},
               {"metric", comparison.metric},
               {"state_size", integer(comparison.state_size)},
               {"a", id(comparison.a)},
               {"b", id(comparison.b)},
               {"seeds_a", comparison.seeds_a},
               {"seeds_b", comparison.seeds_b},
               {"difference", number_to_json(comparison.difference)},
               {"stderr", number(comparison.standard_error)},
               {"test", name_of(comparison.method)},
               {"p", number(comparison.p)},
               {"p_adjusted", number(comparison.p_adjusted)},
               {"effect", number(comparison.effect)},
               {"n", comparison.n},
               {"samples", comparison.samples}};
  add_interval(json, comparison.interval);
  return json;
}

Json Report::finding(const Finding& finding) const {
  const auto label = [&](size_t cell) { return collection_.cells[cell].label; };
  const auto compared = [&](const std::optional<Comparison>& one) {
    return one ? comparison(*one) : Json();
  };
  Json tied = Json::array();
  for (const size_t cell : finding.tied) {
    tied.push_back(label(cell));
  }
  return {{"state_size", integer(finding.state_size)},
          {"metric", finding.metric},
          {"verdict", name_of(finding.kind)},
          {"sentence", finding.sentence},
          {"cell", finding.cell ? Json(id(*finding.cell)) : Json()},
          {"label", finding.cell ? Json(label(*finding.cell)) : Json()},
          {"seeds", finding.seeds},
          {"value", finding.cell ? number_to_json(finding.value) : Json()},
          {"tied", std::move(tied)},
          {"versus_runner_up", compared(finding.versus_runner_up)},
          {"versus_full", compared(finding.versus_full)},
          {"not_ranked", finding.not_ranked}};
}

Json smallest_state_json(const SmallestState& found) {
  return {{"metric", found.metric},
          {"label", found.label},
          {"tolerance", found.tolerance.value},
          {"relative", found.tolerance.relative},
          {"state_size", number(found.state_size)},
          {"at_most", found.at_most},
          {"has_interval", found.has_interval},
          {"low", number(found.low)},
          {"high", number(found.high)},
          {"reached", found.has_interval ? Json(found.reached) : Json()}};
}

template <class List, class Function>
Json list_of(const List& list, const Function& function) {
  Json json = Json::array();
  for (const auto& entry : list) {
    json.push_back(function(entry));
  }
  return json;
}

Json Report::group(const Group& group) const {
  const auto compared = [&](const Comparison& one) { return comparison(one); };
  return {
      {"key", group.key},
      {"cells", ids(group.cells)},
      {"baseline", group.baseline ? Json(id(*group.baseline)) : Json()},
      {"best", list_of(group.findings, [&](const Finding& one) { return finding(one); })},
      {"comparisons", list_of(group.comparisons, compared)},
      {"smallest_state", list_of(group.smallest_states, smallest_state_json)},
      {"notes", group.notes},
      {"pareto",
       {{"quality_speed", ids(group.pareto_speed)}, {"quality_memory", ids(group.pareto_memory)}}}};
}

Json Report::make() {
  choose_samples();
  Json cells = Json::array();
  for (size_t i = 0; i < collection_.cells.size(); ++i) {
    cells.push_back(cell(i));
  }
  Json problems = list_of(collection_.problems, [](const Problem& problem) {
    return Json{{"path", problem.path.string()}, {"what", problem.what}};
  });
  return {{"schema", {{"name", "multistate.report"}, {"version", 3}}},
          {"generated", utc_now()},
          {"setup", setup_of(collection_)},
          {"method", analysis_.interval_method},
          {"sweeps", sweeps()},
          {"problems", std::move(problems)},
          {"warnings", warnings_},
          {"parameters", analysis_.parameters},
          {"metrics", metric_list()},
          {"series", series_list()},
          {"cells", std::move(cells)},
          {"groups", list_of(analysis_.groups, [&](const Group& one) { return group(one); })},
          {"provenance", provenance_of(collection_)}};
}

}  // namespace

nlohmann::json to_json(const Analysis& analysis, const Collection& collection) {
  return Report(analysis, collection).make();
}

}  // namespace multistate::aggregate
