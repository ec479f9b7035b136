#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "multistate/base/error.h"
#include "multistate/cli/command.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

constexpr const char* kProgram = "multistate-aggregate";

/// Beside this program, or in bin/ there.
fs::path find_program() {
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& candidate : {folder / kProgram, folder / "bin" / kProgram}) {
    if (fs::exists(candidate, error)) {
      return candidate;
    }
  }
  throw InputError(fmt::format("there is no {} in {}; build or install it beside multistate",
                               kProgram, folder.string()));
}

/// Becomes the program; returns never.
int become_aggregate(std::vector<std::string> words) {
  const std::string program = find_program().string();
  words.insert(words.begin(), program);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  ::execv(program.c_str(), arguments.data());
  throw InputError(fmt::format("{}: cannot be run: {}", program, std::strerror(errno)));
}

/// A subcommand that the other program has; `words` begin its command line there. Everything that
/// follows, --help included, is for that program.
void add_passed_on_command(CLI::App& app, Action& action, const std::string& name,
                           const std::string& description, std::vector<std::string> words) {
  CLI::App* command = app.add_subcommand(name, description + " (multistate-aggregate)");
  command->set_help_flag();
  command->prefix_command();
  command->callback([&action, command, words] {
    action = [words, rest = command->remaining()]() mutable {
      words.insert(words.end(), rest.begin(), rest.end());
      return become_aggregate(std::move(words));
    };
  });
}

}  // namespace

void add_aggregate_command(CLI::App& app, Action& action) {
  add_passed_on_command(app, action, "aggregate",
                        "Build a report: page, tables, figures, significance tests", {});
  add_passed_on_command(app, action, "archive", "Copy a sweep, small enough for version control",
                        {"archive"});
}

void add_judge_commands(CLI::App& app, Action& action) {
  add_passed_on_command(app, action, "export-pairs", "Pairs of generated texts for a judge",
                        {"export-pairs"});
  add_passed_on_command(app, action, "import-verdicts", "Summarise a judge's verdicts",
                        {"import-verdicts"});
}

}  // namespace multistate
