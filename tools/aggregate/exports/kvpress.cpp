#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/json_layout.h"

#include "aggregate/exports/exports.h"
#include "aggregate/reading/sample_texts.h"
#include "aggregate/tables/formats.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// "predicted_answer" and "answer" of a sample's "values": one a question.
std::vector<std::pair<json, json>> answers_in(const json& values) {
  std::vector<std::pair<json, json>> answers;
  if (values.contains("outputs") && values["outputs"].is_array()) {
    for (const json& output : values["outputs"]) {
      const json expected = values.value("expected", json::array());
      const bool has_own = expected.is_array() && answers.size() < expected.size();
      answers.emplace_back(output, has_own ? expected[answers.size()] : json());
    }
  } else if (values.contains("answer")) {
    answers.emplace_back(values["answer"], values.value("answers", json()));
  } else if (values.contains("text")) {
    answers.emplace_back(values["text"], json());
  }
  return answers;
}

/// The share of the sample's tokens that the cache does not hold at its fullest.
double compression_ratio(const json& sample) {
  const json state = sample.value("state", json::object());
  const json rows = state.is_object() ? state.value("peak_rows", json()) : json();
  const json tokens = sample.value("tokens", json());
  if (!rows.is_number() || !tokens.is_number() || tokens.get<double>() <= 0.0) {
    throw InputError("a sample has no 'tokens' and 'state.peak_rows'");
  }
  return std::max(0.0, 1.0 - rows.get<double>() / tokens.get<double>());
}

std::string task_of(const Cell& cell) {
  const std::string task = text_of(cell, "experiment.task");
  return task.empty() ? text_of(cell, "experiment.name") : task;
}

struct Predictions {
  std::string csv;
  double ratio = 0.0;  ///< Mean over the answers.
  size_t count = 0;
};

Predictions predictions_of(const Cell& cell) {
  Predictions made = {csv_line({"id", "task", "answer", "predicted_answer", "compression_ratio"})};
  SampleReader reader = samples_of(cell);
  for (json sample = reader.next(); !sample.is_null(); sample = reader.next()) {
    const json& values = sample["values"];
    const json id = values.value("id", values.value("prompt_id", sample["sample"]));
    for (const auto& [predicted, answer] : answers_in(values)) {
      const double ratio = compression_ratio(sample);
      made.csv +=
          csv_line({parameter_text(id), task_of(cell), answer.is_null() ? "" : json_line(answer),
                    parameter_text(predicted), fmt::format("{}", ratio)});
      made.ratio += ratio;
      ++made.count;
    }
  }
  made.ratio /= static_cast<double>(std::max<size_t>(made.count, 1));
  return made;
}

std::string metrics_text(const Cell& cell) {
  json metrics = json::object();
  for (const auto& [name, metric] : cell.metrics) {
    metrics[name] = std::isfinite(metric.value) ? json(metric.value) : json();
  }
  return json_page(json{{task_of(cell), metrics}});
}

/// The members of kvpress's EvaluationConfig, in their order; JSON is YAML.
std::string config_text(const Cell& cell, double ratio) {
  const std::string data = text_of(cell, "experiment.data");
  json options = json::object();
  for (const auto& [key, value] : cell.parameters) {
    if (key.starts_with("policy.")) {
      options[key] = value;
    }
  }
  // 0: as many as the experiment gives an answer.
  const json& tokens = cell.parameter("experiment.answer_tokens");
  const auto count = [&](const char* name) { return cell.measures.at(name); };
  const std::vector<std::pair<const char*, json>> members = {
      {"dataset", text_of(cell, "experiment.name")},
      {"data_dir", data.empty() ? json() : json(data)},
      {"model", text_of(cell, "model.path")},
      {"device", cell.parameter("model.device")},
      {"press_name", cell.label},
      {"compression_ratio", ratio},
      {"key_channel_compression_ratio", nullptr},
      {"fraction", count("samples") / std::max(1.0, count("samples_planned"))},
      {"max_new_tokens", tokens == 0 ? json() : tokens},
      {"max_context_length", cell.parameter("experiment.context_length")},
      {"query_aware", nullptr},
      {"needle_depth", nullptr},
      {"compression_interval", cell.parameter("policy.every")},
      {"target_size", cell.parameter("state_size")},
      {"hidden_states_buffer_size", nullptr},
      {"output_dir", cell.folder.string()},
      {"log_level", nullptr},
      {"model_kwargs", {{"dtype", cell.parameter("model.dtype")}}},
      {"press_init_command", "multistate " + json_line(options)},
      {"seed", cell.parameter("seed")},
      {"fp8", false}};
  std::string text;
  for (const auto& [name, value] : members) {
    text += fmt::format("{}: {}\n", name, json_line(value));
  }
  return text;
}

fs::path folder_of(const Cell& cell, double ratio) {
  std::string name;
  for (const std::string& part :
       {text_of(cell, "experiment.name"), file_name_of(text_of(cell, "experiment.data")),
        file_name_of(text_of(cell, "model.path")), cell.label, fmt::format("{:.2f}", ratio)}) {
    name += (name.empty() || part.empty() ? "" : "__") + sanitized(part);
  }
  return name;
}

}  // namespace

std::vector<ExportFile> kvpress_files(const Collection& collection,
                                      const std::vector<size_t>& cells) {
  std::vector<ExportFile> files;
  std::set<fs::path> taken;
  for (const size_t index : cells) {
    const Cell& cell = collection.cells[index];
    const Predictions made = cell.is_done() ? predictions_of(cell) : Predictions{};
    if (made.count == 0) {
      continue;
    }
    // As kvpress does with a folder that is there.
    const fs::path wanted = folder_of(cell, made.ratio);
    fs::path folder = wanted;
    for (int number = 1; !taken.insert(folder).second; ++number) {
      folder = wanted / std::to_string(number);
    }
    files.push_back({folder / "predictions.csv", made.csv});
    files.push_back({folder / "metrics.json", metrics_text(cell)});
    files.push_back({folder / "config.yaml", config_text(cell, made.ratio)});
  }
  if (files.empty()) {
    throw InputError(
        "--format kvpress: no run has answers; kvpress's predictions.csv is made of runs of "
        "retrieval, question_answering, summarization and generation");
  }
  return files;
}

}  // namespace multistate::aggregate
