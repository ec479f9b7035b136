// The sweep files of configs/paper name options that there are: each is planned, with a tiny model
// and text in the place of its own.

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

std::vector<fs::path> sweep_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(MULTISTATE_SOURCE_DIR "/configs/paper")) {
    if (entry.path().extension() == ".yaml") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

TEST_CASE("every sweep file of the paper can be planned") {
  const TemporaryFolder folder;
  const std::string model = (folder / "model.gguf").string();
  const std::string text = (folder / "text.txt").string();
  write_tiny_gguf({}, model);
  write_file(text, tiny_text(20'000));
  const auto files = sweep_files();
  CHECK(files.size() >= 8);
  for (const fs::path& file : files) {
    CAPTURE(file.string());
    std::string sweep = read_file(file);
    sweep = std::regex_replace(sweep, std::regex("tags: [^ ,\\n]+,?"), "");
    sweep = std::regex_replace(sweep, std::regex("path: [^ ,}\\n]+"), "path: " + model);
    sweep = std::regex_replace(sweep, std::regex("data: [^ ,}\\n]+"), "data: " + text);
    write_file(folder / "sweep.yaml", sweep);
    const auto run = run_program({"run", (folder / "sweep.yaml").string(), "--dry-run"});
    INFO(run.err);
    CHECK(run.exit_code == 0);
    CHECK_THAT(run.out, ContainsSubstring(" cells, "));
  }
}

}  // namespace multistate::test
