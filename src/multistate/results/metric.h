#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace multistate {

/// A number that a cell was run for.
struct Metric {
  double value = 0.0;
  std::optional<double> standard_error;  ///< Over samples; none when there are fewer than two.
  int64_t n = 0;                         ///< Samples.
  bool higher_is_better = false;
  std::string unit;  ///< "nats/token"; empty for plain numbers.
};

using Metrics = std::map<std::string, Metric>;

/// {"value", "stderr", "n", "higher_is_better", "unit"}. JSON has no NaN and no infinity: such a
/// value is null, with "value_text": "nan", "inf" or "-inf" beside it.
nlohmann::json to_json(const Metric& metric);
nlohmann::json to_json(const Metrics& metrics);

/// A number that survives JSON whatever it is: itself, or "nan", "inf", "-inf". And back; any
/// other text is an InputError.
nlohmann::json number_to_json(double value);
double number_from_json(const nlohmann::json& json);

}  // namespace multistate
