#include "multistate/sweep/slurm_script.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/printable.h"

namespace multistate {
namespace {

constexpr const char* kBody = R"(
# A worker of the sweep: tasks share its work by leases. SIGUSR1 says that the time is nearly up, SIGTERM that the task
# is cancelled or preempted.
received=
worker=
note() {{
  received=$1
  interrupted=yes
  [[ -z $worker ]] || kill -s "$1" "$worker"
}}
trap 'note USR1' USR1
trap 'note TERM' TERM
{0} &
worker=$!
[[ -z $received ]] || kill -s "$received" "$worker"
interrupted=yes
while [[ -n $interrupted ]]; do
  interrupted=
  wait "$worker"
  code=$?
done

# 75: stopped with work left.
if [[ $code == 75 && $received == USR1 ]]; then
  if ((${{SLURM_RESTART_COUNT:-0}} >= {1})); then
    echo "the task was requeued {1} times (slurm.max_num_timeout); submit the sweep again to go on" >&2
  elif ! scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID"; then
    echo "the task cannot be requeued; submit the sweep again to go on" >&2
  fi
fi
exit "$code"
)";

/// `text` as a value in a line of #SBATCH; `%` begins a pattern in names of files.
std::string quoted(const std::string& text, bool is_file) {
  std::string value = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ') {
      throw InputError(fmt::format(
          "output: {}: a control character in a path that Slurm has to read", printable(text)));
    }
    value += c == '"' || c == '\\' ? "\\" : "";
    value += is_file && c == '%' ? "%" : "";
    value += c;
  }
  return value + "\"";
}

std::string job_name(std::string name) {
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '_' && c != '.'; },
      '_');
  return name;
}

}  // namespace

int64_t task_count(const SlurmOptions& options, int64_t samples) {
  return options.tasks > 0 ? options.tasks : std::min(options.array_parallelism, samples);
}

std::string array_text(int64_t tasks, int64_t at_once) {
  return fmt::format("1-{}%{}", tasks, at_once);
}

std::string slurm_script(const SlurmOptions& options, const SlurmJob& job, int64_t tasks) {
  std::string script = "#!/bin/bash\n";
  const auto add = [&](const std::string& name, const std::string& value) {
    script += fmt::format("#SBATCH --{}{}{}\n", name, value.empty() ? "" : "=", value);
  };
  add("job-name", job_name(job.name));
  add("array", array_text(tasks, options.array_parallelism));
  add("chdir", quoted(job.working_directory.string(), false));
  // Not by operator/: the pattern is no part of a path that has to be escaped.
  std::string log = quoted(job.folder.string() + "/", true);
  log.insert(log.size() - 1, "%A_%a.log");
  add("output", log);
  add("open-mode", "append");
  add("requeue", "");
  add("signal", fmt::format("B:USR1@{}", options.signal_delay_s));
  for (const auto& [name, value] : options.sbatch_options()) {
    add(name, value);
  }
  script += options.setup.empty() ? "" : "\n";
  for (const std::string& line : options.setup) {
    script += line + "\n";
  }
  std::string command;
  for (const std::string& word : job.command) {
    command += (command.empty() ? "" : " ") + shell_word(word);
  }
  return script + fmt::format(fmt::runtime(kBody), command, options.max_num_timeout);
}

}  // namespace multistate
