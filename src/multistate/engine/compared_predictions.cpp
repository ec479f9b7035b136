#include "multistate/engine/compared_predictions.h"

#include <cmath>

#include "multistate/base/stopwatch.h"
#include "multistate/engine/kl_divergence.h"
#include "multistate/engine/logit_rows.h"

namespace multistate {
namespace {

Divergence divergence_of(const LogitRow& policy, const LogitRow& full, const KlDivergence& kl) {
  return {.kl = kl.value(),
          .same_top = policy.likeliest() == full.likeliest() && full.likeliest() >= 0,
          .probability_change = std::exp(-policy.loss()) - std::exp(-full.loss())};
}

}  // namespace

ComparedPredictions predict_and_compare(const Transformer& model, const at::Tensor& hidden,
                                        const at::Tensor& full, std::span<const int64_t> targets,
                                        double& seconds) {
  std::vector<LogitRow> rows(targets.size());
  std::vector<LogitRow> full_rows(targets.size());
  std::vector<KlDivergence> kls(targets.size());
  const auto normed = model.normalize(hidden);
  const auto normed_full = model.normalize(full);
  for (int64_t first = 0; first < model.spec().vocabulary_size; first += kLogitIds) {
    at::Tensor logits;
    {
      const Stopwatch watch(seconds);
      logits = logits_from(model, normed, first);
      add_piece(piece_of(logits, first), targets, rows);
    }
    const auto full_logits = logits_from(model, normed_full, first);
    add_piece(piece_of(full_logits, first), targets, full_rows);
    const auto* p = full_logits.data_ptr<float>();
    const auto* q = logits.data_ptr<float>();
    for (size_t token = 0; token < kls.size(); ++token) {
      kls[token].add(p, q, logits.size(1), full_rows[token].largest(), rows[token].largest());
      p += logits.size(1);
      q += logits.size(1);
    }
  }
  ComparedPredictions compared;
  compared.predictions = predictions_of(rows);
  for (size_t token = 0; token < targets.size(); ++token) {
    compared.divergences.push_back(divergence_of(rows[token], full_rows[token], kls[token]));
  }
  return compared;
}

}  // namespace multistate
