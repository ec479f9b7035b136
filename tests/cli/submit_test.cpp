// `multistate submit`, with stand-ins for the commands of Slurm; tests/slurm has the real ones.

#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"

#include "support/catch.h"
#include "support/environment.h"
#include "support/program.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test::submit_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::string kPolicy = "policy: {name: tova}\nstate_size: 8\n";

/// A folder on the PATH with commands of Slurm: sbatch notes its words in "sbatch.words" and gives
/// the ids 40, 41, ...; after `accepted` jobs it refuses.
class FakeSlurm {
 public:
  explicit FakeSlurm(int max_array_size = 1001, int accepted = 100)
      : path_("PATH", folder_.path().string() + ":" + std::getenv("PATH")) {
    command("scontrol", fmt::format("echo 'MaxArraySize            = {}'", max_array_size));
    command(
        "sbatch",
        fmt::format("n=$(cat {0}/sbatch.words 2>/dev/null | wc -l)\n"
                    "if [ $n -ge {1} ]; then echo 'sbatch: error: no more today' >&2; exit 1; fi\n"
                    "echo \"$*\" >>{0}/sbatch.words; echo $((40 + n))",
                    folder_.path().string(), accepted));
  }

  void command(const std::string& name, const std::string& script) const {
    write_file(folder_ / name, "#!/bin/sh\n" + script + "\n");
    fs::permissions(folder_ / name, fs::perms::owner_all);
  }

  std::string words() const {
    return fs::exists(folder_ / "sbatch.words") ? read_file(folder_ / "sbatch.words") : "";
  }

 private:
  TemporaryFolder folder_;
  EnvironmentVariable path_;
};

}  // namespace

TEST_CASE(
    "submitting writes manifest, script and a copy of the sweep file, and says how to watch") {
  const FakeSlurm slurm;
  const TinySweep sweep;
  const auto file = sweep.write(TinySweep::grid() + "slurm: {time: 60}\n");
  // The script names the program by the path of the process.
  const auto run = start_and_wait({"submit", file.string(), "state_size=4", "slurm.partition=gpu",
                                   "slurm.cpus_per_task=6", "--threads", "2", "--limit", "3"});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  CHECK(run.out == "40\n");
  const auto folder = sweep.output() / "slurm" / "1";
  CHECK_THAT(run.err, ContainsSubstring("submitted: 4 tasks, job 40\n  squeue --jobs=40\n"
                                        "  multistate status " +
                                        sweep.output().string() + " --watch\n"));
  CHECK(slurm.words() ==
        fmt::format("--parsable --array=1-4%4 {}\n", (folder / "batch.sh").string()));
  const std::string script = read_file(folder / "batch.sh");
  CHECK_THAT(script, ContainsSubstring("#SBATCH --partition=gpu\n#SBATCH --time=60\n"
                                       "#SBATCH --cpus-per-task=6\n"));
  CHECK_THAT(script,
             ContainsSubstring(fmt::format(
                 "\n{} run {} --jobs 3 --limit 3 --threads 2 --sharing --retry-failed "
                 "state_size=4 slurm.partition=gpu slurm.cpus_per_task=6 &\n",
                 fs::canonical(program_path()).string(), (folder / "sweep.yaml").string())));
  CHECK(read_file(folder / "sweep.yaml") == read_file(file));
  CHECK(json::parse(read_file(folder / "jobs.json")) == json({{"jobs", {"40"}}}));
  CHECK(json::parse(read_file(sweep.output() / "sweep.json")).at("cells").size() == 3);
  CHECK_FALSE(fs::exists(sweep.output() / "leases"));

  // What a task runs is the sweep that was submitted; then there is nothing left.
  REQUIRE(run_program({"run", (folder / "sweep.yaml").string(), "--limit", "3", "state_size=4",
                       "slurm.partition=gpu"})
              .exit_code == 0);
  const auto again = run_program({"submit", file.string(), "state_size=4", "--limit", "3"});
  CHECK(again.exit_code == 0);
  CHECK_THAT(again.err, ContainsSubstring("All runs are done; nothing was submitted."));
  CHECK(again.out.empty());
}

TEST_CASE(
    "an array that is too large for the cluster is cut, and the parts run one after the other") {
  const FakeSlurm slurm(4);
  const TinySweep sweep;
  const auto run = run_program(
      {"submit", sweep.write(kPolicy).string(), "slurm.tasks=7", "slurm.array_parallelism=2"});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  CHECK(run.out == "40\n41\n42\n");
  const auto script = (sweep.output() / "slurm" / "1" / "batch.sh").string();
  CHECK(slurm.words() == fmt::format("--parsable --array=1-3%2 {0}\n--parsable --array=1-3%2 "
                                     "--dependency=afterany:40 {0}\n--parsable --array=1-1%2 "
                                     "--dependency=afterany:41 {0}\n",
                                     script));
}

TEST_CASE("--print shows the script, and neither writes nor submits anything") {
  const TinySweep sweep;
  const EnvironmentVariable path("PATH", "/nowhere");
  const auto run = run_program({"submit", sweep.write(kPolicy).string(), "--print"});
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, ContainsSubstring("#!/bin/bash\n#SBATCH --job-name=tiny\n"));
  CHECK_FALSE(fs::exists(sweep.output()));
}

TEST_CASE(
    "what is in the way of a submission is said, before anything is written where it can be") {
  const TinySweep sweep;
  const auto file = sweep.write(kPolicy).string();
  {
    const EnvironmentVariable path("PATH", "/nowhere");
    const auto run = run_program({"submit", file});
    CHECK(run.exit_code == 2);
    CHECK_THAT(run.err,
               ContainsSubstring("there is no scontrol on the PATH; run this where jobs are "
                                 "submitted to Slurm"));
  }
  {
    const FakeSlurm slurm(1);
    CHECK_THAT(run_program({"submit", file}).err,
               ContainsSubstring("this cluster has no job arrays"));
    CHECK_THAT(run_program({"submit", file, "slurm.time=soon"}).err,
               ContainsSubstring("command line: slurm.time=soon: slurm.time: expected minutes"));
    CHECK_THAT(run_program({"submit", file, "slurm.gres=gpu:4"}).err,
               ContainsSubstring("a worker uses one device"));
    CHECK_THAT(run_program({"submit", file, "--threads", "2"}).err,
               ContainsSubstring("--threads: 2 threads per sample; a task has 1"));
    CHECK(slurm.words().empty());
  }
  CHECK_FALSE(fs::exists(sweep.output()));
  {
    const FakeSlurm slurm(4, 1);
    const auto run = run_program({"submit", file, "slurm.tasks=7"});
    CHECK(run.exit_code == 2);
    CHECK_THAT(run.err, ContainsSubstring("sbatch ended with code 1: sbatch: error: no more today. "
                                          "Submitted before it: 40"));
    CHECK(json::parse(read_file(sweep.output() / "slurm" / "1" / "jobs.json")) ==
          json({{"jobs", {"40"}}}));
  }
}

TEST_CASE("jobs are the same for all cells, and are no part of what a cell is") {
  const TinySweep sweep;
  for (const std::string rest : {"sweep: {parameters: {slurm.partition: {values: [a, b]}}}\n",
                                 "sweep: {include: [{slurm.time: 60}]}\n"}) {
    const auto run = run_program({"run", sweep.write(kPolicy + rest).string()});
    CHECK(run.exit_code == 2);
    CHECK_THAT(run.err, ContainsSubstring("cannot differ between the cells of a sweep"));
  }
  REQUIRE(run_program({"run", sweep.write(kPolicy).string()}).exit_code == 0);
  const auto again =
      run_program({"run", sweep.write(kPolicy + "slurm: {partition: p}\n").string()});
  CHECK_THAT(again.err, ContainsSubstring("Nothing was run"));
}

TEST_CASE("status shows what Slurm says of the tasks of a sweep") {
  const FakeSlurm slurm;
  const TinySweep sweep;
  REQUIRE(run_program({"submit", sweep.write(kPolicy).string()}).exit_code == 0);
  slurm.command("squeue",
                "echo \"$*\" >$(dirname $0)/squeue.words; "
                "echo '40_1|RUNNING|n1|2026-11-29T07:36:04|None'; "
                "echo '40_[2-4]|PENDING||N/A|Resources'");
  slurm.command("sacct",
                "echo '40_1|RUNNING|n1|2026-11-29T07:36:04'; "
                "echo '40_5|TIMEOUT|n2|2026-11-29T06:00:00'");
  const auto text = run_program({"status", sweep.output().string()}).out;
  CHECK_THAT(text, ContainsSubstring("slurm 40_1: RUNNING on n1, since 2026-11-29T07:36:04Z\n"
                                     "slurm 40_[2-4]: PENDING, waits: Resources\n"
                                     "slurm 40_5: TIMEOUT on n2, since 2026-11-29T06:00:00Z\n"));
  const auto status = json::parse(run_program({"status", sweep.output().string(), "--json"}).out);
  CHECK(status.at("slurm").size() == 3);
  CHECK(status.at("slurm").at(1) == json({{"job", "40_[2-4]"},
                                          {"state", "PENDING"},
                                          {"nodes", ""},
                                          {"since", ""},
                                          {"reason", "Resources"}}));
  slurm.command("squeue", "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1");
  slurm.command("sacct", "echo 'Slurm accounting storage is disabled' >&2; exit 1");
  const auto over = run_program({"status", sweep.output().string()});
  CHECK(over.exit_code == 0);
  CHECK_THAT(over.out, !ContainsSubstring("slurm"));
}

}  // namespace multistate::test::submit_test
