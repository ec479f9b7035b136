#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "aggregate/command/options.h"

namespace multistate::aggregate {

/// Where the options have output written.
std::filesystem::path output_folder(const Options& options);

struct WrittenReport {
  std::string table;                  ///< For the terminal.
  nlohmann::json report;              ///< As report.json holds it.
  std::vector<std::string> problems;  ///< Figures that are not there, and why.
};

/// All of a report, as --format all writes it. With `reload_seconds` above 0 the page loads itself
/// again after so many.
WrittenReport write_report(const Collection& collection, const Options& options,
                           double reload_seconds = 0.0);

/// The page alone, again.
void write_page(const nlohmann::json& report, const Options& options, double reload_seconds);

/// One format's text, as it is printed. Not for "all" and "lm-eval".
std::string one_format(const Collection& collection, const Options& options);

/// The name that one format's file has in a report: "results.csv".
std::string file_name_of(const std::string& format);

/// Writes lm-eval/<model>/results_<time>.json into the output's folder; returns what to say.
std::string write_lm_eval(const Collection& collection, const Options& options);

}  // namespace multistate::aggregate
