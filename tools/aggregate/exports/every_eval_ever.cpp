#include <cmath>
#include <ctime>

#include <fmt/format.h>

#include "multistate/base/json_layout.h"
#include "multistate/base/sha256.h"

#include "aggregate/exports/exports.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The texts that are there, by their names.
json details(const Cell& cell, std::initializer_list<std::pair<const char*, const char*>> members) {
  json texts = json::object();
  for (const auto& [name, pointer] : members) {
    if (const json& value = cell.in_context(pointer); !value.is_null()) {
      texts[name] = parameter_text(value);
    }
  }
  return texts;
}

std::string text_in(const Cell& cell, const char* pointer, const std::string& otherwise) {
  const json& value = cell.in_context(pointer);
  return value.is_string() ? value.get<std::string>() : otherwise;
}

/// A UUID of version 4 by its form, the same for the same run.
std::string uuid_of(const Cell& cell) {
  const std::string hex = sha256_hex(cell.id);
  return fmt::format("{}-{}-4{}-8{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 3),
                     hex.substr(15, 3), hex.substr(18, 12));
}

json model_info(const Cell& cell) {
  const std::string file = file_name_of(text_of(cell, "model.path"));
  json more = details(cell, {{"model_sha256", "/inputs/model_sha256"},
                             {"tokenizer_sha256", "/inputs/tokenizer_sha256"},
                             {"weights", "/inputs/model/weights"},
                             {"parameters", "/inputs/model/parameters"}});
  more["deployment_type"] = "self_deployed";
  more["model_availability"] = "unknown";
  more["dtype"] = text_of(cell, "model.dtype");
  return {{"name", text_in(cell, "/inputs/model/name", file)},
          {"id", file},
          {"inference_engine",
           {{"name", "multistate"}, {"version", text_in(cell, "/program/version", "unknown")}}},
          {"additional_details", more}};
}

/// An end of a metric's range: the schema's text for an open one; null where none is known.
json end_of(const MetricRange& range, const std::optional<double>& end, const char* open) {
  if (end) {
    return *end;
  }
  return range.least || range.most ? json(open) : json();
}

json result_of(const Cell& cell, const std::string& name, const Metric& metric) {
  const std::string experiment = text_of(cell, "experiment.name");
  const std::string data = file_name_of(text_of(cell, "experiment.data"));
  json parameters = json::object();
  for (const auto& [key, value] : cell.parameters) {
    parameters[key] = parameter_text(value);
  }
  json uncertainty = {{"num_samples", metric.clusters.value_or(metric.n)}};
  if (metric.standard_error && std::isfinite(*metric.standard_error)) {
    uncertainty["standard_error"] = {{"value", *metric.standard_error}, {"method", "analytic"}};
  }
  json generation = {{"additional_details", parameters}};
  if (const json& command = cell.in_context("/command"); command.is_string()) {
    generation["generation_args"] = {{"execution_command", command}};
  }
  return {{"evaluation_result_id", cell.id + "/" + name},
          {"evaluation_name", "multistate." + experiment},
          {"source_data",
           {{"dataset_name", data.empty() ? experiment : data},
            {"source_type", "other"},
            {"additional_details", details(cell, {{"sha256", "/inputs/data_sha256"}})}}},
          {"metric_config",
           {{"metric_id", "multistate." + name},
            {"metric_name", name},
            {"metric_unit", metric.unit},
            {"lower_is_better", !metric.higher_is_better},
            {"score_type", "continuous"},
            {"min_score", end_of(metric.range, metric.range.least, "-Infinity")},
            {"max_score", end_of(metric.range, metric.range.most, "Infinity")}}},
          {"score_details", {{"score", metric.value}, {"uncertainty", uncertainty}}},
          {"generation_config", generation}};
}

json record_of(const Cell& cell) {
  json results = json::array();
  for (const auto& [name, metric] : cell.metrics) {
    if (metric.has_direction && std::isfinite(metric.value)) {
      results.push_back(result_of(cell, name, metric));
    }
  }
  const std::string size = text_of(cell, "state_size");
  return {
      {"schema_version", "0.3.0"},
      {"evaluation_id", fmt::format("multistate.{}/{}/{}/{}/{}", text_of(cell, "experiment.name"),
                                    file_name_of(text_of(cell, "model.path")), cell.label,
                                    size.empty() ? "unbounded" : size, cell.id)},
      {"evaluation_timestamp", std::to_string(unix_time(cell.in_context("/finished")))},
      {"retrieved_timestamp", std::to_string(std::time(nullptr))},
      {"source_metadata",
       {{"source_name", "multistate"},
        {"source_type", "evaluation_run"},
        {"source_organization_name", "unknown"},
        {"evaluator_relationship", "other"},
        {"additional_details", {{"cell_id", cell.id}, {"folder", cell.folder.string()}}}}},
      {"eval_library",
       {{"name", "multistate"},
        {"version", text_in(cell, "/program/version", "unknown")},
        {"additional_details",
         details(cell,
                 {{"commit", "/program/commit"}, {"libtorch", "/libtorch"}, {"blas", "/blas"}})}}},
      {"model_info", model_info(cell)},
      {"evaluation_results", results}};
}

}  // namespace

std::vector<ExportFile> every_eval_ever_files(const Collection& collection,
                                              const std::vector<size_t>& cells) {
  std::vector<ExportFile> files;
  for (const size_t index : cells) {
    const Cell& cell = collection.cells[index];
    if (cell.is_done()) {
      const fs::path folder = fs::path("data") / "multistate" /
                              sanitized(file_name_of(text_of(cell, "model.path"))) /
                              sanitized(cell.label);
      files.push_back({folder / (uuid_of(cell) + ".json"), json_page(record_of(cell))});
    }
  }
  return files;
}

}  // namespace multistate::aggregate
