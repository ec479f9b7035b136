#include "multistate/bench/random_ids.h"

#include "multistate/base/random.h"

namespace multistate {

std::vector<int64_t> random_ids(int64_t tokens, int64_t vocabulary, int64_t stream) {
  Random random({static_cast<uint64_t>(stream)});
  std::vector<int64_t> ids(static_cast<size_t>(tokens));
  for (int64_t& id : ids) {
    id = static_cast<int64_t>(random.bits() % static_cast<uint64_t>(vocabulary));
  }
  return ids;
}

}  // namespace multistate
