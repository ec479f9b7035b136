#include "aggregate/exports/archive.h"

#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "multistate/base/text.h"

#include "aggregate/command/commands.h"
#include "aggregate/command/parse.h"

namespace multistate::aggregate {
namespace {

const char* const kArchiveFooter =
    "Of samples.jsonl numbers and texts are kept, which is what reports, tests, --diff and exports "
    "read. Lists\n"
    "of numbers, times and byte counts of single samples are left out; result.json has their "
    "totals, and\n"
    "says what was left out (\"archived\"). Cells that are not done are not copied.\n"
    "Exit codes: 0 all planned cells were copied, 1 some were not, 2 usage or input, 3 internal.";

}  // namespace

int archive(int argc, const char* const* argv) {
  std::filesystem::path folder;
  std::filesystem::path output;
  CLI::App app("Copy a sweep without what no reader of results needs, for version control.",
               "multistate archive");
  app.footer(kArchiveFooter);
  app.add_option("folder", folder, "Folder of a sweep")->required();
  app.add_option("-o,--output", output, "New folder for the copy")->required();
  if (!parse_command_line(app, argc, argv)) {
    return 0;
  }
  const Archive made = archive_sweep(folder, output);
  for (const Problem& problem : made.problems) {
    log_warning(fmt::format("{}: {}", problem.path.string(), problem.what));
  }
  fmt::print("{} of {} planned cells, {} instead of {}, in {}\n", made.cells, made.planned,
             human_bytes(static_cast<double>(made.bytes_after)),
             human_bytes(static_cast<double>(made.bytes_before)), output.string());
  if (!made.left_out.empty()) {
    const std::vector<std::string> names(made.left_out.begin(), made.left_out.end());
    fmt::print("left out of samples.jsonl: {}\n", join(names));
  }
  return made.cells == made.planned ? 0 : 1;
}

}  // namespace multistate::aggregate
