#include "multistate/results/worker.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "multistate/base/file_error.h"
#include "multistate/base/log.h"
#include "multistate/base/output_file.h"
#include "multistate/results/context.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

constexpr int kBeatsPerTimeout = 6;
constexpr int kLooksPerBeat = 4;

std::string new_worker_name() {
  static std::atomic<int64_t> count = 0;
  return fmt::format("{}.{}", process_name(), count++);
}

int open_folder(const fs::path& folder) {
  make_folders(folder);
  const int descriptor = without_interruption(
      [&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (descriptor < 0) {
    throw FileError(folder, "open the folder (open)");
  }
  return descriptor;
}

std::string holder_of(const std::string& text) {
  const auto lease = lease_from_text(text);
  return lease ? fmt::format("process {} on {}", lease->process.number, lease->host)
               : "an unknown process";
}

}  // namespace

Worker::Worker(fs::path output, std::chrono::milliseconds timeout)
    : output_(std::move(output)),
      name_(new_worker_name()),
      blank_{name_, host_name(), own_process(), own_job(), "", "", 0},
      folder_(open_folder(output_)),
      period_(timeout / kBeatsPerTimeout),
      watch_(timeout, period_),
      heartbeat_([this] {
        std::unique_lock lock(mutex_);
        while (!end_.wait_for(lock, period_, [this] { return ends_; })) {
          renew_all();
        }
      }) {}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  end_.notify_all();
  heartbeat_.join();
  while (!held_.empty()) {
    try {
      leave();
    } catch (const FileError& error) {
      log_warning(error.what());
      held_.erase(held_.begin());
    }
  }
  try {
    next_look_ = {};  // A worker that was killed may have been on its way out at the last look.
    held_by_others();
  } catch (const FileError& error) {
    log_warning(error.what());
  }
  ::rmdir(lease_folder(output_).c_str());  // Stays as long as others have leases there.
}

bool Worker::claim(const std::string& lease, const std::string& what) {
  const std::lock_guard lock(mutex_);
  Lease content = blank_;
  content.what = what;
  content.start = utc_now();
  if (held_.count(lease) > 0 || !create_lease(lease_path(output_, lease), to_text(content))) {
    return false;
  }
  held_[lease] = {content, false};
  return true;
}

void Worker::release(const std::string& lease) {
  const std::lock_guard lock(mutex_);
  const auto found = held_.find(lease);
  if (found == held_.end()) {
    return;
  }
  if (const fs::path path = lease_path(output_, lease); is_held_by(path, name_)) {
    remove_file(path);
  }
  held_.erase(found);
}

bool Worker::holds(const std::string& lease) const {
  return is_held_by(lease_path(output_, lease), name_);
}

std::set<std::string> Worker::held_by_others() {
  const std::lock_guard lock(mutex_);
  std::set<std::string> names;
  for (std::string& name : lease_names(output_)) {
    if (held_.count(name) == 0) {
      names.insert(std::move(name));
    }
  }
  if (LeaseWatch::Clock::now() >= next_look_) {
    take_away_ended(names);
    next_look_ = LeaseWatch::Clock::now() + period_ / kLooksPerBeat;
  }
  return names;
}

void Worker::take_away_ended(std::set<std::string>& names) {
  watch_.keep_only(names);
  const auto now = LeaseWatch::Clock::now();
  for (auto name = names.begin(); name != names.end();) {
    const fs::path path = lease_path(output_, *name);
    const auto text = read_lease(path);
    bool gone = !text.has_value();
    if (text) {
      const auto lease = lease_from_text(*text);
      const bool ended = lease && has_ended(lease->process);
      const bool still = watch_.stands_still(*name, *text, now);
      gone = (ended || still) && take_away_lease(path, *text, name_);
      if (gone) {
        log_info(fmt::format("the lease {} of {} is taken over: {}", *name, holder_of(*text),
                             ended ? "the process has ended" : "it is not renewed any more"));
      }
    }
    name = gone ? names.erase(name) : std::next(name);
  }
}

void Worker::join(const std::string& what) {
  claim(session_name(name_), what);
}

void Worker::leave() {
  std::vector<std::string> leases;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [lease, held] : held_) {
      leases.push_back(lease);
    }
  }
  for (const std::string& lease : leases) {
    release(lease);
  }
}

std::vector<std::string> Worker::others_at_work() {
  std::vector<std::string> workers;
  for (const std::string& name : held_by_others()) {
    const auto text = is_session(name) ? read_lease(lease_path(output_, name)) : std::nullopt;
    if (text) {
      workers.push_back(holder_of(*text));
    }
  }
  return workers;
}

bool Worker::is_at_work(const std::string& process) const {
  const std::vector<std::string> names = lease_names(output_);
  return process == process_name() ||
         std::any_of(names.begin(), names.end(), [&](const std::string& name) {
           return name.starts_with(session_name(process + "."));
         });
}

void Worker::check() const {
  struct stat held {};
  struct stat there {};
  const bool is_same = ::fstat(folder_.get(), &held) == 0 && ::stat(output_.c_str(), &there) == 0 &&
                       held.st_dev == there.st_dev && held.st_ino == there.st_ino;
  if (!is_same) {
    throw FileError(output_, "go on with: the folder was removed, or replaced, while the sweep ran",
                    ENOENT);
  }
  const std::lock_guard lock(mutex_);
  if (failure_) {
    std::rethrow_exception(failure_);
  }
}

void Worker::report_lost(const std::string& name, Held& held) {
  if (!held.lost) {
    return;
  }
  const fs::path path = lease_path(output_, name);
  log_warning(
      fmt::format("{}: the lease was taken over by another worker, since this one was slow; "
                  "what both do is done twice, and counted once",
                  path.string()));
  if (name == session_name(name_)) {
    held.lost = !create_lease(path, to_text(held.lease));
  }
}

void Worker::renew_all() {
  for (auto& [name, held] : held_) {
    if (held.lost) {
      continue;
    }
    try {
      ++held.lease.beats;
      held.lost = !rewrite_lease(lease_path(output_, name), held.lease);
      report_lost(name, held);
    } catch (const FileError&) {
      failure_ = failure_ ? failure_ : std::current_exception();
    }
  }
}

}  // namespace multistate
