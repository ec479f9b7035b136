#include "multistate/sweep/cell_run.h"

#include <algorithm>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include "multistate/base/file_error.h"
#include "multistate/base/log.h"
#include "multistate/base/supervisor.h"
#include "multistate/engine/finite.h"
#include "multistate/model/device_stream.h"
#include "multistate/policy/policy_error.h"
#include "multistate/sweep/cell_result.h"

namespace multistate {
namespace {

std::string result_lease(const PlannedCell& cell) {
  return fmt::format("cell.{}.result", cell.folder());
}

/// Counts a call that runs samples, from its start to its end.
class Running {
 public:
  explicit Running(std::atomic<int64_t>& count) : count_(count), beside_(count++) {}
  ~Running() { --count_; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  /// Other calls that ran when this one started or run now, whichever are more.
  int64_t beside() const { return std::max(beside_, count_ - 1); }

 private:
  std::atomic<int64_t>& count_;
  int64_t beside_;
};

}  // namespace

CellRun::CellRun(const PlannedCell& cell, CellFolder folder, nlohmann::json context, Worker& worker)
    : cell_(cell),
      worker_(worker),
      folder_(std::move(folder)),
      partial_(folder_.path(), cell.id),
      context_(std::move(context)),
      error_before_(folder_.error_mark()) {
  refresh_locked();
}

void CellRun::take_over(int64_t sample, const nlohmann::json& json) {
  try {
    SampleRecord record = SampleRecord::from_json(json);
    std::optional<SampleLoad> load;
    if (json.contains("load")) {  // Absent in records of an earlier program.
      load = load_from_json(json.at("load"));
    }
    // A value of the wrong type would otherwise be met by the last sample of the cell, in every
    // run. Only the experiment knows the types.
    cell_.workload->summarize({&record, 1});
    if (load) {
      loads_[sample] = *load;
    }
    records_[sample] = std::move(record);
  } catch (const std::exception& error) {
    log_warning(fmt::format("{}: the record of sample {} cannot be used, it is run again: {}",
                            folder_.path().string(), sample, error.what()));
  }
}

void CellRun::note_start() {
  const std::lock_guard lock(mutex_);
  if (!started_) {
    started_ = true;
    log(fmt::format("started, {} of {} samples are there", records_.size(), cell_.samples));
  }
}

std::vector<int64_t> CellRun::missing() const {
  const std::lock_guard lock(mutex_);
  std::vector<int64_t> samples;
  for (int64_t sample = 0; sample < cell_.samples; ++sample) {
    if (records_.count(sample) == 0) {
      samples.push_back(sample);
    }
  }
  return samples;
}

CellRun::State CellRun::run_samples(std::span<const int64_t> samples, uint64_t seed,
                                    SharedPrefix* prefix, std::atomic<int64_t>& running) {
  if (const State now = state(); now != State::kRunning) {
    return now;
  }
  note_start();
  const int64_t sample = samples.front();
  try {
    const auto model = transformer();
    std::vector<SampleRecord> records;
    SampleLoad load;
    {
      const BusyWith busy(cell_.folder(), cell_.spec->policy.entry->info.name, sample);
      const Running here(running);
      const LoadMeter meter;
      const DeviceStream stream(model->options().device());
      records = cell_.workload->run(
          samples, {*model, cell_.model->tokenizer(), cell_.spec->policy, seed, prefix});
      load = meter.load();
      load.jobs_beside = here.beside();
    }
    return keep(samples, std::move(records), load);
  } catch (const WorkStopped&) {
    return state();
  } catch (const FileError&) {
    throw;  // Of the results' folder: no fault of the cell, and the next one would meet it, too.
  } catch (const PolicyError& error) {
    return fail(sample, "policy", error.what());
  } catch (const NonFiniteError& error) {
    // Of a sample that runs by itself the number is known, whatever seed it ran with.
    const auto number = samples.size() > 1 ? static_cast<int64_t>(error.sample()) : sample;
    return fail(
        number, "input",
        fmt::format("{}: sample {}: {}", cell_.model->spec().path.string(), number, error.what()));
  } catch (const InputError& error) {
    return fail(sample, "input", error.what());
  } catch (const std::bad_alloc&) {
    return fail(sample, "memory", "out of memory");
  } catch (const std::system_error& error) {
    return fail(sample, "io", error.what());
  } catch (const c10::Error& error) {
    return fail(sample, "internal", error.what_without_backtrace());
  } catch (const std::exception& error) {
    return fail(sample, "internal", error.what());
  } catch (...) {
    return fail(sample, "internal", "an exception that is no std::exception");
  }
}

std::shared_ptr<const Transformer> CellRun::transformer() const {
  const Waiting loading;
  return cell_.model->transformer();
}

CellRun::State CellRun::keep(std::span<const int64_t> samples, std::vector<SampleRecord> records,
                             const SampleLoad& load) {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < samples.size(); ++i) {
    SampleRecord& record = records.at(i);
    record.sample = samples[i];
    loads_[record.sample] = load;
    if (state_ != State::kDone) {
      partial_.append(worker_.name(), record.sample, line_of(record));
    }
    tokens_ += record.tokens;
    computed_tokens_ += record.computed_tokens;
    records_[record.sample] = std::move(record);
  }
  refresh_locked();
  return finish_locked();
}

CellRun::State CellRun::finish_if_complete() {
  const std::lock_guard lock(mutex_);
  return finish_locked();
}

bool CellRun::has(int64_t sample) const {
  const std::lock_guard lock(mutex_);
  return records_.count(sample) > 0;
}

bool CellRun::is_complete() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int64_t>(records_.size()) == cell_.samples;
}

CellRun::State CellRun::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool CellRun::ended_here() const {
  const std::lock_guard lock(mutex_);
  return ended_here_;
}

CellRun::State CellRun::refresh() {
  const std::lock_guard lock(mutex_);
  return refresh_locked();
}

CellRun::State CellRun::refresh_locked() {
  if (state_ != State::kRunning) {
    return state_;
  }
  if (folder_.is_done()) {
    partial_.remove();  // What this worker has added since the others removed theirs.
    state_ = State::kDone;
    return state_;
  }
  if (const std::string mark = folder_.error_mark(); !mark.empty() && mark != error_before_) {
    state_ = State::kFailed;
    return state_;
  }
  for (const auto& [sample, record] : partial_.read_new()) {
    if (sample >= 0 && sample < cell_.samples && records_.count(sample) == 0) {
      take_over(sample, record);
    }
  }
  return state_;
}

nlohmann::json CellRun::line_of(const SampleRecord& record) const {
  nlohmann::json line = record.to_json();
  if (const auto load = loads_.find(record.sample); load != loads_.end()) {
    line["load"] = to_json(load->second);
  }
  return line;
}

CellRun::State CellRun::finish_locked() {
  const std::string lease = result_lease(cell_);
  // Every key is a sample of the cell, so that this many are all of them, each once.
  if (state_ != State::kRunning || static_cast<int64_t>(records_.size()) != cell_.samples ||
      !worker_.claim(lease, cell_.folder() + ", result")) {
    return state_;
  }
  if (refresh_locked() == State::kRunning) {
    write_result();
  }
  worker_.release(lease);
  return state_;
}

void CellRun::write_result() {
  std::vector<SampleRecord> records;
  std::vector<nlohmann::json> lines;
  for (const auto& [sample, record] : records_) {
    records.push_back(record);
    lines.push_back(line_of(record));
  }
  const bool all_known = loads_.size() == records_.size();
  std::vector<SampleLoad> loads;
  for (const auto& [sample, load] : loads_) {
    loads.push_back(load);
  }
  const auto result =
      make_cell_result(cell_, records, all_known ? total_load(loads) : TotalLoad(), context_);
  if (folder_.finish(result, lines, [this] { return worker_.holds(result_lease(cell_)); })) {
    log("done");
    state_ = State::kDone;
    ended_here_ = true;
  }
}

void CellRun::fail_crashed(int64_t sample, const std::string& message) {
  fail(sample, "crash", message);
}

CellRun::State CellRun::fail(int64_t sample, const std::string& kind, const std::string& message) {
  const std::lock_guard lock(mutex_);
  worker_.release(result_lease(cell_));  // Where the result could not be made.
  if (refresh_locked() == State::kRunning) {
    state_ = State::kFailed;
    ended_here_ = true;
    log(fmt::format("sample {} failed: {}", sample, message));
    folder_.fail(make_cell_error(cell_, sample, kind, message));
    log_error(cell_.folder() + ": " + message);
  }
  return state_;
}

void CellRun::log(const std::string& message) const {
  folder_.log(fmt::format("{}: {}", worker_.name(), message));
}

}  // namespace multistate
