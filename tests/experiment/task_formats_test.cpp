// configs/task_formats.yaml from the command line, with a tiny model.

#include <map>

#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"

#include "support/catch.h"
#include "support/program.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace multistate::test::task_formats_test {
namespace {

namespace fs = std::filesystem;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// Results by format and task.
std::map<std::string, nlohmann::json> results_of(const fs::path& output) {
  std::map<std::string, nlohmann::json> results;
  for (const auto& entry : fs::directory_iterator(output / "cells")) {
    auto result = nlohmann::json::parse(read_file(entry.path() / "result.json"));
    const auto& data = result.at("data");
    results[data.at("format").get<std::string>() + " " + data.at("task").get<std::string>() + " " +
            result.at("config").at("experiment").at("name").get<std::string>()] = result;
  }
  return results;
}

}  // namespace

TEST_CASE(
    "a file of every format runs as its sweep file sets it up, with the metrics of its task") {
  const TemporaryFolder folder;
  const fs::path root = MULTISTATE_SOURCE_DIR;
  write_tiny_gguf({.context_length = 4096}, folder / "model.gguf");
  auto sweep = read_file(root / "configs" / "task_formats.yaml");
  sweep = replaced(sweep, "tests/datasets", (root / "tests" / "datasets").string());
  // A tiny model has a token for nearly every byte.
  sweep = replaced(sweep, "context_length: 1024", "context_length: 4096");
  write_file(folder / "sweep.yaml", sweep);
  const auto run = run_program({"run", (folder / "sweep.yaml").string(),
                                "model.path=" + (folder / "model.gguf").string(),
                                "output=" + (folder / "out").string()});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const auto results = results_of(folder / "out");
  const std::map<std::string, std::string> metrics = {
      {"plain  question_answering", "f1"},
      {"plain  summarization", "rouge_geometric_mean"},
      {"plain  multiple_choice", "accuracy_norm"},
      {"zeroscrolls qasper question_answering", "exact_match"},
      {"zeroscrolls squality summarization", "rougeLsum"},
      {"zeroscrolls quality multiple_choice", "accuracy"},
      {"longbench narrativeqa question_answering", "f1"},
      {"ruler vt question_answering", "string_match_all"}};
  CHECK(results.size() == metrics.size());
  for (const auto& [name, metric] : metrics) {
    CAPTURE(name, metric);
    REQUIRE(results.contains(name));
    const auto& found = results.at(name).at("metrics");
    CHECK(found.contains(metric));
    CHECK(found.at("truncated").at("value") == 0.0);
  }
  // Only metrics that some cell has are columns.
  CHECK_THAT(run.out, ContainsSubstring("rouge_geometric_mean"));
  CHECK_THAT(run.out, !ContainsSubstring("retrieval_score"));
}

}  // namespace multistate::test::task_formats_test
