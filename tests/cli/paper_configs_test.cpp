// The sweep files of configs/paper name options that there are: each is planned, with a tiny model,
// a made text and small files of tasks in the place of its own.

#include <algorithm>
#include <filesystem>
#include <regex>
#include <vector>

#include "multistate/base/mapped_file.h"

#include "support/catch.h"
#include "support/program.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test {
namespace {

namespace fs = std::filesystem;

const std::string kRoot = MULTISTATE_SOURCE_DIR;

std::vector<fs::path> sweep_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kRoot + "/configs/paper")) {
    if (entry.path().extension() == ".yaml") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// A sweep file with other data in the place of its own.
std::string with_small_data(std::string sweep, const fs::path& folder) {
  const std::string model = (folder / "model.gguf").string();
  const std::string text = (folder / "text.txt").string();
  const std::vector<std::pair<std::regex, std::string>> replacements = {
      {std::regex("tags: [^ ,\\n]+,?"), ""},
      {std::regex("template: chat"), "template: plain"},
      {std::regex("path: [^ ,}\\n]+"), "path: " + model},
      {std::regex("data: data/zeroscrolls/(\\w+)/validation.jsonl"),
       "data: " + kRoot + "/tests/datasets/samples/zeroscrolls/$1.jsonl"},
      {std::regex("data: data/(austen|pg19)[^ ,}\\n]*"), "data: " + text},
      {std::regex("data: configs/"), "data: " + kRoot + "/configs/"}};
  for (const auto& [pattern, replacement] : replacements) {
    sweep = std::regex_replace(sweep, pattern, replacement);
  }
  return sweep;
}

}  // namespace

TEST_CASE("every sweep file of the paper can be planned") {
  const TemporaryFolder folder;
  write_tiny_gguf({}, folder / "model.gguf");
  write_file(folder / "text.txt", tiny_text(80'000));
  const auto files = sweep_files();
  CHECK(files.size() >= 18);
  for (const fs::path& file : files) {
    CAPTURE(file.string());
    write_file(folder / "sweep.yaml", with_small_data(read_file(file), folder.path()));
    const auto run = run_program({"run", (folder / "sweep.yaml").string(), "--dry-run"});
    INFO(run.err);
    CHECK(run.exit_code == 0);
    CHECK_THAT(run.out, ContainsSubstring(" cells, "));
  }
}

}  // namespace multistate::test
