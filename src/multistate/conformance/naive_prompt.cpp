#include <algorithm>
#include <cmath>

#include "multistate/conformance/naive_set.h"
#include "multistate/conformance/naive_statistics.h"

namespace multistate {

void NaiveSet::describe_prompt(int64_t t) {
  const bool cut = setup_.common.prompt == Prompt::kOneShot && setup_.faces.prompt != nullptr;
  data_.observed = !(cut && setup_.common.after_prompt == AfterPrompt::kKeep);
  if (!cut || t + 1 != inputs_.prompt) {
    return;
  }
  const int64_t first = std::max<int64_t>(inputs_.prompt - setup_.needs.prompt_queries, 0);
  prompt_query_.clear();
  prompt_attention_.clear();
  token_queries_.clear();
  replay_.clear();
  for (int64_t head = heads_.first_head; head < heads_.end_head; ++head) {
    if (setup_.needs.replay) {
      const auto given = replay_attention(head);
      replay_.insert(replay_.end(), given.begin(), given.end());
    }
    for (int64_t query = 0; query < inputs_.prompt; ++query) {
      const double* vector = vector_of(inputs_, inputs_.queries, head, query);
      token_queries_.insert(token_queries_.end(), vector, vector + inputs_.head_size);
    }
    for (int64_t query = first; query < inputs_.prompt; ++query) {
      const double* vector = vector_of(inputs_, inputs_.queries, head, query);
      prompt_query_.insert(prompt_query_.end(), vector, vector + inputs_.head_size);
      auto weights = full_attention(inputs_, head, query);
      weights.resize(static_cast<size_t>(inputs_.prompt), 0.0);
      prompt_attention_.insert(prompt_attention_.end(), weights.begin(), weights.end());
    }
  }
  prompt_ = {.queries = inputs_.prompt - first,
             .question = inputs_.question,
             .query = {prompt_query_.data(), (inputs_.prompt - first) * inputs_.head_size,
                       inputs_.head_size},
             .attention = {prompt_attention_.data(), (inputs_.prompt - first) * inputs_.prompt,
                           inputs_.prompt},
             .token_queries = {token_queries_.data(), inputs_.prompt * inputs_.head_size,
                               inputs_.head_size},
             .replay = {replay_.data(), inputs_.prompt, 0}};
  data_.prompt = &prompt_;
}

std::vector<float> NaiveSet::replay_attention(int64_t head) const {
  std::vector<float> most(static_cast<size_t>(inputs_.prompt), 0.0F);
  const int64_t kv_head = head / (inputs_.heads / inputs_.kv_heads);
  const int64_t chunk = setup_.needs.replay->chunk;
  for (int64_t query = 0; query < inputs_.prompt; ++query) {
    const int64_t first = query / chunk * chunk;
    const int64_t end = std::min(first + chunk, inputs_.prompt);
    const double* asks = vector_of(inputs_, inputs_.queries, head, query);
    const auto gives = [&](int64_t row) {
      const double* key = vector_of(inputs_, inputs_.keys, kv_head, row);
      double product = 0.0;
      for (int64_t i = 0; i < inputs_.head_size; ++i) {
        product += asks[i] * key[i];
      }
      return inputs_.exp_of_logit(product);
    };
    double total = 0.0;
    for (int64_t row = 0; row < std::min(first, setup_.common.sinks); ++row) {
      total += gives(row);
    }
    for (int64_t row = first; row < end; ++row) {
      total += row <= query ? 2.0 * gives(row) : gives(row);  // Where it is read again, too.
    }
    for (int64_t row = first; row < end; ++row) {
      float& most_of_row = most[static_cast<size_t>(row)];
      most_of_row = std::max(most_of_row, static_cast<float>(gives(row) / total));
    }
  }
  return most;
}

}  // namespace multistate
