#include <csignal>
#include <cstdlib>
#include <map>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"

#include "support/catch.h"
#include "support/program.h"
#include "support/sweep_content.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test::run_test {
namespace {

namespace fs = std::filesystem;

/// Metrics and samples of all cells by folder, as bytes; times left out.
}  // namespace

TEST_CASE("run prints a table, says where results are, and status agrees") {
  const TinySweep sweep;
  const auto file = sweep.write(TinySweep::grid()).string();
  const auto dry = run_program({"run", file, "--dry-run", "experiment.fidelity=true"});
  CHECK(dry.exit_code == 0);
  CHECK_THAT(dry.out, ContainsSubstring("7 cells, "));
  // 64 tokens of 32 numbers.
  CHECK_THAT(dry.out, ContainsSubstring("beside the states: 8.0 KiB of the full cache's run for each "
                                        "sample under way, and for 2 more\n"));
  CHECK_THAT(dry.out, ContainsSubstring(", 2 policies at a state size: a difference between two of "
                                        "them is detected (80 % of the time)"));
  CHECK(!fs::exists(sweep.output()));
  const auto run = run_program({"run", file});
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, ContainsSubstring("7 of 7 planned cells"));
  CHECK_THAT(run.err, ContainsSubstring("results: " + sweep.output().string()));
  CHECK_THAT(run.err, ContainsSubstring("7 run, 0 already there"));
  CHECK_THAT(run.out, ContainsSubstring("F32, 32.0 bits/weight; float32) | text.txt"));
  const auto again = run_program({"run", file});
  CHECK_THAT(again.err, ContainsSubstring("0 run, 7 already there ("));
  CHECK_THAT(again.err, ContainsSubstring("Nothing was run"));
  const auto status = run_program({"status", sweep.output().string(), "--json"});
  CHECK(status.exit_code == 0);
  CHECK(nlohmann::json::parse(status.out).at("counts").at("done") == 7);
}

TEST_CASE("run says once what it ignores of the data, and why") {
  const TinySweep sweep;
  const auto data = sweep.folder() / "data";
  fs::create_directory(data);
  write_file(data / "long.txt", "\xEF\xBB\xBF" + tiny_text(800) + "\r\n");
  write_file(data / "short.txt", "abc");
  write_file(data / "book.md", "abc");
  const auto file = sweep.write(TinySweep::grid()).string();
  const auto run =
      run_program({"run", file, "--dry-run", fmt::format("experiment.data='{}'", data.string())});
  INFO(run.err);
  CHECK(run.exit_code == 0);
  for (const std::string note :
       {"warning: ignored in the data folder, since they are not .txt files: book.md\n",
        "warning: left out, since they are too short for one chunk: short.txt (",
        "warning: long.txt: read without its byte order mark; 1 line ends CR LF read as LF\n"}) {
    CHECK_THAT(run.err, ContainsSubstring(note));
    CHECK(run.err.find(note) == run.err.rfind(note));
  }
}

TEST_CASE("a BLAS older than the CPU is told which kernels to use") {
  if (__builtin_cpu_supports("avx2") == 0 || std::getenv("OPENBLAS_CORETYPE") != nullptr) {
    WARN("not tested: the user has chosen the kernels, or the CPU has no choice");
    return;
  }
  const TinySweep sweep;
  REQUIRE(run_program({"run", sweep.write(TinySweep::grid()).string()}).exit_code == 0);
  for (const auto& entry : fs::directory_iterator(sweep.output() / "cells")) {
    const auto result = nlohmann::json::parse(read_file(entry.path() / "result.json"));
    const std::string blas = result.at("context").at("blas");
    CHECK(blas.find("Prescott") == std::string::npos);
  }
}

TEST_CASE("overrides change the sweep, and only what is missing runs") {
  const TinySweep sweep;
  const auto file = sweep.write(TinySweep::grid()).string();
  CHECK(run_program({"run", file, "policy.name=tova", "state_size=4,8", "~sweep.include"})
            .exit_code == 0);
  CHECK(finished_cells(sweep.output()) == 2);
  const auto more = run_program({"run", file});
  CHECK_THAT(more.out, ContainsSubstring("7 of 7 planned cells"));
  CHECK(finished_cells(sweep.output()) == 7);
}

TEST_CASE("a sweep killed in the middle ends, after a restart, as one that was left alone") {
  const TinySweep undisturbed;
  REQUIRE(run_program({"run", undisturbed.write(TinySweep::grid()).string()}).exit_code == 0);
  const auto expected = content_of(undisturbed.output());
  REQUIRE(expected.metrics.size() == 7);

  for (const size_t kill_after : {size_t{1}, size_t{3}, size_t{5}}) {
    const TinySweep killed;
    const auto file = killed.write(TinySweep::grid()).string();
    const pid_t process = start_program({"run", file, "--jobs", "1"});
    while (finished_cells(killed.output()) < kill_after) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ::kill(process, SIGKILL);
    REQUIRE(wait_for(process) == -SIGKILL);
    CHECK(run_program({"run", file}).exit_code == 0);
    CHECK(content_of(killed.output()) == expected);
  }
}

TEST_CASE("the first SIGTERM ends after the sample that runs, and the next run goes on") {
  const TinySweep sweep;
  const auto file = sweep.write(TinySweep::grid()).string();
  const pid_t process = start_program({"run", file, "--jobs", "1"});
  while (finished_cells(sweep.output()) < 1) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ::kill(process, SIGTERM);
  CHECK(wait_for(process) == 75);
  CHECK(finished_cells(sweep.output()) < 7);
  CHECK(run_program({"status", sweep.output().string()}).exit_code == 0);
  CHECK(run_program({"run", file}).exit_code == 0);
  CHECK(finished_cells(sweep.output()) == 7);
}

TEST_CASE("a foreign file in the place of the manifest is named and left alone") {
  const TinySweep sweep;
  const auto file = sweep.write(TinySweep::grid()).string();
  fs::create_directories(sweep.output());
  write_file(sweep.output() / "sweep.json", "my notes");
  const auto run = run_program({"run", file});
  CHECK(run.exit_code == 2);
  CHECK_THAT(run.err, ContainsSubstring("sweep.json: cannot be read as JSON"));
  CHECK(read_file(sweep.output() / "sweep.json") == "my notes");
}

TEST_CASE("tokens go to text and back") {
  const TinySweep sweep;
  const auto model = (sweep.folder() / "model.gguf").string();
  const auto text = (sweep.folder() / "text.txt").string();
  const auto ids = run_program({"tokenize", text, "--model", model});
  REQUIRE(ids.exit_code == 0);
  write_file(sweep.folder() / "ids.txt", ids.out);
  const auto back = run_program(
      {"tokenize", (sweep.folder() / "ids.txt").string(), "--model", model, "--decode"});
  CHECK(back.out == read_file(text));
  const auto json =
      nlohmann::json::parse(run_program({"tokenize", text, "--model", model, "--json"}).out);
  const auto count = run_program({"tokenize", text, "--model", model, "--count"}).out;
  CHECK(std::to_string(json.at("count").get<int64_t>()) + "\n" == count);
}

TEST_CASE("inspect and the catalogues print text and JSON") {
  const TinySweep sweep;
  const auto inspect = run_program({"inspect", (sweep.folder() / "model.gguf").string(), "--json"});
  REQUIRE(inspect.exit_code == 0);
  const auto json = nlohmann::json::parse(inspect.out);
  CHECK(json.at("layers") == 2);
  // Keys and values, 2 layers, 2 heads of 8 float32.
  CHECK(json.at("state_bytes_per_row") == 2 * 2 * 2 * 8 * 4);
  CHECK(nlohmann::json::parse(run_program({"policies", "--json"}).out).size() >= 7);
  CHECK_THAT(run_program({"policies", "h2o"}).out, ContainsSubstring("arXiv:2306.14048"));
  CHECK_THAT(run_program({"experiments", "language_modeling"}).out,
             ContainsSubstring("context_length"));
}

}  // namespace multistate::test::run_test
