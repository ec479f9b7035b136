#include "multistate/sweep/slurm_submit.h"

#include <algorithm>
#include <cctype>
#include <regex>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/file_error.h"
#include "multistate/base/list_folder.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/output_file.h"
#include "multistate/base/process.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/results/atomic_file.h"
#include "multistate/sweep/slurm_script.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

constexpr const char* kJobs = "jobs.json";

fs::path slurm_folder(const fs::path& output) {
  return output / "slurm";
}

std::string trimmed(std::string text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.pop_back();
  }
  return text;
}

/// What a command of Slurm prints. Throws InputError with what it says when it fails.
std::string ask_slurm(const std::string& name, const std::vector<std::string>& words) {
  const auto program = find_program(name);
  if (!program) {
    throw InputError(fmt::format(
        "there is no {} on the PATH; run this where jobs are submitted to Slurm", name));
  }
  const ProcessResult result = run_process(*program, words);
  if (!result.failure.empty()) {
    throw InputError(fmt::format("{} {}: {}", name, result.failure, trimmed(result.errors)));
  }
  return result.output;
}

/// The id of a job in what `sbatch --parsable` prints: "12" or "12;cluster".
std::string job_id(const std::string& output) {
  std::smatch match;
  static const std::regex form(R"(\s*(\d+)(;\S*)?\s*)");
  if (!std::regex_match(output, match, form)) {
    throw InputError(fmt::format("sbatch --parsable printed no job id: {}", in_quotes(output)));
  }
  return match[1].str();
}

}  // namespace

fs::path next_submission_folder(const fs::path& output) {
  for (int64_t number = 1;; ++number) {
    fs::path folder = slurm_folder(output) / std::to_string(number);
    if (!fs::exists(fs::symlink_status(folder))) {
      return folder;
    }
  }
}

void claim_submission_folder(const fs::path& folder) {
  make_folders(folder.parent_path());
  std::error_code error;
  const bool is_made = fs::create_directory(folder, error);
  if (error) {
    throw FileError(folder, "make the folder (mkdir)", error);
  }
  if (!is_made) {
    throw InputError(fmt::format(
        "{}: somebody else is submitting this sweep; look at what they have submitted (multistate "
        "status), and try again",
        folder.string()));
  }
}

std::vector<int64_t> array_sizes(int64_t tasks, int64_t max_array_size) {
  std::vector<int64_t> sizes;
  for (int64_t left = tasks; left > 0; left -= sizes.back()) {
    sizes.push_back(std::min(left, max_array_size - 1));
  }
  return sizes;
}

int64_t max_array_size() {
  const std::string config = ask_slurm("scontrol", {"show", "config"});
  std::smatch match;
  static const std::regex form(R"(MaxArraySize\s*=\s*(\d{1,9})\b)");
  if (!std::regex_search(config, match, form)) {
    throw InputError("scontrol show config does not say what MaxArraySize is");
  }
  const int64_t size = std::stoll(match[1].str());
  if (size < 2) {
    throw InputError(fmt::format(
        "this cluster has no job arrays (MaxArraySize = {}); submit a script that starts "
        "'multistate run' yourself, as often as there are to be workers",
        size));
  }
  return size;
}

std::vector<std::string> submit_arrays(const fs::path& folder, int64_t tasks, int64_t at_once,
                                       int64_t max_size) {
  std::vector<std::string> jobs;
  for (const int64_t size : array_sizes(tasks, max_size)) {
    std::vector<std::string> words = {"--parsable", "--array=" + array_text(size, at_once)};
    if (!jobs.empty()) {
      words.push_back("--dependency=afterany:" + jobs.back());
    }
    words.push_back((folder / "batch.sh").string());
    try {
      jobs.push_back(job_id(ask_slurm("sbatch", words)));
    } catch (const InputError& error) {
      throw InputError(jobs.empty()
                           ? std::string(error.what())
                           : fmt::format("{}. Submitted before it: {}", error.what(), join(jobs)));
    }
    const nlohmann::json content = {{"jobs", jobs}};
    write_atomically(folder / kJobs, content.dump() + "\n");
  }
  return jobs;
}

std::vector<std::string> submitted_jobs(const fs::path& output) {
  std::vector<std::string> jobs;
  std::error_code none;
  for (const fs::path& folder : list_folder(slurm_folder(output), none)) {
    const fs::path path = folder / kJobs;
    if (!fs::is_regular_file(path)) {
      continue;
    }
    const nlohmann::json content = parse_strict_json(read_file(path), path.string());
    const auto ids = JsonObject(content, path.string()).strings("jobs");
    for (const std::string& id : ids.value_or(std::vector<std::string>())) {
      if (id.empty() || id.find_first_not_of("0123456789") != std::string::npos) {
        throw InputError(
            fmt::format("{}: {} is not the id of a job", path.string(), in_quotes(id)));
      }
      jobs.push_back(id);
    }
  }
  return jobs;
}

}  // namespace multistate
