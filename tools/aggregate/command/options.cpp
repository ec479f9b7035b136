#include "aggregate/command/options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "multistate/base/build_info.h"
#include "multistate/base/error.h"

#include "aggregate/command/parse.h"

namespace multistate::aggregate {
namespace {

const char* const kFooter =
    "Writes report/ into the first folder: report.html, a page for a browser, results.csv, "
    "table.md,\n"
    "table.tex, figures/ and report.json, and prints the table. --rows, --columns, --sort and "
    "--relative-to shape\n"
    "tables; --metric and --filter choose for results.csv and lm-eval, too. A field is a "
    "parameter\n"
    "by its key in a sweep file (policy.name, state_size, experiment.context_length), or label,\n"
    "sweep, state, limited, id.\n"
    "Other commands: export-pairs, import-verdicts (--help on each).\n"
    "--diff A B, for CI: runs on the same samples are deterministic, so any difference beyond "
    "rounding\n"
    "in a sample, a metric, or an answer is a change, as is a run that is no longer done. Exit "
    "codes\n"
    "of --diff: 0 same within the tolerance, 1 changed, lost or not comparable, 2 usage or input.\n"
    "Exit codes: 0 ok, 1 some files were passed over, 2 usage or input, 3 internal.";

/// As they are on the command line, before they are checked together.
struct Words {
  Options options;
  std::vector<std::string> folders;
  std::vector<std::string> filters;
  std::vector<std::string> diff;
  std::string output;
  std::string relation;
};

void add_table_options(CLI::App& app, Words& words) {
  TableRequest& table = words.options.table;
  app.add_option("--rows", table.rows, "Fields that make the rows, with commas between them")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--columns", table.columns, "Fields that make the columns (state_size)")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--metric", table.metrics, "Metrics or measures to show; repeatable")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--filter", words.filters,
                 "KEY=VALUE[,VALUE...]: only cells with one of the values; repeatable, all hold")
      ->allow_extra_args(false);
  app.add_option("--sort", table.sort,
                 "Field of the rows or metric (last column) that orders rows; --sort=-KEY from the "
                 "largest");
  app.add_option("--relative-to", table.relative_to,
                 "Label (full) whose values all others are relative to");
  app.add_option("--relation", words.relation, "How: difference or ratio; absolute: not at all")
      ->check(CLI::IsMember({"absolute", "difference", "ratio"}));
}

void add_output_options(CLI::App& app, Words& words) {
  app.add_option("folder", words.folders,
                 "Folders with results: of a sweep, of cells, or of any number of sweeps at any "
                 "depth");
  app.add_option("-o,--output", words.output, "Folder to write to (report/ in the first folder)");
  app.add_option("--format", words.options.format,
                 "all: every file; one of the others: only that, to the terminal unless --output "
                 "is given (lm-eval: always files)")
      ->check(CLI::IsMember({"all", "csv", "md", "tex", "json", "html", "lm-eval", "terminal"}));
  app.add_flag("!--no-figures", words.options.figures, "Leave figures out");
  app.add_option("--diff", words.diff, "Two folders A B: what changed from A to B beyond rounding")
      ->expected(2);
  app.add_option("--diff-tolerance", words.options.diff_tolerance,
                 "Relative difference that --diff takes for rounding; 0: none (default by "
                 "model.dtype: 1e-5 for float32, 1e-12 for float64)")
      ->check(CLI::NonNegativeNumber);
  app.add_flag(
      "--watch", words.options.watch,
      "Write again after each cell, until all are done or have failed; report.html loads itself "
      "again meanwhile");
  app.add_option("--interval", words.options.interval, "Seconds between looks of --watch")
      ->check(CLI::PositiveNumber);
}

void add_analysis_options(CLI::App& app, Words& words) {
  AnalysisOptions& analysis = words.options.analysis;
  app.add_option("--seed", analysis.seed, "Of bootstraps and permutations (0)");
  app.add_option("--baseline", analysis.baseline,
                 "Label that all others are tested against (full)");
}

void check(const Words& words) {
  const TableRequest& table = words.options.table;
  if (words.diff.empty() == words.folders.empty()) {
    throw InputError(words.diff.empty()
                         ? "no folder is given; name one or more with results"
                         : "--diff takes its two folders itself; leave the others out");
  }
  if (!words.diff.empty() &&
      (words.options.watch || words.options.format != "all" || !words.output.empty() ||
       !words.filters.empty() || words.options.analysis.seed != 0)) {
    throw InputError("--diff goes with --diff-tolerance only");
  }
  if (words.diff.empty() && words.options.diff_tolerance) {
    throw InputError("--diff-tolerance: --diff A B is missing");
  }
  const bool relative = words.relation == "difference" || words.relation == "ratio";
  if (relative && table.relative_to.empty()) {
    throw InputError(fmt::format("--relation {}: --relative-to LABEL is missing", words.relation));
  }
  if (words.relation == "absolute" && !table.relative_to.empty()) {
    throw InputError("--relation absolute: leave --relative-to out");
  }
  if (words.options.watch && words.options.format != "all") {
    throw InputError("--watch writes all formats; leave --format out");
  }
}

Options checked(Words words) {
  check(words);
  Options options = std::move(words.options);
  options.folders.assign(words.folders.begin(), words.folders.end());
  options.diff.assign(words.diff.begin(), words.diff.end());
  for (const std::string& filter : words.filters) {
    options.table.filters.push_back(parse_filter(filter));
  }
  if (!words.output.empty()) {
    options.output = words.output;
  }
  options.table.relation = words.relation == "ratio" ? Relation::kRatio : Relation::kDifference;
  return options;
}

}  // namespace

std::optional<Options> parse_options(int argc, const char* const* argv) {
  CLI::App app("A page, tables, figures and tests from the results of sweeps, complete or not.",
               "multistate-aggregate");
  app.set_version_flag("--version", fmt::format("multistate {}", build_info().version));
  app.footer(kFooter);
  Words words;
  add_output_options(app, words);
  add_table_options(app, words);
  add_analysis_options(app, words);
  if (!parse_command_line(app, argc, argv)) {
    return std::nullopt;
  }
  return checked(std::move(words));
}

}  // namespace multistate::aggregate
