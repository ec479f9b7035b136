#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/results/cell_folder.h"
#include "multistate/results/machine_load.h"
#include "multistate/sweep/sweep_plan.h"

namespace multistate {

/// A cell while it runs: which samples are done, where they are kept, and the result when the last
/// one is. Thread-safe.
class CellRun {
 public:
  enum class State { kRunning, kDone, kFailed };

  /// Takes over the samples that an interrupted run left in the folder; records that the experiment
  /// cannot read are passed over with a warning, and run again.
  CellRun(const PlannedCell& cell, CellFolder folder, nlohmann::json context);

  const PlannedCell& cell() const { return cell_; }

  /// Tokens of the samples that were run, not taken over; and how many of them the model has run.
  int64_t tokens() const { return tokens_; }
  int64_t computed_tokens() const { return computed_tokens_; }

  /// Samples that have no record yet, ascending.
  std::vector<int64_t> missing() const;

  /// Runs samples together and keeps their records on disk; writes the result when they were the
  /// last. An exception fails the cell: error.json is written, with the first of them, and later
  /// samples are passed over. A FileError, of the results' own files, is thrown on. `prefix`: that
  /// of a single sample, if shared. `running` counts the calls that run now, in all cells, and
  /// tells what ran beside the samples. Returns the cell's state after it.
  State run_samples(std::span<const int64_t> samples, uint64_t seed, SharedPrefix* prefix,
                    std::atomic<int64_t>& running);

  /// Writes the result when nothing is missing (all samples were taken over).
  State finish_if_complete();

 private:
  void take_over(int64_t sample, const nlohmann::json& json);

  /// Notes the first sample in the log of the cell.
  void note_start();

  /// Keeps what samples gave under a load.
  State keep(std::span<const int64_t> samples, std::vector<SampleRecord> records,
             const SampleLoad& load);

  /// A line of samples.jsonl: the record and the load under which it was made.
  nlohmann::json line_of(const SampleRecord& record) const;
  State finish_locked();
  State fail(int64_t sample, const std::string& kind, const std::string& message);

  const PlannedCell& cell_;
  mutable std::mutex mutex_;
  CellFolder folder_;
  nlohmann::json context_;
  std::map<int64_t, SampleRecord> records_;
  std::map<int64_t, SampleLoad> loads_;  ///< Of samples for which it is known.
  State state_ = State::kRunning;
  bool started_ = false;
  int64_t tokens_ = 0;
  int64_t computed_tokens_ = 0;
};

}  // namespace multistate
