// Every call that a small sweep makes on its output folder fails once: what is left behind, what is
// said, and what the next run makes of it. The rows of the table of writes in results/README.md.

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/file_error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/results/sweep_reader.h"
#include "multistate/sweep/runner.h"

#include "faults/shim/shim.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"
#include "support/torch.h"

namespace multistate::test::sweep_faults_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Fault {
  const char* call;
  std::vector<int> errors;
};

const std::vector<Fault> kFaults = {{"open", {ENOSPC, EMFILE, EIO, EDQUOT, EINTR, EACCES}},
                                    {"write", {ENOSPC, EIO, EDQUOT, EINTR, kShortWrite}},
                                    {"fsync", {EIO, ENOSPC, EDQUOT, EINTR}},
                                    {"close", {EIO, EINTR, ENOSPC, EDQUOT}},
                                    {"rename", {ENOSPC, EIO, EDQUOT, EINTR, EACCES}},
                                    {"mkdir", {ENOSPC, EDQUOT, EACCES, EINTR}},
                                    {"unlink", {EIO, EACCES, EINTR}},
                                    {"mmap", {ENOMEM, EMFILE}}};

/// What the program mends by itself: interrupted calls, short writes, and the closing of files
/// whose content is on the disk already.
bool is_mended(const std::string& call, int error) {
  return error == EINTR || error == kShortWrite || call == "close";
}

class FaultySweep {
 public:
  FaultySweep()
      : plan_(plan_sweep(read_sweep(read_yaml(sweep_.write(
                             "policy: {name: tova}\nstate_size: 8\n"
                             "sweep: {parameters: {policy.name: {values: [tova, window]}}}\n"))),
                         2)) {}

  fs::path output() const { return sweep_.output(); }

  /// What is wrong with a run; empty when nothing is.
  std::optional<std::string> run() {
    RunOptions options;
    options.command = "test";
    options.config = json::object();
    try {
      const auto outcome = run_sweep(plan_, options);
      tokens_ = outcome.tokens;
      failed_ = outcome.failed;
      return std::nullopt;
    } catch (const FileError& error) {
      return error.what();
    } catch (const InputError& error) {
      return error.what();
    }
  }

  int64_t tokens() const { return tokens_; }  ///< That the last whole run has run.
  int64_t failed() const { return failed_; }
  int64_t all_tokens() const { return plan_.cells.at(0).tokens + plan_.cells.at(1).tokens; }

  static void add_whole_lines(const fs::path& path, std::set<int64_t>& samples) {
    std::ifstream lines(path);
    for (std::string line; std::getline(lines, line);) {
      const auto parsed = json::parse(line, nullptr, false);
      if (!parsed.is_discarded()) {
        samples.insert(parsed.at("sample").get<int64_t>());
      }
    }
  }

  /// Samples with a whole line in the cell's files, as a reader sees who knows JSON only.
  int64_t samples_on_disk() const {
    int64_t samples = 0;
    for (const PlannedCell& cell : plan_.cells) {
      const auto folder = output() / "cells" / cell.folder();
      std::set<int64_t> whole;
      const bool done = fs::exists(folder / "result.json");
      std::error_code ignored;
      for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(done ? "samples.jsonl" : "samples.partial.") &&
            name.ends_with(".jsonl")) {
          add_whole_lines(entry.path(), whole);
        }
      }
      samples += static_cast<int64_t>(whole.size());
    }
    return samples;
  }

  /// Metrics of all cells and the values of all samples, as bytes.
  std::string content() const {
    std::string content;
    for (const PlannedCell& cell : plan_.cells) {
      const auto folder = output() / "cells" / cell.folder();
      const auto result = json::parse(read_file(folder / "result.json"));
      content += result.at("metrics").dump() + result.at("series").dump() + "\n";
      std::istringstream lines(read_file(folder / "samples.jsonl"));
      for (std::string line; std::getline(lines, line);) {
        content += json::parse(line).at("values").dump() + "\n";
      }
    }
    return content;
  }

  /// Names of all files, which a finished sweep leaves.
  std::set<std::string> files() const {
    std::set<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(output())) {
      files.insert(fs::relative(entry.path(), output()).string());
    }
    return files;
  }

 private:
  TinySweep sweep_;
  SweepPlan plan_;
  int64_t tokens_ = 0;
  int64_t failed_ = 0;
};

/// From what a run starts.
enum class Start { kNothing, kFinished };

void prepare(FaultySweep& sweep, Start start) {
  fs::remove_all(sweep.output());
  if (start == Start::kFinished) {
    REQUIRE(sweep.run() == std::nullopt);
  }
}

/// What a run without faults leaves.
struct Undisturbed {
  std::string content;
  std::set<std::string> files;
};

/// How often each call is made by a run without faults.
std::map<std::string, long> calls_of(FaultySweep& sweep, Start start) {
  std::map<std::string, long> calls;
  prepare(sweep, start);
  faults_watch(sweep.output().c_str());
  REQUIRE(sweep.run() == std::nullopt);
  for (const Fault& fault : kFaults) {
    calls[fault.call] = faults_count(fault.call);
  }
  faults_watch(nullptr);
  return calls;
}

struct Point {
  Start start = Start::kNothing;
  std::string call;
  long n = 0;
  int error = 0;

  std::string text() const {
    return fmt::format("{} {}, {}{}", call, n,
                       error == kShortWrite ? "a short write" : std::strerror(error),
                       start == Start::kFinished ? ", over a finished sweep" : "");
  }
};

/// What a run that met a fault says and leaves; empty when it is as it should be.
std::string check_first_run(const FaultySweep& sweep, const Point& point,
                            const std::optional<std::string>& problem) {
  if (is_mended(point.call, point.error) == problem.has_value()) {
    return problem ? "the run ends: " + *problem : "the run goes on";
  }
  if (problem && (problem->find(sweep.output().string()) == std::string::npos ||
                  problem->find(std::strerror(point.error)) == std::string::npos)) {
    return "the message does not say what happened: " + *problem;
  }
  if (fs::exists(sweep.output())) {
    for (const auto& entry : fs::recursive_directory_iterator(sweep.output())) {
      if (entry.path().filename() == "error.json") {
        return "a cell is blamed";
      }
    }
  }
  if (fs::exists(sweep.output() / "sweep.json")) {
    read_sweep_status(sweep.output());  // Throws when it cannot be read.
  }
  return "";
}

/// What the next run makes of it.
std::string check_next_run(FaultySweep& sweep, const Undisturbed& expected) {
  const int64_t kept = sweep.samples_on_disk();
  if (const auto problem = sweep.run()) {
    return "the next run fails: " + *problem;
  }
  if (sweep.failed() != 0 || sweep.tokens() != sweep.all_tokens() - 64 * kept) {
    return fmt::format("{} samples were there, and {} of {} tokens are run again", kept,
                       sweep.tokens(), sweep.all_tokens());
  }
  if (sweep.content() != expected.content) {
    return "metrics or samples differ";
  }
  return sweep.files() == expected.files ? "" : "other files are left than by a run without faults";
}

std::string check_point(FaultySweep& sweep, const Undisturbed& expected, const Point& point) {
  prepare(sweep, point.start);
  faults_watch(sweep.output().c_str());
  faults_arm(point.call.c_str(), point.n, point.error);
  const auto problem = sweep.run();
  const bool fired = faults_fired();
  faults_watch(nullptr);
  if (!fired) {
    return "the call was not made";
  }
  const std::string wrong = check_first_run(sweep, point, problem);
  return wrong.empty() ? check_next_run(sweep, expected) : wrong;
}

/// Checks every `stride`-th call of a kind with one of its errors in turn, or with all of them.
void check_calls(FaultySweep& sweep, const Undisturbed& expected, Start start, const Fault& fault,
                 long calls, long stride, bool all_errors) {
  for (long n = 1; n <= calls; n += stride) {
    const auto turn = static_cast<size_t>(n) % fault.errors.size();
    for (size_t i = 0; i < fault.errors.size(); ++i) {
      if (all_errors || i == turn) {
        const Point point = {start, fault.call, n, fault.errors[i]};
        INFO(point.text());
        CHECK(check_point(sweep, expected, point) == "");
      }
    }
  }
}

void check_sweep(long stride, bool all_errors) {
  FaultySweep sweep;
  REQUIRE(sweep.run() == std::nullopt);
  const Undisturbed expected = {sweep.content(), sweep.files()};
  std::map<std::string, long> made;
  for (const Start start : {Start::kNothing, Start::kFinished}) {
    const auto calls = calls_of(sweep, start);
    for (const Fault& fault : kFaults) {
      made[fault.call] += calls.at(fault.call);
      check_calls(sweep, expected, start, fault, calls.at(fault.call), stride, all_errors);
    }
  }
  for (const auto& [call, count] : made) {
    INFO(call);
    CHECK(count > 0);
  }
}

}  // namespace

TEST_CASE("a call that fails on the way stops the sweep by name, and costs no finished sample") {
  check_sweep(7, false);
}

TEST_CASE("every call that a sweep makes may fail in every way", "[slow]") {
  check_sweep(1, true);
}

}  // namespace multistate::test::sweep_faults_test
