#include "multistate/results/metric.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

const char* text_of(double value) {
  if (std::isnan(value)) {
    return "nan";
  }
  return value > 0.0 ? "inf" : "-inf";
}

}  // namespace

nlohmann::json to_json(const Metric& metric) {
  nlohmann::json json = {{"value", nullptr},
                         {"stderr", nullptr},
                         {"n", metric.n},
                         {"higher_is_better", metric.higher_is_better},
                         {"unit", metric.unit}};
  if (std::isfinite(metric.value)) {
    json["value"] = metric.value;
  } else {
    json["value_text"] = text_of(metric.value);
  }
  if (metric.standard_error && std::isfinite(*metric.standard_error)) {
    json["stderr"] = *metric.standard_error;
  }
  return json;
}

nlohmann::json to_json(const Metrics& metrics) {
  auto json = nlohmann::json::object();
  for (const auto& [name, metric] : metrics) {
    json[name] = to_json(metric);
  }
  return json;
}

nlohmann::json number_to_json(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(text_of(value));
}

double number_from_json(const nlohmann::json& json) {
  if (!json.is_string()) {
    return json.get<double>();
  }
  const auto& text = json.get_ref<const std::string&>();
  if (text == "nan") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (text != "inf" && text != "-inf") {
    throw InputError(
        fmt::format("{} is no number; as text only 'nan', 'inf', '-inf' are", in_quotes(text)));
  }
  return text == "inf" ? std::numeric_limits<double>::infinity()
                       : -std::numeric_limits<double>::infinity();
}

}  // namespace multistate
