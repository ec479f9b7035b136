#include "multistate/results/metric.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

const char* text_of(double value) {
  if (std::isnan(value)) {
    return "nan";
  }
  return value > 0.0 ? "inf" : "-inf";
}

nlohmann::json ratio_to_json(const SampleRatio& ratio) {
  const bool exponential = ratio.transform == SampleRatio::Transform::kExp;
  return {
      {"numerator", ratio.numerator},
      {"denominator", ratio.denominator ? nlohmann::json(*ratio.denominator) : nlohmann::json()},
      {"scale", ratio.scale},
      {"transform", exponential ? "exp" : "none"}};
}

SampleRatio ratio_from_json(const nlohmann::json& written, const std::string& source) {
  const JsonObject members(written, source + ".samples");
  SampleRatio ratio;
  ratio.numerator = members.required(&JsonObject::string, "numerator");
  ratio.denominator = members.string("denominator");
  ratio.scale = members.required(&JsonObject::number, "scale");
  const std::string transform = members.required(&JsonObject::string, "transform");
  if (transform != "none" && transform != "exp") {
    members.fail("transform", "'none' or 'exp'");
  }
  ratio.transform =
      transform == "exp" ? SampleRatio::Transform::kExp : SampleRatio::Transform::kNone;
  return ratio;
}

nlohmann::json range_to_json(const MetricRange& range) {
  const auto end = [](const std::optional<double>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json();
  };
  return {end(range.least), end(range.most)};
}

MetricRange range_from_json(const JsonObject& members) {
  const nlohmann::json* written = members.find("range");
  if (written == nullptr) {
    return {};
  }
  const auto is_end = [](const nlohmann::json& end) { return end.is_number() || end.is_null(); };
  if (!written->is_array() || written->size() != 2 || !is_end((*written)[0]) ||
      !is_end((*written)[1]) ||
      ((*written)[0].is_number() && (*written)[1].is_number() && (*written)[0] >= (*written)[1])) {
    members.fail("range", "a list [least, most], null for an open end");
  }
  const auto end = [](const nlohmann::json& value) {
    return value.is_null() ? std::nullopt : std::optional(value.get<double>());
  };
  return {end((*written)[0]), end((*written)[1])};
}

/// True, false, or null; it must be there.
std::optional<bool> direction_from_json(const JsonObject& members) {
  const auto found = members.members().find("higher_is_better");
  if (found != members.members().end() && found->is_null()) {
    return std::nullopt;
  }
  return members.required(&JsonObject::boolean, "higher_is_better");
}

double value_from_json(const JsonObject& members) {
  if (const auto value = members.number("value")) {
    return *value;
  }
  if (members.find("value_text") == nullptr) {
    throw InputError(
        fmt::format("{}: 'value' is not a number, and there is no 'value_text'", members.source()));
  }
  return number_from_json(members.required(&JsonObject::string, "value_text"));
}

const nlohmann::json& object_of(const nlohmann::json& value, const std::string& source) {
  if (!value.is_object()) {
    throw InputError(fmt::format("{}: is {}; expected an object", source, json_text(value)));
  }
  return value;
}

}  // namespace

nlohmann::json to_json(const Metric& metric) {
  nlohmann::json json = {{"value", nullptr},
                         {"stderr", nullptr},
                         {"n", metric.n},
                         {"higher_is_better", nullptr},
                         {"unit", metric.unit}};
  if (std::isfinite(metric.value)) {
    json["value"] = metric.value;
  } else {
    json["value_text"] = text_of(metric.value);
  }
  if (metric.standard_error && std::isfinite(*metric.standard_error)) {
    json["stderr"] = *metric.standard_error;
  }
  if (metric.has_direction) {
    json["higher_is_better"] = metric.higher_is_better;
  }
  if (metric.range.least || metric.range.most) {
    json["range"] = range_to_json(metric.range);
  }
  if (metric.samples) {
    json["samples"] = ratio_to_json(*metric.samples);
  }
  if (metric.timed) {
    json["timed"] = true;
  }
  if (metric.clusters) {
    json["clusters"] = *metric.clusters;
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

Metric metric_from_json(const nlohmann::json& json, const std::string& source) {
  const JsonObject members(object_of(json, source), source);
  Metric metric;
  metric.value = value_from_json(members);
  metric.standard_error = members.number("stderr");
  metric.n = members.required(&JsonObject::integer, "n");
  const auto direction = direction_from_json(members);
  metric.has_direction = direction.has_value();
  metric.higher_is_better = direction.value_or(false);
  metric.range = range_from_json(members);
  metric.unit = members.required(&JsonObject::string, "unit");
  if (const nlohmann::json* samples = members.find("samples")) {
    metric.samples = ratio_from_json(object_of(*samples, source + ".samples"), source);
  }
  metric.timed = members.boolean("timed").value_or(false);
  metric.clusters = members.integer("clusters");
  return metric;
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
        fmt::format("{} is not a number; as text only 'nan', 'inf', '-inf' are", in_quotes(text)));
  }
  return text == "inf" ? std::numeric_limits<double>::infinity()
                       : -std::numeric_limits<double>::infinity();
}

}  // namespace multistate
