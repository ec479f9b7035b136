#include "multistate/experiment/retrieval_metrics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "multistate/experiment/evidence.h"
#include "multistate/experiment/sample_metrics.h"
#include "multistate/results/series.h"
#include "multistate/synthetic/answer_match.h"

namespace multistate {
namespace {

using Records = std::vector<SampleRecord>;

Metric share(std::span<const SampleRecord> records, const char* numerator,
             const char* denominator) {
  return ratio_metric(records, {.numerator = numerator, .denominator = denominator},
                      {.higher_is_better = true, .range = kShare}, retrieval_resampling());
}

Metric accuracy(std::span<const SampleRecord> records) {
  return share(records, "correct", "questions");
}

/// Of places in the order of a map's keys.
template <class Key>
nlohmann::json series(const std::map<Key, Records>& places, const std::string& axis, double scale) {
  auto points = nlohmann::json::array();
  for (const auto& [place, records] : places) {
    const auto at = static_cast<int64_t>(std::lround(scale * static_cast<double>(place)));
    points.push_back(series_point(accuracy(records), {.first = at, .end = at + 1, .axis = axis}));
  }
  return points;
}

/// Depths as they are, for lengths as columns.
nlohmann::json map_of(const std::map<std::pair<double, int64_t>, Records>& cells) {
  std::set<int64_t> lengths;
  std::set<double> depths;
  for (const auto& [place, records] : cells) {
    depths.insert(place.first);
    lengths.insert(place.second);
  }
  ValueMap map = {
      .x = {"length (tokens)", lengths}, .y = {"depth", depths}, .unit = "", .values = {}};
  for (const double depth : depths) {
    std::vector<double> row;
    for (const int64_t length : lengths) {
      const auto found = cells.find({depth, length});
      row.push_back(found == cells.end() ? std::nan("") : accuracy(found->second).value);
    }
    map.values.push_back(std::move(row));
  }
  return to_json(map);
}

}  // namespace

Resampling retrieval_resampling() {
  return {.unit = "haystack", .key = "haystack"};
}

nlohmann::json retrieval_values(const GridPlace& place,
                                std::span<const AnsweredQuestion> questions) {
  int64_t correct = 0;
  int64_t any = 0;
  int64_t exact = 0;
  int64_t answers = 0;
  int64_t found = 0;
  auto outputs = nlohmann::json::array();
  auto expected = nlohmann::json::array();
  for (const AnsweredQuestion& question : questions) {
    const AnswerMatch match = match_answers(question.output, question.expected);
    const auto wanted = static_cast<int64_t>(question.expected.size());
    correct += match.found == wanted ? 1 : 0;
    any += match.found > 0 ? 1 : 0;
    exact += match.exact ? 1 : 0;
    answers += wanted;
    found += match.found;
    outputs.push_back(question.output);
    expected.push_back(question.expected);
  }
  return {{"length", place.length},
          {"depth", place.depth ? nlohmann::json(*place.depth) : nlohmann::json()},
          {"haystack", place.haystack},
          {"questions", questions.size()},
          {"correct", correct},
          {"any_correct", any},
          {"exact", exact},
          {"answers", answers},
          {"found", found},
          {"outputs", outputs},
          {"expected", expected}};
}

Summary summarize_retrieval(std::span<const SampleRecord> records) {
  std::map<int64_t, Records> by_length;
  std::map<double, Records> by_depth;
  std::map<std::pair<double, int64_t>, Records> by_both;
  for (const SampleRecord& record : records) {
    const int64_t length = record.values.at("length");
    by_length[length].push_back(record);
    if (const auto& depth = record.values.at("depth"); !depth.is_null()) {
      by_depth[depth].push_back(record);
      by_both[{depth, length}].push_back(record);
    }
  }
  Summary summary;
  summary.metrics = {{"accuracy", accuracy(records)},
                     {"answers_found", share(records, "found", "answers")},
                     {"any_found", share(records, "any_correct", "questions")},
                     {"exact_match", share(records, "exact", "questions")}};
  add_evidence_metrics(records, retrieval_resampling(), summary.metrics);
  summary.series["accuracy_by_length"] = series(by_length, "length (tokens)", 1.0);
  if (!by_both.empty()) {
    constexpr double kPercent = 100.0;
    summary.series["accuracy_by_depth"] = series(by_depth, "depth (%)", kPercent);
    summary.maps["accuracy"] = map_of(by_both);
  }
  return summary;
}

}  // namespace multistate
