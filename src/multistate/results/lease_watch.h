#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>

namespace multistate {

/// Finds leases that are not renewed any more, from what this process sees of their content over
/// time: clocks of two machines are never compared.
class LeaseWatch {
 public:
  using Clock = std::chrono::steady_clock;

  /// `timeout`: how long a lease has to stand still. `gap`: time between two looks that counts at
  /// most, so that a stop of this process itself (or of the file system) does not make others look
  /// dead.
  LeaseWatch(Clock::duration timeout, Clock::duration gap) : timeout_(timeout), gap_(gap) {}

  /// Whether the lease of this name has had this content for the timeout.
  bool stands_still(const std::string& name, const std::string& content, Clock::time_point now);

  /// Forgets all others.
  void keep_only(const std::set<std::string>& names);

 private:
  struct Seen {
    std::string content;
    Clock::time_point last;
    Clock::duration still{};
  };

  Clock::duration timeout_;
  Clock::duration gap_;
  std::map<std::string, Seen> seen_;
};

}  // namespace multistate
