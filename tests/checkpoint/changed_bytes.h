#pragma once

#include <string>

namespace multistate::test {

/// Of the copies of `bytes` in which one byte is another one, three for each place, how many
/// `refuses` says are refused.
template <class Refuses>
int refused_changes(const std::string& bytes, const Refuses& refuses) {
  int refused = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (const int change : {0x01, 0x80, 0xFF}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ change);
      refused += refuses(changed) ? 1 : 0;
    }
  }
  return refused;
}

}  // namespace multistate::test
