#include "multistate/engine/logit_rows.h"

#include <algorithm>
#include <cmath>

namespace multistate {

void LogitRow::add(const float* logits, const LogitPiece& piece, int64_t target) {
  const float before = total_.largest();
  total_.add(logits, piece.ids);
  if (total_.largest() > before) {
    likeliest_ = piece.first + (std::find(logits, logits + piece.ids, total_.largest()) - logits);
  }
  if (target >= piece.first && target < piece.first + piece.ids) {
    target_ = static_cast<double>(logits[target - piece.first]);
  }
}

int64_t LogitRow::likeliest() const {
  return std::isnan(total_.value()) ? -1 : likeliest_;
}

void add_piece(const LogitPiece& piece, std::span<const int64_t> targets,
               std::vector<LogitRow>& rows) {
  const float* logits = piece.logits;
  for (size_t token = 0; token < targets.size(); ++token, logits += piece.ids) {
    rows[token].add(logits, piece, targets[token]);
  }
}

Predictions predictions_of(const std::vector<LogitRow>& rows) {
  Predictions predictions;
  for (const LogitRow& row : rows) {
    predictions.losses.push_back(row.loss());
    predictions.likeliest.push_back(row.likeliest());
  }
  return predictions;
}

at::Tensor logits_from(const Transformer& model, const at::Tensor& normed, int64_t first) {
  return model.logits(normed, first, std::min(kLogitIds, model.spec().vocabulary_size - first));
}

LogitPiece piece_of(const at::Tensor& logits, int64_t first) {
  return {logits.data_ptr<float>(), first, logits.size(1)};
}

}  // namespace multistate
