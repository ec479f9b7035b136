#include "multistate/policy/step_view.h"

#include <algorithm>

#include <fmt/format.h>

#include "multistate/policy/policy_error.h"

namespace multistate {
namespace {

std::span<const float> row_of(const HeadMatrices& matrices, int64_t head, int64_t row,
                              int64_t size) {
  return {matrices.data + head * matrices.head_stride + row * matrices.row_stride,
          static_cast<size_t>(size)};
}

}  // namespace

Needs Needs::operator|(const Needs& other) const {
  return {.attention = attention || other.attention,
          .query = query || other.query,
          .query_statistics = query_statistics || other.query_statistics,
          .keys = keys || other.keys,
          .values = values || other.values,
          .random = random || other.random,
          .merges = merges || other.merges,
          .pools_heads = pools_heads || other.pools_heads,
          .layer_budgets = layer_budgets || other.layer_budgets,
          .future = future ? future : other.future,
          .quantization = quantization ? quantization : other.quantization,
          .memory = memory + other.memory,
          .scratch = scratch + other.scratch,
          .vectors = vectors + other.vectors};
}

void StepView::require(bool declared, const char* what) const {
  if (!declared) {
    throw PolicyError(Breach::kNeeds,
                      fmt::format("layer {}, step {}: the policy reads {}, which its needs() does "
                                  "not declare",
                                  layer(), step(), what));
  }
}

std::span<const float> StepView::attention(int64_t head) const {
  require(needs_.attention, "attention");
  return row_of(data_.attention, head, 0, rows());
}

std::span<const float> StepView::query(int64_t head) const {
  require(needs_.query, "query");
  return row_of(data_.query, head, 0, head_size());
}

std::span<const float> StepView::query_mean(int64_t head) const {
  require(needs_.query_statistics, "query statistics");
  return row_of(data_.query_mean, head, 0, head_size());
}

std::span<const float> StepView::query_covariance(int64_t head) const {
  require(needs_.query_statistics, "query statistics");
  return row_of(data_.query_covariance, head, 0, head_size() * head_size());
}

std::span<const float> StepView::future_scores() const {
  require(needs_.future.has_value(), "the future");
  return data_.future;
}

std::span<const float> StepView::key(int64_t kv_head, int64_t row) const {
  require(needs_.keys, "keys");
  return row_of(data_.keys, kv_head, row, head_size());
}

std::span<const float> StepView::value(int64_t kv_head, int64_t row) const {
  require(needs_.values, "values");
  return row_of(data_.values, kv_head, row, head_size());
}

std::span<float> StepView::memory(int64_t field) const {
  require(field >= 0 && field < needs_.memory, "memory");
  return {data_.memory + field * data_.memory_stride, static_cast<size_t>(rows())};
}

std::span<float> StepView::scratch(int64_t buffer) const {
  require(buffer >= 0 && buffer < needs_.scratch, "scratch");
  return {data_.scratch + buffer * data_.scratch_stride, static_cast<size_t>(rows())};
}

std::span<float> StepView::vector(int64_t buffer) const {
  require(buffer >= 0 && buffer < needs_.vectors, "vectors");
  return {data_.vectors + buffer * data_.head_size, static_cast<size_t>(data_.head_size)};
}

Random& StepView::random() const {
  require(needs_.random, "random");
  return *data_.random;
}

void mean_attention(const StepView& step, std::span<float> out) {
  const auto first = step.attention(0);
  std::copy(first.begin(), first.end(), out.begin());
  for (int64_t head = 1; head < step.heads(); ++head) {
    const auto weights = step.attention(head);
    for (size_t row = 0; row < out.size(); ++row) {
      out[row] += weights[row];
    }
  }
  const float scale = 1.0F / static_cast<float>(step.heads());
  for (float& value : out) {
    value *= scale;
  }
}

}  // namespace multistate
