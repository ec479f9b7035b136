#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace multistate {

/// The files of a cell, beside those of partial_samples.h.
inline constexpr const char* kResultFile = "result.json";
inline constexpr const char* kErrorFile = "error.json";
inline constexpr const char* kSamplesFile = "samples.jsonl";

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
/// * samples.partial.<worker>.jsonl: the same while the cell runs, see PartialSamples.
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
  bool is_done() const;

  /// The content of result.json; the cell must be done.
  nlohmann::json result() const;

  /// The content of error.json; the cell must have failed.
  nlohmann::json error() const;

  /// Changes whenever error.json is written; empty while there is none.
  std::string error_mark() const;

  /// Writes all samples in order, then the result with their digest (`samples_sha256`), and removes
  /// error.json and the partial samples. Whoever calls this has claimed the result of the cell.
  ///
  /// A worker that was only slow, and whose claim another one has taken over, can spoil nothing:
  /// both files lie complete under temporary names before `is_mine` is asked whether the claim
  /// still holds, and the first thing that another finisher does is to remove these temporary
  /// files. False when the claim is lost; the other one writes the result then.
  bool finish(
      nlohmann::json result, const std::vector<nlohmann::json>& records,
      const std::function<bool()>& is_mine = [] { return true; });

  void fail(const nlohmann::json& error);

  /// Removes what runs that were killed have left: temporary files, and beside a finished result
  /// its partial samples and error. Returns state(). `is_at_work` tells of a process_name() whether
  /// its temporary files are still wanted.
  CellState remove_leftovers(const std::function<bool(const std::string& process)>& is_at_work);

  /// Adds a line with the time to log.txt.
  void log(const std::string& message) const;

 private:
  std::filesystem::path file(const char* name) const { return path_ / name; }
  void move_foreign_files_aside();
  void remove_error_and_partial_samples();

  std::filesystem::path path_;
  std::string cell_id_;
};

/// Why a result.json is not a finished cell's: "cannot be read as JSON", ...; empty when it is.
/// `cell_id` may be empty: any cell's. The samples.jsonl beside it has to have the digest that the
/// result names; results of earlier programs name none.
std::string problem_with_result(const std::filesystem::path& path, const std::string& cell_id);

/// Why the content of a file (discarded when it is no JSON) is not ours to read: no object, another
/// schema than `name`, or none of its versions 1 to `newest`; empty when it is.
std::string problem_with_schema(const nlohmann::json& content, const std::string& name,
                                int newest = 1);

/// The same as problem_with_result(), of what such a file holds, without samples.jsonl.
std::string problem_with_content(const nlohmann::json& result, const std::string& cell_id);

}  // namespace multistate
