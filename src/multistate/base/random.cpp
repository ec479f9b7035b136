#include "multistate/base/random.h"

#include <vector>

namespace multistate {
namespace {

std::seed_seq make_sequence(std::initializer_list<uint64_t> words) {
  std::vector<uint32_t> halves;
  for (const uint64_t word : words) {
    halves.push_back(static_cast<uint32_t>(word));
    halves.push_back(static_cast<uint32_t>(word >> 32));
  }
  return std::seed_seq(halves.begin(), halves.end());
}

}  // namespace

Random::Random(std::initializer_list<uint64_t> words) {
  auto sequence = make_sequence(words);
  engine_.seed(sequence);
}

}  // namespace multistate
