#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace multistate {

/// A shared library with policies that are not part of the program.
struct Plugin {
  std::filesystem::path path;  ///< Absolute, symbolic links resolved.
  std::string sha256;          ///< Of the file.
};

/// {"path", "sha256"}, as it stands in results.
nlohmann::json to_json(const Plugin& plugin);

/// Loads a plug-in and adds its policies to policy_registry(); a file that is loaded already, or a
/// copy of it, is passed over. It stays loaded until the program ends.
///
/// The interface record is compared before anything of the plug-in runs. Throws InputError that
/// names the file and says what to do when it is no plug-in or one for another multistate, needs a
/// function or library that is not there, brings a policy whose name is taken, no policy, or one
/// that cannot be made with its default options; the registry is then as it was. An exception that
/// leaves the plug-in's global constructors cannot be caught by anybody: then the program ends with
/// such a message and exit code 2.
///
/// Not thread-safe: to be called before there are other threads that use policies.
void load_plugin(const std::filesystem::path& file);

}  // namespace multistate
