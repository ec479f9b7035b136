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
    "tables; --metric chooses for results.csv, too, and --filter for every format. A field is a "
    "parameter\n"
    "by its key in a sweep file (policy.name, state_size, experiment.context_length), or label,\n"
    "sweep, state, limited, id.\n"
    "Other commands: archive, export-pairs, import-verdicts (--help on each).\n"
    "--diff A B, for CI: runs on the same samples are deterministic, so any difference beyond "
    "rounding\n"
    "in a sample, a metric, or an answer is a change, as is a run that is no longer done. Exit "
    "codes\n"
    "of --diff: 0 same within the tolerance, 1 changed, lost or not comparable, 2 usage or input.\n"
    "Exit codes: 0 ok, 1 some files were skipped, 2 usage or input, 3 internal.";

/// Texts of the command line that stand for something else.
struct Words {
  std::vector<std::string> filters;
  std::string relation;
};

void add_list(CLI::App& app, const char* name, std::vector<std::string>& list, const char* help) {
  app.add_option(name, list, help)->delimiter(',')->allow_extra_args(false);
}

void add_table_options(CLI::App& app, TableRequest& table, Words& words) {
  add_list(app, "--rows", table.rows, "Fields that make the rows, comma-separated");
  add_list(app, "--columns", table.columns, "Fields that make the columns (state_size)");
  add_list(app, "--metric", table.metrics, "Metrics or measures to show; repeatable");
  app.add_option(
         "--filter", words.filters,
         "KEY=VALUE[,VALUE...]: only cells with one of these values; repeatable, all must hold")
      ->allow_extra_args(false);
  app.add_option("--sort", table.sort,
                 "Field of the rows or metric (last column) that orders rows; --sort=-KEY from the "
                 "largest");
  app.add_option("--relative-to", table.relative_to,
                 "Label (full) whose values all others are relative to");
  app.add_option("--relation", words.relation, "absolute, difference or ratio")
      ->check(CLI::IsMember({"absolute", "difference", "ratio"}));
}

void add_output_options(CLI::App& app, Options& options) {
  app.add_option("folder", options.folders,
                 "Folders with results: of a sweep, of cells, or of any number of sweeps at any "
                 "depth");
  app.add_option("-o,--output", options.output, "Folder to write to (report/ in the first folder)");
  app.add_option("--format", options.format,
                 "all: every file; one of the others: only that, to the terminal unless --output "
                 "is given (lm-eval, kvpress and every-eval-ever: always files)")
      ->check(CLI::IsMember({"all", "csv", "md", "tex", "json", "html", "terminal", "lm-eval",
                             "kvpress", "every-eval-ever"}));
  app.add_flag("!--no-figures", options.figures, "Leave figures out");
  app.add_option("--diff", options.diff, "Compare two folders A B: what changed beyond rounding")
      ->expected(2);
  app.add_option("--diff-tolerance", options.diff_tolerance,
                 "Relative difference that counts as rounding; 0: none (default by "
                 "model.dtype: 1e-5 for float32, 1e-12 for float64)")
      ->check(CLI::NonNegativeNumber);
  app.add_flag(
      "--watch", options.watch,
      "Write again after each cell, until all are done or have failed; report.html loads itself "
      "again meanwhile");
  app.add_option("--interval", options.interval, "Seconds between checks of --watch")
      ->check(CLI::PositiveNumber);
}

void add_analysis_options(CLI::App& app, Options& options) {
  app.add_option("--seed", options.analysis.seed, "Seed for bootstraps and permutations (0)");
  app.add_option("--baseline", options.analysis.baseline,
                 "Label that all others are tested against (full)");
}

void check(const Options& options, const Words& words) {
  const TableRequest& table = options.table;
  if (options.diff.empty() == options.folders.empty()) {
    throw InputError(options.diff.empty()
                         ? "no folder is given; name one or more with results"
                         : "--diff takes its two folders itself; leave the others out");
  }
  if (!options.diff.empty() && (options.watch || options.format != "all" || options.output ||
                                !words.filters.empty() || options.analysis.seed != 0)) {
    throw InputError("--diff goes with --diff-tolerance only");
  }
  if (options.diff.empty() && options.diff_tolerance) {
    throw InputError("--diff-tolerance: --diff A B is missing");
  }
  const bool relative = words.relation == "difference" || words.relation == "ratio";
  if (relative && table.relative_to.empty()) {
    throw InputError(fmt::format("--relation {}: --relative-to LABEL is missing", words.relation));
  }
  if (words.relation == "absolute" && !table.relative_to.empty()) {
    throw InputError("--relation absolute: leave --relative-to out");
  }
  if (options.watch && options.format != "all") {
    throw InputError("--watch writes all formats; leave --format out");
  }
}

}  // namespace

std::optional<Options> parse_options(int argc, const char* const* argv) {
  CLI::App app("Build a report from results of sweeps: page, tables, figures, significance tests.",
               "multistate-aggregate");
  app.set_version_flag("--version", fmt::format("multistate {}", build_info().version));
  app.footer(kFooter);
  Options options;
  Words words;
  add_output_options(app, options);
  add_table_options(app, options.table, words);
  add_analysis_options(app, options);
  if (!parse_command_line(app, argc, argv)) {
    return std::nullopt;
  }
  check(options, words);
  for (const std::string& filter : words.filters) {
    options.table.filters.push_back(parse_filter(filter));
  }
  options.table.relation = words.relation == "ratio" ? Relation::kRatio : Relation::kDifference;
  return options;
}

}  // namespace multistate::aggregate
