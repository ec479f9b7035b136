// What is asked of Slurm, and how its answers are read.

#include <cstdlib>

#include <sys/wait.h>

#include "multistate/base/mapped_file.h"
#include "multistate/sweep/slurm_options.h"
#include "multistate/sweep/slurm_queue.h"
#include "multistate/sweep/slurm_script.h"
#include "multistate/sweep/slurm_submit.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace multistate::test::slurm_test {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

SlurmOptions read(const std::string& members) {
  const Node file = parse_yaml("slurm: {" + members + "}\n", "sweep.yaml");
  return read_slurm_options(file.find("slurm"));
}

std::string error_of(const std::string& members) {
  return input_error([&] { read(members); });
}

SlurmJob job_in(const std::filesystem::path& folder) {
  return {"my sweep", folder, folder, {"/opt/multistate", "run", "a b.yaml", "policy.name=tova"}};
}

}  // namespace

TEST_CASE("the keys of slurm become sbatch's options; what is not set is left to the cluster") {
  CHECK(read_slurm_options(nullptr).sbatch_options() == Pairs{{"cpus-per-task", "1"}});
  const auto options = read(
      "partition: \"a,b\", account: lab, qos: long, constraint: \"[x|y]\", gres: gpu:a100:1, time: "
      "1-12:30, mem: 8G, cpus_per_task: 4, additional_parameters: {nice: 10, exclusive: true, "
      "mail_type: END}");
  CHECK(options.sbatch_options() == Pairs{{"partition", "a,b"},
                                          {"account", "lab"},
                                          {"qos", "long"},
                                          {"constraint", "[x|y]"},
                                          {"gres", "gpu:a100:1"},
                                          {"time", "1-12:30"},
                                          {"mem", "8G"},
                                          {"cpus-per-task", "4"},
                                          {"nice", "10"},
                                          {"exclusive", ""},
                                          {"mail-type", "END"}});
}

TEST_CASE("what Slurm could not take is refused with its place in the file") {
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"partitoin: a", "unknown key 'slurm.partitoin'; did you mean 'slurm.partition'?"},
      {"partition: \"a b\"", "slurm.partition: expected text without blanks"},
      {"partition: \"\"", "slurm.partition: expected text without blanks"},
      {"account: [a]", "slurm.account: expected"},
      {"cpus_per_task: 0", "slurm.cpus_per_task: expected an integer from 1 to"},
      {"array_parallelism: many", "slurm.array_parallelism: expected an integer"},
      {"mem: 8 GB", "slurm.mem: "},
      {"mem: lots", "slurm.mem: expected a number with K, M, G or T behind it"},
      {"time: soon", "slurm.time: expected minutes, minutes:seconds"},
      {"time: \"1:2:3:4\"", "slurm.time: expected minutes"},
      {"time: 3",
       "slurm.time: 3 is 180 seconds; a task is told to stop signal_delay_s = 120 "
       "seconds before its end"},
      {"time: 60, signal_delay_s: 3600", "no time to work would be left"},
      {"gres: gpu:2", "slurm.gres: gpu:2: a task is one worker, and a worker uses one device"},
      {"gres: \"license:3,gpu:a100:4\"", "slurm.gres: gpu:a100:4: a task is one worker"},
      {"gres: \"gpu:\"", "slurm.gres: expected resources"},
      {"additional_parameters: [a]", "slurm.additional_parameters: expected a map"},
      {"additional_parameters: {array: 1-9}", "additional_parameters.array: multistate sets this"},
      {"additional_parameters: {cpus-per-task: 9}", "has a key of its own, slurm.cpus_per_task"},
      {"additional_parameters: {--nice: 9}",
       "expected a long option of sbatch, without the hyphens"},
      {"additional_parameters: {nice: \"1 2\"}",
       "additional_parameters.nice: expected text without"},
      {"additional_parameters: {exclusive: false}", "leave the key out"},
  };
  for (const auto& [members, message] : bad) {
    INFO(members);
    const std::string error = error_of(members);
    CHECK_THAT(error, ContainsSubstring(message));
    CHECK_THAT(error, ContainsSubstring("sweep.yaml:1:"));
  }
  for (const std::string good :
       {"time: 4", "time: \"3:01\"", "time: \"0:3:01\"", "time: 1-0", "time: \"1-0:0:0\"",
        "mem: 4000", "gres: gpu", "gres: \"gpu:1\""}) {
    INFO(good);
    CHECK(error_of(good) == "no error");
  }
}

TEST_CASE("a script asks for what the options say and runs the worker") {
  auto options = read("partition: p, time: 60, setup: [module load cuda, 'export A=\"b c\"']");
  const auto script = slurm_script(options, job_in("/x/100% \"sure\"/slurm/1"), 16);
  CHECK_THAT(script, ContainsSubstring("#!/bin/bash\n#SBATCH --job-name=my_sweep\n"
                                       "#SBATCH --array=1-16%4\n"));
  CHECK_THAT(script, ContainsSubstring("#SBATCH --chdir=\"/x/100% \\\"sure\\\"/slurm/1\"\n"));
  CHECK_THAT(script,
             ContainsSubstring("#SBATCH --output=\"/x/100%% \\\"sure\\\"/slurm/1/%A_%a.log\"\n"));
  CHECK_THAT(script, ContainsSubstring("#SBATCH --open-mode=append\n#SBATCH --requeue\n"
                                       "#SBATCH --signal=B:USR1@120\n#SBATCH --partition=p\n"));
  CHECK_THAT(script, ContainsSubstring("\nmodule load cuda\nexport A=\"b c\"\n\n"));
  CHECK_THAT(script, ContainsSubstring("\n/opt/multistate run 'a b.yaml' policy.name=tova &\n"));
}

TEST_CASE(
    "there are as many tasks as run at once, unless the options say so or there is less to do") {
  CHECK(task_count(read("array_parallelism: 8"), 100) == 8);
  CHECK(task_count(read("array_parallelism: 8"), 3) == 3);
  CHECK(task_count(read("array_parallelism: 8, tasks: 20"), 3) == 20);
}

TEST_CASE("tasks are cut into arrays below the cluster's MaxArraySize, the first index too large") {
  CHECK(array_sizes(7, 1001) == std::vector<int64_t>{7});
  CHECK(array_sizes(1000, 1001) == std::vector<int64_t>{1000});
  CHECK(array_sizes(1001, 1001) == std::vector<int64_t>{1000, 1});
  CHECK(array_sizes(5, 2) == std::vector<int64_t>{1, 1, 1, 1, 1});
}

TEST_CASE("a task is requeued when its time is up and work is left, and not when it is cancelled") {
  const TemporaryFolder folder;
  // A worker that ends with 75 when it is told to stop, and notes what told it; a scontrol that
  // notes what it is asked.
  write_file(folder / "worker",
             "#!/bin/bash\n"
             "trap 'echo USR1 >>told; exit 75' USR1\n"
             "trap 'echo TERM >>told; exit 75' TERM\n"
             "touch started\nwhile :; do sleep 0.02; done\n");
  write_file(folder / "scontrol", "#!/bin/bash\necho \"$*\" >>asked\n");
  for (const char* program : {"worker", "scontrol"}) {
    std::filesystem::permissions(folder / program, std::filesystem::perms::owner_all);
  }
  SlurmJob job = job_in(folder.path());
  job.command = {(folder / "worker").string()};
  write_file(folder / "batch.sh", slurm_script(read("max_num_timeout: 2"), job, 1));
  const auto run = [&](const std::string& signals, const std::string& restarts) {
    const std::string command =
        "cd " + folder.path().string() +
        " && rm -f told asked started && export PATH=\"$PWD:$PATH\" "
        "SLURM_ARRAY_JOB_ID=12 SLURM_ARRAY_TASK_ID=3 SLURM_RESTART_COUNT=" +
        restarts +
        "; bash batch.sh 2>said & pid=$!; while [ ! -e started ]; do sleep 0.02; done; " + signals +
        " wait $pid";
    return WEXITSTATUS(std::system(("bash -c '" + command + "'").c_str()));
  };
  const auto text = [&](const char* file) {
    return std::filesystem::exists(folder / file) ? read_file(folder / file) : "";
  };
  CHECK(run("kill -USR1 $pid;", "1") == 75);
  CHECK(text("told") == "USR1\n");
  CHECK(text("asked") == "requeue 12_3\n");

  CHECK(run("kill -TERM $pid;", "0") == 75);
  CHECK(text("told") == "TERM\n");
  CHECK(text("asked").empty());

  CHECK(run("kill -USR1 $pid;", "2") == 75);
  CHECK(text("asked").empty());
  CHECK_THAT(text("said"), ContainsSubstring("the task was requeued 2 times"));
}

TEST_CASE("what squeue and sacct say is read, with Slurm's words for nothing left out") {
  const auto waiting = tasks_of_squeue(
      "12_1|RUNNING|n1|2026-11-29T07:36:04|None\n"
      "12_[3-9%2]|PENDING||N/A|Resources\n"
      "13_2|PENDING|n2|2026-11-29T09:00:00|Priority\n"
      "not a line\n");
  REQUIRE(waiting.size() == 3);
  CHECK(waiting[0].job == "12_1");
  CHECK(waiting[0].nodes == "n1");
  CHECK(waiting[0].since == "2026-11-29T07:36:04Z");
  CHECK(waiting[0].reason.empty());
  CHECK(waiting[1].job == "12_[3-9%2]");
  CHECK(waiting[1].reason == "Resources");
  CHECK(waiting[2].since.empty());
  const auto over =
      tasks_of_sacct("12_2|CANCELLED by 1000|n3|2026-11-29T07:00:00\n12_4|TIMEOUT|n1|Unknown\n");
  REQUIRE(over.size() == 2);
  CHECK(over[0].state == "CANCELLED");
  CHECK(over[1].since.empty());
}

TEST_CASE("a worker's job has ended when Slurm names it in a state in which nothing runs") {
  const std::vector<SlurmTask> tasks = {{"12_1", "RUNNING", "n1", "", ""},
                                        {"12_2", "COMPLETING", "n1", "", ""},
                                        {"12_3", "PENDING", "", "", "BeginTime"},
                                        {"12_4", "NODE_FAIL", "", "", ""}};
  CHECK_FALSE(has_ended("slurm 12_1", tasks));
  CHECK_FALSE(has_ended("slurm 12_2", tasks));
  CHECK(has_ended("slurm 12_3", tasks));
  CHECK(has_ended("slurm 12_4", tasks));
  CHECK_FALSE(has_ended("slurm 12_5", tasks));  // Unknown.
  CHECK_FALSE(has_ended("", tasks));
}

}  // namespace multistate::test::slurm_test
