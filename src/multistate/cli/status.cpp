#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/text.h"
#include "multistate/cli/command.h"
#include "multistate/results/sweep_reader.h"

namespace multistate {
namespace {

nlohmann::json to_json(const SweepStatus& status) {
  auto cells = nlohmann::json::array();
  for (const CellStatus& each : status.cells) {
    nlohmann::json cell = {{"id", each.cell.id},
                           {"folder", each.cell.folder},
                           {"parameters", each.cell.parameters},
                           {"state", to_string(each.state)}};
    if (each.state == CellState::kFailed) {
      cell["message"] = each.message;
    } else if (each.state == CellState::kPartial) {
      cell["samples"] = each.samples;
    }
    cells.push_back(cell);
  }
  auto problems = nlohmann::json::array();
  for (const Problem& problem : status.problems) {
    problems.push_back({{"path", problem.path.string()}, {"what", problem.what}});
  }
  return {{"name", status.manifest.name},
          {"cells", cells},
          {"counts",
           {{"planned", status.cells.size()},
            {"done", status.count(CellState::kDone)},
            {"failed", status.count(CellState::kFailed)},
            {"partial", status.count(CellState::kPartial)},
            {"missing", status.count(CellState::kMissing)}}},
          {"running", status.runner ? nlohmann::json(*status.runner) : nlohmann::json()},
          {"problems", problems},
          {"unplanned", status.unplanned}};
}

void print_text(const SweepStatus& status) {
  std::vector<std::vector<std::string>> rows = {{"cell", "state", ""}};
  for (const CellStatus& cell : status.cells) {
    const std::string note =
        cell.state == CellState::kPartial ? fmt::format("{} samples", cell.samples) : cell.message;
    rows.push_back(
        {cell.cell.folder.substr(cell.cell.folder.rfind('/') + 1), to_string(cell.state), note});
  }
  fmt::print("{}", format_table(rows));
  fmt::print("{} of {} planned cells done, {} failed, {} partial, {} missing\n",
             status.count(CellState::kDone), status.cells.size(), status.count(CellState::kFailed),
             status.count(CellState::kPartial), status.count(CellState::kMissing));
  if (status.runner) {
    fmt::print("running: {}\n", *status.runner);
  }
  for (const Problem& problem : status.problems) {
    fmt::print("problem: {}: {}\n", problem.path.string(), problem.what);
  }
  for (const std::string& folder : status.unplanned) {
    fmt::print("not part of this sweep: {}\n", folder);
  }
}

int show(const std::string& folder, bool json) {
  const SweepStatus status = read_sweep_status(folder);
  if (json) {
    fmt::print("{}\n", to_json(status).dump(2));
  } else {
    print_text(status);
  }
  return status.count(CellState::kFailed) > 0 ? 1 : 0;
}

}  // namespace

void add_status_command(CLI::App& app, Action& action) {
  auto folder = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("status", "How far a sweep is: done, failed, partial, missing");
  command->add_option("folder", *folder, "The sweep's output folder")->required();
  command->add_flag("--json", *json, "As JSON");
  command->callback(
      [&action, folder, json] { action = [folder, json] { return show(*folder, *json); }; });
}

}  // namespace multistate
