#include "multistate/results/lease_watch.h"

#include <algorithm>

namespace multistate {

bool LeaseWatch::stands_still(const std::string& name, const std::string& content,
                              Clock::time_point now) {
  const auto [found, is_new] = seen_.try_emplace(name, Seen{content, now, {}});
  Seen& seen = found->second;
  if (!is_new && seen.content == content) {
    seen.still += std::min(now - seen.last, gap_);
    seen.last = now;
    return seen.still >= timeout_;
  }
  seen = {content, now, {}};
  return false;
}

void LeaseWatch::keep_only(const std::set<std::string>& names) {
  std::erase_if(seen_, [&](const auto& entry) { return names.count(entry.first) == 0; });
}

}  // namespace multistate
