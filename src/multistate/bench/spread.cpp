#include "multistate/bench/spread.h"

#include <algorithm>
#include <stdexcept>

namespace multistate {

Spread spread_of(std::vector<double> values) {
  if (values.empty()) {
    throw std::invalid_argument("a spread needs a measurement");
  }
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
  return {median, values.front(), values.back()};
}

Spread ratio_of(const std::vector<double>& numerators, const std::vector<double>& denominators) {
  std::vector<double> ratios;
  for (size_t i = 0; i < numerators.size(); ++i) {
    ratios.push_back(numerators[i] / denominators[i]);
  }
  return spread_of(std::move(ratios));
}

Spread rate_of(double amount, const std::vector<double>& seconds) {
  std::vector<double> rates;
  rates.reserve(seconds.size());
  for (const double time : seconds) {
    rates.push_back(amount / time);
  }
  return spread_of(std::move(rates));
}

}  // namespace multistate
