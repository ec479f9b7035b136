#include "multistate/engine/cross_entropy.h"

#include <algorithm>

#include <ATen/ops/matmul.h>

#include "multistate/engine/softmax.h"

namespace multistate {
namespace {

/// Ids whose logits are held at once: few enough that a segment's stay in the cache.
constexpr int64_t kIds = 2048;

}  // namespace

std::vector<double> cross_entropy(const Transformer& model, const at::Tensor& hidden,
                                  std::span<const int64_t> targets) {
  const auto normed = model.normalize(hidden);
  const int64_t vocabulary = model.head().size(1);
  std::vector<LogSumExp> totals(targets.size());
  std::vector<double> chosen(targets.size());
  for (int64_t first = 0; first < vocabulary; first += kIds) {
    const int64_t count = std::min(kIds, vocabulary - first);
    const auto logits = at::matmul(normed, model.head().narrow(1, first, count))
                            .to(at::kCPU, at::kFloat)
                            .contiguous();
    const float* row = logits.data_ptr<float>();
    for (size_t token = 0; token < targets.size(); ++token, row += count) {
      totals[token].add(row, count);
      const int64_t target = targets[token] - first;
      if (target >= 0 && target < count) {
        chosen[token] = static_cast<double>(row[target]);
      }
    }
  }
  std::vector<double> losses;
  losses.reserve(targets.size());
  for (size_t token = 0; token < targets.size(); ++token) {
    losses.push_back(totals[token].value() - chosen[token]);
  }
  return losses;
}

}  // namespace multistate
