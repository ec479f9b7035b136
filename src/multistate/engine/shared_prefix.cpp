#include "multistate/engine/shared_prefix.h"

#include <algorithm>

namespace multistate {

int64_t SharedPrefix::tokens_of(const Transformer& model) const {
  const auto window = model.spec().smallest_window();
  return window ? std::min(tokens_, *window - 1) : tokens_;
}

const SharedPrefix::Prefix& SharedPrefix::get(const Transformer& model,
                                              std::span<const int64_t> ids, uint64_t sample,
                                              bool with_predictions, bool& computed) {
  const std::lock_guard lock(mutex_);
  computed = !prefix_.has_value();
  if (computed) {
    const int64_t tokens = std::min(tokens_of(model), static_cast<int64_t>(ids.size()));
    const Evaluator evaluator(model, keep_all_setup());
    Prefix prefix = {.state = evaluator.start({.seed = 0, .sample = sample}, {.tokens = tokens}),
                     .predictions = {},
                     .seconds = {}};
    if (with_predictions) {
      evaluator.run(ids, tokens, prefix.state, prefix.predictions, prefix.seconds);
    } else {
      evaluator.prefill(ids.first(static_cast<size_t>(tokens)), prefix.state, prefix.seconds);
    }
    prefix_ = std::move(prefix);
    is_there_ = true;
  }
  return *prefix_;
}

}  // namespace multistate
