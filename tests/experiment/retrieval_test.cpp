#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"
#include "multistate/experiment/retrieval_metrics.h"

#include "support/program.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"
#include "support/torch.h"

namespace multistate::test::retrieval_test {
namespace {

using nlohmann::json;

/// A sweep of retrieval with a tiny model; its options are YAML.
class RetrievalSweep {
 public:
  ProgramResult run(const std::string& experiment, std::vector<std::string> more = {}) const {
    const auto path = sweep_.folder() / "retrieval.yaml";
    const std::string folder = sweep_.folder().string();
    write_file(path, "name: tiny\noutput: " + folder + "/out\nmodel: {path: " + folder +
                         "/model.gguf}\nexperiment: {name: retrieval, " + experiment +
                         "}\npolicy: {name: tova}\nstate_size: 40\n");
    std::vector<std::string> arguments = {"run", path.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
  }

  /// The message of a sweep that is refused.
  std::string refused(const std::string& experiment) const {
    const auto run = this->run(experiment);
    return std::to_string(run.exit_code) + " " + run.err;
  }

  json result(const std::string& policy) const {
    for (const auto& entry : std::filesystem::directory_iterator(sweep_.output() / "cells")) {
      auto found = json::parse(read_file(entry.path() / "result.json"));
      if (found.at("config").at("policy").at("name") == policy) {
        return found;
      }
    }
    throw std::runtime_error("no cell of " + policy);
  }

  std::vector<json> samples(const std::string& policy) const {
    std::vector<json> all;
    for (const auto& entry : std::filesystem::directory_iterator(sweep_.output() / "cells")) {
      if (entry.path().filename().string().starts_with(policy + "-")) {
        std::istringstream lines(read_file(entry.path() / "samples.jsonl"));
        for (std::string line; std::getline(lines, line);) {
          all.push_back(json::parse(line));
        }
      }
    }
    return all;
  }

  const std::filesystem::path& folder() const { return sweep_.folder(); }

 private:
  TinySweep sweep_;
};

SampleRecord record(const GridPlace& place, const std::vector<AnsweredQuestion>& questions) {
  SampleRecord one;
  one.values = retrieval_values(place, questions);
  return one;
}

}  // namespace

TEST_CASE("accuracy counts questions, answers found count answers, by length and depth") {
  const std::vector<SampleRecord> records = {
      record({100, 0.0, "a"}, {{" 1.", {"1"}}, {"no idea", {"2"}}}),
      record({100, 1.0, "b"}, {{"3 and 4, that is all", {"3", "4"}}, {"6", {"5", "6"}}}),
      record({200, 0.0, "c"}, {{"8, 7", {"7", "8"}}, {"9", {"9"}}})};
  CHECK(records[0].values.at("correct") == 1);
  CHECK(records[1].values.at("any_correct") == 2);
  CHECK(records[1].values.at("exact") == 0);
  CHECK(records[2].values.at("exact") == 2);
  CHECK(records[2].values.at("outputs")[0] == "8, 7");

  const Summary summary = summarize_retrieval(records);
  // Questions with all of their answers: 1 of 2, 1 of 2 and 2 of 2.
  CHECK(summary.metrics.at("accuracy").value == approx(4.0 / 6.0));
  // With the same number of questions the error is that of a mean: of 0.5, 0.5 and 1 the variance
  // is 1/12.
  CHECK(*summary.metrics.at("accuracy").standard_error == approx(std::sqrt(1.0 / 12.0 / 3.0)));
  CHECK(summary.metrics.at("accuracy").higher_is_better);
  CHECK(summary.metrics.at("answers_found").value == approx((1.0 + 3.0 + 3.0) / (2 + 4 + 3)));
  CHECK(summary.metrics.at("any_found").value == approx(5.0 / 6.0));
  CHECK(summary.metrics.at("exact_match").value == approx(3.0 / 6.0));

  const auto& by_length = summary.series.at("accuracy_by_length");
  REQUIRE(by_length.size() == 2);
  CHECK(by_length[0].at("first_place") == 100);
  CHECK(by_length[0].at("value") == 0.5);
  CHECK(by_length[1].at("value") == 1.0);
  const auto& by_depth = summary.series.at("accuracy_by_depth");
  REQUIRE(by_depth.size() == 2);
  CHECK(by_depth[0].at("value") == 0.75);
  CHECK(by_depth[1].at("first_place") == 100);
  CHECK(by_depth[1].at("value") == 0.5);
  const auto& map = summary.maps.at("accuracy");
  CHECK(map.at("x").at("ticks") == json({100, 200}));
  CHECK(map.at("y").at("ticks") == json({0.0, 1.0}));
  CHECK(map.at("values") == json({{0.5, 1.0}, {0.5, nullptr}}));
}

TEST_CASE("the depths of a haystack are one observation of the standard error") {
  std::vector<SampleRecord> records;
  const auto add = [&](const std::string& haystack, double depth, bool found) {
    records.push_back(
        record({100, depth, haystack}, {{found ? std::string("1") : std::string("2"), {"1"}}}));
  };
  for (const double depth : {0.0, 0.5, 1.0}) {
    add("a", depth, true);
    add("b", depth, depth == 0.0);
    add("c", depth, false);
  }
  const Summary summary = summarize_retrieval(records);
  const Metric& accuracy = summary.metrics.at("accuracy");
  // Of 3, 1 and 0 right of 3 each: R = 4 / 9; d = 5/3, -1/3, -4/3; sum 42/9; sqrt(42/54) / 3.
  CHECK(accuracy.value == approx(4.0 / 9.0));
  CHECK(*accuracy.standard_error == approx(std::sqrt(42.0 / 54.0) / 3.0));
  CHECK(accuracy.n == 9);
  CHECK(accuracy.clusters == 3);
  // At one depth every haystack has one sample: of 1, 1 and 0 the variance is 1/3.
  const auto& by_depth = summary.series.at("accuracy_by_depth");
  CHECK(by_depth[0].at("stderr").get<double>() == approx(1.0 / 3.0));
  CHECK(by_depth[0].at("clusters") == 3);
}

TEST_CASE("a task without depth has no series over it, and no map") {
  const std::vector<SampleRecord> records = {record({100, {}, "100-0"}, {{"1", {"1"}}})};
  const Summary summary = summarize_retrieval(records);
  CHECK(summary.series.contains("accuracy_by_length"));
  CHECK(!summary.series.contains("accuracy_by_depth"));
  CHECK(summary.maps.empty());
}

TEST_CASE("a grid of lengths and depths is run under every policy, its beginnings shared") {
  const RetrievalSweep sweep;
  const auto run = sweep.run("lengths: [420, 500], depths: [0, 0.5, 1], trials: 2",
                             {"policy.name=tova,window,full", "state_size=40,100"});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const json tova = sweep.result("tova");
  CHECK(tova.at("counts").at("samples") == 2 * 2 * 3);
  CHECK(tova.at("metrics").at("accuracy").at("n") == 12);
  // One set a layer of two; all rows of the full state are there.
  for (const json& sample : sweep.samples("tova")) {
    const json& values = sample.at("values");
    CHECK(values.at("evidence_sets") == 2);
    CHECK(values.at("evidence_rows") == 2 * values.at("evidence_tokens").get<int64_t>());
  }
  CHECK(sweep.result("full").at("metrics").at("evidence_lost").at("value") == 0.0);
  CHECK(sweep.result("full").at("metrics").at("evidence_sets_all").at("value") == 1.0);
  CHECK(sweep.result("window").at("metrics").at("evidence_lost").at("value") > 0.3);
  CHECK(!sweep.result("window").at("metrics").at("evidence_lost").at("higher_is_better"));
  // Two lengths of two trials.
  CHECK(tova.at("metrics").at("accuracy").at("clusters") == 4);
  CHECK(tova.at("resampling") == json({{"unit", "haystack"}, {"key", "haystack"}}));
  CHECK(tova.at("maps").at("accuracy").at("values").size() == 3);
  CHECK(tova.at("data").at("answer_tokens") == 18);
  CHECK(tova.at("config").at("experiment").at("lengths") == json({420, 500}));
  const auto full = sweep.samples("full");
  REQUIRE(full.size() == 12);
  std::map<std::string, std::set<double>> depths;
  int64_t computed = 0;
  for (const json& sample : full) {
    const json& values = sample.at("values");
    CHECK(sample.at("tokens") <= values.at("length"));
    CHECK(values.at("outputs").size() == 1);
    CHECK(depths[values.at("haystack")].insert(values.at("depth").get<double>()).second);
    CHECK(values.at("expected")[0][0].get<std::string>().size() == 5);
    // All rows of the prompt and of the answer but its last token.
    CHECK(sample.at("state").at("peak_rows") == sample.at("tokens"));
    computed += sample.at("tokens").get<int64_t>() - sample.at("computed_tokens").get<int64_t>();
  }
  CHECK(depths.size() == 4);
  for (const auto& [haystack, its_depths] : depths) {
    CHECK(its_depths == std::set<double>{0.0, 0.5, 1.0});
  }
  // Of the cells tova and window at 100 rows and full, one has run the beginning of each sample.
  CHECK(computed <= 12 * 99);
  CHECK(sweep.result("window").at("counts").at("tokens") > 12 * 380);
}

TEST_CASE("several questions after one context are samples of one line") {
  const RetrievalSweep sweep;
  const auto run =
      sweep.run("task: associative_recall, lengths: [300], depths: [0.5], trials: 2, questions: 3");
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const auto samples = sweep.samples("tova");
  REQUIRE(samples.size() == 2);
  CHECK(samples[0].at("values").at("questions") == 3);
  CHECK(samples[0].at("values").at("outputs").size() == 3);
  CHECK(samples[0].at("values").at("answers") == 3);
}

TEST_CASE("a question that is seen stands before the context, and a cut waits for it") {
  const auto rows_before_the_cut = [](const std::string& question) {
    const RetrievalSweep sweep;
    const auto run =
        sweep.run("lengths: [700], depths: [0.5], trials: 1, task: needle, question: " + question,
                  {"policy.prompt=one_shot"});
    INFO(run.err);
    REQUIRE(run.exit_code == 0);
    return sweep.samples("tova").at(0).at("state").at("peak_rows").get<int64_t>();
  };
  // 18 of the tokens are for the answer; the prompt's last row comes with the cut. The question has
  // more than 60 bytes, of which few are one token together.
  CHECK(rows_before_the_cut("seen") == 700 - 18 - 1);
  CHECK(rows_before_the_cut("unseen") < 700 - 18 - 1 - 50);
}

TEST_CASE("the user's texts are a haystack") {
  const RetrievalSweep sweep;
  write_file(sweep.folder() / "book.txt", [] {
    std::string text = "It was so.";
    for (int i = 0; i < 60; ++i) {
      text += " Sentence number " + std::to_string(i) + " has nothing to say.";
    }
    return text;
  }());
  const std::string data = "haystack: text, data: " + (sweep.folder() / "book.txt").string();
  const auto run = sweep.run(data + ", lengths: [900], depths: [1], trials: 1");
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const json found = sweep.result("tova").at("data").at("documents");
  CHECK(found == json({{{"name", "book.txt"},
                        {"sentences", 61},
                        {"removed_bom", false},
                        {"crlf_line_ends", 0}}}));

  const auto short_text = sweep.refused(data + ", lengths: [9000], trials: 1");
  CHECK(short_text.starts_with("2 "));
  CHECK_THAT(short_text,
             ContainsSubstring("experiment.lengths: book.txt: has 61 sentences, too few for a "
                               "haystack of this length"));
}

TEST_CASE("options that contradict the task or each other are refused with their place") {
  const RetrievalSweep sweep;
  const auto check = [&](const char* options, const char* message) {
    INFO(options);
    const std::string found = sweep.refused(options);
    CHECK(found.starts_with("2 "));
    CHECK_THAT(found, ContainsSubstring(message));
  };
  check("task: passkeys",
        "experiment.task: expected passkey, needle, lookup, variables, common_words, "
        "frequent_words or associative_recall, found 'passkeys'; did you mean 'passkey'?");
  check("lengths: []", "experiment.lengths: the list is empty");
  check("lengths: [500, 500]", "experiment.lengths: a value is given twice");
  check("lengths: [500, many]", "experiment.lengths: expected an integer from 1 to");
  check("depths: [0, 1.5]", "experiment.depths: expected a number from 0 to 1, found '1.5'");
  check("depths: [0.5, 0.5]", "experiment.depths: a value is given twice");
  check("task: common_words, depths: [0.5]",
        "experiment.depths: the answers of the task common_words stand everywhere; leave it empty");
  check("keys: 4", "experiment.keys: is 4; the task passkey knows 1 only");
  check("task: lookup, hops: 2", "experiment.hops: is 2; the task lookup knows 4 only");
  check("task: variables, questions: 2",
        "experiment.questions: is 2; the task variables knows 1 only");
  check("task: needle, queries: 3, keys: 2, values: 2",
        "experiment.keys: 2 are too few for 1 questions about 3 each");
  check("haystack: text", "experiment.data: is missing; a text file");
  check("haystack: text, data: /nowhere", "experiment.data: '/nowhere' does not exist");
  check("data: /nowhere", "experiment.data: goes with haystack: text only");
  check("task: lookup, haystack: needles",
        "experiment.haystack: the task lookup has none to choose");
  check("haystack: needles", "experiment.haystack: the task passkey has no other needles");
  check("template: chat, add_bos: true",
        "experiment.add_bos: the chat format decides on the BOS token");
  check("template: chat", "experiment.template: chat: the model's tokenizer has no chat template");
  check("statement: The key.", "experiment.statement: 'The key.' does not hold {value}");
  check("ask: \"What is {it}?\"", "experiment.ask: {it} stands for nothing here; known: none");
  check("lengths: [50]", "experiment.lengths: 50 tokens are too few: instruction, statements");
}

}  // namespace multistate::test::retrieval_test
