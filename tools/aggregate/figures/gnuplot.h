#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace multistate::aggregate {

/// The program on $PATH, or the one that $MULTISTATE_GNUPLOT names; none when it is not there.
std::optional<std::filesystem::path> find_gnuplot();

/// Runs a script in its folder, without a shell. Returns what went wrong, "" when nothing did.
/// Files are the same from run to run, but for the time in a PDF: the locale is C with UTF-8.
std::string run_gnuplot(const std::filesystem::path& program, const std::filesystem::path& folder,
                        const std::string& script);

}  // namespace multistate::aggregate
