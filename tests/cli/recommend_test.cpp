#include <filesystem>

#include <fmt/format.h>

#include "multistate/base/mapped_file.h"

#include "support/catch.h"
#include "support/program.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test {
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
  // A second call runs nothing.
  const auto second = run_program(words);
  CHECK(second.exit_code == 0);
  CHECK(second.err.find("tok/s") == std::string::npos);
}

TEST_CASE("recommend finds the least memory within a limit, or says that there is none") {
  const TinyTask task;
  const auto found = run_program(task.words({"--within", "900%", "--policies", "window,tova"}));
  INFO(found.err);
  CHECK(found.exit_code == 0);
  CHECK_THAT(found.out, ContainsSubstring("within 900 % of the full cache's perplexity"));
  CHECK_THAT(found.out, ContainsSubstring("To use it:"));
  const auto none =
      run_program(task.words({"--within", "0.0001%", "--policies", "window:{sinks: 1}"}));
  CHECK(none.exit_code == 0);
  CHECK_THAT(none.out, ContainsSubstring("No policy is recommended: "));
  CHECK_THAT(none.out, ContainsSubstring("Closest: window:{sinks: 1} with k = "));
  CHECK(none.out.find("To use it:") == std::string::npos);
}

TEST_CASE("recommend says what it cannot do, before it runs anything") {
  const TinyTask task;
  const auto fails = [&](const std::vector<std::string>& more, const std::string& message) {
    const auto run = run_program(task.words(more));
    INFO(run.err);
    CHECK(run.exit_code == 2);
    CHECK_THAT(run.err, ContainsSubstring(message));
  };
  fails({"--within", "1"}, "--within: expected a percentage above 0");
  fails({"--within", "0%"}, "--within: expected a percentage above 0");
  fails({"--memory", "9KiB", "--within", "1%"}, "");
  fails({"--memory", "9KiB", "--policies", "full"}, "--policies: full is a baseline");
  fails({"--memory", "9KiB", "--policies", "tovo"}, "--policies: ");
  fails({"--memory", "9KiB", "--policies", "tova,tova"}, "--policies: tova is there twice");
  fails({"--memory", "1", "--policies", "tova"}, "no policy can be compared");
  write_file(task.folder() / "short.txt", tiny_text(300));
  const auto brief =
      run_program({"recommend", task.model(), "--memory", "9KiB", "--data",
                   (task.folder() / "short.txt").string(), "--context-length", "64"});
  CHECK(brief.exit_code == 2);
  CHECK_THAT(brief.err, ContainsSubstring("chunks of 64 tokens are too few; 12 are the least"));
  const auto needless = run_program(task.words({"--memory", "1GiB"}));
  CHECK(needless.exit_code == 0);
  CHECK_THAT(needless.out, ContainsSubstring("No policy is needed: the full cache of 64 tokens"));
  const auto dry = run_program(task.words({"--memory", "10KiB", "--dry-run"}));
  CHECK(dry.exit_code == 0);
  CHECK_THAT(dry.out, ContainsSubstring("Confirming: 11 chunks"));
  CHECK(!fs::exists(task.output()));
}

}  // namespace multistate::test
