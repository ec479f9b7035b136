#include "multistate/results/lease.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "multistate/base/file_descriptor.h"
#include "multistate/base/file_error.h"
#include "multistate/base/json_layout.h"
#include "multistate/base/list_folder.h"
#include "multistate/base/output_file.h"
#include "multistate/base/strict_json.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLeaseExtension = ".json";
constexpr std::string_view kSession = "worker.";
constexpr size_t kLongestLease = 8192;

/// Reads from the start of a file that is open.
std::string read_all(int descriptor, const fs::path& path) {
  std::string text(kLongestLease, '\0');
  const ssize_t size =
      without_interruption([&] { return ::pread(descriptor, text.data(), text.size(), 0); });
  if (size < 0) {
    throw FileError(path, "read the lease (pread)");
  }
  text.resize(static_cast<size_t>(size));
  return text;
}

bool is_of(std::string_view text, const std::string& worker) {
  const auto lease = lease_from_text(text);
  return lease && lease->worker == worker;
}

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

/// What to do where a file system does not know the call.
const char* exclusive_create(int error) {
  const bool unknown = error == EINVAL || error == ENOSYS || error == EOPNOTSUPP;
  return unknown ? "claim work by making this file for one process only (open with O_CREAT and "
                   "O_EXCL), which this file system refuses; choose an output on another one "
                   "(output=...)"
                 : "claim work by making this file (open with O_CREAT and O_EXCL)";
}

}  // namespace

std::string to_text(const Lease& lease) {
  nlohmann::json content = {{"schema", {{"name", "multistate.lease"}, {"version", 1}}},
                            {"worker", lease.worker},
                            {"host", lease.host},
                            {"process",
                             {{"number", lease.process.number},
                              {"start", lease.process.start},
                              {"scope", lease.process.scope}}},
                            {"job", nullptr},
                            {"what", lease.what},
                            {"start", lease.start}};
  if (lease.job) {
    content["job"] = *lease.job;
  }
  std::string text = json_line(content);
  text.pop_back();
  return fmt::format("{},\"beats\":{:>12}}}\n", text, lease.beats);
}

std::optional<Lease> lease_from_text(std::string_view text) {
  const nlohmann::json content = parse_json(text);
  try {
    Lease lease;
    lease.worker = content.at("worker");
    lease.host = content.at("host");
    const nlohmann::json& process = content.at("process");
    lease.process = {process.at("number"), process.at("start"), process.at("scope")};
    if (!content.at("job").is_null()) {
      lease.job = content.at("job").get<std::string>();
    }
    lease.what = content.at("what");
    lease.start = content.at("start");
    lease.beats = content.at("beats");
    return lease;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

std::optional<std::string> own_job() {
  const auto array = variable("SLURM_ARRAY_JOB_ID");
  const auto task = variable("SLURM_ARRAY_TASK_ID");
  if (array && task) {
    return fmt::format("slurm {}_{}", *array, *task);
  }
  constexpr std::array<std::pair<const char*, const char*>, 3> kSystems = {
      {{"SLURM_JOB_ID", "slurm"}, {"PBS_JOBID", "pbs"}, {"LSB_JOBID", "lsf"}}};
  for (const auto& [name, system] : kSystems) {
    if (const auto job = variable(name)) {
      return fmt::format("{} {}", system, *job);
    }
  }
  return std::nullopt;
}

std::string session_name(const std::string& worker) {
  return std::string(kSession) + worker;
}

bool is_session(std::string_view name) {
  return name.starts_with(kSession);
}

fs::path lease_folder(const fs::path& output) {
  return output / "leases";
}

fs::path lease_path(const fs::path& output, const std::string& name) {
  return lease_folder(output) / (name + std::string(kLeaseExtension));
}

std::vector<std::string> lease_names(const fs::path& output) {
  std::vector<std::string> names;
  std::error_code error;
  const fs::path folder = lease_folder(output);
  for (const fs::path& entry : list_folder(folder, error)) {
    const std::string name = entry.filename().string();
    if (name.ends_with(kLeaseExtension)) {
      names.push_back(name.substr(0, name.size() - kLeaseExtension.size()));
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw FileError(folder, "list the folder (readdir)", error);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool create_lease(const fs::path& path, std::string_view text) {
  constexpr int kAttempts = 10;
  for (int attempt = 1;; ++attempt) {
    make_folders(path.parent_path());
    bool is_made = false;
    try {
      const OutputFile file(path, O_WRONLY | O_CREAT | O_EXCL);
      is_made = true;
      file.write(text);
      return true;
    } catch (const FileError& error) {
      if (is_made) {
        ::unlink(path.c_str());
        throw;
      }
      if (error.code() == std::errc::file_exists) {
        return false;
      }
      // A worker that left last has removed the empty folder.
      if (error.code() != std::errc::no_such_file_or_directory || attempt == kAttempts) {
        throw FileError(path, exclusive_create(error.code().value()), error.code());
      }
    }
  }
}

std::optional<std::string> read_lease(const fs::path& path) {
  const FileDescriptor file = open_to_read(path, O_NOFOLLOW);
  if (file.is_open()) {
    return read_all(file.get(), path);
  }
  if (errno != ENOENT) {
    throw FileError(path, "read the lease (open)");
  }
  return std::nullopt;
}

bool is_held_by(const fs::path& path, const std::string& worker) {
  const auto text = read_lease(path);
  return text && is_of(*text, worker);
}

bool rewrite_lease(const fs::path& path, const Lease& lease) {
  try {
    const OutputFile file(path, O_RDWR);
    if (!is_of(read_all(file.descriptor(), path), lease.worker)) {
      return false;
    }
    file.write(to_text(lease));
    return true;
  } catch (const FileError& error) {
    if (error.code() == std::errc::no_such_file_or_directory) {
      return false;
    }
    throw;
  }
}

bool take_away_lease(const fs::path& path, std::string_view text, const std::string& worker) {
  fs::path aside = path;
  aside.replace_extension(fmt::format(".ended.{}{}", worker, kLeaseExtension));
  try {
    rename_file(path, aside);
    if (read_lease(aside) != text) {
      rename_file(aside, path);
      return false;
    }
  } catch (const FileError& error) {
    if (error.code() == std::errc::no_such_file_or_directory) {
      return true;  // Gone: so much the better.
    }
    throw;
  }
  remove_file(aside);
  return true;
}

}  // namespace multistate
