#include "multistate/engine/logits.h"

#include <cmath>

#include <ATen/ops/cat.h>

#include "multistate/engine/logit_rows.h"

namespace multistate {

void Predictions::append(const Predictions& more) {
  losses.insert(losses.end(), more.losses.begin(), more.losses.end());
  likeliest.insert(likeliest.end(), more.likeliest.begin(), more.likeliest.end());
}

void visit_logits(const Transformer& model, const at::Tensor& hidden,
                  const std::function<void(const LogitPiece&)>& visit) {
  const auto normed = model.normalize(hidden);
  for (int64_t first = 0; first < model.spec().vocabulary_size; first += kLogitIds) {
    const auto logits = logits_from(model, normed, first);
    visit(piece_of(logits, first));
  }
}

Predictions predict(const Transformer& model, const at::Tensor& hidden,
                    std::span<const int64_t> targets) {
  std::vector<LogitRow> rows(targets.size());
  visit_logits(model, hidden, [&](const LogitPiece& piece) { add_piece(piece, targets, rows); });
  return predictions_of(rows);
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
