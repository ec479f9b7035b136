#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "multistate/engine/evaluator.h"
#include "multistate/experiment/experiment.h"

namespace multistate {

/// What a state holds of the tokens that an answer stands in. A row that was merged into another
/// counts as evicted. "sets" are the sets of rows of all layers.
struct EvidenceKept {
  int64_t tokens = 0;
  int64_t tokens_lost = 0;  ///< That no set holds any more.
  int64_t rows = 0;         ///< One a token and set, as the full cache has them,
  int64_t rows_kept = 0;    ///< and those that are there.
  int64_t sets = 0;
  int64_t sets_all = 0;  ///< That hold all of the tokens,
  int64_t sets_any = 0;  ///< and at least one.

  void add(const EvidenceKept& other);

  /// Puts "evidence_tokens", "evidence_tokens_lost", ... into a record's values.
  void write(nlohmann::json& values) const;
};

/// Of the tokens at `positions`, at least one.
EvidenceKept evidence_kept(const SampleState& state, std::span<const int64_t> positions);

/// Metrics of records with such values; none where there are none, or no evidence:
///
///     evidence_lost      tokens_lost / tokens: the global eviction ratio (arXiv:2603.01426),
///     tokens
///                        that no head of any layer can attend to any more
///     evidence_kept      rows_kept / rows
///     evidence_sets_all  sets_all / sets
///     evidence_sets_any  sets_any / sets
void add_evidence_metrics(std::span<const SampleRecord> records, const Resampling& resampling,
                          Metrics& metrics);

}  // namespace multistate
