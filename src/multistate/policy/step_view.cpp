#include "multistate/policy/step_view.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

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

// NOLINTNEXTLINE(readability-function-cognitive-complexity): one line a member.
Needs Needs::operator|(const Needs& other) const {
  if (quantization && other.quantization) {
    throw std::invalid_argument("it and its base both quantise rows");
  }
  if (replay && other.replay) {
    throw std::invalid_argument("it and its base both read the prompt again");
  }
  if (page_rows > 0 && other.page_rows > 0 && page_rows != other.page_rows) {
    throw std::invalid_argument("it and its base read pages of different sizes");
  }
  return {.attention = attention || other.attention,
          .query = query || other.query,
          .query_statistics = query_statistics || other.query_statistics,
          .keys = keys || other.keys,
          .logits = logits || other.logits,
          .values = values || other.values,
          .value_norms = value_norms || other.value_norms,
          .tokens = tokens || other.tokens,
          .token_kinds = token_kinds || other.token_kinds,
          .random = random || other.random,
          .attention_change = attention_change || other.attention_change,
          .calibration = calibration || other.calibration,
          .future = future ? future : other.future,
          .quantization = quantization ? quantization : other.quantization,
          .replay = replay ? replay : other.replay,
          .page_rows = std::max(page_rows, other.page_rows),
          .prompt_queries = std::max(prompt_queries, other.prompt_queries),
          .token_queries = token_queries || other.token_queries,
          .memory = memory + other.memory,
          .set_memory = set_memory + other.set_memory,
          .head_memory = head_memory + other.head_memory,
          .scratch = scratch + other.scratch,
          .vectors = vectors + other.vectors};
}

void StepView::require(bool declared, const char* what) const {
  require_declared(declared, what, layer(), step());
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

std::span<const float> StepView::value_norms() const {
  require(needs_.value_norms, "value_norms");
  return {data_.memory + needs_.norm_field() * data_.memory_stride, static_cast<size_t>(rows())};
}

int64_t StepView::id_of(int64_t row) const {
  return static_cast<int64_t>(data_.memory[needs_.memory * data_.memory_stride + row]);
}

int64_t StepView::token(int64_t row) const {
  require(needs_.tokens, "tokens");
  return id_of(row);
}

TokenKind StepView::token_kind(int64_t row) const {
  require(needs_.token_kinds, "token_kinds");
  const auto id = static_cast<size_t>(id_of(row));
  if (id >= data_.token_kinds.size()) {
    throw PolicyError(Breach::kNeeds,
                      fmt::format("layer {}, step {}: the kind of token {} is not known: the model "
                                  "was loaded without its tokenizer",
                                  layer(), step(), id));
  }
  return data_.token_kinds[id];
}

const CalibrationData& StepView::calibration() const {
  require(needs_.calibration, "calibration");
  if (!data_.calibration) {
    throw PolicyError(Breach::kNeeds,
                      fmt::format("layer {}, step {}: no calibration was given", layer(), step()));
  }
  return *data_.calibration;
}

std::span<const float> StepView::calibrated_direction(int64_t head) const {
  return row_of(calibration().query_directions, head, 0, head_size());
}

std::span<const float> StepView::calibrated_query(int64_t head) const {
  return row_of(calibration().query_means, head, 0, head_size());
}

std::span<const float> StepView::calibrated_lengths(int64_t head) const {
  return row_of(calibration().query_lengths, head, 0, std::ssize(rotary_frequencies()));
}

std::span<const float> StepView::calibrated_key(int64_t kv_head) const {
  return row_of(calibration().key_means, kv_head, 0, head_size());
}

float StepView::attention_change() const {
  require(needs_.attention_change, "attention_change");
  return data_.attention_change;
}

float& StepView::set_memory(int64_t field) const {
  require(field >= 0 && field < needs_.set_memory, "set_memory");
  return data_.set_memory[field];
}

std::span<float> StepView::head_memory(int64_t head, int64_t field) const {
  require(field >= 0 && field < needs_.head_memory, "head_memory");
  const int64_t vector = field * heads() + head;
  return {data_.set_memory + needs_.set_memory + vector * head_size(),
          static_cast<size_t>(head_size())};
}

double StepView::uniform(int64_t row, int64_t draw) const {
  require(needs_.random, "random");
  return data_.random->uniform(step(), data_.positions[static_cast<size_t>(row)], draw);
}

int64_t PromptView::queries() const {
  require(needs_.prompt_queries > 0, "prompt_queries");
  return data_.prompt->queries;
}

std::span<const float> PromptView::prompt_attention(int64_t head, int64_t index) const {
  require(index >= 0 && index < queries(), "prompt_queries");
  return row_of(data_.prompt->attention, head, index, rows());
}

std::span<const float> PromptView::prompt_query(int64_t head, int64_t index) const {
  require(index >= 0 && index < queries(), "prompt_queries");
  return row_of(data_.prompt->query, head, index, head_size());
}

std::span<const float> PromptView::token_query(int64_t head, int64_t row) const {
  require(needs_.token_queries, "token_queries");
  return row_of(data_.prompt->token_queries, head, row, head_size());
}

std::span<const float> PromptView::replay_attention(int64_t head) const {
  require(needs_.replay.has_value(), "replay");
  return row_of(data_.prompt->replay, head, 0, rows());
}

void PromptView::key_before_rope(int64_t kv_head, int64_t row, std::span<float> out) const {
  const auto turned = key(kv_head, row);
  const auto frequencies = rotary_frequencies();
  const size_t half = frequencies.size();
  const auto position = static_cast<double>(positions()[static_cast<size_t>(row)]);
  for (size_t i = 0; i < half; ++i) {
    const auto cos = static_cast<float>(std::cos(position * frequencies[i]));
    const auto sin = static_cast<float>(std::sin(position * frequencies[i]));
    out[i] = turned[i] * cos + turned[i + half] * sin;
    out[i + half] = turned[i + half] * cos - turned[i] * sin;
  }
  const auto rest = static_cast<std::ptrdiff_t>(2 * half);
  std::copy(turned.begin() + rest, turned.end(), out.begin() + rest);
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
