#include "multistate/engine/shared_prefix.h"

namespace multistate {

const SharedPrefix::Prefix& SharedPrefix::get(const Transformer& model,
                                              std::span<const int64_t> ids, bool& computed) {
  const std::lock_guard lock(mutex_);
  computed = !prefix_.has_value();
  if (computed) {
    const Evaluator evaluator(model, keep_all_setup());
    Prefix prefix = {
        .state = evaluator.start({}, {.tokens = tokens_}), .predictions = {}, .seconds = {}};
    evaluator.run(ids, tokens_, prefix.state, prefix.predictions, prefix.seconds);
    prefix_ = std::move(prefix);
  }
  return *prefix_;
}

}  // namespace multistate
