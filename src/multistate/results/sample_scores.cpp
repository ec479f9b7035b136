#include "multistate/results/sample_scores.h"

#include <cmath>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/results/stored_cell.h"

namespace multistate {
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

/// Whether the sums over samples make the value; both may be NaN or the same infinity.
void check_value(const Columns& columns, const RatioForm& form, const std::string& name,
                 const Metric& metric) {
  const double value = form.value(ratio_of(columns.scores()));
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
  const Columns columns = columns_of(scores);
  const RatioForm form = form_of(*metric.samples);
  check_value(columns, form, name, metric);
  if (units.empty()) {
    return metric.standard_error;
  }
  const auto error = estimate_of(sums_by_unit(columns, units).scores(), form).standard_error;
  return error && std::isfinite(*error) ? error : std::nullopt;
}

}  // namespace

SampleReader::SampleReader(const fs::path& path, std::string source)
    : source_(std::move(source)), stream_(path, std::ios::binary) {
  if (!fs::is_regular_file(path) || !stream_) {
    throw InputError(source_.empty() ? "is not a file" : source_ + "cannot be read");
  }
}

std::optional<std::string> SampleReader::next_line() {
  std::string text;
  ++line_;
  return std::getline(stream_, text) ? std::optional(std::move(text)) : std::nullopt;
}

json SampleReader::parse(const std::string& line) const {
  json sample = parse_json(line);
  if (!sample.is_object()) {
    throw InputError(place() + " is torn, or no JSON");
  }
  const json number = sample.value("sample", json());
  if (!number.is_number_integer() || number != line_ - 1) {
    throw InputError(fmt::format("{} is not that of sample {}", place(), line_ - 1));
  }
  if (!sample.value("values", json()).is_object()) {
    throw InputError(place() + " has no object 'values'");
  }
  return sample;
}

json SampleReader::next() {
  const auto text = next_line();
  return text ? parse(*text) : json();
}

Columns columns_of(const std::vector<SampleScore>& scores) {
  Columns columns;
  for (const SampleScore& score : scores) {
    columns.numerators.push_back(score.numerator);
    columns.denominators.push_back(score.denominator);
  }
  return columns;
}

Columns sums_by_unit(const Columns& columns, const std::vector<int64_t>& units) {
  return units.empty() ? columns
                       : Columns{sums_by_unit(columns.numerators, units),
                                 sums_by_unit(columns.denominators, units)};
}

RatioForm form_of(const SampleRatio& ratio) {
  return {ratio.scale, ratio.transform == SampleRatio::Transform::kExp};
}

void read_sample_scores(const fs::path& path, StoredCell& cell) {
  std::map<std::string, std::vector<SampleScore>> scores;
  for (const auto& [name, metric] : cell.metrics) {
    if (metric.samples) {
      scores[name];
    }
  }
  if (scores.empty()) {
    return;
  }
  SampleReader reader(path);
  std::vector<int64_t> units;
  std::map<std::string, int64_t> first;  // By unit, its first sample.
  for (json sample = reader.next(); !sample.is_null(); sample = reader.next()) {
    const json& values = sample["values"];
    const int64_t line = reader.line();
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

}  // namespace multistate
