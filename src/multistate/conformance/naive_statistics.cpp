#include "multistate/conformance/naive_statistics.h"

#include <cmath>

namespace multistate {
namespace {

/// Turned back from `place`.
std::vector<double> query_before_rotation(const NaiveInputs& inputs, int64_t head, int64_t t,
                                          int64_t place) {
  const double* x = vector_of(inputs, inputs.queries, head, t);
  const auto frequencies = rotary_frequencies(inputs);
  const size_t half = frequencies.size();
  std::vector<double> query(x, x + inputs.head_size);
  for (size_t i = 0; i < half; ++i) {
    const double angle = -static_cast<double>(place) * frequencies[i];
    query[i] = x[i] * std::cos(angle) - x[i + half] * std::sin(angle);
    query[i + half] = x[i + half] * std::cos(angle) + x[i] * std::sin(angle);
  }
  return query;
}

void add_head(const std::vector<std::vector<double>>& queries, size_t size,
              NaiveStatistics& statistics) {
  const auto count = static_cast<double>(queries.size());
  std::vector<double> mean(size, 0.0);
  for (const auto& query : queries) {
    for (size_t i = 0; i < size; ++i) {
      mean[i] += query[i] / count;
    }
  }
  statistics.mean.insert(statistics.mean.end(), mean.begin(), mean.end());
  for (size_t i = 0; i < size; ++i) {
    for (size_t j = 0; j < size; ++j) {
      double sum = 0.0;
      for (const auto& query : queries) {
        sum += (query[i] - mean[i]) * (query[j] - mean[j]) / count;
      }
      statistics.covariance.push_back(static_cast<float>(sum));
    }
  }
}

double exp_of_logit(const NaiveInputs& inputs, int64_t head, int64_t query, int64_t row) {
  const int64_t kv_head = head / (inputs.heads / inputs.kv_heads);
  double logit = 0.0;
  for (int64_t i = 0; i < inputs.head_size; ++i) {
    logit += vector_of(inputs, inputs.queries, head, query)[i] *
             vector_of(inputs, inputs.keys, kv_head, row)[i];
  }
  return inputs.exp_of_logit(logit);
}

}  // namespace

const double* vector_of(const NaiveInputs& inputs, const std::vector<double>& data, int64_t head,
                        int64_t t) {
  return data.data() + (head * inputs.tokens + t) * inputs.head_size;
}

std::vector<double> rotary_frequencies(const NaiveInputs& inputs) {
  std::vector<double> frequencies;
  for (int64_t i = 0; i < inputs.turned() / 2; ++i) {
    const double exponent = -2.0 * static_cast<double>(i) / static_cast<double>(inputs.turned());
    frequencies.push_back(std::pow(inputs.rope_theta, exponent));
  }
  return frequencies;
}

NaiveStatistics query_statistics(const NaiveInputs& inputs, const Heads& heads, int64_t first,
                                 int64_t t, bool rotated) {
  NaiveStatistics statistics;
  for (int64_t head = heads.first_head; head < heads.end_head; ++head) {
    std::vector<std::vector<double>> queries;
    for (int64_t s = first; s <= t; ++s) {
      queries.push_back(query_before_rotation(inputs, head, s, rotated ? s : 0));
    }
    add_head(queries, static_cast<size_t>(inputs.head_size), statistics);
  }
  return statistics;
}

double value_norm(const NaiveInputs& inputs, const Heads& heads, int64_t t) {
  const int64_t hidden = std::ssize(inputs.output) / (inputs.heads * inputs.head_size);
  double sum = 0.0;
  for (int64_t head = heads.first_head; head < heads.end_head; ++head) {
    const double* value =
        vector_of(inputs, inputs.values, head / (inputs.heads / inputs.kv_heads), t);
    for (int64_t c = 0; c < hidden; ++c) {
      double element = 0.0;
      for (int64_t d = 0; d < inputs.head_size; ++d) {
        const int64_t at = (head * inputs.head_size + d) * hidden + c;
        element += value[d] * inputs.output[static_cast<size_t>(at)];
      }
      sum += std::abs(element);
    }
  }
  return sum / static_cast<double>(heads.queries());
}

std::vector<double> full_attention(const NaiveInputs& inputs, int64_t head, int64_t t) {
  std::vector<double> weights;
  double total = 0.0;
  for (int64_t row = 0; row <= t; ++row) {
    const bool seen = !inputs.window || row > t - *inputs.window;
    weights.push_back(seen ? exp_of_logit(inputs, head, t, row) : 0.0);
    total += weights.back();
  }
  for (double& weight : weights) {
    weight /= total;
  }
  return weights;
}

std::vector<std::vector<double>> future_attention(const NaiveInputs& inputs, const Heads& heads,
                                                  double gamma) {
  const auto tokens = static_cast<size_t>(inputs.tokens);
  std::vector<std::vector<double>> future(tokens, std::vector<double>(tokens, 0.0));
  for (int64_t query = inputs.tokens - 1; query > 0; --query) {
    auto& before = future[static_cast<size_t>(query - 1)];
    before = future[static_cast<size_t>(query)];
    for (int64_t head = heads.first_head; head < heads.end_head; ++head) {
      const auto weights = full_attention(inputs, head, query);
      for (size_t row = 0; row < weights.size(); ++row) {
        before[row] += weights[row] / static_cast<double>(heads.queries());
      }
    }
    for (double& attention : before) {
      attention *= gamma;
    }
  }
  return future;
}

}  // namespace multistate
