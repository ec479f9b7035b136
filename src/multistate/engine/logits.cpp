#include "multistate/engine/logits.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>

#include "multistate/engine/softmax.h"

namespace multistate {
namespace {

/// Ids whose logits are held at once: few enough that a segment's stay in the cache.
constexpr int64_t kIds = 2048;

/// What is known of one token's logits so far.
struct Row {
  LogSumExp total;
  double target = 0.0;
  int64_t likeliest = -1;

  void add(const float* logits, const LogitPiece& piece, int64_t id) {
    const float before = total.largest();
    total.add(logits, piece.ids);
    if (total.largest() > before) {
      likeliest = piece.first + (std::find(logits, logits + piece.ids, total.largest()) - logits);
    }
    if (id >= piece.first && id < piece.first + piece.ids) {
      target = static_cast<double>(logits[id - piece.first]);
    }
  }
};

}  // namespace

void Predictions::append(const Predictions& more) {
  losses.insert(losses.end(), more.losses.begin(), more.losses.end());
  likeliest.insert(likeliest.end(), more.likeliest.begin(), more.likeliest.end());
}

void visit_logits(const Transformer& model, const at::Tensor& hidden,
                  const std::function<void(const LogitPiece&)>& visit) {
  const auto normed = model.normalize(hidden);
  const int64_t vocabulary = model.head().size(1);
  for (int64_t first = 0; first < vocabulary; first += kIds) {
    const int64_t count = std::min(kIds, vocabulary - first);
    const auto logits = at::matmul(normed, model.head().narrow(1, first, count))
                            .to(at::kCPU, at::kFloat)
                            .contiguous();
    visit({logits.data_ptr<float>(), first, count});
  }
}

Predictions predict(const Transformer& model, const at::Tensor& hidden,
                    std::span<const int64_t> targets) {
  std::vector<Row> rows(targets.size());
  visit_logits(model, hidden, [&](const LogitPiece& piece) {
    const float* logits = piece.logits;
    for (size_t token = 0; token < targets.size(); ++token, logits += piece.ids) {
      rows[token].add(logits, piece, targets[token]);
    }
  });
  Predictions predictions;
  for (const Row& row : rows) {
    const double loss = row.total.value() - row.target;
    predictions.losses.push_back(loss);
    predictions.likeliest.push_back(std::isnan(row.total.value()) ? -1 : row.likeliest);
  }
  return predictions;
}

std::vector<double> largest_logit_differences(const Transformer& model, const at::Tensor& left,
                                              const at::Tensor& right) {
  const int64_t tokens = left.size(0);
  std::vector<double> largest(static_cast<size_t>(tokens), 0.0);
  visit_logits(model, at::cat({left, right}), [&](const LogitPiece& piece) {
    for (int64_t token = 0; token < tokens; ++token) {
      double& most = largest[static_cast<size_t>(token)];
      const float* one = piece.logits + token * piece.ids;
      const float* other = one + tokens * piece.ids;
      for (int64_t id = 0; id < piece.ids; ++id) {
        const auto difference = static_cast<double>(std::abs(one[id] - other[id]));
        most = std::isnan(most) || difference <= most ? most : difference;
      }
    }
  });
  return largest;
}

}  // namespace multistate
