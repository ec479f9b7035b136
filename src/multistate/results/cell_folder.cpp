#include "multistate/results/cell_folder.h"

#include <algorithm>
#include <ctime>
#include <system_error>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "multistate/base/file_error.h"
#include "multistate/base/json_layout.h"
#include "multistate/base/list_folder.h"
#include "multistate/base/log.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/output_file.h"
#include "multistate/base/sha256.h"
#include "multistate/base/strict_json.h"
#include "multistate/results/atomic_file.h"
#include "multistate/results/packed.h"
#include "multistate/results/partial_samples.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kDigest = "samples_sha256";

json parse_file(const fs::path& path) {
  return parse_json(read_file(path));
}

/// Why the samples beside a result are not those it was made of; empty when they are.
std::string problem_with_samples(const fs::path& samples, const json& result) {
  const json digest = result.value(kDigest, json());
  if (digest.is_null()) {
    return "";
  }
  if (!fs::is_regular_file(samples)) {
    return "has no samples.jsonl beside it";
  }
  return digest == sha256_file(samples) ? "" : "was made of other samples than samples.jsonl holds";
}

bool is_our_error(const fs::path& path) {
  if (!fs::is_regular_file(path)) {
    return false;
  }
  const json error = parse_file(path);
  const json schema = error.is_object() ? error.value("schema", json()) : json();
  return schema.is_object() && schema.value("name", json()) == "multistate.error";
}

/// Removes the temporary files of `files` in a folder, but for those of processes at work.
void remove_temporaries(const fs::path& folder, const std::vector<std::string>& files,
                        const std::function<bool(const std::string& process)>& is_at_work) {
  std::error_code error;
  auto found = list_folder(folder, error);
  std::erase_if(found, [&](const fs::path& path) {
    const std::string name = path.filename().string();
    return std::none_of(files.begin(), files.end(),
                        [&](const std::string& file) { return is_temporary_of(name, file); });
  });
  if (error && error != std::errc::no_such_file_or_directory &&
      error != std::errc::not_a_directory) {
    throw FileError(folder, "list the folder (readdir)", error);
  }
  // Asked after they were seen: whoever comes to work now has made none of them.
  for (const fs::path& path : found) {
    if (!is_at_work(process_of_temporary(path.filename().string()))) {
      remove_file(path);
    }
  }
}

/// Renames a file to the first free "<name>.rejected-<n>" and says so in the log.
void move_aside(const fs::path& path, const std::string& problem) {
  fs::path aside;
  for (int number = 1; aside.empty() || is_there(aside); ++number) {
    aside = path;
    aside += fmt::format(".rejected-{}", number);
  }
  rename_file(path, aside);
  log_warning(
      fmt::format("{}: {}; it is now {}", path.string(), problem, aside.filename().string()));
}

}  // namespace

const char* to_string(CellState state) {
  switch (state) {
    case CellState::kDone:
      return "done";
    case CellState::kFailed:
      return "failed";
    case CellState::kPartial:
      return "partial";
    case CellState::kMissing:
      break;
  }
  return "missing";
}

std::string problem_with_result(const fs::path& path, const std::string& cell_id) {
  if (!fs::is_regular_file(path)) {
    return "is not a file";
  }
  const json result = parse_file(path);
  const std::string problem = problem_with_content(result, cell_id);
  return problem.empty() ? problem_with_samples(path.parent_path() / kSamplesFile, result)
                         : problem;
}

std::string problem_with_schema(const json& content, const std::string& name, int newest) {
  if (!content.is_object()) {
    return "cannot be read as JSON: torn, or not ours";
  }
  const json schema = content.value("schema", json());
  if (!schema.is_object() || schema.value("name", json()) != name) {
    return "is not a " + name;
  }
  const json version = schema.value("version", json());
  if (!version.is_number_integer() || version < 1 || version > newest) {
    return fmt::format("has schema version {}, this program reads {}", version.dump(),
                       newest == 1 ? "1" : fmt::format("1 to {}", newest));
  }
  return "";
}

std::string problem_with_content(const json& result, const std::string& cell_id) {
  if (auto problem = problem_with_schema(result, "multistate.result", kResultVersion);
      !problem.empty()) {
    return problem;
  }
  if (!cell_id.empty() && result.value("cell_id", json()) != cell_id) {
    return fmt::format("is the result of another cell, {}", result.value("cell_id", json()).dump());
  }
  return result.value("status", json()) == "ok" ? "" : "does not have the status \"ok\"";
}

CellFolder::CellFolder(fs::path path, std::string cell_id)
    : path_(std::move(path)), cell_id_(std::move(cell_id)) {}

bool CellFolder::is_done() const {
  return fs::exists(file(kResultFile)) && problem_with_result(file(kResultFile), cell_id_).empty();
}

CellState CellFolder::state() const {
  if (is_done()) {
    return CellState::kDone;
  }
  if (fs::exists(file(kErrorFile))) {
    return CellState::kFailed;
  }
  std::error_code unreadable;
  return !partial_samples_files(path_, unreadable).empty() ? CellState::kPartial
                                                           : CellState::kMissing;
}

json CellFolder::result() const {
  return parse_file(file(kResultFile));
}

json CellFolder::error() const {
  return parse_file(file(kErrorFile));
}

std::string CellFolder::error_mark() const {
  struct stat status {};
  return ::lstat(file(kErrorFile).c_str(), &status) == 0
             ? fmt::format("{} {} {} {}", status.st_ino, status.st_size, status.st_mtim.tv_sec,
                           status.st_mtim.tv_nsec)
             : "";
}

bool CellFolder::finish(json result, const std::vector<json>& records,
                        const std::function<bool()>& is_mine) {
  std::string lines;
  for (const json& record : records) {
    lines += json_line(record) + "\n";
  }
  // From here on nobody else who has prepared these files can put them in place.
  remove_temporaries(path_, {kSamplesFile, kResultFile},
                     [](const std::string& /*process*/) { return false; });
  if (!is_done()) {
    move_foreign_files_aside();
    result[kDigest] = sha256_hex(lines);
    PreparedFile samples(file(kSamplesFile), lines);
    PreparedFile whole(file(kResultFile), json_page(result));
    if (!is_mine()) {
      return false;
    }
    try {
      samples.put_in_place();
      whole.put_in_place();
    } catch (const FileError& error) {
      if (error.code() == std::errc::no_such_file_or_directory) {
        return false;  // Another finisher has removed them.
      }
      throw;
    }
  }
  remove_error_and_partial_samples();
  return true;
}

void CellFolder::fail(const json& error) {
  write_atomically(file(kErrorFile), json_page(error));
}

CellState CellFolder::remove_leftovers(
    const std::function<bool(const std::string& process)>& is_at_work) {
  remove_temporaries(path_, {kResultFile, kSamplesFile, kErrorFile}, is_at_work);
  const CellState found = state();
  if (found == CellState::kDone) {
    move_foreign_files_aside();
    remove_error_and_partial_samples();
  }
  return found;
}

void CellFolder::remove_error_and_partial_samples() {
  remove_file(file(kErrorFile));
  PartialSamples(path_, cell_id_).remove();
}

void CellFolder::log(const std::string& message) const {
  append_line(file("log.txt"),
              fmt::format("{:%Y-%m-%dT%H:%M:%SZ} {}", fmt::gmtime(std::time(nullptr)), message));
}

void CellFolder::move_foreign_files_aside() {
  if (is_there(file(kErrorFile)) && !is_our_error(file(kErrorFile))) {
    move_aside(file(kErrorFile), "is not a multistate.error");
  }
  if (!is_there(file(kResultFile))) {
    return;
  }
  const std::string problem = problem_with_result(file(kResultFile), cell_id_);
  if (problem.empty()) {
    return;
  }
  move_aside(file(kResultFile), problem);
  if (is_there(file(kSamplesFile))) {
    move_aside(file(kSamplesFile), "belongs to that result");
  }
}

}  // namespace multistate
