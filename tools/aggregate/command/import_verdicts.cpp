#include "aggregate/command/import_verdicts.h"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "multistate/base/mapped_file.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"

#include "aggregate/command/parse.h"
#include "aggregate/judge/verdicts.h"
#include "aggregate/statistics/sign_test.h"

namespace multistate::aggregate {
namespace {

struct Arguments {
  std::string key;
  std::string verdicts;
  bool json = false;
};

const char* const kFooter =
    "A verdict is a line {\"id\": ..., \"verdict\": \"A\" | \"B\" | \"tie\"}. A pair is won when "
    "both orders say so,\n"
    "lost likewise, and else a tie; identical texts are not among the pairs. p: sign test of wins "
    "against losses.\n"
    "Exit codes: 0 ok, 2 usage or input, 3 internal.";

bool parse(int argc, const char* const* argv, Arguments& arguments) {
  CLI::App app("What a judge's verdicts on the pairs of export-pairs come to.",
               "multistate import-verdicts");
  app.footer(kFooter);
  app.add_option("key", arguments.key, "The key that export-pairs has written")->required();
  app.add_option("verdicts", arguments.verdicts, "The judge's verdicts, as JSON lines")->required();
  app.add_flag("--json", arguments.json, "As JSON, with all figures");
  return parse_command_line(app, argc, argv);
}

nlohmann::json share_json(int64_t count, int64_t pairs) {
  if (pairs == 0) {
    return nullptr;
  }
  return static_cast<double>(count) / static_cast<double>(pairs);
}

nlohmann::json interval_json(int64_t count, int64_t pairs) {
  const auto interval = wilson_interval(count, pairs);
  return interval ? nlohmann::json{interval->low, interval->high} : nlohmann::json();
}

nlohmann::json outcome_json(int64_t count, int64_t pairs) {
  return {{"count", count},
          {"share", share_json(count, pairs)},
          {"interval", interval_json(count, pairs)}};
}

nlohmann::json cell_json(const KeyCell& cell) {
  return {{"id", cell.id}, {"label", cell.label}, {"state_size", cell.state_size}};
}

nlohmann::json report_of(const Key& key, const std::vector<Tally>& tallies, const Places& places) {
  auto comparisons = nlohmann::json::array();
  for (size_t i = 0; i < tallies.size(); ++i) {
    const Tally& one = tallies[i];
    comparisons.push_back({{"cell", cell_json(key.comparisons[i].cell)},
                           {"against", cell_json(key.comparisons[i].against)},
                           {"samples", key.comparisons[i].samples},
                           {"identical", key.comparisons[i].identical},
                           {"pairs", one.pairs()},
                           {"win", outcome_json(one.wins, one.pairs())},
                           {"tie", outcome_json(one.ties, one.pairs())},
                           {"loss", outcome_json(one.losses, one.pairs())},
                           {"sign_test_p", sign_test_p(one.wins, one.losses)},
                           {"orders_agree", share_json(one.agreed, one.pairs())}});
  }
  return {{"schema", {{"name", "multistate.verdicts"}, {"version", 1}}},
          {"confidence", kConfidence},
          {"comparisons", comparisons},
          {"first_preferred", outcome_json(places.first, places.first + places.second)}};
}

std::string percent(const nlohmann::json& share) {
  return share.is_null() ? "-" : fmt::format("{:.0f} %", 100.0 * share.get<double>());
}

std::string percent_with_interval(const nlohmann::json& outcome) {
  const auto& interval = outcome.at("interval");
  return interval.is_null()
             ? "-"
             : fmt::format("{} ({:.0f} to {:.0f})", percent(outcome.at("share")),
                           100.0 * interval[0].get<double>(), 100.0 * interval[1].get<double>());
}

void print_table(const nlohmann::json& report) {
  std::vector<std::vector<std::string>> rows = {
      {"cell", "k", "against", "identical", "pairs", "win", "tie", "loss", "p", "orders agree"}};
  for (const auto& one : report.at("comparisons")) {
    const auto& size = one.at("cell").at("state_size");
    rows.push_back({one.at("cell").at("label"), size.is_null() ? "-" : size.dump(),
                    one.at("against").at("label"), one.at("identical").dump(),
                    one.at("pairs").dump(), percent_with_interval(one.at("win")),
                    percent(one.at("tie").at("share")), percent_with_interval(one.at("loss")),
                    fmt::format("{:.4f}", one.at("sign_test_p").get<double>()),
                    percent(one.at("orders_agree"))});
  }
  fmt::print("{}", format_table(rows));
  fmt::print("the text shown first was preferred: {}\n",
             percent_with_interval(report.at("first_preferred")));
}

}  // namespace

int import_verdicts(int argc, const char* const* argv) {
  Arguments arguments;
  if (!parse(argc, argv, arguments)) {
    return 0;
  }
  const Key key =
      key_from_json(parse_strict_json(read_file(arguments.key), arguments.key), arguments.key);
  const auto verdicts = read_verdicts(read_file(arguments.verdicts), key, arguments.verdicts);
  const auto report = report_of(key, tally(key, verdicts), places_of(verdicts));
  if (arguments.json) {
    fmt::print("{}\n", report.dump(2));
  } else {
    print_table(report);
  }
  return 0;
}

}  // namespace multistate::aggregate
