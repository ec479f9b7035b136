#pragma once

#include <filesystem>

#include <nlohmann/json.hpp>

#include "aggregate/command/options.h"

namespace multistate::aggregate {

struct WrittenReport {
  nlohmann::json report;  ///< As report.json holds it.
  int code = 0;           ///< 1 when figures are not there that should be, which is said.
};

/// Writes all of a report, as --format all does, and prints the table. With `reload_seconds` above
/// 0 the page loads itself again after so many.
WrittenReport write_report(const Collection& collection, const Options& options,
                           double reload_seconds);

/// The page alone, again.
void write_page(const nlohmann::json& report, const Options& options, double reload_seconds);

/// Prints one format, or writes it into --output. The formats of exports/exports.h are always
/// written, into a folder of their name.
void write_format(const Collection& collection, const Options& options);

}  // namespace multistate::aggregate
