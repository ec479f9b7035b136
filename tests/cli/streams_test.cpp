// Standard streams that are closed or full, pipes whose reader goes away, and numbers out of range.

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "multistate/base/mapped_file.h"

#include "support/catch.h"
#include "support/program.h"
#include "support/tiny_sweep.h"

namespace multistate::test::streams_test {
namespace {

namespace fs = std::filesystem;

/// Runs the program in a shell, with redirections after its words. The shell's exit code.
int run_in_shell(const std::string& words, const std::string& redirections) {
  const std::string command =
      fmt::format("set -o pipefail; {} {} {}", program_path(), words, redirections);
  const int status = std::system(fmt::format("bash -c '{}'", command).c_str());
  return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("closed standard streams change neither the results nor the exit code") {
  const TinySweep sweep;
  const auto file = sweep.write(TinySweep::grid()).string();
  CHECK(run_in_shell("run " + file + " --limit 2 --jobs 3", "<&- >&- 2>&-") == 0);
  int64_t cells = 0;
  for (const auto& cell : fs::directory_iterator(sweep.output() / "cells")) {
    const auto result = nlohmann::json::parse(read_file(cell.path() / "result.json"));
    std::ifstream lines(cell.path() / "samples.jsonl");
    int64_t sample = 0;
    for (std::string line; std::getline(lines, line); ++sample) {
      CHECK(nlohmann::json::parse(line).at("sample") == sample);
    }
    CHECK(sample == 2);
    ++cells;
  }
  CHECK(cells == 7);
  CHECK(run_in_shell("status " + sweep.output().string(), "<&- >&- 2>&-") == 0);
}

TEST_CASE("output that does not fit is an error, and a sweep whose reader goes away is none") {
  const TinySweep sweep;
  const auto file = sweep.write("policy: {name: tova}\nstate_size: 8\n").string();
  const auto model = (sweep.folder() / "model.gguf").string();
  const auto error = (sweep.folder() / "err").string();
  CHECK(run_in_shell("run " + file + " --limit 1", "2>&1 | head -c 1 >/dev/null") == 0);
  for (const std::string& words :
       {"status " + sweep.output().string(), std::string("policies"), std::string("--help"),
        "inspect " + model, "generate " + model + " --prompt abc -n 2"}) {
    INFO(words);
    CHECK(run_in_shell(words, ">/dev/full 2>" + error) == 2);
    CHECK(read_file(error) ==
          "multistate: error: standard output: cannot write (write): No space left on device\n");
  }
}

TEST_CASE("numbers of the command line are whole, finite and in range") {
  const TinySweep sweep;
  const auto file = sweep.write("policy: {name: tova}\nstate_size: 8\n").string();
  const auto model = (sweep.folder() / "model.gguf").string();
  const std::vector<std::string> generate = {"generate", model, "--prompt", "abc"};
  const auto message = [](std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    const auto run = run_program(words);
    CHECK(run.exit_code == 2);
    return run.err;
  };
  const std::vector<std::string> run = {"run", file};
  CHECK_THAT(message(run, {"--limit", "0"}),
             ContainsSubstring("expected an integer from 1 to 1099511627776, found '0'"));
  CHECK_THAT(message(run, {"--limit", "1.5"}), ContainsSubstring("found '1.5'"));
  CHECK_THAT(message(run, {"--threads", "100000"}),
             ContainsSubstring("expected an integer from 1 to 1024, found '100000'"));
  CHECK_THAT(message(run, {"--jobs", "1000", "--threads", "1000"}),
             ContainsSubstring("1000000 threads; at most 1024 are made"));
  CHECK_THAT(message(generate, {"--temperature", "nan"}),
             ContainsSubstring("expected a number from 0 to 1000000, found 'nan'"));
  CHECK_THAT(message(generate, {"--top-p", "nan"}), ContainsSubstring("found 'nan'"));
  CHECK_THAT(message(generate, {"--top-p", "inf"}), ContainsSubstring("found 'inf'"));
  CHECK_THAT(message(generate, {"--seed", "-1"}),
             ContainsSubstring("expected an integer from 0 to 9223372036854775807, found '-1'"));
  CHECK_THAT(message(run, {"state_size=9223372036854775807"}),
             ContainsSubstring("state_size: 9223372036854775807 rows; at most 1099511627776"));
}

}  // namespace multistate::test::streams_test
