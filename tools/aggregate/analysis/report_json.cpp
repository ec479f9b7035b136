#include <array>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/json_layout.h"
#include "multistate/results/context.h"

#include "aggregate/analysis/analysis.h"
#include "aggregate/analysis/ranges.h"
#include "aggregate/reading/sample_texts.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

/// Pairs of numbers that a report holds at most: about 25 bytes each.
constexpr size_t kMaxSamples = 250'000;

/// Bytes of texts of samples that a report holds at most.
constexpr size_t kMaxTexts = 3'000'000;

Json number(std::optional<double> value) {
  return value ? number_to_json(*value) : Json();
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

template <class List, class Function>
Json list_of(const List& list, const Function& function) {
  Json json = Json::array();
  for (const auto& entry : list) {
    json.push_back(function(entry));
  }
  return json;
}

void add_interval(Json& json, const std::optional<Interval>& interval) {
  json["low"] = interval ? number_to_json(interval->low) : Json();
  json["high"] = interval ? number_to_json(interval->high) : Json();
}

void add(std::set<Json>& set, Json value) {
  if (!value.is_null() && !(value.is_object() && value.empty())) {
    set.insert(std::move(value));
  }
}

/// What made the results, each different thing once: programs, machines (without their load),
/// models, ...; "started" (the first) and "finished" (the last).
Json provenance_of(const Collection& collection) {
  constexpr std::array<std::array<const char*, 2>, 7> kContext = {{{"programs", "/program"},
                                                                   {"machines", "/machine"},
                                                                   {"libtorch", "/libtorch"},
                                                                   {"blas", "/blas"},
                                                                   {"threads", "/threads"},
                                                                   {"commands", "/command"},
                                                                   {"slurm", "/slurm"}}};
  // A file: the path that a parameter names, and the hash of what was read.
  constexpr std::array<std::array<const char*, 3>, 3> kFiles = {
      {{"models", "model.path", "/inputs/model_sha256"},
       {"tokenizers", "model.path", "/inputs/tokenizer_sha256"},
       {"data", "experiment.data", "/inputs/data_sha256"}}};
  std::map<std::string, std::set<Json>> distinct;
  std::set<Json> started;
  std::set<Json> finished;
  for (const Cell& cell : collection.cells) {
    if (!cell.is_done()) {
      continue;
    }
    for (const auto& [name, pointer] : kContext) {
      Json value = cell.in_context(pointer);
      if (value.is_object()) {
        value.erase("load_average");
      }
      add(distinct[name], std::move(value));
    }
    for (const auto& [name, parameter, pointer] : kFiles) {
      const Json& hash = cell.in_context(pointer);
      add(distinct[name],
          hash.is_null() ? Json() : Json{{"path", cell.parameter(parameter)}, {"sha256", hash}});
    }
    // UTC in a fixed form: the order of texts is that of times.
    add(started, cell.in_context("/started"));
    add(finished, cell.in_context("/finished"));
  }
  Json json = distinct;
  json["started"] = started.empty() ? Json() : *started.begin();
  json["finished"] = finished.empty() ? Json() : *finished.rbegin();
  return json;
}

/// What a metric's standard error is over: its samples, or the units that these are clustered by.
int64_t units_in(const Cell& cell, const Metric& metric) {
  if (cell.units.empty() || !metric.samples) {
    return metric.n;
  }
  return static_cast<int64_t>(std::set(cell.units.begin(), cell.units.end()).size());
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
          {"high", number(found.high)}};
}

class Report {
 public:
  Report(const Analysis& analysis, const Collection& collection)
      : analysis_(analysis), collection_(collection), warnings_(analysis.warnings) {}

  Json make() {
    choose_samples();
    Json cells = Json::array();
    for (size_t i = 0; i < collection_.cells.size(); ++i) {
      cells.push_back(cell(i));
      cells.back()["texts"] = texts(collection_.cells[i]);
    }
    if (without_texts_ > 0) {
      warnings_.push_back(fmt::format(
          "this report is without the texts of {} cells; all are in samples.jsonl of the cells",
          without_texts_));
    }
    const auto problem = [](const Problem& one) {
      return Json{{"path", one.path.string()}, {"what", one.what}};
    };
    return {{"schema", {{"name", "multistate.report"}, {"version", 3}}},
            {"generated", utc_now()},
            {"setup", setup_of(collection_)},
            {"method", analysis_.interval_method},
            {"sweeps", sweeps()},
            {"problems", list_of(collection_.problems, problem)},
            {"warnings", warnings_},
            {"parameters", analysis_.parameters},
            {"metrics", metric_list()},
            {"series", series_list()},
            {"cells", std::move(cells)},
            {"groups", list_of(analysis_.groups, [&](const Group& one) { return group(one); })},
            {"provenance", provenance_of(collection_)}};
  }

 private:
  const std::string& id(size_t cell) const { return collection_.cells[cell].id; }

  /// All metrics; where that is too much, the headline metrics, one of them, or none.
  void choose_samples() {
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

  Json ids(const std::vector<size_t>& cells) const {
    return list_of(cells, [&](size_t cell) { return id(cell); });
  }

  Json sweeps() const {
    Json json = Json::array();
    for (auto& [states, limited] : count_by_sweep(collection_)) {
      const Sweep& sweep = collection_.sweeps[json.size()];
      json.push_back({{"name", sweep.name},
                      {"folder", sweep.folder.string()},
                      {"planned", sweep.planned},
                      {"limited", limited}});
      for (const CellState state :
           {CellState::kDone, CellState::kFailed, CellState::kPartial, CellState::kMissing}) {
        json.back()[to_string(state)] = states[state];
      }
    }
    return json;
  }

  Json metric_list() const {
    return list_of(analysis_.metrics, [](const MetricInfo& metric) {
      return Json{{"name", metric.name},
                  {"unit", metric.unit},
                  {"higher_is_better", or_null(metric.higher_is_better)},
                  {"headline", metric.headline}};
    });
  }

  /// What the cells' series have in common, by name: what their places are, and the unit of values.
  Json series_list() const {
    std::map<std::string, const SeriesPoint*> points;
    for (const Cell& cell : collection_.cells) {
      for (const auto& [name, series] : cell.series) {
        if (!series.empty()) {
          points.emplace(name, &series.front());
        }
      }
    }
    return list_of(points, [](const auto& named) {
      const auto& [name, point] = named;
      return Json{{"name", name},
                  {"axis", point->axis},
                  {"unit", point->metric.unit},
                  {"labelled", !point->label.empty()}};
    });
  }

  Json metrics(size_t index) const {
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

  Json samples(const Cell& cell) const {
    Json json = Json::object();
    for (const std::string& name : with_samples_) {
      const auto found = cell.samples.find(name);
      if (found == cell.samples.end()) {
        continue;
      }
      json[name] = list_of(found->second, [](const SampleScore& score) {
        return Json{number_to_json(score.numerator), number_to_json(score.denominator)};
      });
    }
    return json;
  }

  Json cell(size_t index) const {
    const Cell& cell = collection_.cells[index];
    Json series = Json::object();
    for (const auto& [name, points] : cell.series) {
      series[name] = list_of(points, [](const SeriesPoint& point) {
        Json json = {{"first_place", point.first_place},
                     {"end_place", point.end_place},
                     {"value", number_to_json(point.metric.value)},
                     {"stderr", number(point.metric.standard_error)},
                     {"n", point.metric.clusters.value_or(point.metric.n)}};
        add_interval(json, interval_of(point.metric));
        if (!point.label.empty()) {
          json["label"] = point.label;
        }
        return json;
      });
    }
    Json measures = Json::object();
    for (const auto& [name, value] : cell.measures) {
      measures[name] = number_to_json(value);
    }
    return {{"id", cell.id},
            {"folder", cell.folder.string()},
            {"sweep", cell.sweep},
            {"label", cell.label},
            {"name", cell.name},
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

  Json texts(const Cell& cell) {
    Json json = Json::array();
    try {
      json = sample_texts(cell);
    } catch (const InputError& error) {
      warnings_.push_back(fmt::format("no texts: {}", error.what()));
    }
    const size_t bytes = json.empty() ? 0 : json_line(json).size();
    if (bytes > texts_left_) {
      ++without_texts_;
      return Json::array();
    }
    texts_left_ -= bytes;
    return json;
  }

  Json comparison(const Comparison& comparison) const {
    Json json = {{"question", name_of(comparison.question)},
                 {"metric", comparison.metric},
                 {"state_size", or_null(comparison.state_size)},
                 {"a", id(comparison.a)},
                 {"b", id(comparison.b)},
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

  Json finding(const Finding& finding) const {
    const auto label = [&](size_t cell) { return collection_.cells[cell].label; };
    const auto compared = [&](const std::optional<Comparison>& one) {
      return one ? comparison(*one) : Json();
    };
    return {{"state_size", or_null(finding.state_size)},
            {"metric", finding.metric},
            {"verdict", name_of(finding.kind)},
            {"sentence", finding.sentence},
            {"cell", finding.cell ? Json(id(*finding.cell)) : Json()},
            {"label", finding.cell ? Json(label(*finding.cell)) : Json()},
            {"value", finding.cell ? number_to_json(finding.value) : Json()},
            {"tied", list_of(finding.tied, label)},
            {"versus_runner_up", compared(finding.versus_runner_up)},
            {"versus_full", compared(finding.versus_full)},
            {"not_ranked", finding.not_ranked}};
  }

  Json group(const Group& group) const {
    const auto compared = [&](const Comparison& one) { return comparison(one); };
    return {{"key", group.key},
            {"cells", ids(group.cells)},
            {"baseline", group.baseline ? Json(id(*group.baseline)) : Json()},
            {"best", list_of(group.findings, [&](const Finding& one) { return finding(one); })},
            {"comparisons", list_of(group.comparisons, compared)},
            {"smallest_state", list_of(group.smallest_states, smallest_state_json)},
            {"notes", group.notes},
            {"pareto",
             {{"quality_speed", ids(group.pareto_speed)},
              {"quality_memory", ids(group.pareto_memory)}}}};
  }

  const Analysis& analysis_;
  const Collection& collection_;
  std::vector<std::string> warnings_;
  size_t texts_left_ = kMaxTexts;          ///< Bytes.
  size_t without_texts_ = 0;               ///< Cells whose texts had no room.
  std::vector<std::string> with_samples_;  ///< Metrics whose samples the report holds.
};

}  // namespace

const char* name_of(Question question) {
  switch (question) {
    case Question::kFull:
      return "full";
    case Question::kBest:
      return "best";
    case Question::kControl:
      return "control";
    case Question::kReference:
      return "reference";
  }
  throw std::logic_error("no such question");
}

nlohmann::json to_json(const Analysis& analysis, const Collection& collection) {
  return Report(analysis, collection).make();
}

}  // namespace multistate::aggregate
