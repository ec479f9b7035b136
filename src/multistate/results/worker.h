#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "multistate/base/file_descriptor.h"
#include "multistate/results/lease.h"
#include "multistate/results/lease_watch.h"

namespace multistate {

/// How long a lease has to stand still before it is taken over, unless told otherwise.
inline constexpr std::chrono::seconds kLeaseTimeout(120);

/// One of any number of workers that share the folder of a sweep: claims leases, renews those it
/// holds six times in a timeout, in a thread of its own, and removes those of workers that have
/// ended. Two workers may believe they hold the same lease, since a slow worker cannot be told from
/// one that has ended: the work under a lease must be harmless when done twice.
/// Thread-safe.
class Worker {
 public:
  /// Makes the folder `output`. `timeout` has to be the same for all workers. Throws FileError.
  explicit Worker(std::filesystem::path output, std::chrono::milliseconds timeout = kLeaseTimeout);

  /// As leave(), but for failures: they are logged.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Unlike that of any other worker; begins with process_name(). Fit for a file's name.
  const std::string& name() const { return name_; }
  const std::filesystem::path& output() const { return output_; }

  /// Makes the lease; false when there is one already. `what` is for people. Throws FileError.
  bool claim(const std::string& lease, const std::string& what);

  /// Removes a lease unless it was taken over; does nothing when it is not held. Throws FileError.
  void release(const std::string& lease);

  /// Whether the lease is still this worker's. Throws FileError.
  bool holds(const std::string& lease) const;

  /// How long may pass between two calls of held_by_others() at most, so that a lease that stands
  /// still is seen to do so.
  std::chrono::milliseconds longest_pause() const { return period_ / 2; }

  /// Names of the leases of other workers. Those of workers that have ended are taken away first.
  /// Throws FileError.
  std::set<std::string> held_by_others();

  /// Claims the lease that says that this worker takes part in the sweep, for as long as it lives.
  void join(const std::string& what);

  /// Releases all leases. Throws FileError.
  void leave();

  /// The other workers that take part: "process 12 on host".
  std::vector<std::string> others_at_work();

  /// Whether a worker of the process of this name takes part, or this one belongs to it.
  bool is_at_work(const std::string& process) const;

  /// Throws FileError when the folder was removed or replaced, or a lease could not be renewed.
  void check() const;

 private:
  struct Held {
    Lease lease;
    bool lost = false;  ///< Somebody has taken it over.
  };

  void renew_all();

  /// Says so; the lease of taking part is made again.
  void report_lost(const std::string& name, Held& held);
  void take_away_ended(std::set<std::string>& names);

  std::filesystem::path output_;
  std::string name_;
  Lease blank_;            ///< What all leases of this worker have in common.
  FileDescriptor folder_;  ///< Open for as long as this lives, so that its inode is not used again.
  std::chrono::milliseconds period_;
  mutable std::mutex mutex_;
  std::map<std::string, Held> held_;
  LeaseWatch watch_;
  LeaseWatch::Clock::time_point next_look_{};
  std::exception_ptr failure_;
  bool ends_ = false;
  std::condition_variable end_;
  std::thread heartbeat_;
};

}  // namespace multistate
