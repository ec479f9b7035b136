#include "aggregate/command/export_pairs.h"

#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "multistate/base/log.h"
#include "multistate/base/text.h"
#include "multistate/results/atomic_file.h"

#include "aggregate/command/parse.h"
#include "aggregate/judge/pairs.h"
#include "aggregate/reading/collect.h"
#include "aggregate/tables/request.h"
#include "aggregate/tables/select.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::vector<std::string> folders;
  std::vector<std::string> filters;
  std::string against = "full";
  std::string output;
  std::string key;
  int64_t seed = 0;
};

const char* const kFooter =
    "A line of the file is {\"id\", \"prompt\", \"a\", \"b\"}: two texts for one prompt. The judge "
    "answers each\n"
    "with a line {\"id\": ..., \"verdict\": \"A\" | \"B\" | \"tie\"}; import-verdicts reads these. "
    "The key says whose\n"
    "texts they are: keep it from the judge.\n"
    "Exit codes: 0 ok, 1 some files were passed over, 2 usage or input, 3 internal.";

bool parse(int argc, const char* const* argv, Arguments& arguments) {
  CLI::App app("Pairs of generated texts, blinded and in both orders, for a judge.",
               "multistate export-pairs");
  app.footer(kFooter);
  app.add_option("folder", arguments.folders, "Folders with results of the experiment generation")
      ->required();
  app.add_option("--against", arguments.against,
                 "Label of the cell that all others are judged beside")
      ->capture_default_str();
  app.add_option("--filter", arguments.filters,
                 "KEY=VALUE[,VALUE...]: only cells with one of the values are judged; repeatable")
      ->allow_extra_args(false);
  app.add_option("--seed", arguments.seed, "Of the order of the pairs")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("-o,--output", arguments.output, "File to write the pairs to, as JSON lines")
      ->required();
  app.add_option("--key", arguments.key,
                 "File to write the key to (beside the output, with .key.json for its ending)");
  return parse_command_line(app, argc, argv);
}

/// A file that a judge may be at work with is never replaced.
void refuse_to_replace(const fs::path& path, const char* option) {
  if (fs::exists(fs::symlink_status(path))) {
    throw InputError(fmt::format("{} {}: is there already; name another, or take it away", option,
                                 path.string()));
  }
}

void print_table(const JudgePairs& made) {
  std::vector<std::vector<std::string>> rows = {
      {"cell", "against", "samples", "identical", "pairs"}};
  const auto name = [](const KeyCell& cell) {
    return cell.state_size.is_null() ? cell.label
                                     : fmt::format("{} k={}", cell.label, cell.state_size.dump());
  };
  for (const KeyComparison& one : made.key.comparisons) {
    rows.push_back({name(one.cell), name(one.against), fmt::format("{}", one.samples),
                    fmt::format("{}", one.identical),
                    fmt::format("{}", one.samples - one.identical)});
  }
  fmt::print("{}", format_table(rows));
}

}  // namespace

int export_pairs(int argc, const char* const* argv) {
  Arguments arguments;
  if (!parse(argc, argv, arguments)) {
    return 0;
  }
  const fs::path output = arguments.output;
  const fs::path key = arguments.key.empty() ? fs::path(output).replace_extension(".key.json")
                                             : fs::path(arguments.key);
  refuse_to_replace(output, "--output");
  refuse_to_replace(key, "--key");
  const std::vector<fs::path> folders(arguments.folders.begin(), arguments.folders.end());
  const Collection collection = collect(folders, /*samples=*/false);
  std::vector<Filter> filters;
  for (const std::string& filter : arguments.filters) {
    filters.push_back(parse_filter(filter));
  }
  const auto cells = select_cells(collection, filters);
  const auto made =
      make_judge_pairs(collection, comparisons_against(collection, cells, arguments.against),
                       static_cast<uint64_t>(arguments.seed));
  // The key first: pairs without one would be worth nothing.
  write_atomically(key, to_json(made.key).dump(2) + "\n");
  write_atomically(output, made.lines);
  print_table(made);
  fmt::print("{}\n{} lines in {}, the key in {}\n", count_line(collection, cells),
             made.key.pairs.size(), output.string(), key.string());
  for (const Problem& problem : collection.problems) {
    log_warning(fmt::format("{}: {}", problem.path.string(), problem.what));
  }
  return collection.problems.empty() ? 0 : 1;
}

}  // namespace multistate::aggregate
