#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "multistate/policy/setup.h"

namespace multistate::test {

/// A step worked by hand: rows at `positions`, what every head sees of them, and what the policy
/// remembers.
struct HandMadeStep {
  int64_t step = 0;
  std::vector<int64_t> positions = {};
  std::vector<std::vector<float>> attention = {};            ///< [head][row]
  std::vector<float> memory = {};                            ///< [field * rows + row]
  std::vector<float> set_memory = {};                        ///< [field]
  std::vector<uint8_t> live = {};                            ///< Empty: all.
  std::vector<std::vector<std::vector<float>>> keys = {};    ///< [kv_head][row][D]
  std::vector<std::vector<std::vector<float>>> values = {};  ///< The same.
  std::vector<float> future = {};                            ///< [row]
  /// [head][query][row]: the step ends a prompt that a PromptPolicy cuts.
  std::vector<std::vector<std::vector<float>>> prompt_attention = {};
  int64_t question = 0;
};

/// A HandMadeStep where a policy can read it. Keeps references to both.
class ShownStep {
 public:
  ShownStep(const PolicySetup& setup, HandMadeStep& step) : setup_(setup) {
    const auto rows = static_cast<int64_t>(step.positions.size());
    if (step.live.empty()) {
      step.live.assign(step.positions.size(), 1);
    }
    step.memory.resize(step.positions.size() *
                       static_cast<size_t>(std::max<int64_t>(setup.needs.floats_a_row(), 1)));
    show_prompt(step);
    for (const auto& head : step.attention) {
      weights_.insert(weights_.end(), head.begin(), head.end());
    }
    const auto& vectors = step.keys.empty() ? step.values : step.keys;
    data_.head_size = vectors.empty() ? 0 : static_cast<int64_t>(vectors.front().front().size());
    data_.logit_scale = 1.0 / std::sqrt(static_cast<double>(data_.head_size));
    data_.kv_heads = static_cast<int64_t>(vectors.size());
    data_.keys = flatten(step.keys, keys_);
    data_.values = flatten(step.values, values_);
    data_.step = step.step;
    data_.state_size = setup.state_size;
    data_.capacity = setup.capacity();
    data_.live_rows = std::count(step.live.begin(), step.live.end(), uint8_t{1});
    data_.heads =
        static_cast<int64_t>(std::max(step.attention.size(), step.prompt_attention.size()));
    data_.positions = step.positions;
    data_.live = step.live;
    data_.sinks = std::min(setup.common.sinks, step.step + 1);
    data_.first_candidate = std::min(setup.common.sinks, rows);
    data_.end_candidates = std::max(data_.first_candidate, rows - setup.recent());
    data_.attention = {weights_.data(), rows, 0};
    data_.memory = step.memory.data();
    data_.memory_stride = rows;
    step.set_memory.resize(static_cast<size_t>(setup.needs.set_memory));
    data_.set_memory = step.set_memory.data();
    if (setup.token_kinds != nullptr) {
      data_.token_kinds = *setup.token_kinds;
    }
    scratch_.resize(step.positions.size() * static_cast<size_t>(setup.needs.scratch));
    data_.scratch = scratch_.data();
    data_.scratch_stride = rows;
    vectors_.resize(static_cast<size_t>(data_.head_size * setup.needs.vectors));
    data_.vectors = vectors_.data();
    data_.future = step.future;
    data_.observed = !setup.decides_prompt_only();
    data_.random = &random_;
    scores_.resize(step.positions.size());
  }

  ShownStep(const ShownStep&) = delete;
  ShownStep& operator=(const ShownStep&) = delete;

  StepView view() const { return {data_, setup_.needs}; }
  std::span<float> scores() { return scores_; }

  /// What a ScoringPolicy gives the rows.
  std::vector<float> score() {
    const auto& policy = *setup_.faces.scoring;
    policy.observe(view());
    policy.score(view(), scores_);
    return scores_;
  }

 private:
  void show_prompt(const HandMadeStep& step) {
    if (step.prompt_attention.empty()) {
      return;
    }
    for (const auto& head : step.prompt_attention) {
      for (const auto& query : head) {
        prompt_weights_.insert(prompt_weights_.end(), query.begin(), query.end());
      }
    }
    const auto rows = static_cast<int64_t>(step.positions.size());
    prompt_.queries = static_cast<int64_t>(step.prompt_attention.front().size());
    prompt_.question = step.question;
    prompt_.attention = {prompt_weights_.data(), prompt_.queries * rows, rows};
    data_.prompt = &prompt_;
  }

  HeadMatrices flatten(const std::vector<std::vector<std::vector<float>>>& heads,
                       std::vector<float>& storage) const {
    int64_t rows = 0;
    for (const auto& head : heads) {
      rows = static_cast<int64_t>(head.size());
      for (const auto& row : head) {
        storage.insert(storage.end(), row.begin(), row.end());
      }
    }
    return {storage.data(), rows * data_.head_size, data_.head_size};
  }

  const PolicySetup& setup_;
  StepData data_;
  CounterRandom random_{11, 0, 0, 0};
  PromptData prompt_;
  std::vector<float> prompt_weights_;
  std::vector<float> weights_;
  std::vector<float> keys_;
  std::vector<float> values_;
  std::vector<float> scratch_;
  std::vector<float> vectors_;
  std::vector<float> scores_;
};

/// Edits the rows of a step. Keeps a reference.
class StepEditor final : public RowEditor {
 public:
  explicit StepEditor(HandMadeStep& step) : step_(step) {}
  std::span<float> key(int64_t head, int64_t row) override {
    return step_.keys[static_cast<size_t>(head)][static_cast<size_t>(row)];
  }
  std::span<float> value(int64_t head, int64_t row) override {
    return step_.values[static_cast<size_t>(head)][static_cast<size_t>(row)];
  }

 private:
  HandMadeStep& step_;
};

/// Lets the policy of `setup` merge before `rows` go.
inline void merge(const PolicySetup& setup, HandMadeStep& step, const std::vector<int64_t>& rows) {
  ShownStep shown(setup, step);
  StepEditor editor(step);
  setup.faces.merging->merge(shown.view(), rows, editor);
}

/// The rows (indices) that the policy of `setup` evicts; `step.memory` is updated.
inline std::vector<int64_t> evicted(const PolicySetup& setup, HandMadeStep& step) {
  ShownStep shown(setup, step);
  Evictions evictions;
  const StepView step_view = shown.view();
  const std::span<float> scores = shown.scores();
  setup.faces.evict({&step_view, 1}, {&scores, 1}, {&evictions, 1});
  return {evictions.rows().begin(), evictions.rows().end()};
}

}  // namespace multistate::test
