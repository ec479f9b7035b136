#pragma once

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "multistate/aggregate/cell.h"
#include "multistate/base/error.h"
#include "multistate/base/log.h"

namespace multistate::aggregate {

/// Whether to run the command: false when the command line asked for help or the version, which are
/// printed. Throws InputError for unknown or invalid arguments.
inline bool parse_command_line(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      app.exit(error);
      return false;
    }
    throw InputError(fmt::format("{} (--help lists the options)", error.what()));
  }
  return true;
}

/// Logs the files that were skipped; 1 when there are any.
inline int warn_of_problems(const Collection& collection) {
  for (const Problem& problem : collection.problems) {
    log_warning(fmt::format("{}: {}", problem.path.string(), problem.what));
  }
  return collection.problems.empty() ? 0 : 1;
}

}  // namespace multistate::aggregate
