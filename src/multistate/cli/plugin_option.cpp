#include "multistate/cli/plugin_option.h"

#include <cstdlib>
#include <sstream>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/policy/plugin.h"

namespace multistate {
namespace {

void load_from(const std::string& place, const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    try {
      load_plugin(file);
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}: {}", place, error.what()));
    }
  }
}

std::vector<std::string> files_of_environment() {
  std::vector<std::string> files;
  const char* variable = std::getenv("MULTISTATE_PLUGINS");
  std::istringstream list(variable == nullptr ? "" : variable);
  for (std::string file; std::getline(list, file, ':');) {
    if (!file.empty()) {
      files.push_back(file);
    }
  }
  return files;
}

}  // namespace

void add_plugin_option(CLI::App& command, std::vector<std::string>& files) {
  command
      .add_option("--plugin", files,
                  "Shared library with more policies; repeatable (and MULTISTATE_PLUGINS, "
                  "files separated by colons)")
      ->allow_extra_args(false);
}

void load_plugins(const std::vector<std::string>& files) {
  load_from("MULTISTATE_PLUGINS", files_of_environment());
  load_from("--plugin", files);
}

}  // namespace multistate
