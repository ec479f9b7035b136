#include <algorithm>

#include <fmt/format.h>

#include "multistate/base/text.h"

#include "aggregate/exports/diff.h"
#include "aggregate/reading/labels.h"

namespace multistate::aggregate {
namespace {

std::string name_of(const Cell& cell) {
  std::string name = cell.label;
  for (const char* key : {"state_size", "seed"}) {
    if (const auto found = cell.parameters.find(key); found != cell.parameters.end()) {
      name += fmt::format(" {}={}", key, parameter_text(found->second));
    }
  }
  return name;
}

std::string verdict(const MetricDiff& diff) {
  const char* const judged = diff.is_changed ? "changed" : "within noise";
  switch (diff.test) {
    case DiffTest::kPermutation:
      return fmt::format("{}: p = {:.2g}, paired over {} samples", judged, *diff.p, diff.n);
    case DiffTest::kPairedT:
      return fmt::format("{}: paired t-test over {} samples", judged, diff.n);
    case DiffTest::kUnpaired:
      return fmt::format("{}: standard errors, no samples in common", judged);
    case DiffTest::kNone:
      return "changed: nothing tells the noise";
    case DiffTest::kEqual:
      break;
  }
  return "equal";
}

void add_cells(const std::vector<size_t>& cells, const Collection& side, const char* what,
               std::string& text) {
  for (const size_t cell : cells) {
    text += fmt::format("{}: {}\n", what, name_of(side.cells[cell]));
  }
}

size_t count(const Diff& diff, bool changed, bool equal) {
  return static_cast<size_t>(
      std::count_if(diff.metrics.begin(), diff.metrics.end(), [&](const MetricDiff& metric) {
        return metric.is_changed == changed && (metric.test == DiffTest::kEqual) == equal;
      }));
}

}  // namespace

std::string diff_text(const Diff& diff, const Collection& a, const Collection& b) {
  std::vector<std::vector<std::string>> rows = {{"cell", "metric", "a", "b", "b - a", ""}};
  for (const MetricDiff& metric : diff.metrics) {
    if (metric.test != DiffTest::kEqual) {
      rows.push_back({name_of(a.cells[metric.cell_a]), metric.metric,
                      fmt::format("{:.6g}", metric.a), fmt::format("{:.6g}", metric.b),
                      fmt::format("{:+.3g}", metric.b - metric.a), verdict(metric)});
    }
  }
  std::string text = rows.size() > 1 ? format_table(rows) : "";
  add_cells(diff.lost, a, "no longer done", text);
  add_cells(diff.added, b, "new", text);
  return text + fmt::format(
                    "{} cells compared: {} metrics changed, {} differ within noise, {} are equal\n",
                    diff.compared.size(), count(diff, true, false), count(diff, false, false),
                    count(diff, false, true));
}

}  // namespace multistate::aggregate
