#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace multistate {

struct SampleRecord;

/// Which samples are no independent draws: those of one unit (a haystack, a document) share what
/// they were made from, so that errors and tests resample units, with all of their samples.
struct Resampling {
  std::string unit = "sample";
  std::string key;  ///< The member of a record's values that tells units apart; "": each sample is
                    ///< a unit of its own.

  bool clustered() const { return !key.empty(); }
};

/// {"unit", "key"}.
nlohmann::json to_json(const Resampling& resampling);

/// The units of some records.
class Units {
 public:
  Units(std::span<const SampleRecord> records, const Resampling& resampling);

  /// How many there are, where they are not the samples themselves.
  std::optional<int64_t> clusters() const;

  /// Sums over the samples of each unit, of a column with a number a record. Units are in the order
  /// of their first samples.
  std::vector<double> sums(std::span<const double> column) const;

  /// Samples of each unit.
  std::vector<double> sizes() const;

 private:
  bool clustered_;
  size_t count_ = 0;
  std::vector<size_t> unit_of_;  ///< By record.
};

}  // namespace multistate
