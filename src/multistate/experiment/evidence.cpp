#include "multistate/experiment/evidence.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "multistate/experiment/sample_metrics.h"

namespace multistate {

void EvidenceKept::add(const EvidenceKept& other) {
  tokens += other.tokens;
  tokens_lost += other.tokens_lost;
  rows += other.rows;
  rows_kept += other.rows_kept;
  sets += other.sets;
  sets_all += other.sets_all;
  sets_any += other.sets_any;
}

void EvidenceKept::write(nlohmann::json& values) const {
  for (const auto& [name, count] :
       {std::pair("tokens", tokens), std::pair("tokens_lost", tokens_lost), std::pair("rows", rows),
        std::pair("rows_kept", rows_kept), std::pair("sets", sets), std::pair("sets_all", sets_all),
        std::pair("sets_any", sets_any)}) {
    values[std::string("evidence_") + name] = count;
  }
}

namespace {

/// Those of `positions` that the set still has.
std::vector<int64_t> kept_by(const LayerState::Set& set, std::span<const int64_t> positions) {
  const auto rows = set.rows.positions();
  std::vector<int64_t> kept;
  for (const int64_t position : positions) {
    if (std::binary_search(rows.begin(), rows.end(), position)) {
      kept.push_back(position);
    }
  }
  return kept;
}

}  // namespace

EvidenceKept evidence_kept(const SampleState& state, std::span<const int64_t> positions) {
  const auto tokens = static_cast<int64_t>(positions.size());
  EvidenceKept kept;
  std::set<int64_t> somewhere;
  for (const LayerState& layer : state.layers) {
    for (const LayerState::Set& set : layer.sets()) {
      const auto kept_here = kept_by(set, positions);
      somewhere.insert(kept_here.begin(), kept_here.end());
      const int64_t here = std::ssize(kept_here);
      kept.rows += tokens;
      kept.rows_kept += here;
      ++kept.sets;
      kept.sets_all += here == tokens ? 1 : 0;
      kept.sets_any += here > 0 ? 1 : 0;
    }
  }
  kept.tokens = tokens;
  kept.tokens_lost = tokens - static_cast<int64_t>(somewhere.size());
  return kept;
}

void add_evidence_metrics(std::span<const SampleRecord> records, const Resampling& resampling,
                          Metrics& metrics) {
  if (!records.front().values.contains("evidence_tokens")) {
    return;
  }
  const auto add = [&](const char* name, const char* part, const char* whole, bool higher) {
    metrics[name] = ratio_metric(records, {.numerator = part, .denominator = whole},
                                 {.higher_is_better = higher}, resampling);
  };
  add("evidence_lost", "evidence_tokens_lost", "evidence_tokens", false);
  add("evidence_kept", "evidence_rows_kept", "evidence_rows", true);
  add("evidence_sets_all", "evidence_sets_all", "evidence_sets", true);
  add("evidence_sets_any", "evidence_sets_any", "evidence_sets", true);
}

}  // namespace multistate
