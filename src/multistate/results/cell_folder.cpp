#include "multistate/results/cell_folder.h"

#include <ctime>
#include <sstream>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "multistate/base/log.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/output_file.h"
#include "multistate/base/sha256.h"
#include "multistate/base/strict_json.h"
#include "multistate/results/atomic_file.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kResult = "result.json";
constexpr const char* kError = "error.json";
constexpr const char* kSamples = "samples.jsonl";
constexpr const char* kPartial = "samples.partial.jsonl";
constexpr const char* kDigest = "samples_sha256";
constexpr const char* kRecordDigest = "record_sha256";

std::string dump(const json& value, int indent) {
  return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

json parse_file(const fs::path& path) {
  return parse_json(read_file(path));
}

/// The line of samples.partial.jsonl, or a discarded value when it is torn, changed or another
/// cell's.
json parse_partial(const std::string& line, const std::string& cell_id) {
  json parsed = parse_json(line);
  const bool ours = parsed.is_object() && parsed.value("cell_id", json()) == cell_id &&
                    parsed.value("sample", json()).is_number_integer() && parsed.contains("record");
  const bool whole =
      ours && (!parsed.contains(kRecordDigest) ||
               parsed.at(kRecordDigest) == sha256_hex(dump(parsed.at("record"), -1)));
  return whole ? parsed : json(json::value_t::discarded);
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
  return problem.empty() ? problem_with_samples(path.parent_path() / kSamples, result) : problem;
}

std::string problem_with_schema(const json& content, const std::string& name) {
  if (!content.is_object()) {
    return "cannot be read as JSON: torn, or not ours";
  }
  const json schema = content.value("schema", json());
  if (!schema.is_object() || schema.value("name", json()) != name) {
    return "is not a " + name;
  }
  if (schema.value("version", json()) != 1) {
    return fmt::format("has schema version {}, this program reads 1",
                       schema.value("version", json()).dump());
  }
  return "";
}

std::string problem_with_content(const json& result, const std::string& cell_id) {
  if (auto problem = problem_with_schema(result, "multistate.result"); !problem.empty()) {
    return problem;
  }
  if (!cell_id.empty() && result.value("cell_id", json()) != cell_id) {
    return fmt::format("is the result of another cell, {}", result.value("cell_id", json()).dump());
  }
  return result.value("status", json()) == "ok" ? "" : "does not have the status \"ok\"";
}

CellFolder::CellFolder(fs::path path, std::string cell_id)
    : path_(std::move(path)), cell_id_(std::move(cell_id)) {}

CellState CellFolder::state() const {
  if (fs::exists(file(kResult)) && problem_with_result(file(kResult), cell_id_).empty()) {
    return CellState::kDone;
  }
  if (fs::exists(file(kError))) {
    return CellState::kFailed;
  }
  return fs::exists(file(kPartial)) ? CellState::kPartial : CellState::kMissing;
}

json CellFolder::result() const {
  return parse_file(file(kResult));
}

json CellFolder::error() const {
  return parse_file(file(kError));
}

std::map<int64_t, json> CellFolder::partial_samples() const {
  std::map<int64_t, json> records;
  if (!fs::exists(file(kPartial))) {
    return records;
  }
  if (!fs::is_regular_file(file(kPartial))) {
    log_warning(fmt::format("{}: is not a file", file(kPartial).string()));
    return records;
  }
  std::istringstream lines(read_file(file(kPartial)));
  int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    json parsed = parse_partial(line, cell_id_);
    if (parsed.is_discarded()) {
      log_warning(
          fmt::format("{}:{}: a line that is torn, changed or another cell's: its sample "
                      "is run again",
                      file(kPartial).string(), number));
      continue;
    }
    records[parsed.at("sample").get<int64_t>()] = std::move(parsed.at("record"));
  }
  return records;
}

void CellFolder::append_sample(int64_t sample, const json& record) {
  append_line(file(kPartial), dump({{"cell_id", cell_id_},
                                    {"sample", sample},
                                    {"record", record},
                                    {kRecordDigest, sha256_hex(dump(record, -1))}},
                                   -1));
}

void CellFolder::finish(json result, const std::vector<json>& records) {
  std::string lines;
  for (const json& record : records) {
    lines += dump(record, -1) + "\n";
  }
  move_foreign_files_aside();
  result[kDigest] = sha256_hex(lines);
  write_atomically(file(kSamples), lines);
  write_atomically(file(kResult), dump(result, 2) + "\n");
  remove_file(file(kError));
  remove_file(file(kPartial));
}

void CellFolder::fail(const json& error) {
  write_atomically(file(kError), dump(error, 2) + "\n");
}

CellState CellFolder::remove_leftovers() {
  const CellState found = state();
  if (!fs::is_directory(path_)) {
    return found;
  }
  for (const auto& entry : fs::directory_iterator(path_)) {
    const std::string name = entry.path().filename().string();
    if (is_temporary_of(name, kResult) || is_temporary_of(name, kSamples) ||
        is_temporary_of(name, kError)) {
      remove_file(entry.path());
    }
  }
  if (found == CellState::kDone) {
    move_foreign_files_aside();
    remove_file(file(kError));
    remove_file(file(kPartial));
  }
  return found;
}

void CellFolder::log(const std::string& message) const {
  append_line(file("log.txt"),
              fmt::format("{:%Y-%m-%dT%H:%M:%SZ} {}", fmt::gmtime(std::time(nullptr)), message));
}

void CellFolder::move_foreign_files_aside() {
  if (is_there(file(kError)) && !is_our_error(file(kError))) {
    move_aside(file(kError), "is not a multistate.error");
  }
  if (!is_there(file(kResult))) {
    return;
  }
  const std::string problem = problem_with_result(file(kResult), cell_id_);
  if (problem.empty()) {
    return;
  }
  move_aside(file(kResult), problem);
  if (is_there(file(kSamples))) {
    move_aside(file(kSamples), "belongs to that result");
  }
}

}  // namespace multistate
