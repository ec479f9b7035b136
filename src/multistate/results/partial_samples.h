#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

namespace multistate {

/// Whether a file of this name holds finished samples of an unfinished cell:
/// "samples.partial.<worker>.jsonl", or "samples.partial.jsonl" of earlier programs.
bool is_partial_samples(std::string_view name);

/// Such files in a cell's folder, in order; none, with `error`, when it cannot be listed.
std::vector<std::filesystem::path> partial_samples_files(const std::filesystem::path& folder,
                                                         std::error_code& error);

/// The finished samples of a cell that is not done: one file a worker, each written by that worker
/// alone, a line a sample with the digest of its record. Not thread-safe.
class PartialSamples {
 public:
  PartialSamples(std::filesystem::path folder, std::string cell_id);

  /// Records that other workers, or earlier runs, have added since the last call. A line that is
  /// invalid or another cell's is skipped with a warning in the log; a last line without its end is
  /// being written, or was torn by a crash, and is left until it is whole. Lines of earlier
  /// programs have no digest and are taken as they are. Throws FileError.
  std::map<int64_t, nlohmann::json> read_new();

  /// Adds the record of a finished sample to the file of `worker` and brings it to the disk. Throws
  /// FileError.
  void append(const std::string& worker, int64_t sample, const nlohmann::json& record);

  /// Removes the files of all workers. Throws FileError.
  void remove() const;

 private:
  void read_new_of(const std::filesystem::path& file, std::map<int64_t, nlohmann::json>& records);

  std::filesystem::path folder_;
  std::string cell_id_;
  std::map<std::string, int64_t> read_;  ///< Bytes that were read, by name of the file.
  std::string own_;                      ///< Name of the file that append() writes.
};

}  // namespace multistate
