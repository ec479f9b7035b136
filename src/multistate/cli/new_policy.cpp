#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "multistate/base/build_info.h"
#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/cli/command.h"
#include "multistate/cli/new_policy_templates.h"
#include "multistate/policy/registry.h"
#include "multistate/results/atomic_file.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLongestName = 40;

struct NewPolicyArguments {
  std::string name;
  std::optional<std::string> folder;
  bool in_tree = false;
};

void check_name(const std::string& name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  const bool valid = !name.empty() && name.front() >= 'a' && name.front() <= 'z' &&
                     name.size() <= kLongestName && std::all_of(name.begin(), name.end(), allowed);
  if (!valid) {
    throw InputError(fmt::format(
        "NAME: {} is no name for a policy; a lower-case letter, then lower-case letters, digits "
        "and _, {} characters at most: recent_attention",
        in_quotes(name), kLongestName));
  }
  if (policy_registry().find(name) != nullptr) {
    throw InputError(
        fmt::format("NAME: there is a policy '{}' already; choose another name", name));
  }
}

/// recent_attention -> RecentAttentionRule: no name of the headers ends so.
std::string class_name(const std::string& name) {
  std::string result;
  bool upper = true;
  for (const char c : name) {
    if (c == '_') {
      upper = true;
      continue;
    }
    result += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  return result + "Rule";
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

fs::path this_program() {
  return fs::read_symlink("/proc/self/exe");
}

/// The folder of multistate's CMake package: beside the program as it is installed, or as it is
/// built.
std::optional<fs::path> package_folder() {
  const fs::path here = this_program().parent_path();
  for (const fs::path& folder : {here / MULTISTATE_PACKAGE_FROM_PROGRAM, here / "../src"}) {
    if (fs::exists(folder / "multistateConfig.cmake")) {
      return folder.lexically_normal();
    }
  }
  return std::nullopt;
}

/// Where tools/fetch_data puts model and texts: $MULTISTATE_DATA_DIR, data/ here, or that of the
/// source tree whose build this program is. "data" when there is none.
std::string data_folder() {
  const char* variable = std::getenv("MULTISTATE_DATA_DIR");
  if (variable != nullptr) {
    return fs::absolute(variable).lexically_normal().string();
  }
  for (const fs::path& folder :
       {fs::path("data"), this_program().parent_path() / "../../../data"}) {
    if (fs::is_directory(folder)) {
      return fs::absolute(folder).lexically_normal().string();
    }
  }
  return "data";
}

/// As it stands between double quotes in YAML.
std::string yaml_text(const std::string& text) {
  return replaced(replaced(text, "\\", "\\\\"), "\"", "\\\"");
}

class Filling {
 public:
  explicit Filling(std::string name) : name_(std::move(name)) {}

  std::string name(std::string_view file) const {
    return file == "gitignore" ? ".gitignore" : replaced(std::string(file), "my_policy", name_);
  }

  std::string text(std::string_view text) const {
    const std::vector<std::pair<std::string, std::string>> values = {
        {"my_policy", name_},
        {"MyPolicyRule", class_name(name_)},
        {"@VERSION@", build_info().version},
        {"@PACKAGE@", package_folder().value_or("").string()},
        {"@PROGRAM@", this_program().string()},
        {"@DATA@", yaml_text(data_folder())}};
    std::string filled(text);
    for (const auto& [from, to] : values) {
      filled = replaced(filled, from, to);
    }
    return filled;
  }

 private:
  std::string name_;
};

void refuse_to_overwrite(const fs::path& path) {
  if (fs::exists(fs::symlink_status(path))) {
    throw InputError(fmt::format("{}: is there already, and is not overwritten", path.string()));
  }
}

int write_project(const NewPolicyArguments& arguments) {
  const Filling filling(arguments.name);
  const fs::path folder = arguments.folder.value_or(arguments.name);
  refuse_to_overwrite(folder);
  for (const Template& file : new_policy_templates()) {
    const fs::path path = folder / filling.name(file.name);
    write_atomically(path, filling.text(file.text));
    fmt::print("{}\n", path.string());
  }
  if (!package_folder()) {
    fmt::print(stderr,
               "multistate's CMake package does not lie beside this program: name its folder with "
               "-Dmultistate_DIR=...\n");
  }
  if (!fs::is_directory(data_folder())) {
    fmt::print(
        stderr,
        "sweep.yaml: found no data folder with a model; set model.path and experiment.data\n");
  }
  fmt::print(stderr,
             "next:\n    cd {0}\n    cmake -S . -B build && cmake --build build\n"
             "    {1} run sweep.yaml\n    {1} aggregate results\n",
             folder.string(), this_program().string());
  return 0;
}

int write_in_tree(const NewPolicyArguments& arguments) {
  if (arguments.folder) {
    throw InputError(
        fmt::format("DIR: {} is given, but --in-tree writes policies/{}.cpp of the current folder",
                    in_quotes(*arguments.folder), arguments.name));
  }
  if (!fs::exists("src/multistate/policy/policy.h") || !fs::is_directory("policies")) {
    throw InputError(fmt::format("--in-tree: {} is not the top folder of multistate's sources",
                                 fs::current_path().string()));
  }
  const Filling filling(arguments.name);
  for (const Template& file : new_policy_templates()) {
    if (file.name == "my_policy.cpp") {
      const fs::path path = fs::path("policies") / filling.name(file.name);
      refuse_to_overwrite(path);
      write_atomically(path, filling.text(file.text));
      fmt::print("{}\n", path.string());
    }
  }
  fmt::print(stderr, "next: build again; then 'multistate policies {}'\n", arguments.name);
  return 0;
}

int new_policy(const NewPolicyArguments& arguments) {
  check_name(arguments.name);
  return arguments.in_tree ? write_in_tree(arguments) : write_project(arguments);
}

}  // namespace

void add_new_policy_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<NewPolicyArguments>();
  CLI::App* command =
      app.add_subcommand("new-policy", "Create a policy project from a working template");
  command->add_option("name", arguments->name, "Name of the policy: recent_attention")->required();
  command->add_option("dir", arguments->folder, "Folder to create (default: the name)");
  command->add_flag("--in-tree", arguments->in_tree,
                    "Write policies/NAME.cpp of multistate's own sources instead");
  command->callback(
      [&action, arguments] { action = [arguments] { return new_policy(*arguments); }; });
}

}  // namespace multistate
