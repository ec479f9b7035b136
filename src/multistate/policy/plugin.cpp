#include "multistate/policy/plugin.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <regex>

#include <cxxabi.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/sha256.h"
#include "multistate/policy/load_library.h"
#include "multistate/policy/plugin_check.h"
#include "multistate/policy/registration_capture.h"
#include "multistate/policy/trial_load.h"

namespace multistate {
namespace {

constexpr int kUsageError = 2;

/// They live as long as the program: policies point to theirs.
std::vector<std::unique_ptr<Plugin>>& loaded_plugins() {
  static std::vector<std::unique_ptr<Plugin>> plugins;
  return plugins;
}

/// What the exception says that is being handled.
std::string text_of_current_exception() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

/// Reports what would otherwise be std::terminate's message while a library is loaded: an exception
/// in a global constructor ends so, see load_library().
class TerminateReport {
 public:
  explicit TerminateReport(const Plugin& plugin) {
    loading = &plugin;
    previous_ = std::set_terminate(&report);
  }
  ~TerminateReport() { std::set_terminate(previous_); }
  TerminateReport(const TerminateReport&) = delete;
  TerminateReport& operator=(const TerminateReport&) = delete;

 private:
  [[noreturn]] static void report() {
    const std::string what =
        std::current_exception() ? text_of_current_exception() : "std::terminate was called";
    std::fputs(
        fmt::format("multistate: error: {}: the plug-in threw while it was loaded, in the "
                    "registration of a policy or another global variable: {}; give registrations "
                    "constants, and do what can fail in the policy's constructor\n",
                    loading->path.string(), what)
            .c_str(),
        stderr);
    std::_Exit(kUsageError);
  }

  inline static const Plugin* loading = nullptr;
  std::terminate_handler previous_;
};

/// "multistate::f(int)" out of the loader's "...: undefined symbol: _ZN10multistate1fEi".
std::optional<std::string> undefined_symbol(const std::string& message) {
  std::smatch match;
  if (!std::regex_search(message, match, std::regex("undefined symbol: ([^ ,()]+)"))) {
    return std::nullopt;
  }
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> readable(
      abi::__cxa_demangle(match[1].str().c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? std::string(readable.get()) : match[1].str();
}

void open_library(const Plugin& plugin) {
  const TerminateReport report(plugin);
  ::dlerror();
  if (load_library(plugin.path) != nullptr) {
    return;
  }
  const char* error = ::dlerror();
  const std::string message = error == nullptr ? "for no reason that is known" : error;
  if (const auto symbol = undefined_symbol(message)) {
    throw InputError(fmt::format(
        "{}: the plug-in uses {}, which neither it nor multistate defines; define it, or link the "
        "library that does, with target_link_libraries()",
        plugin.path.string(), *symbol));
  }
  throw InputError(fmt::format(
      "{}: the plug-in cannot be loaded: {}; a library that is not found has to lie where the "
      "plug-in's RPATH or LD_LIBRARY_PATH says",
      plugin.path.string(), message));
}

std::string origin(const PolicyEntry& entry) {
  return entry.plugin == nullptr ? "part of multistate" : "from " + entry.plugin->path.string();
}

void check_names(const Plugin& plugin, const std::vector<PolicyEntry>& entries) {
  std::vector<std::string> seen;
  for (const PolicyEntry& entry : entries) {
    std::string problem;
    if (entry.name().empty()) {
      problem = "registers a policy without a name; set .name in its registration";
    } else if (const PolicyEntry* other = policy_registry().find(entry.name())) {
      problem = fmt::format(
          "registers the policy '{}', which is there already ({}); give it another name",
          entry.name(), origin(*other));
    } else if (std::find(seen.begin(), seen.end(), entry.name()) != seen.end()) {
      problem = fmt::format("registers the policy '{}' twice; give one of them another name",
                            entry.name());
    }
    if (!problem.empty()) {
      throw InputError(fmt::format("{}: the plug-in {}", plugin.path.string(), problem));
    }
    seen.push_back(entry.name());
  }
}

/// Runs what the catalogue and sweeps run of every policy.
void check_policies(const Plugin& plugin, const std::vector<PolicyEntry>& entries) {
  if (entries.empty()) {
    throw InputError(fmt::format(
        "{}: the plug-in registers no policy; end its source with 'const PolicyRegistration<...> "
        "kRegistration{{{{.name = ...}}}};'",
        plugin.path.string()));
  }
  check_names(plugin, entries);
  for (const PolicyEntry& entry : entries) {
    try {
      entry.options();
      entry.needs();
    } catch (...) {
      throw InputError(fmt::format(
          "{}: the plug-in's policy '{}' throws when it is made with its default options: {}; "
          "every policy has defaults that work",
          plugin.path.string(), entry.name(), text_of_current_exception()));
    }
  }
}

std::filesystem::path absolute_path(const std::filesystem::path& file) {
  std::error_code error;
  auto path = std::filesystem::canonical(file, error);
  if (error) {
    throw InputError(
        fmt::format("{}: there is no such plug-in: {}", file.string(), error.message()));
  }
  return path;
}

bool is_loaded(const Plugin& plugin) {
  const auto& plugins = loaded_plugins();
  return std::any_of(plugins.begin(), plugins.end(), [&](const auto& loaded) {
    return loaded->path == plugin.path || loaded->sha256 == plugin.sha256;
  });
}

}  // namespace

nlohmann::json to_json(const Plugin& plugin) {
  return {{"path", plugin.path.string()}, {"sha256", plugin.sha256}};
}

void load_plugin(const std::filesystem::path& file) {
  auto plugin = std::make_unique<Plugin>();
  plugin->path = absolute_path(file);
  check_plugin_record(MappedFile(plugin->path));
  plugin->sha256 = sha256_file(plugin->path);
  if (is_loaded(*plugin)) {
    return;
  }
  try_to_load(plugin->path);
  RegistrationCapture capture;
  open_library(*plugin);
  check_policies(*plugin, capture.entries());
  for (PolicyEntry& entry : capture.entries()) {
    entry.plugin = plugin.get();
    policy_registry().add(std::move(entry));
  }
  loaded_plugins().push_back(std::move(plugin));
}

}  // namespace multistate
