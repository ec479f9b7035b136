#include "aggregate/reading/cell_reader.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/sha256.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"

#include "aggregate/reading/cell_fields.h"
#include "aggregate/reading/json_file.h"
#include "aggregate/reading/sample_scores.h"

namespace multistate::aggregate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kResult = "result.json";
constexpr const char* kError = "error.json";
constexpr const char* kSamples = "samples.jsonl";
constexpr const char* kPartial = "samples.partial.jsonl";

/// Runs `read`; what is wrong becomes a problem of the file. Whether nothing was.
template <class Read>
bool attempt(const fs::path& path, std::vector<Problem>& problems, const Read& read) {
  try {
    read();
    return true;
  } catch (const InputError& error) {
    problems.push_back({path, error.what()});
  }
  return false;
}

/// `digest`: that of samples.jsonl; empty in results of earlier programs.
bool read_result(const fs::path& path, Cell& cell, std::string& digest,
                 std::vector<Problem>& problems) {
  Cell filled = cell;
  const bool good = attempt(path, problems, [&] {
    const json result = load_json(path);
    const std::string problem = problem_with_content(result, cell.id);
    if (!problem.empty()) {
      throw InputError(problem);
    }
    if (cell.id.empty()) {
      const JsonObject members(result, kResult);
      filled.id = members.required(&JsonObject::string, "cell_id");
    }
    digest = JsonObject(result, kResult).string("samples_sha256").value_or("");
    fill_from_result(result, filled);
  });
  if (good) {
    filled.state = CellState::kDone;
    cell = std::move(filled);
  }
  return good;
}

void read_samples(const fs::path& path, const std::string& digest, Cell& cell,
                  std::vector<Problem>& problems) {
  if (!is_there(path)) {
    cell.warnings.emplace_back("samples.jsonl is not there: no paired tests of this cell");
    return;
  }
  if (!attempt(path, problems, [&] {
        if (!digest.empty() && fs::is_regular_file(path) && sha256_file(path) != digest) {
          throw InputError("is not the file that result.json was made of");
        }
        read_sample_scores(path, cell);
      })) {
    cell.warnings.emplace_back("samples.jsonl cannot be used: no paired tests of this cell");
  }
}

/// What is wrong with an error.json of the cell `id` (empty: any); empty when nothing is.
std::string problem_with_error(const json& error, const std::string& id) {
  if (auto problem = problem_with_schema(error, "multistate.error"); !problem.empty()) {
    return problem;
  }
  const json cell_id = error.value("cell_id", json());
  if (!cell_id.is_string() || (!id.empty() && cell_id != id)) {
    return fmt::format("is the error of another cell, {}", json_text(cell_id));
  }
  return "";
}

void read_error(const fs::path& path, Cell& cell, std::vector<Problem>& problems) {
  cell.state = CellState::kFailed;
  const bool good = attempt(path, problems, [&] {
    const json error = load_json(path);
    const std::string problem = problem_with_error(error, cell.id);
    if (!problem.empty()) {
      throw InputError(problem);
    }
    const JsonObject members(error, kError);
    cell.id = members.required(&JsonObject::string, "cell_id");
    cell.error = members.required(&JsonObject::string, "message");
    if (const json* config = members.find("config"); config != nullptr && config->is_object()) {
      auto parameters = flat_config(*config);
      parameters.merge(cell.parameters);
      cell.parameters = std::move(parameters);
    }
  });
  if (!good) {
    cell.error = "error.json cannot be read";
  }
}

/// A line that a crash tore is nothing special here, so only the first whole line says whose they
/// are.
bool is_partial_of(const fs::path& path, const std::string& id) {
  std::error_code ignored;
  std::ifstream stream(path, std::ios::binary);
  std::string line;
  if (!fs::is_regular_file(path, ignored) || fs::file_size(path, ignored) > kLargestFile ||
      !std::getline(stream, line)) {
    return true;
  }
  const json parsed = parse_json(line);
  return !parsed.is_object() || parsed.value("cell_id", json()) == id;
}

bool starts_like_ours(const std::string& name) {
  static constexpr std::array kOurs = {"result.json", "error.json", "samples.jsonl",
                                       "samples.partial.jsonl", "log.txt"};
  return std::any_of(kOurs.begin(), kOurs.end(), [&](const std::string& ours) {
    return name == ours || name.starts_with(ours + ".rejected-") ||
           name.starts_with(ours + ".tmp.");
  });
}

/// Names what is in a cell's folder and not of a run; hidden files are nobody's.
void note_foreign_files(const fs::path& folder, std::vector<Problem>& problems) {
  std::vector<fs::path> foreign;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(".") && !starts_like_ours(name)) {
      foreign.push_back(entry->path());
    }
  }
  if (error) {
    problems.push_back({folder, "cannot be read: " + error.message()});
  }
  std::sort(foreign.begin(), foreign.end());
  for (const fs::path& path : foreign) {
    problems.push_back({path, "is no file of a cell"});
  }
}

}  // namespace

Cell read_cell(const fs::path& folder, const ManifestCell& planned, bool samples,
               std::vector<Problem>& problems) {
  Cell cell;
  cell.id = planned.id;
  cell.folder = folder;
  cell.parameters = flat_config(planned.parameters);
  if (!is_there(folder)) {
    return cell;
  }
  note_foreign_files(folder, problems);
  std::string digest;
  if (is_there(folder / kResult) && read_result(folder / kResult, cell, digest, problems)) {
    if (samples) {
      read_samples(folder / kSamples, digest, cell, problems);
    }
  } else if (is_there(folder / kError)) {
    read_error(folder / kError, cell, problems);
  } else if (is_there(folder / kPartial)) {
    cell.state = CellState::kPartial;
    if (!cell.id.empty() && !is_partial_of(folder / kPartial, cell.id)) {
      problems.push_back({folder / kPartial, "holds the samples of another cell"});
      cell.state = CellState::kMissing;
    }
  }
  return cell;
}

std::optional<Cell> read_unplanned_cell(const fs::path& folder, bool samples,
                                        std::vector<Problem>& problems) {
  const size_t before = problems.size();
  Cell cell = read_cell(folder, {"", "", json::object()}, samples, problems);
  if (!cell.id.empty()) {
    return cell;
  }
  if (problems.size() == before) {
    problems.push_back({folder, fmt::format("is {}, and no sweep.json says which cell it is",
                                            cell.state == CellState::kPartial ? "an unfinished cell"
                                                                              : "no cell")});
  }
  return std::nullopt;
}

}  // namespace multistate::aggregate
