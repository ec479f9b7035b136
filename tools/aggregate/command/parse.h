#pragma once

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "multistate/base/error.h"

namespace multistate::aggregate {

/// Whether the command is to be run: false when the command line asked for help or the version,
/// which are printed. Throws InputError for what the command does not take.
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

}  // namespace multistate::aggregate
