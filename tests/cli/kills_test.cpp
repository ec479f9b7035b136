// Workers that are killed again and again: whatever they were at, the sweep ends as one that was
// left alone. Hidden, for it takes minutes: `build/release/bin/test_cli "[kills]"` kills 300
// processes and says what it saw.

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "multistate/base/random.h"

#include "support/catch.h"
#include "support/generation_sweep.h"
#include "support/program.h"
#include "support/sweep_content.h"

namespace multistate::test::kills_test {
namespace {

namespace fs = std::filesystem;

constexpr int kKills = 20;  ///< Of a sweep and a number of workers.

/// A sweep that workers run together, and that loses one of them at a time.
class Struggle {
 public:
  Struggle(std::vector<std::string> command, fs::path output, size_t workers, uint64_t seed)
      : command_(std::move(command)),
        output_(std::move(output)),
        workers_(workers),
        random_({seed}) {}

  /// Kills `kills` processes after random times up to `longest` seconds, starting the sweep anew
  /// when it was finished before. Then lets it end. Returns how often it was started anew.
  int run(int kills, double longest) {
    int anew = 0;
    fs::remove_all(output_);
    while (kills > 0) {
      processes_.resize(workers_, 0);
      for (pid_t& process : processes_) {
        process = process == 0 ? start_program(command_) : process;
      }
      std::this_thread::sleep_for(std::chrono::duration<double>(longest * random_.uniform()));
      if (kill_one()) {
        --kills;
      } else {
        wait_for_all();
        fs::remove_all(output_);
        ++anew;
      }
    }
    wait_for_all();
    return anew;
  }

 private:
  /// Kills a program or the process that works under it; false when all had ended.
  bool kill_one() {
    pid_t& program = processes_[random_.bits() % workers_];
    const pid_t worker = worker_of(program);
    const bool the_worker = random_.bits() % 2 == 0;
    if (worker == 0 || ::kill(the_worker ? worker : program, SIGKILL) != 0) {
      return false;
    }
    if (!the_worker) {
      wait_for(program);
      program = 0;
    }
    return true;
  }

  void wait_for_all() {
    for (const pid_t process : processes_) {
      if (process != 0) {
        wait_for(process);
      }
    }
    processes_.clear();
  }

  std::vector<std::string> command_;
  fs::path output_;
  size_t workers_;
  Random random_;
  std::vector<pid_t> processes_;  ///< 0: has to be started.
};

struct Sweep {
  const char* experiment;
  const char* options;
};

}  // namespace

TEST_CASE("300 kills over five experiments change no metric and lose no sample", "[.][kills]") {
  const Sweep sweeps[] = {
      {"language_modeling", "data: {0}/text.txt, context_length: 64"},
      {"state_analysis", "data: {0}/text.txt, context_length: 64, max_chunks: 12"},
      {"extrapolation", "data: {0}/text.txt, context_length: 256, max_chunks: 6"},
      {"generation", "data: {0}/prompts.txt, max_tokens: 60, batch: 2"},
      {"equivalence", "data: {0}/text.txt, context_length: 64, max_chunks: 8"},
  };
  const GenerationSweep files;  // A tiny model, a text and prompts.
  uint64_t seed = 0;
  for (const auto& [experiment, options] : sweeps) {
    const auto sweep = files.folder() / "sweep.yaml";
    const std::string folder = files.folder().string();
    std::ofstream(sweep) << fmt::format(
        "name: kills\noutput: {0}/out\nmodel: {{path: {0}/model.gguf}}\n"
        "experiment: {{name: {1}, {2}}}\nseed: 0\npolicy: {{name: tova}}\n"
        "state_size: 16\nsweep:\n  parameters:\n    policy.name: {{values: [tova, h2o]}}\n"
        "    state_size: {{values: [8, 16]}}\n",
        folder, experiment, fmt::format(fmt::runtime(options), folder));
    const std::vector<std::string> command = {"run", sweep.string(), "--jobs", "1"};
    const auto begin = std::chrono::steady_clock::now();
    // Started as those that are killed: loading the libraries takes longer than the sweep.
    const ProgramResult alone = start_and_wait(command);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    INFO(experiment << ": " << alone.err);
    REQUIRE(alone.exit_code == 0);
    const SweepContent expected = content_of(files.output());
    for (const size_t workers : {size_t{1}, size_t{2}, size_t{4}}) {
      const int anew = Struggle(command, files.output(), workers, ++seed).run(kKills, took.count());
      // A cell whose worker was killed is marked as failed; the same command runs it.
      const ProgramResult last = run_program(command);
      INFO(workers << " workers: " << last.err);
      REQUIRE(last.exit_code == 0);
      CHECK(content_of(files.output()) == expected);
      fmt::print("{}, {} workers: {} kills, {} cells and {} samples as alone, {} times anew\n",
                 experiment, workers, kKills, expected.metrics.size(), expected.samples, anew);
      std::fflush(stdout);
    }
  }
}

}  // namespace multistate::test::kills_test
