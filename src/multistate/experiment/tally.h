#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "multistate/experiment/experiment.h"

namespace multistate {

/// Losses of the tokens of one kind, and hits among them: tokens that no other was likelier than.
class Tally {
 public:
  void add(double loss, bool hit);

  double nll_sum() const { return nll_sum_; }

  /// Puts "<kind>_nll_sum", "<kind>_hits" and "<kind>_tokens" into a record's values.
  void write(const std::string& kind, nlohmann::json& values) const;

 private:
  double nll_sum_ = 0.0;
  int64_t hits_ = 0;
  int64_t tokens_ = 0;
};

/// Metrics of what tallies of a kind have written into records; NaN where there are no such tokens.
Metric mean_loss(std::span<const SampleRecord> records, const std::string& kind);
Metric perplexity(std::span<const SampleRecord> records, const std::string& kind);
Metric accuracy(std::span<const SampleRecord> records, const std::string& kind);

}  // namespace multistate
