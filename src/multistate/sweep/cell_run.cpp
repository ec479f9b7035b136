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
#include "multistate/engine/finite.h"
#include "multistate/policy/policy_error.h"
#include "multistate/sweep/cell_result.h"

namespace multistate {
namespace {

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

CellRun::CellRun(const PlannedCell& cell, CellFolder folder, nlohmann::json context)
    : cell_(cell), folder_(std::move(folder)), context_(std::move(context)) {
  for (const auto& [sample, record] : folder_.partial_samples()) {
    if (sample >= 0 && sample < cell_.samples) {
      take_over(sample, record);
    }
  }
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
    folder_.log(fmt::format("started, {} of {} samples are there", records_.size(), cell_.samples));
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
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::kRunning) {
      return state_;
    }
  }
  note_start();
  const int64_t sample = samples.front();
  try {
    const auto model = cell_.model->transformer();
    const Running here(running);
    const LoadMeter meter;
    auto records = cell_.workload->run_together(
        samples, {*model, cell_.model->tokenizer(), cell_.spec->policy, seed, prefix});
    SampleLoad load = meter.load();
    load.jobs_beside = here.beside();
    return keep(samples, std::move(records), load);
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

CellRun::State CellRun::keep(std::span<const int64_t> samples, std::vector<SampleRecord> records,
                             const SampleLoad& load) {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < samples.size(); ++i) {
    SampleRecord& record = records.at(i);
    record.sample = samples[i];
    loads_[record.sample] = load;
    folder_.append_sample(record.sample, line_of(record));
    tokens_ += record.tokens;
    computed_tokens_ += record.computed_tokens;
    records_[record.sample] = std::move(record);
  }
  return static_cast<int64_t>(records_.size()) == cell_.samples ? finish_locked() : state_;
}

CellRun::State CellRun::finish_if_complete() {
  const std::lock_guard lock(mutex_);
  return static_cast<int64_t>(records_.size()) == cell_.samples ? finish_locked() : state_;
}

nlohmann::json CellRun::line_of(const SampleRecord& record) const {
  nlohmann::json line = record.to_json();
  if (const auto load = loads_.find(record.sample); load != loads_.end()) {
    line["load"] = to_json(load->second);
  }
  return line;
}

CellRun::State CellRun::finish_locked() {
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
  folder_.finish(
      make_cell_result(cell_, records, all_known ? total_load(loads) : TotalLoad(), context_),
      lines);
  folder_.log("done");
  state_ = State::kDone;
  return state_;
}

CellRun::State CellRun::fail(int64_t sample, const std::string& kind, const std::string& message) {
  const std::lock_guard lock(mutex_);
  if (state_ == State::kRunning) {
    state_ = State::kFailed;
    folder_.log(fmt::format("sample {} failed: {}", sample, message));
    folder_.fail(make_cell_error(cell_, sample, kind, message));
    log_error(cell_.folder() + ": " + message);
  }
  return state_;
}

}  // namespace multistate
