#include <memory>

#include <fmt/format.h>

#include "multistate/cli/catalogue.h"
#include "multistate/cli/command.h"
#include "multistate/experiment/registry.h"

namespace multistate {
namespace {

nlohmann::json to_json(const ExperimentEntry& entry) {
  return {{"name", entry.info.name},
          {"version", entry.info.version},
          {"summary", entry.info.summary},
          {"paper", entry.info.paper},
          {"options", options_json(entry.options())}};
}

void print_one(const ExperimentEntry& entry) {
  fmt::print("{} (version {})\n{}\n\npaper  {}\n\n{}", entry.info.name, entry.info.version,
             entry.info.summary, entry.info.paper, options_text(entry.options()));
}

void print_all() {
  std::vector<std::vector<std::string>> rows = {{"experiment", "what", "paper"}};
  for (const std::string& name : experiment_registry().names()) {
    const ExperimentEntry& entry = *experiment_registry().find(name);
    rows.push_back({name, entry.info.summary, entry.info.paper});
  }
  fmt::print("{}", entries_text(rows));
}

int show(const std::string& name, bool json) {
  const CatalogueView<ExperimentEntry> view = {&to_json, &print_one, &print_all};
  return show_catalogue(experiment_registry(), view, name, json);
}

}  // namespace

void add_experiments_command(CLI::App& app, Action& action) {
  auto name = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("experiments", "List experiments, or describe one");
  command->add_option("name", *name, "Experiment to describe");
  command->add_flag("--json", *json, "As JSON");
  command->callback(
      [&action, name, json] { action = [name, json] { return show(*name, *json); }; });
}

}  // namespace multistate
