// Every sweep file of configs/ can be planned for another model by one override: a tiny one without
// chat format stands for it, a made text and small files of tasks for the data of those files.

#include <algorithm>
#include <filesystem>
#include <regex>
#include <vector>

#include "multistate/base/mapped_file.h"
#include "multistate/config/override.h"
#include "multistate/sweep/sweep_plan.h"
#include "multistate/sweep/sweep_spec.h"

#include "support/tiny_model.h"
#include "support/tiny_sweep.h"
#include "support/torch.h"
#include "sweep/tiny_calibration.h"

namespace multistate::test::sweep_files_test {
namespace {

namespace fs = std::filesystem;

const std::string kRoot = MULTISTATE_SOURCE_DIR;
const std::string kChoices =
    "{\"context\": \"One sold maps.\", \"choices\": [\" maps\", \" sand\"], \"answer\": 0}\n";
const std::string kSamples = kRoot + "/tests/datasets/samples/";

std::vector<fs::path> sweep_files(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kRoot + "/configs" + folder)) {
    if (entry.path().extension() == ".yaml") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Those for the paper's models ask some that are tuned for chat.
bool is_for_any_model(const fs::path& file) {
  return file.stem().extension() != ".7b";
}

/// A sweep file with other data in the place of its own, and a model that is not there.
std::string with_small_data(std::string sweep, const fs::path& folder) {
  const std::string text = (folder / "text.txt").string();
  const std::vector<std::pair<std::regex, std::string>> replacements = {
      {std::regex("tags: [^ ,\\n]+,?"), ""},
      {std::regex("path: [^ ,}\\n]+"), "path: no/such/model"},
      {std::regex("data/zeroscrolls/(\\w+)/validation.jsonl"), kSamples + "zeroscrolls/$1.jsonl"},
      {std::regex("data/longbench"), kSamples + "longbench"},
      {std::regex("data/tasks/(\\w|-)*questions.jsonl"), kSamples + "plain/questions.jsonl"},
      {std::regex("data/tasks/(\\w|-)*summaries.jsonl"), kSamples + "plain/summaries.jsonl"},
      {std::regex("data/tasks/persuasion-seen.jsonl"), (folder / "choices.jsonl").string()},
      {std::regex("context_length: \\d{5,}"), "context_length: 4096"},
      {std::regex("data: tests/"), "data: " + kRoot + "/tests/"},
      {std::regex("templates: tests/"), "templates: " + kRoot + "/tests/"},
      {std::regex("data: data/(austen|pg19)[^ ,}\\n]*"), "data: " + text},
      {std::regex("data/[^ ,\\]]+.calibration.safetensors"),
       (folder / "statistics.safetensors").string()},
      {std::regex("data: configs/"), "prompt_tokens: 512, data: " + kRoot + "/configs/"}};
  for (const auto& [pattern, replacement] : replacements) {
    sweep = std::regex_replace(sweep, pattern, replacement);
  }
  return sweep;
}

void plan(const std::string& folder) {
  const TemporaryFolder scratch;
  // Enough layers for policies by layer.
  write_tiny_gguf({.layers = 3, .kv_heads = 1}, scratch / "model.gguf");
  write_file(scratch / "text.txt", tiny_text(10'000));
  write_file(scratch / "choices.jsonl", kChoices);
  write_file(scratch / "other.txt", "y" + tiny_text(600));
  write_calibration(scratch / "model.gguf", scratch / "other.txt", 2,
                    scratch / "statistics.safetensors");
  for (const fs::path& file : sweep_files(folder)) {
    CAPTURE(file.string());
    std::string sweep = with_small_data(read_file(file), scratch.path());
    if (!is_for_any_model(file)) {
      sweep = std::regex_replace(sweep, std::regex("template: chat"), "template: plain");
    }
    write_file(scratch / "sweep.yaml", sweep);
    Node yaml = read_yaml(scratch / "sweep.yaml");
    apply_override(yaml, parse_override("model.path=" + (scratch / "model.gguf").string()),
                   sweep_file_keys());
    CHECK_FALSE(plan_sweep(read_sweep(yaml), std::nullopt).cells.empty());
  }
}

}  // namespace

TEST_CASE("every sweep file can be planned for any model by one override") {
  plan("");
}

TEST_CASE("every sweep file of the paper can be planned") {
  plan("/paper");
}

TEST_CASE("every cross-check can be planned") {
  plan("/crosscheck");
}

}  // namespace multistate::test::sweep_files_test
