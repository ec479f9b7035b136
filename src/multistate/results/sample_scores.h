#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/results/metric.h"
#include "multistate/results/ratio.h"

namespace multistate {

struct StoredCell;

/// Reads samples.jsonl line by line.
class SampleReader {
 public:
  /// `source` starts the messages: "DIR/samples.jsonl: ", or nothing where whoever reads says which
  /// file it is. Throws InputError for a file that cannot be read.
  explicit SampleReader(const std::filesystem::path& path, std::string source = "");

  /// The next sample, an object with an object "values"; null after the last. Throws InputError
  /// that names the line for anything else, and for another "sample" than the next number.
  nlohmann::json next();

  /// The next line as it is; none after the last.
  std::optional<std::string> next_line();

  /// The sample in a line that next_line() has given; throws as next() does.
  nlohmann::json parse(const std::string& line) const;

  /// Number of the last line, from 1, and what messages on it start with.
  int64_t line() const { return line_; }
  std::string place() const { return source_ + "line " + std::to_string(line_); }

 private:
  std::string source_;
  std::ifstream stream_;
  int64_t line_ = 0;
};

/// What a sample adds to a metric that is a ratio of sums over samples (SampleRatio of Metric).
struct SampleScore {
  int64_t sample = 0;
  double numerator = 0.0;
  double denominator = 1.0;
};

/// Observations of a ratio of sums.
struct Columns {
  std::vector<double> numerators;
  std::vector<double> denominators;

  RatioScores scores() const { return {numerators, denominators}; }
  size_t size() const { return numerators.size(); }
};

Columns columns_of(const std::vector<SampleScore>& scores);

/// The sums over the samples of each unit (results/ratio.h); those of samples where `units` is
/// empty.
Columns sums_by_unit(const Columns& columns, const std::vector<int64_t>& units);

RatioForm form_of(const SampleRatio& ratio);

/// Reads what the samples add to the cell's metrics from samples.jsonl; only the numbers that
/// metrics name are kept, and the unit of every sample where the cell has a unit_key; standard
/// errors then become those over units. Throws InputError that says what is wrong ("line 3 is torn,
/// or no JSON") and leaves the cell as it is: a line that is not the next sample's, a number that
/// is missing, fewer or more samples than a metric has, and samples that do not make the metric's
/// value (they are of another run).
void read_sample_scores(const std::filesystem::path& path, StoredCell& cell);

}  // namespace multistate
