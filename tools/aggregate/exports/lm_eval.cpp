#include "aggregate/exports/lm_eval.h"

#include <cmath>
#include <ctime>
#include <map>

#include <fmt/format.h>

namespace multistate::aggregate {
namespace {

using nlohmann::json;

std::string text_of(const Cell& cell, const std::string& key) {
  const json& value = cell.parameter(key);
  return value.is_null() ? "" : parameter_text(value);
}

/// As the harness makes file names of models.
std::string sanitized(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '.' || c == '-' || c == '=';
    out += plain ? c : '_';
  }
  return out;
}

std::string file_name_of(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

/// What the harness takes for a model.
std::string model_name(const Cell& cell) {
  const std::string size = text_of(cell, "state_size");
  const std::string seed = text_of(cell, "seed");
  return fmt::format("{}__{}__{}{}", file_name_of(text_of(cell, "model.path")), cell.label,
                     size.empty() ? "unbounded" : size, seed.empty() ? "" : "__seed" + seed);
}

/// "2026-11-24T08:20:00Z" in seconds; 0 when it is none.
int64_t unix_time(const json& text) {
  std::tm time{};
  const std::string written = text.is_string() ? text.get<std::string>() : "";
  const char* const end = ::strptime(written.c_str(), "%Y-%m-%dT%H:%M:%SZ", &time);
  return end == nullptr ? 0 : static_cast<int64_t>(::timegm(&time));
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

std::vector<LmEvalFile> lm_eval_files(const Collection& collection,
                                      const std::vector<size_t>& cells) {
  std::map<std::string, size_t> places;
  std::vector<LmEvalFile> files;
  std::vector<double> seconds;
  for (const size_t index : cells) {
    const Cell& cell = collection.cells[index];
    if (!cell.is_done()) {
      continue;
    }
    // Two models may have the same file name, which the path tells apart.
    const auto [place, is_new] =
        places.try_emplace(text_of(cell, "model.path") + "\n" + model_name(cell), files.size());
    if (is_new) {
      const json finished = cell.in_context("/finished");
      const std::string time = finished.is_string() ? finished.get<std::string>() : "unknown";
      files.push_back(
          {sanitized(model_name(cell)), "results_" + sanitized(time) + ".json", empty_file(cell)});
      seconds.push_back(0.0);
    }
    json& file = files[place->second].content;
    add_task(cell, task_name(cell, file["results"]), file);
    const auto total = cell.measures.find("seconds_total");
    seconds[place->second] += total == cell.measures.end() ? 0.0 : total->second;
    file["total_evaluation_time_seconds"] = fmt::format("{}", seconds[place->second]);
  }
  std::map<std::string, int> used;
  for (LmEvalFile& file : files) {
    const int count = ++used[file.folder];
    file.folder += count > 1 ? fmt::format("__{}", count) : "";
  }
  return files;
}

}  // namespace multistate::aggregate
