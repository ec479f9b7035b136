#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "aggregate/command/options.h"

namespace multistate::aggregate {

/// Where the options have output written.
std::filesystem::path output_folder(const Options& options);

/// All of a report, as --format all writes it; returns the table for the terminal.
std::string write_report(const Collection& collection, const Options& options);

/// One format's text, as it is printed. Not for "all" and "lm-eval".
std::string one_format(const Collection& collection, const Options& options);

/// The name that one format's file has in a report: "results.csv".
std::string file_name_of(const std::string& format);

/// Writes lm-eval/<model>/results_<time>.json into the output's folder; returns what to say.
std::string write_lm_eval(const Collection& collection, const Options& options);

}  // namespace multistate::aggregate
