// multiple_choice on files of tasks, with a tiny model.

#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "multistate/engine/evaluator.h"

#include "experiment/tiny_tasks.h"
#include "support/input_error.h"

namespace multistate::test::choices_test {

TEST_CASE("a choice is as likely as its tokens are after the prompt, question seen or not") {
  const Tiny tiny;
  for (const char* question : {"seen", "unseen"}) {
    const auto workload =
        prepare(tiny, "multiple_choice",
                options_for("plain/choices.jsonl", fmt::format(", question: {}", question)));
    const auto record = tiny.run(*workload, 1, keep_all_setup());
    CHECK(record.values.at("id") == "boiler");
    CHECK(record.values.at("right") == 1);
    // The same tokens as one text, its losses from the first of the choice on.
    const auto prompt = tiny.tokenizer->encode(
        "Chair: First the heating.\nOla: The boiler is from 1987, and parts cost more than a new "
        "one.\nChair: So we buy a new one in spring.\nOla: Then the windows can wait.");
    std::vector<double> expected;
    for (const char* choice : {" 1978", " 1987"}) {
      auto ids = prompt;
      for (const char* part : {"\n\nQuestion: From which year is the boiler?\nAnswer:", choice}) {
        const auto more = tiny.tokenizer->encode(part);
        ids.insert(ids.end(), more.begin(), more.end());
      }
      const auto losses = Evaluator(*tiny.model, keep_all_setup()).evaluate(ids, {}).losses;
      const auto choice_tokens = tokens_of(tiny, choice);
      expected.push_back(std::accumulate(losses.end() - choice_tokens, losses.end(), 0.0));
    }
    const auto& found = record.values.at("choice_nll");
    REQUIRE(found.size() == 2);
    for (size_t i = 0; i < 2; ++i) {
      CHECK(found[i].get<double>() == approx(expected[i]).epsilon(1e-4));
    }
    CHECK(record.values.at("choice") == (expected[1] < expected[0] ? 1 : 0));
    CHECK(record.values.at("accuracy") == (expected[1] < expected[0] ? 1 : 0));
    CHECK(record.values.at("scored_tokens") == tokens_of(tiny, " 1987"));
  }
}

TEST_CASE("blanks at the end of a prompt go with the choices") {
  const Tiny tiny;
  const auto choices_after = [&](const std::string& end, const std::string& question) {
    const auto workload =
        prepare(tiny, "multiple_choice",
                options_for("plain/choices.jsonl",
                            fmt::format(", question: {}, prompt: \"{{context}}\\n{{question}}{}\"",
                                        question, end)));
    return tiny.run(*workload, 1, keep_all_setup()).values;
  };
  for (const char* question : {"seen", "unseen"}) {
    const auto expected = choices_after(" Answer:", question);
    const auto blank = choices_after(" Answer: ", question);
    CHECK(blank.at("choice_nll") == expected.at("choice_nll"));
    CHECK(blank.at("accuracy") == expected.at("accuracy"));
    CHECK(choices_after(" Answer:  ", question).at("scored_tokens") == tokens_of(tiny, "  1987"));
    CHECK(choices_after(" Answer:\\n", question).at("scored_tokens") == tokens_of(tiny, "1987"));
  }
}

TEST_CASE("a choice that begins with a blank is not given a second one") {
  const Tiny tiny;
  const TemporaryFolder folder;
  const auto choice_nll = [&](const std::vector<std::string>& choices) {
    const nlohmann::json row = {
        {"context", "Some words."}, {"question", "Which?"}, {"choices", choices}, {"answer", 0}};
    write_file(folder / "rows.jsonl", row.dump() + "\n");
    const auto workload = prepare(tiny, "multiple_choice",
                                  fmt::format("{{data: '{}'}}", (folder / "rows.jsonl").string()));
    return tiny.run(*workload, 0, keep_all_setup()).values.at("choice_nll");
  };
  CHECK(choice_nll({" one", "two"}) == choice_nll({"one", " two"}));
}

TEST_CASE("a long choice is not held against it when its length is taken out") {
  const Tiny tiny;
  const TemporaryFolder folder;
  const nlohmann::json row = {{"context", "Some words to begin with."},
                              {"question", "Which?"},
                              {"choices", {"x", "many words that go on and on for a long while"}},
                              {"answer", 0}};
  write_file(folder / "rows.jsonl", row.dump() + "\n");
  const auto workload = prepare(tiny, "multiple_choice",
                                fmt::format("{{data: '{}'}}", (folder / "rows.jsonl").string()));
  const auto record = tiny.run(*workload, 0, keep_all_setup());
  const auto& losses = record.values.at("choice_nll");
  // One character against 45: in sum the short one wins, by character what is likelier.
  CHECK(record.values.at("choice") == 0);
  CHECK(record.values.at("accuracy") == 1);
  const bool short_wins = losses[0].get<double>() < losses[1].get<double>() / 45.0;
  CHECK(record.values.at("choice_norm") == (short_wins ? 0 : 1));
}

}  // namespace multistate::test::choices_test
