#include "aggregate/command/outputs.h"

#include <map>
#include <stdexcept>
#include <tuple>

#include <fmt/format.h>
#include <unistd.h>

#include "multistate/base/log.h"
#include "multistate/base/terminal.h"
#include "multistate/results/atomic_file.h"

#include "aggregate/exports/lm_eval.h"
#include "aggregate/figures/figures.h"
#include "aggregate/page/page.h"
#include "aggregate/tables/formats.h"
#include "aggregate/tables/pivot.h"
#include "aggregate/tables/select.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Characters of a line that goes to no terminal.
constexpr size_t kWidthOfFiles = 120;

/// Answers from the comparisons of an analysis.
SignificanceLookup lookup_in(const Analysis& analysis) {
  std::map<std::tuple<std::string, size_t, size_t>, Significance> known;
  for (const Group& group : analysis.groups) {
    for (const Comparison& comparison : group.comparisons) {
      if (comparison.p_holm) {
        known[{comparison.metric, std::min(comparison.a, comparison.b),
               std::max(comparison.a, comparison.b)}] = {*comparison.p_holm,
                                                         comparison.standard_error};
      }
    }
  }
  return [known = std::move(known)](size_t a, size_t b,
                                    const std::string& metric) -> std::optional<Significance> {
    const auto found = known.find({metric, std::min(a, b), std::max(a, b)});
    return found == known.end() ? std::nullopt : std::optional(found->second);
  };
}

/// The analysis, with what the table shows among what is compared.
Analysis analysis_for(const Collection& collection, const Options& options) {
  AnalysisOptions wanted = options.analysis;
  for (const std::string& metric : options.table.metrics) {
    for (const Cell& cell : collection.cells) {
      if (cell.metrics.count(metric) > 0) {
        wanted.headline.push_back(metric);
        break;
      }
    }
  }
  return analyze(collection, wanted);
}

std::string report_text(const json& report) {
  return report.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string table_text(const Table& table, const std::string& format) {
  if (format == "md") {
    return markdown_table(table);
  }
  if (format == "tex") {
    return latex_table(table);
  }
  const auto width = is_terminal(STDOUT_FILENO) ? static_cast<size_t>(terminal_width(STDOUT_FILENO))
                                                : kWidthOfFiles;
  return terminal_table(table, use_color(STDOUT_FILENO), width);
}

}  // namespace

fs::path output_folder(const Options& options) {
  return options.output ? *options.output : options.folders.front() / "report";
}

std::string file_name_of(const std::string& format) {
  static const std::map<std::string, std::string> names = {
      {"csv", "results.csv"},  {"md", "table.md"},      {"tex", "table.tex"},
      {"json", "report.json"}, {"html", "report.html"}, {"terminal", "table.txt"}};
  return names.at(format);
}

WrittenReport write_report(const Collection& collection, const Options& options,
                           double reload_seconds) {
  const fs::path folder = output_folder(options);
  const Analysis analysis = analysis_for(collection, options);
  const Table table = make_table(collection, options.table, lookup_in(analysis));
  write_atomically(folder / "results.csv", csv_lines(collection, options.table));
  write_atomically(folder / "table.md", markdown_table(table));
  write_atomically(folder / "table.tex", latex_table(table));
  json report = to_json(analysis, collection);
  write_atomically(folder / "report.json", report_text(report));
  write_page(report, options, reload_seconds);
  if (options.figures) {
    write_figures(report, folder / "figures");
  }
  for (const std::string& warning : analysis.warnings) {
    log_warning(warning);
  }
  return {table_text(table, "terminal"), std::move(report)};
}

void write_page(const json& report, const Options& options, double reload_seconds) {
  write_atomically(output_folder(options) / file_name_of("html"),
                   make_page(report, reload_seconds));
}

std::string one_format(const Collection& collection, const Options& options) {
  if (options.format == "csv") {
    return csv_lines(collection, options.table);
  }
  if (options.format == "md" || options.format == "tex" || options.format == "terminal") {
    // Tables show tests and standard errors, and no interval that would take a bootstrap.
    Options quick = options;
    quick.analysis.replicates = 0;
    const Analysis tests = analysis_for(collection, quick);
    return table_text(make_table(collection, options.table, lookup_in(tests)), options.format);
  }
  const json report = to_json(analysis_for(collection, options), collection);
  if (options.format == "json") {
    return report_text(report);
  }
  if (options.format == "html") {
    return make_page(report);
  }
  throw std::logic_error("no format " + options.format);
}

std::string write_lm_eval(const Collection& collection, const Options& options) {
  const auto cells = select_cells(collection, options.table.filters);
  const fs::path folder = output_folder(options) / "lm-eval";
  const auto files = lm_eval_files(collection, cells);
  for (const LmEvalFile& file : files) {
    write_atomically(folder / file.folder / file.name,
                     file.content.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
  }
  return fmt::format("{} files in {}\n{}\n", files.size(), folder.string(),
                     count_line(collection, cells));
}

}  // namespace multistate::aggregate
