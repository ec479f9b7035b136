#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "aggregate/analysis/analysis.h"
#include "aggregate/tables/request.h"

namespace multistate::aggregate {

/// What the command line asks for.
struct Options {
  std::vector<std::filesystem::path> folders;
  std::optional<std::filesystem::path> output;  ///< None: report/ in the first folder.
  std::string format = "all";                   ///< As --help lists them.
  TableRequest table;
  AnalysisOptions analysis;
  bool figures = true;
  bool watch = false;
  double interval = 2.0;                    ///< Seconds between looks, of watch.
  std::vector<std::filesystem::path> diff;  ///< Empty, or two folders.
  std::optional<double> diff_tolerance;     ///< None: by dtype, see results/identity_tolerance.h.
};

/// Reads the command line; nullopt when it asked for help or the version, which are printed. Throws
/// InputError for invalid combinations.
std::optional<Options> parse_options(int argc, const char* const* argv);

}  // namespace multistate::aggregate
