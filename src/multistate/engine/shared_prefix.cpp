#include "multistate/engine/shared_prefix.h"

#include <algorithm>

#include "multistate/base/work_record.h"

namespace multistate {
namespace {

/// Attends as the full cache does and keeps the queries.
class QueryRecorder final : public LayerScan {
 public:
  /// Keeps a reference.
  explicit QueryRecorder(std::vector<std::vector<at::Tensor>>& queries) : queries_(queries) {}

  at::Tensor attend(const Qkv& qkv, LayerState& state) const override {
    queries_[static_cast<size_t>(state.layer())].push_back(qkv.queries);
    return scan_for(state.setup()).attend(qkv, state);
  }

 private:
  std::vector<std::vector<at::Tensor>>& queries_;
};

/// The first `tokens` of those in these segments [H, T, D].
std::vector<at::Tensor> first_of(std::span<const at::Tensor> segments, int64_t tokens) {
  std::vector<at::Tensor> first;
  for (const at::Tensor& segment : segments) {
    const int64_t count = std::min(segment.size(1), tokens);
    if (count == 0) {
      break;
    }
    first.push_back(segment.narrow(1, 0, count));
    tokens -= count;
  }
  return first;
}

}  // namespace

void SharedPrefix::Prefix::hand_over(std::span<const int64_t> ids, const LayerScan& scan,
                                     const at::Tensor& output, LayerState& layer) const {
  const auto place = static_cast<size_t>(layer.layer());
  const auto segments = first_of(queries[place], static_cast<int64_t>(ids.size()));
  if (!layer.setup().remembers_steps()) {
    layer.adopt(state.layers[place], ids, segments);
    return;
  }
  const RowSet& rows = state.layers[place].sets().front().rows;
  int64_t first = 0;
  for (const at::Tensor& segment : segments) {
    const int64_t count = segment.size(1);
    scan.attend(
        {segment, rows.keys().narrow(1, first, count), rows.values().narrow(1, first, count),
         ids.subspan(static_cast<size_t>(first), static_cast<size_t>(count)), output},
        layer);
    first += count;
  }
}

int64_t SharedPrefix::tokens_of(const Transformer& model) const {
  const auto window = model.spec().smallest_window();
  return window ? std::min(tokens_, *window - 1) : tokens_;
}

const SharedPrefix::Prefix& SharedPrefix::get(const Transformer& model,
                                              std::span<const int64_t> ids, uint64_t sample,
                                              bool with_predictions, bool& computed) {
  std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) {
    const Waiting waiting;
    lock.lock();
  }
  computed = !prefix_.has_value();
  if (computed) {
    const int64_t tokens = std::min(tokens_of(model), static_cast<int64_t>(ids.size()));
    Prefix prefix;
    prefix.queries.resize(static_cast<size_t>(model.spec().layer_count()));
    const QueryRecorder scan(prefix.queries);
    const Evaluator evaluator(model, keep_all_setup(), &scan);
    prefix.state = evaluator.start({.seed = 0, .sample = sample}, {.tokens = tokens});
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
