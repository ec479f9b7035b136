#pragma once

#include <cstdint>
#include <vector>

#include "multistate/conformance/naive_set.h"

namespace multistate {

/// Element 0 of the vector of token t and head `head` in data [heads][T][D].
const double* vector_of(const NaiveInputs& inputs, const std::vector<double>& data, int64_t head,
                        int64_t t);

/// Angles by which RoPE turns pairs of elements from one position to the next, [D/2].
std::vector<double> rotary_frequencies(const NaiveInputs& inputs);

/// Mean [H][D] and covariance [H][D][D] of queries before RoPE.
struct NaiveStatistics {
  std::vector<float> mean;
  std::vector<float> covariance;
};

/// Those of the tokens `first` to t; 0 when there are none. `rotated`: the inputs' queries are
/// those after RoPE.
NaiveStatistics query_statistics(const NaiveInputs& inputs, const Heads& heads, int64_t first,
                                 int64_t t, bool rotated);

/// The mean over query heads of the sum of the absolute elements of what the output projection
/// makes of token t's value.
double value_norm(const NaiveInputs& inputs, const Heads& heads, int64_t t);

/// [t + 1] weights that token t gives with `head` to the tokens up to itself where nothing is ever
/// evicted.
std::vector<double> full_attention(const NaiveInputs& inputs, int64_t head, int64_t t);

/// [t][position]: what the tokens after t give the row of `position` (up to t) where nothing is
/// ever evicted: weights averaged over heads, that of token s times gamma^(s - t), summed over s.
std::vector<std::vector<double>> future_attention(const NaiveInputs& inputs, const Heads& heads,
                                                  double gamma);

}  // namespace multistate
