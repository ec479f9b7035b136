#include <cmath>
#include <fstream>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"

#include "aggregate/reading/cell_reader.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// A number of "values"; NaN and infinities are text there (number_to_json()).
double number_of(const json& values, const std::string& key, int64_t line) {
  const auto found = values.find(key);
  try {
    if (found != values.end() && (found->is_number() || found->is_string())) {
      return number_from_json(*found);
    }
  } catch (const InputError&) {
    // Another text.
  }
  throw InputError(fmt::format("line {}: 'values' has no number {}", line, in_quotes(key)));
}

/// The unit that a sample belongs to.
std::string unit_of(const json& values, const std::string& key, int64_t line) {
  const auto found = values.find(key);
  if (found == values.end() || !(found->is_string() || found->is_number_integer())) {
    throw InputError(
        fmt::format("line {}: 'values' has no text or integer {}, which says what the sample "
                    "belongs to",
                    line, in_quotes(key)));
  }
  return parameter_text(*found);
}

/// The "values" of the next sample.
json values_of(const std::string& text, int64_t line) {
  json sample = parse_json(text);
  if (!sample.is_object()) {
    throw InputError(fmt::format("line {} is torn, or no JSON", line));
  }
  const json number = sample.value("sample", json());
  if (!number.is_number_integer() || number != line - 1) {
    throw InputError(fmt::format("line {} is not that of sample {}", line, line - 1));
  }
  json values = sample.value("values", json());
  return values.is_object() ? values : json::object();
}

/// Numerators and denominators of samples, as estimate_of() takes them.
struct Columns {
  std::vector<double> numerators;
  std::vector<double> denominators;
};

/// Whether the sums over samples make the value; both may be NaN or the same infinity.
void check_value(const Columns& columns, const RatioForm& form, const std::string& name,
                 const Metric& metric) {
  const double value = form.value(ratio_of({columns.numerators, columns.denominators}));
  const bool finite = std::isfinite(value) && std::isfinite(metric.value);
  const bool made = finite
                        ? std::abs(value - metric.value) <= 1e-9 * std::abs(metric.value) + 1e-12
                        : value == metric.value || (std::isnan(value) && std::isnan(metric.value));
  if (!made) {
    throw InputError(fmt::format(
        "its samples do not make the {} of result.json: they are of another run", name));
  }
}

/// Checks the samples of a metric; returns its standard error over units.
std::optional<double> check_scores(const std::vector<SampleScore>& scores,
                                   const std::vector<int64_t>& units, const std::string& name,
                                   const Metric& metric) {
  if (static_cast<int64_t>(scores.size()) != metric.n) {
    throw InputError(
        fmt::format("holds {} samples; result.json has {} for {}", scores.size(), metric.n, name));
  }
  Columns columns;
  for (const SampleScore& score : scores) {
    columns.numerators.push_back(score.numerator);
    columns.denominators.push_back(score.denominator);
  }
  const RatioForm form = form_of(*metric.samples);
  check_value(columns, form, name, metric);
  if (units.empty()) {
    return metric.standard_error;
  }
  columns = {sums_by_unit(columns.numerators, units), sums_by_unit(columns.denominators, units)};
  const auto error = estimate_of({columns.numerators, columns.denominators}, form).standard_error;
  return error && std::isfinite(*error) ? error : std::nullopt;
}

}  // namespace

RatioForm form_of(const SampleRatio& ratio) {
  return {ratio.scale, ratio.transform == SampleRatio::Transform::kExp};
}

void read_sample_scores(const fs::path& path, Cell& cell) {
  std::map<std::string, std::vector<SampleScore>> scores;
  for (const auto& [name, metric] : cell.metrics) {
    if (metric.samples) {
      scores[name];
    }
  }
  if (scores.empty()) {
    return;
  }
  if (!fs::is_regular_file(path)) {
    throw InputError("is not a file");
  }
  std::ifstream stream(path, std::ios::binary);
  std::vector<int64_t> units;
  std::map<std::string, int64_t> first;  // By unit, its first sample.
  int64_t line = 0;
  for (std::string text; std::getline(stream, text);) {
    const json values = values_of(text, ++line);
    if (!cell.unit_key.empty()) {
      const std::string unit = unit_of(values, cell.unit_key, line);
      units.push_back(first.try_emplace(unit, line - 1).first->second);
    }
    for (auto& [name, list] : scores) {
      const SampleRatio& ratio = *cell.metrics[name].samples;
      const double numerator = number_of(values, ratio.numerator, line);
      list.push_back({line - 1, numerator,
                      ratio.denominator ? number_of(values, *ratio.denominator, line) : 1.0});
    }
  }
  std::map<std::string, std::optional<double>> errors;
  for (const auto& [name, list] : scores) {
    errors[name] = check_scores(list, units, name, cell.metrics[name]);
  }
  for (const auto& [name, error] : errors) {
    cell.metrics[name].standard_error = error;
  }
  cell.samples = std::move(scores);
  cell.units = std::move(units);
}

}  // namespace multistate::aggregate
