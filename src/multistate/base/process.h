#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace multistate {

/// The outcome of a process.
struct ProcessResult {
  std::string output;
  std::string errors;
  std::string failure;  ///< "ended with code 1", "ended with signal 9"; empty for code 0.
};

/// The program on $PATH, or the one that the environment variable names where one is given and set;
/// none when there is no such program.
std::optional<std::filesystem::path> find_program(const std::string& name,
                                                  const char* variable = nullptr);

/// Runs a program, without a shell, until it ends. Throws std::runtime_error when it cannot be
/// started.
ProcessResult run_process(const std::filesystem::path& program,
                          const std::vector<std::string>& arguments, const std::string& input = "");

}  // namespace multistate
