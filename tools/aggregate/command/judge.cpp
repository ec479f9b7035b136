#include "aggregate/judge/judge.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "multistate/aggregate/collect.h"
#include "multistate/base/json_layout.h"
#include "multistate/base/log.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/results/atomic_file.h"

#include "aggregate/command/commands.h"
#include "aggregate/command/parse.h"
#include "aggregate/statistics/shares.h"
#include "aggregate/tables/request.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const char* const kPairsFooter =
    "A line of the file is {\"id\", \"prompt\", \"a\", \"b\"}: two texts for one prompt. The judge "
    "answers each\n"
    "with a line {\"id\": ..., \"verdict\": \"A\" | \"B\" | \"tie\"}; import-verdicts reads these. "
    "The key says whose\n"
    "texts they are: keep it from the judge.\n"
    "Exit codes: 0 ok, 1 some files were skipped, 2 usage or input, 3 internal.";

struct PairsArguments {
  std::vector<fs::path> folders;
  std::vector<std::string> filters;
  std::string against = "full";
  fs::path output;
  fs::path key;
  int64_t seed = 0;
};

bool parse(int argc, const char* const* argv, PairsArguments& arguments) {
  CLI::App app("Write pairs of generated texts for a judge: blinded, in both orders.",
               "multistate export-pairs");
  app.footer(kPairsFooter);
  app.add_option("folder", arguments.folders, "Folders with results of the experiment generation")
      ->required();
  app.add_option("--against", arguments.against,
                 "Label of the cell that all others are paired with")
      ->capture_default_str();
  app.add_option("--filter", arguments.filters,
                 "KEY=VALUE[,VALUE...]: only cells with one of the values are judged; repeatable")
      ->allow_extra_args(false);
  app.add_option("--seed", arguments.seed, "Seed for the order of the pairs")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("-o,--output", arguments.output, "File to write the pairs to, as JSON lines")
      ->required();
  app.add_option("--key", arguments.key,
                 "File to write the key to (beside the output, with .key.json for its ending)");
  return parse_command_line(app, argc, argv);
}

/// A file that a judge may be at work with is never replaced.
void refuse_to_replace(const fs::path& path, const char* option) {
  if (fs::exists(fs::symlink_status(path))) {
    throw InputError(
        fmt::format("{} {}: file exists; choose another name or delete it", option, path.string()));
  }
}

void print_pairs(const Key& key) {
  std::vector<std::vector<std::string>> rows = {
      {"cell", "against", "samples", "identical", "pairs"}};
  const auto name = [](const KeyCell& cell) {
    return cell.state_size.is_null() ? cell.label
                                     : fmt::format("{} k={}", cell.label, cell.state_size.dump());
  };
  for (const KeyComparison& one : key.comparisons) {
    rows.push_back({name(one.cell), name(one.against), fmt::format("{}", one.samples),
                    fmt::format("{}", one.identical),
                    fmt::format("{}", one.samples - one.identical)});
  }
  fmt::print("{}", format_table(rows));
}

const char* const kVerdictsFooter =
    "A verdict is a line {\"id\": ..., \"verdict\": \"A\" | \"B\" | \"tie\"}. A pair is won when "
    "both orders say so,\n"
    "lost likewise, and else a tie; identical texts are not among the pairs. p: sign test of wins "
    "against losses.\n"
    "Exit codes: 0 ok, 2 usage or input, 3 internal.";

/// {"count", "share", "interval"} of so many out of all pairs; null where there are none.
json outcome(int64_t count, int64_t pairs) {
  const auto interval = wilson_interval(static_cast<double>(count), static_cast<double>(pairs));
  return {{"count", count},
          {"share",
           pairs == 0 ? json() : json(static_cast<double>(count) / static_cast<double>(pairs))},
          {"interval", interval ? json{interval->low, interval->high} : json()}};
}

json report_of(const Key& key, const std::vector<JudgeVerdict>& verdicts) {
  const auto tallies = tally(key, verdicts);
  json comparisons = json::array();
  for (size_t i = 0; i < tallies.size(); ++i) {
    const Tally& one = tallies[i];
    const KeyComparison& compared = key.comparisons[i];
    comparisons.push_back({{"cell", compared.cell},
                           {"against", compared.against},
                           {"samples", compared.samples},
                           {"identical", compared.identical},
                           {"pairs", one.pairs()},
                           {"win", outcome(one.wins, one.pairs())},
                           {"tie", outcome(one.ties, one.pairs())},
                           {"loss", outcome(one.losses, one.pairs())},
                           {"sign_test_p", sign_test_p(one.wins, one.losses)},
                           {"orders_agree", outcome(one.agreed, one.pairs())["share"]}});
  }
  const auto count = [&](JudgeVerdict verdict) {
    return std::count(verdicts.begin(), verdicts.end(), verdict);
  };
  const auto first = count(JudgeVerdict::kA);
  return {{"schema", {{"name", "multistate.verdicts"}, {"version", 1}}},
          {"confidence", kConfidence},
          {"comparisons", comparisons},
          {"first_preferred", outcome(first, first + count(JudgeVerdict::kB))}};
}

std::string percent(const json& share) {
  return share.is_null() ? "-" : fmt::format("{:.0f} %", 100.0 * share.get<double>());
}

std::string percent_with_interval(const json& outcome) {
  const auto& interval = outcome.at("interval");
  return interval.is_null()
             ? "-"
             : fmt::format("{} ({:.0f} to {:.0f})", percent(outcome.at("share")),
                           100.0 * interval[0].get<double>(), 100.0 * interval[1].get<double>());
}

void print_verdicts(const json& report) {
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

int export_pairs(int argc, const char* const* argv) {
  PairsArguments arguments;
  if (!parse(argc, argv, arguments)) {
    return 0;
  }
  const fs::path key = arguments.key.empty()
                           ? fs::path(arguments.output).replace_extension(".key.json")
                           : arguments.key;
  refuse_to_replace(arguments.output, "--output");
  refuse_to_replace(key, "--key");
  const Collection collection = collect(arguments.folders, /*samples=*/false);
  std::vector<Filter> filters;
  for (const std::string& filter : arguments.filters) {
    filters.push_back(parse_filter(filter));
  }
  const auto cells = select_cells(collection, filters);
  const auto made =
      make_judge_pairs(collection, cells, arguments.against, static_cast<uint64_t>(arguments.seed));
  // The key first: pairs without one would be worth nothing.
  write_atomically(key, json_page(key_to_json(made.key)));
  write_atomically(arguments.output, made.lines);
  print_pairs(made.key);
  fmt::print("{}\n{} lines in {}, the key in {}\n", count_line(collection, cells),
             made.key.pairs.size(), arguments.output.string(), key.string());
  return warn_of_problems(collection);
}

int import_verdicts(int argc, const char* const* argv) {
  std::string key_file;
  std::string verdicts_file;
  bool as_json = false;
  CLI::App app("Summarise a judge's verdicts on the pairs of export-pairs.",
               "multistate import-verdicts");
  app.footer(kVerdictsFooter);
  app.add_option("key", key_file, "The key that export-pairs has written")->required();
  app.add_option("verdicts", verdicts_file, "The judge's verdicts, as JSON lines")->required();
  app.add_flag("--json", as_json, "As JSON, with all figures");
  if (!parse_command_line(app, argc, argv)) {
    return 0;
  }
  const Key key = key_from_json(parse_strict_json(read_file(key_file), key_file), key_file);
  const json report = report_of(key, read_verdicts(read_file(verdicts_file), key, verdicts_file));
  if (as_json) {
    fmt::print("{}", json_page(report));
  } else {
    print_verdicts(report);
  }
  return 0;
}

}  // namespace multistate::aggregate
