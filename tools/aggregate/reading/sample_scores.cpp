#include "aggregate/reading/sample_scores.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <system_error>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/results/ratio.h"

#include "aggregate/reading/json_file.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Takes "sample", some numbers of "values" and the name of the sample's unit out of a line without
/// building the rest of it.
class LineReader : public nlohmann::json_sax<json> {
 public:
  LineReader(const std::vector<std::string>& wanted, const std::string& unit_key)
      : wanted_(wanted), unit_key_(unit_key), numbers_(wanted.size()) {}

  /// Whether the line is JSON; its numbers are then in sample() and number().
  bool read(const std::string& line) {
    depth_ = 0;
    in_values_ = false;
    slot_ = kNoSlot;
    sample_.reset();
    unit_.reset();
    std::fill(numbers_.begin(), numbers_.end(), std::nullopt);
    return json::sax_parse(line, this);
  }
  std::optional<int64_t> sample() const { return sample_; }
  const std::optional<std::string>& unit() const { return unit_; }
  std::optional<double> number(size_t wanted) const { return numbers_[wanted]; }

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(int64_t value) override { return integer(value); }
  bool number_unsigned(uint64_t value) override {
    return integer(static_cast<int64_t>(std::min<uint64_t>(value, INT64_MAX)));
  }
  bool number_float(double value, const std::string& /*text*/) override { return take(value); }
  bool string(std::string& text) override {
    if (is_unit_) {
      unit_ = text;
      is_unit_ = false;
    }
    // number_to_json() writes these so.
    if (text == "nan") {
      return take(std::numeric_limits<double>::quiet_NaN());
    }
    if (text == "inf" || text == "-inf") {
      return take(text[0] == '-' ? -HUGE_VAL : HUGE_VAL);
    }
    return true;
  }
  bool binary(json::binary_t& /*value*/) override { return true; }
  bool start_object(size_t /*elements*/) override { return open(); }
  bool start_array(size_t /*elements*/) override { return open(); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(std::string& name) override {
    slot_ = kNoSlot;
    is_unit_ = depth_ == 2 && in_values_ && !unit_key_.empty() && name == unit_key_;
    if (depth_ == 1) {
      in_values_ = name == "values";
      slot_ = name == "sample" ? kSampleSlot : kNoSlot;
    } else if (depth_ == 2 && in_values_) {
      const auto found = std::find(wanted_.begin(), wanted_.end(), name);
      slot_ = found == wanted_.end() ? kNoSlot : static_cast<size_t>(found - wanted_.begin());
    }
    return true;
  }
  bool parse_error(size_t /*position*/, const std::string& /*token*/,
                   const json::exception& /*error*/) override {
    return false;
  }

 private:
  static constexpr size_t kNoSlot = SIZE_MAX;
  static constexpr size_t kSampleSlot = SIZE_MAX - 1;

  bool open() {
    ++depth_;
    slot_ = kNoSlot;
    is_unit_ = false;
    return depth_ <= kDeepestJson;
  }
  bool close() {
    --depth_;
    return true;
  }
  bool integer(int64_t value) {
    if (is_unit_) {
      unit_ = std::to_string(value);
      is_unit_ = false;
    }
    if (slot_ == kSampleSlot) {
      sample_ = value;
      return true;
    }
    return take(static_cast<double>(value));
  }
  bool take(double value) {
    if (slot_ < numbers_.size()) {
      numbers_[slot_] = value;
    }
    return true;
  }

  const std::vector<std::string>& wanted_;
  const std::string& unit_key_;
  std::vector<std::optional<double>> numbers_;
  std::optional<int64_t> sample_;
  std::optional<std::string> unit_;
  bool is_unit_ = false;
  int depth_ = 0;
  bool in_values_ = false;
  size_t slot_ = kNoSlot;
};

/// A metric that samples make, with where its numbers are in LineReader.
struct Wanted {
  const std::string* name = nullptr;
  const Metric* metric = nullptr;
  size_t numerator = 0;
  std::optional<size_t> denominator;
};

size_t index_of(const std::string& key, std::vector<std::string>& keys) {
  const auto found = std::find(keys.begin(), keys.end(), key);
  if (found != keys.end()) {
    return static_cast<size_t>(found - keys.begin());
  }
  keys.push_back(key);
  return keys.size() - 1;
}

double number_of(const LineReader& line, size_t wanted, const std::vector<std::string>& keys,
                 int64_t line_number) {
  const auto value = line.number(wanted);
  if (!value) {
    throw InputError(
        fmt::format("line {}: 'values' has no number {}", line_number, in_quotes(keys[wanted])));
  }
  return *value;
}

/// Whether the sums over samples make the value; both may be NaN or the same infinity.
bool make_value(const std::vector<SampleScore>& scores, const Metric& metric) {
  double numerators = 0.0;
  double denominators = 0.0;
  for (const SampleScore& score : scores) {
    numerators += score.numerator;
    denominators += score.denominator;
  }
  double value = metric.samples->scale * numerators / denominators;
  if (metric.samples->transform == SampleRatio::Transform::kExp) {
    value = std::exp(value);
  }
  if (!std::isfinite(value) || !std::isfinite(metric.value)) {
    return value == metric.value || (std::isnan(value) && std::isnan(metric.value));
  }
  return std::abs(value - metric.value) <= 1e-9 * std::abs(metric.value) + 1e-12;
}

void check_scores(const std::vector<SampleScore>& scores, const Wanted& wanted) {
  if (static_cast<int64_t>(scores.size()) != wanted.metric->n) {
    throw InputError(fmt::format("holds {} samples; result.json has {} for {}", scores.size(),
                                 wanted.metric->n, *wanted.name));
  }
  if (!make_value(scores, *wanted.metric)) {
    throw InputError(fmt::format(
        "its samples do not make the {} of result.json: they are of another run", *wanted.name));
  }
}

using ScoresByMetric = std::map<std::string, std::vector<SampleScore>>;

/// What samples.jsonl has of the metrics.
struct Lines {
  ScoresByMetric scores;
  std::vector<int64_t> units;  ///< Empty without a key.
};

Lines read_lines(std::istream& stream, const std::vector<Wanted>& metrics,
                 const std::vector<std::string>& keys, const std::string& unit_key) {
  Lines lines;
  std::map<std::string, int64_t> units;
  LineReader line(keys, unit_key);
  int64_t number = 0;
  for (std::string text; std::getline(stream, text);) {
    ++number;
    if (!line.read(text)) {
      throw InputError(fmt::format("line {} is torn, or no JSON", number));
    }
    if (line.sample() != number - 1) {
      throw InputError(fmt::format("line {} is not that of sample {}", number, number - 1));
    }
    if (!unit_key.empty()) {
      if (!line.unit()) {
        throw InputError(
            fmt::format("line {}: 'values' has no text or integer {}, which says what "
                        "the sample belongs to",
                        number, in_quotes(unit_key)));
      }
      lines.units.push_back(units.try_emplace(*line.unit(), number - 1).first->second);
    }
    for (const Wanted& wanted : metrics) {
      const double numerator = number_of(line, wanted.numerator, keys, number);
      const double denominator =
          wanted.denominator ? number_of(line, *wanted.denominator, keys, number) : 1.0;
      lines.scores[*wanted.name].push_back({number - 1, numerator, denominator});
    }
  }
  return lines;
}

/// The standard error over units, where samples are not independent.
std::optional<double> error_over_units(const std::vector<SampleScore>& samples,
                                       const std::vector<int64_t>& units,
                                       const SampleRatio& ratio) {
  std::vector<double> numerators;
  std::vector<double> denominators;
  for (const SampleScore& sample : samples) {
    numerators.push_back(sample.numerator);
    denominators.push_back(sample.denominator);
  }
  numerators = sums_by_unit(numerators, units);
  denominators = sums_by_unit(denominators, units);
  const RatioForm form = {ratio.scale, ratio.transform == SampleRatio::Transform::kExp};
  const auto error = estimate_of({numerators, denominators}, form).standard_error;
  return error && std::isfinite(*error) ? error : std::nullopt;
}

}  // namespace

void read_sample_scores(const fs::path& path, Cell& cell) {
  std::vector<std::string> keys;
  std::vector<Wanted> metrics;
  for (const auto& [name, metric] : cell.metrics) {
    if (metric.samples) {
      Wanted wanted = {&name, &metric, index_of(metric.samples->numerator, keys), std::nullopt};
      if (metric.samples->denominator) {
        wanted.denominator = index_of(*metric.samples->denominator, keys);
      }
      metrics.push_back(wanted);
    }
  }
  if (metrics.empty()) {
    return;
  }
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    throw InputError("is not a file");
  }
  if (fs::file_size(path, error) > kLargestFile) {
    throw InputError("is too large");
  }
  std::ifstream stream(path, std::ios::binary);
  Lines lines = read_lines(stream, metrics, keys, cell.unit_key);
  for (const Wanted& wanted : metrics) {
    check_scores(lines.scores[*wanted.name], wanted);
  }
  cell.samples = std::move(lines.scores);
  cell.units = std::move(lines.units);
  for (auto& [name, metric] : cell.metrics) {
    if (metric.samples && !cell.units.empty()) {
      metric.standard_error = error_over_units(cell.samples[name], cell.units, *metric.samples);
    }
  }
}

}  // namespace multistate::aggregate
