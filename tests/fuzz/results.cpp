// The files of a sweep's folder with one cell: each begins with a line "== NAME".

#include <array>

#include "multistate/aggregate/collect.h"
#include "multistate/base/error.h"
#include "multistate/results/sweep_reader.h"

#include "aggregate/support/made_sweep.h"
#include "fuzz/scratch.h"
#include "fuzz/target.h"

namespace multistate::fuzz {
namespace {

constexpr std::array<const char*, 3> kFiles = {"sweep.json", "cells/one/result.json",
                                               "cells/one/samples.jsonl"};

std::string load(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

void read(std::string_view input) {
  const auto folder = scratch().path() / "sweep";
  std::filesystem::remove_all(folder);
  for (const char* file : kFiles) {
    const std::string mark = std::string("== ") + file + "\n";
    const size_t begin = input.find(mark);
    if (begin != std::string_view::npos) {
      const auto content = input.substr(begin + mark.size());
      scratch().write(std::string("sweep/") + file, content.substr(0, content.find("\n== ")));
    }
  }
  if (!std::filesystem::exists(folder)) {
    throw InputError("no file");
  }
  aggregate::collect(std::array{folder});
  read_sweep_status(folder);
}

std::vector<std::string> seeds() {
  const auto folder = scratch().path() / "made";
  std::filesystem::remove_all(folder);
  test::MadeSweep sweep(folder);
  const std::string id = sweep.done(
      {.policy = "tova", .state_size = 64, .samples = {{.nll_sum = 310.0}, {.nll_sum = 305.5}}});
  sweep.failed({.policy = "h2o", .state_size = 64}, "no room");
  sweep.write_manifest();
  const auto cell = sweep.cell_folder(id);
  const std::string named = "cells/" + cell.filename().string();
  std::string manifest = load(folder / "sweep.json");
  for (size_t at = manifest.find(named); at != std::string::npos; at = manifest.find(named)) {
    manifest.replace(at, named.size(), "cells/one");
  }
  return {"== sweep.json\n" + manifest + "\n== cells/one/result.json\n" +
          load(cell / "result.json") + "\n== cells/one/samples.jsonl\n" +
          load(cell / "samples.jsonl")};
}

}  // namespace multistate::fuzz
