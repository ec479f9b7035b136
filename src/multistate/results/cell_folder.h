#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace multistate {

enum class CellState {
  kDone,     ///< result.json is there, is this cell's, says "ok", and its samples are as written.
  kFailed,   ///< error.json is there.
  kPartial,  ///< Some samples are done.
  kMissing,
};

const char* to_string(CellState state);

/// What one cell has on disk:
///
/// * result.json: written last, atomically; the cell is done if and only if it is there and "ok"
///   and samples.jsonl has the digest that it names.
/// * samples.jsonl: one line a sample, in order.
/// * samples.partial.jsonl: the same while the cell runs, in order of completion, with a digest a
///   line.
/// * error.json: why the cell failed; gone when it succeeds later.
/// * log.txt: what happened, with times.
///
/// Nothing is deleted that this class did not write: a result.json that cannot be read or is
/// another cell's (with its samples.jsonl), and an error.json that is not ours, are moved aside
/// under a new name.
///
/// What cannot be written throws FileError, what cannot be read InputError.
class CellFolder {
 public:
  CellFolder(std::filesystem::path path, std::string cell_id);

  const std::filesystem::path& path() const { return path_; }

  CellState state() const;

  /// The content of result.json; the cell must be done.
  nlohmann::json result() const;

  /// The content of error.json; the cell must have failed.
  nlohmann::json error() const;

  /// Records of the samples that an interrupted run left, by sample. Lines that are torn, changed
  /// or another cell's are passed over with a warning in the log. Lines of earlier programs have no
  /// digest and are taken as they are.
  std::map<int64_t, nlohmann::json> partial_samples() const;

  /// Adds the record of a finished sample and brings it to the disk.
  void append_sample(int64_t sample, const nlohmann::json& record);

  /// Writes all samples in order, then the result with their digest (`samples_sha256`).
  void finish(nlohmann::json result, const std::vector<nlohmann::json>& records);

  void fail(const nlohmann::json& error);

  /// Removes what runs that were killed have left: temporary files, and beside a finished result
  /// its partial samples and error. Returns state(). Nobody else may write here meanwhile.
  CellState remove_leftovers();

  /// Adds a line with the time to log.txt.
  void log(const std::string& message) const;

 private:
  std::filesystem::path file(const char* name) const { return path_ / name; }
  void move_foreign_files_aside();

  std::filesystem::path path_;
  std::string cell_id_;
};

/// Why a result.json is not a finished cell's: "cannot be read as JSON", ...; empty when it is.
/// `cell_id` may be empty: any cell's. The samples.jsonl beside it has to have the digest that the
/// result names; results of earlier programs name none.
std::string problem_with_result(const std::filesystem::path& path, const std::string& cell_id);

/// Why the content of a file (discarded when it is no JSON) is not ours to read: no object, another
/// schema than `name`, or another version; empty when it is.
std::string problem_with_schema(const nlohmann::json& content, const std::string& name);

/// The same as problem_with_result(), of what such a file holds, without samples.jsonl.
std::string problem_with_content(const nlohmann::json& result, const std::string& cell_id);

}  // namespace multistate
