#include <cmath>
#include <map>

#include <fmt/format.h>

#include "multistate/base/json_layout.h"

#include "aggregate/exports/exports.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// What the harness takes for a model.
std::string model_name(const Cell& cell) {
  const std::string size = text_of(cell, "state_size");
  const std::string seed = text_of(cell, "seed");
  return fmt::format("{}__{}__{}{}", file_name_of(text_of(cell, "model.path")), cell.label,
                     size.empty() ? "unbounded" : size, seed.empty() ? "" : "__seed" + seed);
}

json number(double value) {
  return std::isfinite(value) ? json(value) : json();
}

json config_of(const Cell& cell) {
  const json& seed = cell.parameter("seed");
  std::string arguments;
  for (const auto& [key, value] : cell.parameters) {
    if (key.starts_with("model.") || key.starts_with("policy.") || key == "state_size") {
      arguments += (arguments.empty() ? "" : ",") + key + "=" + parameter_text(value);
    }
  }
  return {{"model", "multistate"},
          {"model_args", arguments},
          {"batch_size", 1},
          {"device", cell.parameter("model.device")},
          {"limit", cell.limited ? json(cell.measures.at("samples")) : json()},
          {"bootstrap_iters", 0},
          {"gen_kwargs", nullptr},
          {"random_seed", seed},
          {"numpy_seed", nullptr},
          {"torch_seed", seed},
          {"fewshot_seed", nullptr}};
}

std::string environment_of(const Cell& cell) {
  std::string text;
  for (const char* pointer : {"/libtorch", "/blas", "/machine/cpu", "/machine/system",
                              "/program/version", "/program/build_type", "/program/compiler"}) {
    const json& value = cell.in_context(pointer);
    if (!value.is_null()) {
      text += std::string(pointer).substr(1) + ": " + parameter_text(value) + "\n";
    }
  }
  return text;
}

json empty_file(const Cell& cell) {
  const std::string name = model_name(cell);
  json file = {{"config", config_of(cell)},
               {"git_hash", cell.in_context("/program/commit")},
               {"date", unix_time(cell.in_context("/finished"))},
               {"pretty_env_info", environment_of(cell)},
               {"model_source", "multistate"},
               {"model_name", name},
               {"model_name_sanitized", sanitized(name)},
               {"max_length", cell.parameter("experiment.context_length")},
               {"total_evaluation_time_seconds", "0"}};
  for (const char* key : {"results", "group_subtasks", "configs", "versions", "n-shot",
                          "higher_is_better", "n-samples", "task_hashes"}) {
    file[key] = json::object();
  }
  for (const char* key :
       {"transformers_version", "lm_eval_version", "upper_git_hash", "tokenizer_pad_token",
        "tokenizer_eos_token", "tokenizer_bos_token", "eot_token_id", "system_instruction",
        "system_instruction_sha", "fewshot_as_multiturn", "chat_template", "chat_template_sha"}) {
    file[key] = nullptr;
  }
  return file;
}

void add_task(const Cell& cell, const std::string& task, json& file) {
  json results = {{"alias", task}};
  json directions = json::object();
  for (const auto& [name, metric] : cell.metrics) {
    results[name + ",none"] = number(metric.value);
    results[name + "_stderr,none"] =
        metric.standard_error ? number(*metric.standard_error) : json("N/A");
    directions[name] = metric.has_direction ? json(metric.higher_is_better) : json();
  }
  json config = {{"task", task}};
  for (const auto& [key, value] : cell.parameters) {
    config[key] = value;
  }
  config["metadata"] = {{"version", cell.parameter("experiment.version")},
                        {"cell_id", cell.id},
                        {"folder", cell.folder.string()}};
  file["results"][task] = results;
  file["group_subtasks"][task] = json::array();
  file["configs"][task] = config;
  file["versions"][task] = cell.parameter("experiment.version");
  file["n-shot"][task] = 0;
  file["higher_is_better"][task] = directions;
  file["n-samples"][task] = {{"original", cell.measures.at("samples_planned")},
                             {"effective", cell.measures.at("samples")}};
  file["task_hashes"][task] = cell.in_context("/inputs/data_sha256");
}

std::string task_name(const Cell& cell, const json& tasks) {
  const std::string data = file_name_of(text_of(cell, "experiment.data"));
  std::string name = text_of(cell, "experiment.name") + (data.empty() ? "" : "_" + sanitized(data));
  return tasks.contains(name) ? name + "_" + cell.id.substr(0, 8) : name;
}

}  // namespace

std::vector<ExportFile> lm_eval_files(const Collection& collection,
                                      const std::vector<size_t>& cells) {
  struct Model {
    std::string name;
    std::string time;
    json file;
    double seconds = 0.0;
  };
  std::map<std::string, size_t> places;
  std::vector<Model> models;
  for (const size_t index : cells) {
    const Cell& cell = collection.cells[index];
    if (!cell.is_done()) {
      continue;
    }
    // Two models may have the same file name, which the path tells apart.
    const auto [place, is_new] =
        places.try_emplace(text_of(cell, "model.path") + "\n" + model_name(cell), models.size());
    if (is_new) {
      const json& finished = cell.in_context("/finished");
      models.push_back({sanitized(model_name(cell)),
                        finished.is_string() ? finished.get<std::string>() : "unknown",
                        empty_file(cell)});
    }
    Model& model = models[place->second];
    add_task(cell, task_name(cell, model.file["results"]), model.file);
    const auto total = cell.measures.find("seconds_total");
    model.seconds += total == cell.measures.end() ? 0.0 : total->second;
    model.file["total_evaluation_time_seconds"] = fmt::format("{}", model.seconds);
  }
  std::map<std::string, int> used;
  std::vector<ExportFile> files;
  for (const Model& model : models) {
    const int count = ++used[model.name];
    const fs::path folder = model.name + (count > 1 ? fmt::format("__{}", count) : "");
    files.push_back(
        {folder / ("results_" + sanitized(model.time) + ".json"), json_page(model.file)});
  }
  return files;
}

}  // namespace multistate::aggregate
