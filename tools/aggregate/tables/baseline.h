#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// Finds for a cell the done cell of a label that it is to be compared with: the one that agrees in
/// everything but policy, options, state size and seed; of several the one of the same state size,
/// else one that is not bounded; of those the one of the same seed, else the first.
class Baselines {
 public:
  Baselines(const Collection& collection, const std::string& label);

  std::optional<size_t> of(size_t cell) const;

 private:
  const Collection& collection_;
  std::map<std::string, std::vector<size_t>> by_setting_;
};

}  // namespace multistate::aggregate
