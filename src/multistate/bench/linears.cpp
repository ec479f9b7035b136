#include "multistate/bench/linears.h"

#include <algorithm>
#include <map>

#include <ATen/ops/rand.h>
#include <c10/core/InferenceMode.h>

#include "multistate/base/stopwatch.h"
#include "multistate/engine/evaluator.h"
#include "multistate/model/device_stream.h"
#include "multistate/model/dtype.h"
#include "multistate/model/product.h"

namespace multistate {
namespace {

/// Output columns of one product at most: the head is as wide as the vocabulary, and neither we nor
/// anybody else holds all its logits for a segment at once.
constexpr int64_t kColumns = 4096;

}  // namespace

double linears_seconds(const Transformer& model, int64_t tokens) {
  const c10::InferenceMode inference;
  // Inputs by width, made before the clock starts.
  std::map<int64_t, at::Tensor> inputs;
  for (const at::Tensor& weight : model.linears()) {
    inputs.try_emplace(weight.size(0),
                       at::rand({std::min(Evaluator::kSegment, tokens), weight.size(0)},
                                activation_options(model.options())));
  }
  wait_for(model.options().device());
  return seconds_of([&] {
    for (int64_t first = 0; first < tokens; first += Evaluator::kSegment) {
      const int64_t count = std::min(Evaluator::kSegment, tokens - first);
      for (const at::Tensor& weight : model.linears()) {
        const auto input = inputs.at(weight.size(0)).narrow(0, 0, count);
        for (int64_t column = 0; column < weight.size(1); column += kColumns) {
          const int64_t columns = std::min(kColumns, weight.size(1) - column);
          product(input, weight.narrow(1, column, columns));
        }
      }
    }
    wait_for(model.options().device());
  });
}

}  // namespace multistate
