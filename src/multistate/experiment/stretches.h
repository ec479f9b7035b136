#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace multistate {

/// How places (of tokens in their chunk, distances, steps) are cut into stretches that are counted
/// together.
class Stretches {
 public:
  /// Stretch b has the places from 2^b up to, but not including, 2^(b+1). There is none for 0.
  static Stretches doubling() { return Stretches(0); }

  /// Stretch b has the `width` places from b * width on.
  static Stretches of_width(int64_t width) { return Stretches(width); }

  size_t of(int64_t place) const;
  int64_t first(size_t stretch) const;
  int64_t end(size_t stretch) const { return first(stretch + 1); }

 private:
  explicit Stretches(int64_t width) : width_(width) {}

  int64_t width_;  ///< 0: doubling.
};

/// Numbers of tokens, added up by the stretch that a token's place is in.
class StretchSums {
 public:
  explicit StretchSums(const Stretches& stretches) : stretches_(stretches) {}

  void add(int64_t place, double number);

  /// [[sum, tokens], ...], from stretch 0 to the last that has tokens.
  nlohmann::json to_json() const;

 private:
  struct Sum {
    double sum = 0.0;
    int64_t tokens = 0;
  };

  Stretches stretches_;
  std::vector<Sum> sums_;
};

/// What a series says of itself.
struct SeriesInfo {
  std::string unit = {};  ///< Of the values.
  bool higher_is_better = false;
  std::string axis = {};  ///< What places are, with their unit; empty: tokens of a chunk.
};

/// For every stretch that has tokens the sum of the numbers by the tokens, over samples; its
/// standard error is that of a ratio of sums. `samples` are what StretchSums give.
nlohmann::json mean_series(std::span<const nlohmann::json> samples, const Stretches& stretches,
                           const SeriesInfo& info);

/// The same of all tokens up to a stretch's end, as exp(mean): of losses the perplexity so far.
nlohmann::json cumulative_perplexity_series(std::span<const nlohmann::json> samples,
                                            const Stretches& stretches, const SeriesInfo& info);

/// How many tokens all samples have in a stretch.
nlohmann::json count_series(std::span<const nlohmann::json> samples, const Stretches& stretches,
                            const std::string& axis);

/// The worst number that any sample has in a stretch. `samples` are lists, a number a stretch.
nlohmann::json worst_series(std::span<const nlohmann::json> samples, const Stretches& stretches,
                            const SeriesInfo& info);

/// The least number where higher is better, else the largest; NaN when one is NaN.
double worst_of(std::span<const double> numbers, bool higher_is_better);

}  // namespace multistate
