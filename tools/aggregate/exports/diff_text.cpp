#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "multistate/base/text.h"

#include "aggregate/exports/diff.h"

namespace multistate::aggregate {
namespace {

/// How far, and where most: "4.1e-03 in sample 5".
std::string distance_text(const MetricDiff& diff) {
  return fmt::format("{:.1e}{}", diff.distance,
                     diff.sample ? fmt::format(" in sample {}", *diff.sample) : "");
}

std::string verdict_text(const MetricDiff& diff) {
  if (diff.verdict == ChangeVerdict::kNone) {
    return "changed";
  }
  const char* const word = diff.verdict == ChangeVerdict::kBetter ? "better"
                           : diff.verdict == ChangeVerdict::kWorse
                               ? "worse"
                               : "cannot tell whether better or worse";
  return fmt::format("{}: [{:+.3g}, {:+.3g}] over {} samples", word, diff.difference->low,
                     diff.difference->high, diff.n);
}

std::string changed_table(const Diff& diff) {
  std::vector<std::vector<std::string>> rows = {
      {"cell", "metric", "a", "b", "b - a", "relative, at most", "change"}};
  for (const MetricDiff& metric : diff.metrics) {
    if (metric.is_changed) {
      rows.push_back({metric.cell, metric.metric, fmt::format("{:.7g}", metric.a),
                      fmt::format("{:.7g}", metric.b), fmt::format("{:+.3g}", metric.b - metric.a),
                      distance_text(metric), verdict_text(metric)});
    }
  }
  return rows.size() > 1 ? format_table(rows) : "";
}

std::string counts_line(const Diff& diff) {
  size_t changed = 0;
  size_t rounding = 0;
  size_t partly = 0;
  double largest = 0.0;
  for (const MetricDiff& metric : diff.metrics) {
    changed += metric.is_changed ? 1 : 0;
    partly += metric.has_other_samples ? 1 : 0;
    if (!metric.is_changed && metric.distance > 0.0) {
      ++rounding;
      largest = std::max(largest, metric.distance);
    }
  }
  std::string line = fmt::format(
      "{} cells compared: {} metrics changed, {} differ by rounding{}, "
      "{} are equal\n",
      diff.compared, changed, rounding,
      rounding > 0 ? fmt::format(" (at most {:.1e})", largest) : "",
      diff.metrics.size() - changed - rounding);
  if (partly > 0) {
    line += fmt::format("{} metrics were compared on the common samples only\n", partly);
  }
  if (diff.timed > 0) {
    line += fmt::format("{} timed metrics were not compared\n", diff.timed);
  }
  return line;
}

}  // namespace

std::string diff_text(const Diff& diff) {
  constexpr std::array kNames = {"answers changed", "not comparable", "metric lost",
                                 "no longer done", "new"};
  std::string text = changed_table(diff);
  for (const DiffNote& note : diff.notes) {
    text += fmt::format("{}: {}\n", kNames.at(static_cast<size_t>(note.kind)), note.text);
  }
  return text + counts_line(diff);
}

}  // namespace multistate::aggregate
