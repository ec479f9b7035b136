#include <algorithm>

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
  for (int64_t head = heads_.first_head; head < heads_.end_head; ++head) {
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
                               inputs_.head_size}};
  data_.prompt = &prompt_;
}

}  // namespace multistate
