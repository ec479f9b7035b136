#include <memory>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include "multistate/base/terminal.h"
#include "multistate/base/text.h"
#include "multistate/base/wrap.h"
#include "multistate/cli/catalogue.h"
#include "multistate/cli/command.h"
#include "multistate/cli/plugin_option.h"
#include "multistate/cli/policies_markdown.h"
#include "multistate/policy/plugin.h"
#include "multistate/policy/registry.h"

namespace multistate {
namespace {

nlohmann::json to_json(const PolicyEntry& entry) {
  const PolicyInfo& info = entry.info;
  nlohmann::json json = {{"name", info.name},
                         {"version", info.version},
                         {"summary", info.summary},
                         {"paper", info.paper},
                         {"deviations", info.deviations},
                         {"role", name_of(info.role)},
                         {"bounded", info.bounded},
                         {"selects", entry.selects()},
                         {"scope", scope_of(entry)},
                         {"reads", reads_of(entry)},
                         {"options", options_json(entry.options())},
                         {"plugin", nullptr}};
  if (entry.plugin != nullptr) {
    json["plugin"] = to_json(*entry.plugin);
  }
  return json;
}

void print_one(const PolicyEntry& entry) {
  const PolicyInfo& info = entry.info;
  const auto line = [](std::string_view label, std::string_view text, int64_t indent = 12) {
    fmt::print("{}", wrap(label, text, indent, terminal_width(STDOUT_FILENO)));
  };
  fmt::print("{} (version {})\n", info.name, info.version);
  line("", info.summary, 0);
  fmt::print("\n");
  line("paper", info.paper);
  line("deviations", info.deviations.empty() ? "none" : info.deviations);
  line("role", name_of(info.role));
  line("scope", info.bounded      ? scope_of(entry) + " unless set"
                : entry.selects() ? "keeps every row, reads some"
                                  : "keeps every row");
  if (entry.plugin != nullptr) {
    fmt::print("plug-in     {} (SHA-256 {})\n", entry.plugin->path.string(), entry.plugin->sha256);
  }
  line("reads", join(reads_of(entry)));
  fmt::print("\n{}", options_text(entry.options()));
}

void print_policies() {
  std::vector<std::vector<std::string>> rows = {{"policy", "role", "scope", "what", "paper"}};
  std::string files;
  for (const std::string& name : policy_registry().names()) {
    const PolicyEntry& entry = *policy_registry().find(name);
    rows.push_back({name, std::string(name_of(entry.info.role)), scope_of(entry),
                    entry.info.summary, entry.info.paper});
    if (entry.plugin != nullptr) {
      files += fmt::format("{} comes from {}\n", name, entry.plugin->path.string());
    }
  }
  fmt::print("{}{}{}", entries_text(rows), files.empty() ? "" : "\n", files);
}

struct PoliciesArguments {
  std::string name;
  std::vector<std::string> plugins;
  bool json = false;
  bool markdown = false;
  std::optional<std::string> results;
};

int show(const PoliciesArguments& arguments) {
  load_plugins(arguments.plugins);
  if (arguments.markdown) {
    std::optional<MeasuredPolicies> measured;
    if (arguments.results) {
      measured = read_measured_policies(*arguments.results);
    }
    fmt::print("{}", policies_markdown(measured));
    return 0;
  }
  const CatalogueView<PolicyEntry> view = {&to_json, &print_one, &print_policies};
  return show_catalogue(policy_registry(), view, arguments.name, arguments.json);
}

}  // namespace

void add_policies_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<PoliciesArguments>();
  CLI::App* command = app.add_subcommand("policies", "List compression policies, or describe one");
  CLI::Option* name = command->add_option("name", arguments->name, "Policy to describe");
  CLI::Option* json = command->add_flag("--json", arguments->json, "As JSON");
  CLI::Option* markdown =
      command->add_flag("--markdown", arguments->markdown, "The whole catalogue, in Markdown");
  markdown->excludes(name)->excludes(json);
  command
      ->add_option("--results", arguments->results,
                   "Folder of a language-modelling sweep, for columns with measurements")
      ->needs(markdown);
  add_plugin_option(*command, arguments->plugins);
  command->callback([&action, arguments] { action = [arguments] { return show(*arguments); }; });
}

}  // namespace multistate
