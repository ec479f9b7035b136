#include <memory>

#include <fmt/format.h>

#include "multistate/base/text.h"
#include "multistate/cli/catalogue.h"
#include "multistate/cli/command.h"
#include "multistate/cli/plugin_option.h"
#include "multistate/policy/plugin.h"
#include "multistate/policy/registry.h"

namespace multistate {
namespace {

std::vector<std::string> reads(const Needs& needs) {
  std::vector<std::string> words = {"positions"};
  const auto add = [&words](bool declared, const char* word) {
    if (declared) {
      words.emplace_back(word);
    }
  };
  add(needs.attention, "attention");
  add(needs.query, "query");
  add(needs.keys, "keys");
  add(needs.values, "values");
  add(needs.random, "random numbers");
  if (needs.memory > 0) {
    words.push_back(fmt::format("{} floats of memory a row", needs.memory));
  }
  return words;
}

std::string scope_of(const PolicyEntry& entry) {
  if (!entry.info.bounded) {
    return "-";
  }
  return entry.info.defaults.scope == Scope::kLayer ? "layer" : "kv_head";
}

nlohmann::json to_json(const PolicyEntry& entry) {
  const PolicyInfo& info = entry.info;
  nlohmann::json json = {{"name", info.name},
                         {"version", info.version},
                         {"summary", info.summary},
                         {"paper", info.paper},
                         {"deviations", info.deviations},
                         {"bounded", info.bounded},
                         {"scope", scope_of(entry)},
                         {"reads", reads(entry.needs())},
                         {"options", options_json(entry.options())},
                         {"plugin", nullptr}};
  if (entry.plugin != nullptr) {
    json["plugin"] = to_json(*entry.plugin);
  }
  return json;
}

void print_one(const PolicyEntry& entry) {
  const PolicyInfo& info = entry.info;
  fmt::print("{} (version {})\n{}\n\n", info.name, info.version, info.summary);
  fmt::print("paper       {}\n", info.paper);
  fmt::print("deviations  {}\n", info.deviations.empty() ? "none" : info.deviations);
  fmt::print("scope       {}\n",
             info.bounded ? scope_of(entry) + " unless set" : "keeps every row");
  if (entry.plugin != nullptr) {
    fmt::print("plug-in     {} (SHA-256 {})\n", entry.plugin->path.string(), entry.plugin->sha256);
  }
  fmt::print("reads       {}\n\n{}", join(reads(entry.needs())), options_table(entry.options()));
}

void print_all() {
  std::vector<std::vector<std::string>> rows = {{"policy", "scope", "what", "paper"}};
  std::string files;
  for (const std::string& name : policy_registry().names()) {
    const PolicyEntry& entry = *policy_registry().find(name);
    rows.push_back({name, scope_of(entry), entry.info.summary, entry.info.paper});
    if (entry.plugin != nullptr) {
      files += fmt::format("{} comes from {}\n", name, entry.plugin->path.string());
    }
  }
  fmt::print("{}{}{}", format_table(rows), files.empty() ? "" : "\n", files);
}

struct PoliciesArguments {
  std::string name;
  std::vector<std::string> plugins;
  bool json = false;
};

int show(const PoliciesArguments& arguments) {
  load_plugins(arguments.plugins);
  const CatalogueView<PolicyEntry> view = {&to_json, &print_one, &print_all};
  return show_catalogue(policy_registry(), view, arguments.name, arguments.json);
}

}  // namespace

void add_policies_command(CLI::App& app, Action& action) {
  auto arguments = std::make_shared<PoliciesArguments>();
  CLI::App* command = app.add_subcommand("policies", "List compression policies, or describe one");
  command->add_option("name", arguments->name, "Policy to describe");
  command->add_flag("--json", arguments->json, "As JSON");
  add_plugin_option(*command, arguments->plugins);
  command->callback([&action, arguments] { action = [arguments] { return show(*arguments); }; });
}

}  // namespace multistate
