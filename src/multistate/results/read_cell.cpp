#include "multistate/results/read_cell.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/file_error.h"
#include "multistate/base/list_folder.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/output_file.h"
#include "multistate/base/sha256.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/results/partial_samples.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Files larger than this are not what a run writes.
constexpr uintmax_t kLargestFile = uintmax_t{256} << 20;

/// The JSON of a file; discarded when it is none.
json load_json(const fs::path& path) {
  return json::parse(load_text(path), nullptr, /*allow_exceptions=*/false);
}

/// Runs `read`; what is wrong becomes a problem of the file. Whether nothing was.
template <class Read>
bool attempt(const fs::path& path, std::vector<Problem>& problems, const Read& read) {
  try {
    read();
    return true;
  } catch (const InputError& error) {
    problems.push_back({path, error.what()});
  } catch (const FileError& error) {
    problems.push_back({path, "cannot be read: " + error.code().message()});
  }
  return false;
}

void refuse_problem(const std::string& problem) {
  if (!problem.empty()) {
    throw InputError(problem);
  }
}

/// Returns the digest of samples.jsonl; empty in results of earlier programs.
std::string read_result(const fs::path& path, StoredCell& cell) {
  const json result = load_json(path);
  refuse_problem(problem_with_content(result, cell.id));
  const JsonObject members(result, kResultFile);
  StoredCell filled = cell;
  filled.id = cell.id.empty() ? members.required(&JsonObject::string, "cell_id") : cell.id;
  filled.state = CellState::kDone;
  std::string digest = members.string("samples_sha256").value_or("");
  fill_from_result(result, filled);
  cell = std::move(filled);
  return digest;
}

void read_samples(const fs::path& path, const std::string& digest, StoredCell& cell,
                  std::vector<Problem>& problems) {
  if (!is_there(path)) {
    cell.warnings.emplace_back("samples.jsonl is missing: no paired tests for this cell");
    return;
  }
  if (!attempt(path, problems, [&] {
        if (!digest.empty() && fs::is_regular_file(path) && sha256_file(path) != digest) {
          throw InputError("does not have the digest that result.json names");
        }
        read_sample_scores(path, cell);
      })) {
    cell.warnings.emplace_back("samples.jsonl cannot be used: no paired tests for this cell");
  }
}

void read_error(const fs::path& path, StoredCell& cell) {
  const json error = load_json(path);
  refuse_problem(problem_with_schema(error, "multistate.error"));
  const json id = error.value("cell_id", json());
  if (!id.is_string() || (!cell.id.empty() && id != cell.id)) {
    throw InputError(fmt::format("is the error of another cell, {}", json_text(id)));
  }
  const JsonObject members(error, kErrorFile);
  cell.id = id;
  cell.error = members.required(&JsonObject::string, "message");
  if (const json* config = members.find("config"); config != nullptr && config->is_object()) {
    auto parameters = flat_config(*config);
    parameters.merge(cell.parameters);
    cell.parameters = std::move(parameters);
  }
}

/// Torn lines are expected here, so the first whole line decides whose samples these are.
bool is_partial_of(const fs::path& path, const std::string& id) {
  std::error_code ignored;
  std::ifstream stream(path, std::ios::binary);
  std::string line;
  if (!fs::is_regular_file(path, ignored) || !std::getline(stream, line)) {
    return true;
  }
  const json parsed = parse_json(line);
  return !parsed.is_object() || parsed.value("cell_id", json()) == id;
}

/// One file of them that is the cell's makes it partial.
void read_partial_samples(const fs::path& folder, StoredCell& cell,
                          std::vector<Problem>& problems) {
  std::error_code unreadable;  // note_foreign_files() says so.
  for (const fs::path& path : partial_samples_files(folder, unreadable)) {
    if (cell.id.empty() || is_partial_of(path, cell.id)) {
      cell.state = CellState::kPartial;
    } else {
      problems.push_back({path, "holds the samples of another cell"});
    }
  }
}

/// Names files in a cell's folder that a run does not write; hidden files are ignored.
void note_foreign_files(const fs::path& folder, std::vector<Problem>& problems) {
  static constexpr std::array kOurs = {kResultFile, kErrorFile, kSamplesFile, "log.txt"};
  for (const fs::path& path : entries_of(folder, problems)) {
    const std::string name = path.filename().string();
    const bool is_ours = std::any_of(kOurs.begin(), kOurs.end(), [&](const std::string& ours) {
      return name == ours || name.starts_with(ours + ".rejected-") ||
             name.starts_with(ours + ".tmp.");
    });
    if (!name.starts_with(".") && !is_ours && !is_partial_samples(name)) {
      problems.push_back({path, "does not belong to a cell"});
    }
  }
}

void read_files(const fs::path& folder, bool samples, StoredCell& cell,
                std::vector<Problem>& problems) {
  note_foreign_files(folder, problems);
  std::string digest;
  if (is_there(folder / kResultFile) && attempt(folder / kResultFile, problems, [&] {
        digest = read_result(folder / kResultFile, cell);
      })) {
    if (samples) {
      read_samples(folder / kSamplesFile, digest, cell, problems);
    }
  } else if (is_there(folder / kErrorFile)) {
    cell.state = CellState::kFailed;
    if (!attempt(folder / kErrorFile, problems, [&] { read_error(folder / kErrorFile, cell); })) {
      cell.error = "error.json cannot be read";
    }
  } else {
    read_partial_samples(folder, cell, problems);
  }
}

}  // namespace

std::vector<fs::path> entries_of(const fs::path& folder, std::vector<Problem>& problems) {
  std::error_code error;
  auto entries = list_folder(folder, error);
  if (error) {
    problems.push_back({folder, "cannot be read: " + error.message()});
  }
  return entries;
}

std::string load_text(const fs::path& path) {
  std::error_code error;
  // A pipe would be read for ever.
  if (!fs::is_regular_file(path, error)) {
    throw InputError("is not a file");
  }
  const auto size = fs::file_size(path, error);
  if (error || size > kLargestFile) {
    throw InputError(error ? "cannot be read: " + error.message()
                           : fmt::format("has {}; at most {} are read",
                                         human_bytes(static_cast<double>(size)),
                                         human_bytes(static_cast<double>(kLargestFile))));
  }
  std::string text;
  try {
    text = read_file(path);
  } catch (const InputError&) {
    throw InputError("cannot be read");
  }
  if (nests_deeper(text, kDeepestJson)) {
    throw InputError(fmt::format("is nested more than {} deep", kDeepestJson));
  }
  return text;
}

std::optional<StoredCell> read_cell(const fs::path& folder, const ManifestCell* planned,
                                    bool samples, std::vector<Problem>& problems) {
  const size_t before = problems.size();
  StoredCell cell;
  cell.folder = folder;
  if (planned != nullptr) {
    cell.id = planned->id;
    cell.parameters = flat_config(planned->parameters);
  }
  // A damaged manifest may name what no folder can be called.
  attempt(folder, problems, [&] {
    if (is_there(folder)) {
      read_files(folder, samples, cell, problems);
    }
  });
  if (planned != nullptr || !cell.id.empty()) {
    return cell;
  }
  if (problems.size() == before) {
    problems.push_back({folder, fmt::format("is {}, and no sweep.json lists it",
                                            cell.state == CellState::kPartial ? "an unfinished cell"
                                                                              : "no cell")});
  }
  return std::nullopt;
}

}  // namespace multistate
