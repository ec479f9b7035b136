#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/results/cell_folder.h"
#include "multistate/results/machine_load.h"
#include "multistate/results/partial_samples.h"
#include "multistate/results/worker.h"
#include "multistate/sweep/sweep_plan.h"

namespace multistate {

/// A cell while workers run it: which samples are done, by whomever, and the result when the last
/// one is. Thread-safe.
class CellRun {
 public:
  enum class State { kRunning, kDone, kFailed };

  /// Takes over the samples that an interrupted run left in the folder; records that the experiment
  /// cannot read are skipped with a warning, and run again.
  CellRun(const PlannedCell& cell, CellFolder folder, nlohmann::json context, Worker& worker);

  const PlannedCell& cell() const { return cell_; }

  /// Tokens of the samples that were run, not taken over; and how many of them the model has run.
  int64_t tokens() const { return tokens_; }
  int64_t computed_tokens() const { return computed_tokens_; }

  /// Samples that have no record yet, ascending. See refresh().
  std::vector<int64_t> missing() const;

  bool has(int64_t sample) const;
  bool is_complete() const;  ///< Every sample has a record.
  State state() const;

  /// Whether this worker has brought the cell to its state.
  bool ended_here() const;

  /// Looks at what other workers have added to the folder since: samples, the result, an error.
  State refresh();

  /// Runs samples together and keeps their records on disk; writes the result when no other is
  /// missing, those of other workers included. An exception fails the cell: error.json is written,
  /// with the first of them, and later samples are passed over. A FileError, of the results' own
  /// files, is thrown on. Samples that are stopped on the way (work_point()) stay missing.
  /// `prefix`: that of a single sample, if shared. `running` counts the calls that run now, in all
  /// cells, and tells what ran beside the samples. Returns the cell's state after it.
  State run_samples(std::span<const int64_t> samples, uint64_t seed, SharedPrefix* prefix,
                    std::atomic<int64_t>& running);

  /// A process died while it ran this sample.
  void fail_crashed(int64_t sample, const std::string& message);

  /// Writes the result when no sample is missing, unless another worker does so now.
  State finish_if_complete();

 private:
  std::shared_ptr<const Transformer> transformer() const;
  void take_over(int64_t sample, const nlohmann::json& json);

  /// Notes the first sample in the log of the cell.
  void note_start();

  /// Keeps what samples gave under a load.
  State keep(std::span<const int64_t> samples, std::vector<SampleRecord> records,
             const SampleLoad& load);

  /// A line of samples.jsonl: the record and the load under which it was made.
  nlohmann::json line_of(const SampleRecord& record) const;
  State refresh_locked();
  State finish_locked();
  void write_result();
  void log(const std::string& message) const;  ///< In the log of the cell.
  State fail(int64_t sample, const std::string& kind, const std::string& message);

  const PlannedCell& cell_;
  Worker& worker_;
  mutable std::mutex mutex_;
  CellFolder folder_;
  PartialSamples partial_;
  nlohmann::json context_;
  std::map<int64_t, SampleRecord> records_;
  std::map<int64_t, SampleLoad> loads_;  ///< Of samples for which it is known.
  std::string error_before_;  ///< CellFolder::error_mark() of a failure that is being tried again.
  State state_ = State::kRunning;
  bool ended_here_ = false;
  bool started_ = false;
  int64_t tokens_ = 0;
  int64_t computed_tokens_ = 0;
};

}  // namespace multistate
