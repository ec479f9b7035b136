// The programs from the outside, with one call that fails: exit code, message, and the next run.

#include <cerrno>
#include <cstdlib>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"

#include "support/catch.h"
#include "support/environment.h"
#include "support/program.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test::program_faults_test {
namespace {

namespace fs = std::filesystem;

/// Runs a program with the n-th call of a kind below a folder failing. The variables are read at a
/// start.
template <class Run>
ProgramResult run_with_fault(const Run& run, const std::vector<std::string>& words,
                             const fs::path& folder, const std::string& fault) {
  const EnvironmentVariable preload("LD_PRELOAD", MULTISTATE_FAULT_SHIM);
  const EnvironmentVariable where("MULTISTATE_FAULT_FOLDER", folder.string());
  const EnvironmentVariable what("MULTISTATE_FAULT", fault);
  return run(words);
}

/// Files by name, with their bytes; of the report itself, which says when it was made, only that it
/// is there.
std::map<std::string, std::string> files_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const bool has_time = entry.path().stem() == "report";
    if (entry.is_regular_file()) {
      files[fs::relative(entry.path(), folder).string()] = has_time ? "" : read_file(entry.path());
    }
  }
  return files;
}

}  // namespace

TEST_CASE("a full disk ends a sweep with exit code 2, and the same command goes on") {
  const TinySweep sweep;
  const auto file = sweep.write("policy: {name: tova}\nstate_size: 8\n").string();
  const auto full = run_with_fault(start_and_wait, {"run", file, "--limit", "2", "--jobs", "1"},
                                   sweep.output(), fmt::format("write:6:{}", ENOSPC));
  CHECK(full.exit_code == 2);
  CHECK_THAT(full.err, ContainsSubstring("multistate: error: " + sweep.output().string()));
  CHECK_THAT(full.err, ContainsSubstring("cannot write (write): No space left on device. The "
                                         "samples that were finished are kept: once this is "
                                         "mended, the same command goes on"));
  const auto again = run_program({"run", file, "--limit", "2"});
  CHECK(again.exit_code == 0);
  CHECK_THAT(again.out, ContainsSubstring("1 of 1 planned cells"));
}

TEST_CASE("a file system that cannot make a file for one process only is named as such") {
  const TinySweep sweep;
  const auto file = sweep.write("policy: {name: tova}\nstate_size: 8\n").string();
  // Before it: the output, and the same again to bring the name of the leases' folder to the disk.
  const auto run = run_with_fault(start_and_wait, {"run", file}, sweep.output(),
                                  fmt::format("open:3:{}", EOPNOTSUPP));
  CHECK(run.exit_code == 2);
  CHECK_THAT(run.err,
             ContainsSubstring("leases/sweep.json: cannot claim work by making this file "
                               "for one process only (open with O_CREAT and O_EXCL), which "
                               "this file system refuses; choose an output on another one "
                               "(output=...): Operation not supported"));
}

TEST_CASE("aggregate names a file that it cannot write, and the next one writes all of them") {
  const TinySweep sweep;
  const auto file = sweep.write("policy: {name: tova}\nstate_size: 8\n").string();
  REQUIRE(run_program({"run", file, "--limit", "2"}).exit_code == 0);
  const auto report = sweep.output() / "report";
  const std::vector<std::string> words = {"aggregate", sweep.output().string(), "--no-figures"};
  REQUIRE(run_program(words).exit_code == 0);
  const auto expected = files_of(report);
  REQUIRE(expected.size() > 3);
  for (const std::string call : {"open", "write", "fsync", "rename", "mkdir"}) {
    for (int n = 1;; ++n) {
      INFO(call << " " << n);
      fs::remove_all(report);
      // It is multistate-aggregate that is started.
      const auto run =
          run_with_fault(run_program, words, report, fmt::format("{}:{}:{}", call, n, ENOSPC));
      if (run.exit_code == 0) {
        CHECK(n > 1);  // The call is not made so often.
        CHECK(files_of(report) == expected);
        break;
      }
      REQUIRE(run.exit_code == 2);
      CHECK_THAT(run.err, ContainsSubstring("error: " + report.string()));
      CHECK_THAT(run.err, ContainsSubstring("No space left on device"));
    }
    fs::remove_all(report);
    CHECK(run_program(words).exit_code == 0);
    CHECK(files_of(report) == expected);
  }
}

}  // namespace multistate::test::program_faults_test
