#include <map>

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/generation_sweep.h"
#include "support/program.h"
#include "support/tiny_model.h"

namespace multistate::test::judge_test {

using nlohmann::json;

TEST_CASE("texts go to a judge and come back as wins, ties and losses") {
  const GenerationSweep texts;
  texts.run("max_tokens: 24, ignore_eos: true", GenerationSweep::tova_and_full());
  const auto pairs = (texts.folder() / "pairs.jsonl").string();
  const auto exported = run_program({"export-pairs", texts.output().string(), "-o", pairs});
  INFO(exported.err);
  REQUIRE(exported.exit_code == 0);
  CHECK_THAT(exported.out, ContainsSubstring("2 of 2 planned cells"));

  // A judge that likes the text with the larger first letters, and says why.
  std::map<std::string, std::string> full;
  for (const json& values : values_of(texts.samples("full"))) {
    full[values.at("prompt")] = values.at("text");
  }
  std::string verdicts;
  int64_t wins = 0;
  int64_t losses = 0;
  for (const json& pair : json_lines(pairs)) {
    const bool a = pair.at("a").get<std::string>() > pair.at("b").get<std::string>();
    const auto& liked = pair.at(a ? "a" : "b");
    verdicts +=
        json{{"id", pair.at("id")}, {"verdict", a ? "A" : "B"}, {"why", "larger"}}.dump() + "\n";
    ++(liked == full.at(pair.at("prompt")) ? losses : wins);
  }
  REQUIRE(wins + losses > 0);
  write_file(texts.folder() / "verdicts.jsonl", verdicts);
  const std::vector<std::string> words = {"import-verdicts",
                                          (texts.folder() / "pairs.key.json").string(),
                                          (texts.folder() / "verdicts.jsonl").string()};
  auto as_json = words;
  as_json.emplace_back("--json");
  const auto imported = run_program(as_json);
  INFO(imported.err);
  REQUIRE(imported.exit_code == 0);
  const auto report = json::parse(imported.out).at("comparisons").at(0);
  CHECK(report.at("cell").at("label") == "tova");
  CHECK(report.at("cell").at("state_size") == 8);
  CHECK(report.at("win").at("count") == wins / 2);  // In both orders.
  CHECK(report.at("loss").at("count") == losses / 2);
  CHECK(report.at("tie").at("count") == 0);
  CHECK(report.at("orders_agree") == 1.0);
  CHECK(report.at("samples") == 5);
  CHECK(report.at("identical").get<int64_t>() + (wins + losses) / 2 == 5);
  const auto table = run_program(words);
  CHECK_THAT(table.out, ContainsSubstring("orders agree"));

  // Nothing that a judge may be at work with is replaced.
  const auto twice = run_program({"export-pairs", texts.output().string(), "-o", pairs});
  CHECK(twice.exit_code == 2);
  CHECK_THAT(twice.err, ContainsSubstring("pairs.jsonl: file exists; choose another name"));
  const auto unread = run_program({"import-verdicts", pairs, pairs});
  CHECK(unread.exit_code == 2);
  const auto help = run_program({"export-pairs", "--help"});
  CHECK(help.exit_code == 0);
  CHECK_THAT(help.out, ContainsSubstring("multistate export-pairs"));
}

}  // namespace multistate::test::judge_test
