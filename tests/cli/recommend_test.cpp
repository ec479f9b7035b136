#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"

#include "support/catch.h"
#include "support/program.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test::recommend_test {
namespace {

namespace fs = std::filesystem;

/// A tiny model and a text of 18 chunks of 64 tokens.
class TinyTask {
 public:
  std::vector<std::string> words(const std::vector<std::string>& more) const {
    std::vector<std::string> words = {
        "recommend", model(),  "--data",           (sweep_.folder() / "text.txt").string(),
        "-o",        output(), "--context-length", "64"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  std::string model() const { return (sweep_.folder() / "model.gguf").string(); }
  std::string output() const { return (sweep_.folder() / "out").string(); }
  const fs::path& folder() const { return sweep_.folder(); }

 private:
  TinySweep sweep_;
};

/// What follows `label` on its line.
std::string line_after(const std::string& text, const std::string& label) {
  const auto start = text.find(label);
  REQUIRE(start != std::string::npos);
  const auto begin = start + label.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("recommend answers, and its sweep file and command run") {
  const TinyTask task;
  const auto words =
      task.words({"--memory", "10KiB", "--policies", "window,streaming,tova,h2o,knorm"});
  const auto run = run_program(words);
  INFO(run.err);
  INFO(run.out);
  REQUIRE(run.exit_code == 0);
  CHECK_THAT(run.out, ContainsSubstring("with at most 10.0 KiB of cache"));
  CHECK_THAT(run.out, ContainsSubstring("5 contenders on 7 chunks; 4 finalists on 11 chunks that "
                                        "chose none of them"));
  CHECK_THAT(run.out, ContainsSubstring("full "));
  const std::string file = line_after(run.out, "multistate run ");
  CHECK(file == task.output() + "/finalists.yaml");
  const auto again = run_program({"run", file});
  CHECK(again.exit_code == 0);
  CHECK_THAT(again.err, ContainsSubstring("0 run, 5 already there"));
  // "multistate generate MODEL --policy P -k N ... --prompt 'TEXT'"
  CHECK_THAT(run.out, ContainsSubstring("multistate generate " + task.model() + " --policy "));
  const std::string options = line_after(run.out, "multistate generate ");
  const auto policy = options.find("--policy ") + 9;
  const auto size = options.find(" -k ") + 4;
  const auto generated =
      run_program({"generate", task.model(), "--policy", options.substr(policy, size - 4 - policy),
                   "-k", options.substr(size, options.find(' ', size) - size), "--raw", "--prompt",
                   "abc", "-n", "3"});
  CHECK(generated.exit_code == 0);

  auto for_programs = words;
  for_programs.push_back("--json");
  const auto as_json = run_program(for_programs);
  REQUIRE(as_json.exit_code == 0);
  const auto answer = nlohmann::json::parse(as_json.out);
  CHECK(answer.at("memory") == 10240);
  CHECK(answer.at("finalists").size() == 4);
  CHECK(answer.at("confirming_chunks") == 11);
  CHECK(answer.at("recommended").at("command") == "multistate generate " + options);
  for (const auto& finalist : answer.at("finalists")) {
    CHECK(finalist.at("peak_bytes") <= 10240);
    const auto& cost = finalist.at("nll_above_full");
    CHECK(cost.at("value").get<double>() ==
          approx(finalist.at("nll").get<double>() - answer.at("full").at("nll").get<double>())
              .margin(1e-9));
    CHECK(cost.at("low") < cost.at("high"));
    CHECK(finalist.at("decode_tokens_per_second") > 0.0);
  }
}

TEST_CASE("recommend says that no policy is within a limit, and which is closest") {
  const TinyTask task;
  const auto none =
      run_program(task.words({"--within", "0.0001%", "--policies", "window:{sinks: 1}"}));
  CHECK(none.exit_code == 0);
  CHECK_THAT(none.out, ContainsSubstring("No policy is recommended: "));
  CHECK_THAT(none.out, ContainsSubstring("Closest: window:{sinks: 1} with k = "));
  CHECK(none.out.find("To use it:") == std::string::npos);
}

TEST_CASE("recommend says why no policy can be compared, before it runs anything") {
  const TinyTask task;
  const auto too_small = run_program(task.words({"--memory", "1", "--policies", "tova"}));
  CHECK(too_small.exit_code == 2);
  CHECK_THAT(too_small.err, ContainsSubstring("not compared: tova: takes 272 B at the least\n"));
  CHECK_THAT(too_small.err, ContainsSubstring("no policy can be compared"));
  CHECK(!fs::exists(task.output()));
}

TEST_CASE("recommend refuses a calibration made from its text, before it runs anything") {
  const TinyTask task;
  const std::string calibration = (task.folder() / "seen.safetensors").string();
  REQUIRE(run_program({"calibrate", task.model(), "--data", (task.folder() / "text.txt").string(),
                       "--output", calibration, "--tokens", "150", "--context-length", "64"})
              .exit_code == 0);
  const auto dry =
      run_program(task.words({"--memory", "10KiB", "--policies",
                              "tova,qfilters:{calibration: " + calibration + "}", "--dry-run"}));
  CHECK(dry.exit_code == 2);
  CHECK_THAT(dry.err,
             ContainsSubstring("calibrate policy qfilters on a text that is not evaluated"));
}

}  // namespace multistate::test::recommend_test
