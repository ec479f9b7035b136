#include "support/sweep_content.h"

#include <iterator>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"

namespace multistate::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// A result, its samples and its log.
constexpr auto kFilesOfCell = 3;

void demand(bool holds, const fs::path& path, const char* what) {
  if (!holds) {
    throw std::runtime_error(path.string() + ": " + what);
  }
}

int64_t count_samples(const fs::path& file) {
  std::istringstream lines(read_file(file));
  int64_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    demand(json::parse(line).at("sample") == count, file, "a sample is missing or there twice");
  }
  return count;
}

}  // namespace

SweepContent content_of(const fs::path& output) {
  demand(!fs::exists(output / "leases"), output, "has leases left");
  SweepContent content;
  for (const auto& cell : fs::directory_iterator(output / "cells")) {
    const fs::path folder = cell.path();
    const auto files = std::distance(fs::directory_iterator(folder), fs::directory_iterator());
    demand(files == kFilesOfCell, folder, "has other files than a result, its samples and its log");
    const auto result = json::parse(read_file(folder / "result.json"));
    const int64_t samples = count_samples(folder / "samples.jsonl");
    demand(result.at("counts").at("samples") == samples, folder, "counts other samples");
    content.metrics[folder.filename().string()] =
        result.at("metrics").dump() + result.at("series").dump() + result.at("state").dump();
    content.samples += samples;
  }
  return content;
}

size_t finished_cells(const fs::path& output) {
  size_t count = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(output / "cells", ignored)) {
    count += fs::exists(entry.path() / "result.json") ? 1 : 0;
  }
  return count;
}

}  // namespace multistate::test
