#include "aggregate/command/outputs.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

#include "multistate/aggregate/groups.h"
#include "multistate/base/json_layout.h"
#include "multistate/base/log.h"
#include "multistate/base/terminal.h"
#include "multistate/results/atomic_file.h"
#include "multistate/results/paired_test.h"

#include "aggregate/exports/exports.h"
#include "aggregate/page/figures.h"
#include "aggregate/page/page.h"
#include "aggregate/tables/formats.h"
#include "aggregate/tables/pivot.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Characters of a line that goes to no terminal.
constexpr size_t kWidthOfFiles = 120;

void add(const Comparison& one, bool higher_is_better, Findings& findings) {
  if (!one.p_adjusted) {
    return;
  }
  if (one.question == Question::kFull || one.question == Question::kReference) {
    findings.differences[{one.metric, one.a, one.b}] = {*one.p_adjusted, one.standard_error};
  }
  if (one.question == Question::kBest) {
    // A control may be better than the leader, the best of the policies.
    const bool is_better = (one.difference > 0.0) == higher_is_better;
    findings.standings[{one.metric, one.a}].is_worse = *one.p_adjusted < kSignificant && !is_better;
  }
}

/// The cells of a group with a state size.
std::vector<size_t> cells_of(const Group& group, const StateSize& size,
                             const Collection& collection) {
  std::vector<size_t> cells;
  std::copy_if(group.cells.begin(), group.cells.end(), std::back_inserter(cells),
               [&](size_t cell) { return state_size_of(collection.cells[cell]) == size; });
  return cells;
}

void add(const Finding& finding, Findings& findings) {
  for (const size_t cell : finding.tied) {
    findings.standings[{finding.metric, cell}].is_tied = true;
  }
  if (finding.kind == Verdict::Kind::kBest) {
    findings.standings[{finding.metric, *finding.cell}].is_best = true;
  }
  for (const size_t cell : finding.not_ranked_cells) {
    findings.standings[{finding.metric, cell}].is_ranked = false;
  }
}

/// What an analysis found, for tables.
Findings findings_of(const Collection& collection, const Analysis& analysis) {
  std::map<std::string, bool> higher_is_better;
  for (const MetricInfo& metric : analysis.metrics) {
    higher_is_better[metric.name] = metric.higher_is_better.value_or(false);
  }
  Findings findings;
  for (const Group& group : analysis.groups) {
    for (const Comparison& one : group.comparisons) {
      add(one, higher_is_better[one.metric], findings);
    }
    std::string setting;
    for (const std::string& distinction : distinctions_of(group, analysis.groups)) {
      setting += ", " + distinction;
    }
    for (const Finding& finding : group.findings) {
      add(finding, findings);
      const StateSize& size = finding.state_size;
      findings.sentences[finding.metric].push_back(
          {fmt::format("{}{}{}: {}", finding.metric, size ? fmt::format(" at {}", *size) : "",
                       setting, finding.sentence),
           cells_of(group, size, collection)});
    }
  }
  return findings;
}

/// The analysis, with what the table shows among what is compared.
Analysis analysis_for(const Collection& collection, const Options& options) {
  AnalysisOptions wanted = options.analysis;
  wanted.reference = options.table.relative_to;
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
  return json_line(report) + "\n";
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

fs::path output_folder(const Options& options) {
  return options.output ? *options.output : options.folders.front() / "report";
}

/// One format's text.
std::string text_of(const Collection& collection, const Options& options) {
  if (options.format == "csv") {
    return csv_lines(collection, options.table);
  }
  if (options.format == "json" || options.format == "html") {
    const json report = to_json(analysis_for(collection, options), collection);
    return options.format == "json" ? report_text(report) : make_page(report);
  }
  // Tables show tests and standard errors, and no interval that would take a bootstrap.
  Options quick = options;
  quick.analysis.replicates = 0;
  const Findings findings = findings_of(collection, analysis_for(collection, quick));
  return table_text(make_table(collection, options.table, findings), options.format);
}

using Exporter = std::vector<ExportFile> (*)(const Collection&, const std::vector<size_t>&);

const std::map<std::string, Exporter>& exporters() {
  static const std::map<std::string, Exporter> all = {{"lm-eval", &lm_eval_files},
                                                      {"kvpress", &kvpress_files},
                                                      {"every-eval-ever", &every_eval_ever_files}};
  return all;
}

void write_export(const Collection& collection, const Options& options, Exporter files_of) {
  const auto cells = select_cells(collection, options.table.filters);
  const fs::path folder = output_folder(options) / options.format;
  const auto files = files_of(collection, cells);
  for (const ExportFile& file : files) {
    write_atomically(folder / file.path, file.text);
  }
  fmt::print("{} files in {}\n{}\n", files.size(), folder.string(), count_line(collection, cells));
}

}  // namespace

WrittenReport write_report(const Collection& collection, const Options& options,
                           double reload_seconds) {
  const fs::path folder = output_folder(options);
  const Analysis analysis = analysis_for(collection, options);
  const Table table = make_table(collection, options.table, findings_of(collection, analysis));
  write_atomically(folder / "results.csv", csv_lines(collection, options.table));
  write_atomically(folder / "table.md", markdown_table(table));
  write_atomically(folder / "table.tex", latex_table(table));
  WrittenReport written = {to_json(analysis, collection)};
  write_atomically(folder / "report.json", report_text(written.report));
  write_page(written.report, options, reload_seconds);
  std::vector<std::string> problems;
  if (options.figures) {
    problems = draw_figures(folder / "report.json", folder / "figures").problems;
    written.code = problems.empty() ? 0 : 1;
  }
  for (const std::string& warning : analysis.warnings) {
    log_warning(warning);
  }
  fmt::print("{}\nwritten to {}\n", table_text(table, "terminal"), folder.string());
  std::fflush(stdout);
  for (const std::string& problem : problems) {
    log_warning(problem);
  }
  return written;
}

void write_page(const json& report, const Options& options, double reload_seconds) {
  write_atomically(output_folder(options) / "report.html", make_page(report, reload_seconds));
}

void write_format(const Collection& collection, const Options& options) {
  static const std::map<std::string, const char*> names = {
      {"csv", "results.csv"},  {"md", "table.md"},      {"tex", "table.tex"},
      {"json", "report.json"}, {"html", "report.html"}, {"terminal", "table.txt"}};
  if (const auto exporter = exporters().find(options.format); exporter != exporters().end()) {
    write_export(collection, options, exporter->second);
  } else if (options.output) {
    write_atomically(*options.output / names.at(options.format), text_of(collection, options));
  } else {
    fmt::print("{}", text_of(collection, options));
  }
}

}  // namespace multistate::aggregate
