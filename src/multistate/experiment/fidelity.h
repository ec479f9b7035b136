#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "multistate/config/options.h"
#include "multistate/engine/compared_predictions.h"
#include "multistate/engine/evaluator.h"
#include "multistate/experiment/experiment.h"
#include "multistate/experiment/full_cache.h"
#include "multistate/experiment/recent_samples.h"

namespace multistate {

/// What of an evaluation is compared with the full cache's.
struct FidelityOptions {
  /// Bytes that the full cache's attention may take for a sample.
  static constexpr int64_t kAttentionBytes = int64_t{2} << 30;

  bool fidelity = false;
  bool kept_attention = false;

  void visit(OptionVisitor& v);

  /// Throws InputError where the attention of `tokens` tokens would take more memory than allowed.
  void check_model(const DecoderSpec& spec, int64_t tokens) const;

  /// Bytes of the full cache's run of a sample (FullCacheRun); 0 where nothing is compared.
  int64_t bytes(const DecoderSpec& spec, int64_t tokens, at::ScalarType dtype) const;
};

/// An evaluation of a sample of T tokens, and how it differs from that with the full cache.
struct ComparedEvaluation {
  Evaluation evaluation;
  std::vector<Divergence> divergences;  ///< [T - 1], entry t for token t + 1; empty without the
                                        ///< option `fidelity`.
  std::vector<double> kept_by_layer;    ///< See FullAttention; empty without `kept_attention`.

  /// Of the prediction of the token at `place`, 1 or more.
  const Divergence& divergence(int64_t place) const {
    return divergences[static_cast<size_t>(place - 1)];
  }

  /// Adds how the hidden states [n, C] of tokens predict `next` [n], what comes after each, and how
  /// that differs from the full cache's, `full` [n, C]: not at all where it is undefined.
  void append(const Transformer& model, const at::Tensor& hidden, const at::Tensor& full,
              std::span<const int64_t> next);
};

/// Compares the cells of a workload with the full cache, which runs once for every sample. Its time
/// is in no cell's time.
///
/// Up to its first eviction a policy's state is the full cache's
/// (PolicySetup::tokens_before_first_eviction): a segment of the sample that lies in that part has
/// no divergence, and nothing is computed for it; a sample that lies in it needs no run of the full
/// cache.
class Fidelity {
 public:
  explicit Fidelity(const FidelityOptions& options) : options_(options) {}

  /// Whether there is anything to compare.
  bool measures() const { return options_.fidelity || options_.kept_attention; }

  /// As Evaluator::evaluate(), without a shared prefix: results do not depend on what other cells a
  /// sweep has. The first `prompt` of `ids` are the prompt.
  ComparedEvaluation evaluate(int64_t sample, std::span<const int64_t> ids, int64_t prompt,
                              const RunContext& context) const;

 private:
  FidelityOptions options_;
  mutable RecentSamples<FullCacheRun> runs_;
};

}  // namespace multistate
