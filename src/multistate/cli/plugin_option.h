#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace multistate {

/// Gives a command that takes policies by name the option --plugin FILE, which may be repeated.
void add_plugin_option(CLI::App& command, std::vector<std::string>& files);

/// Loads the plug-ins of MULTISTATE_PLUGINS (files separated by colons; empty ones are passed
/// over), then `files`, those of --plugin. To be called before any policy is looked up. Throws
/// InputError that says where the file was named.
void load_plugins(const std::vector<std::string>& files);

}  // namespace multistate
