#include "multistate/experiment/stretches.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "multistate/results/series.h"
#include "multistate/results/statistics.h"

namespace multistate {
namespace {

using Json = nlohmann::json;

/// Sums and tokens of the samples that have any in a stretch.
struct Column {
  std::vector<double> sums;
  std::vector<double> tokens;

  void add(double sum, double count) {
    if (count > 0) {
      sums.push_back(sum);
      tokens.push_back(count);
    }
  }
};

/// By stretch; of what StretchSums::to_json() gives of every sample.
std::vector<Column> columns_of(std::span<const Json> samples) {
  std::vector<Column> columns;
  for (const Json& sample : samples) {
    columns.resize(std::max(columns.size(), sample.size()));
    for (size_t stretch = 0; stretch < sample.size(); ++stretch) {
      columns[stretch].add(number_from_json(sample[stretch][0]), sample[stretch][1]);
    }
  }
  return columns;
}

/// The same of all tokens up to the end of each stretch.
std::vector<Column> cumulative_columns_of(std::span<const Json> samples) {
  size_t stretches = 0;
  for (const Json& sample : samples) {
    stretches = std::max(stretches, sample.size());
  }
  std::vector<Column> columns(stretches);
  for (const Json& sample : samples) {
    double sum = 0.0;
    double tokens = 0.0;
    for (size_t stretch = 0; stretch < stretches; ++stretch) {
      if (stretch < sample.size()) {
        sum += number_from_json(sample[stretch][0]);
        tokens += sample[stretch][1].get<double>();
      }
      columns[stretch].add(sum, tokens);
    }
  }
  return columns;
}

template <class F>
Json series_of(const std::vector<Column>& columns, const Stretches& stretches,
               const SeriesInfo& info, const F& estimate) {
  Json series = Json::array();
  for (size_t stretch = 0; stretch < columns.size(); ++stretch) {
    const Column& column = columns[stretch];
    if (column.sums.empty()) {
      continue;
    }
    const Estimate value = estimate(ratio_of_sums(column.sums, column.tokens));
    series.push_back(series_point({.value = value.value,
                                   .standard_error = value.standard_error,
                                   .n = static_cast<int64_t>(column.sums.size()),
                                   .higher_is_better = info.higher_is_better,
                                   .unit = info.unit},
                                  {stretches.first(stretch), stretches.end(stretch), info.axis}));
  }
  return series;
}

}  // namespace

size_t Stretches::of(int64_t place) const {
  return width_ > 0 ? static_cast<size_t>(place / width_)
                    : static_cast<size_t>(std::bit_width(static_cast<uint64_t>(place))) - 1;
}

int64_t Stretches::first(size_t stretch) const {
  return width_ > 0 ? static_cast<int64_t>(stretch) * width_ : int64_t{1} << stretch;
}

void StretchSums::add(int64_t place, double number) {
  const size_t stretch = stretches_.of(place);
  sums_.resize(std::max(sums_.size(), stretch + 1));
  sums_[stretch].sum += number;
  ++sums_[stretch].tokens;
}

Json StretchSums::to_json() const {
  Json json = Json::array();
  for (const Sum& sum : sums_) {
    json.push_back({number_to_json(sum.sum), sum.tokens});
  }
  return json;
}

Json mean_series(std::span<const Json> samples, const Stretches& stretches,
                 const SeriesInfo& info) {
  return series_of(columns_of(samples), stretches, info,
                   [](const Estimate& estimate) { return estimate; });
}

Json cumulative_perplexity_series(std::span<const Json> samples, const Stretches& stretches,
                                  const SeriesInfo& info) {
  return series_of(cumulative_columns_of(samples), stretches, info, exponential);
}

Json count_series(std::span<const Json> samples, const Stretches& stretches,
                  const std::string& axis) {
  const auto columns = columns_of(samples);
  Json series = Json::array();
  for (size_t stretch = 0; stretch < columns.size(); ++stretch) {
    double tokens = 0.0;
    for (const double count : columns[stretch].tokens) {
      tokens += count;
    }
    if (tokens > 0.0) {
      series.push_back(series_point({.value = tokens,
                                     .standard_error = std::nullopt,
                                     .n = static_cast<int64_t>(columns[stretch].tokens.size()),
                                     .higher_is_better = true,
                                     .unit = "tokens"},
                                    {stretches.first(stretch), stretches.end(stretch), axis}));
    }
  }
  return series;
}

Json worst_series(std::span<const Json> samples, const Stretches& stretches,
                  const SeriesInfo& info) {
  std::vector<std::vector<double>> columns;
  for (const Json& sample : samples) {
    columns.resize(std::max(columns.size(), sample.size()));
    for (size_t stretch = 0; stretch < sample.size(); ++stretch) {
      columns[stretch].push_back(number_from_json(sample[stretch]));
    }
  }
  Json series = Json::array();
  for (size_t stretch = 0; stretch < columns.size(); ++stretch) {
    series.push_back(series_point({.value = worst_of(columns[stretch], info.higher_is_better),
                                   .standard_error = std::nullopt,
                                   .n = static_cast<int64_t>(columns[stretch].size()),
                                   .higher_is_better = info.higher_is_better,
                                   .unit = info.unit},
                                  {stretches.first(stretch), stretches.end(stretch), info.axis}));
  }
  return series;
}

double worst_of(std::span<const double> numbers, bool higher_is_better) {
  double worst = numbers.front();
  for (const double number : numbers) {
    const bool better = higher_is_better ? number >= worst : number <= worst;
    worst = std::isnan(worst) || better ? worst : number;
  }
  return worst;
}

}  // namespace multistate
