#include "multistate/experiment/resampling.h"

#include <map>

#include "multistate/experiment/experiment.h"

namespace multistate {

nlohmann::json to_json(const Resampling& resampling) {
  return {{"unit", resampling.unit}, {"key", resampling.key}};
}

Units::Units(std::span<const SampleRecord> records, const Resampling& resampling)
    : clustered_(resampling.clustered()) {
  std::map<nlohmann::json, size_t> known;
  for (const SampleRecord& record : records) {
    if (!clustered_) {
      unit_of_.push_back(count_++);
      continue;
    }
    const auto [unit, is_new] = known.emplace(record.values.at(resampling.key), count_);
    count_ += is_new ? 1 : 0;
    unit_of_.push_back(unit->second);
  }
}

std::optional<int64_t> Units::clusters() const {
  return clustered_ ? std::optional(static_cast<int64_t>(count_)) : std::nullopt;
}

std::vector<double> Units::sums(std::span<const double> column) const {
  std::vector<double> sums(count_, 0.0);
  for (size_t i = 0; i < unit_of_.size(); ++i) {
    sums[unit_of_[i]] += column[i];
  }
  return sums;
}

std::vector<double> Units::sizes() const {
  return sums(std::vector<double>(unit_of_.size(), 1.0));
}

}  // namespace multistate
