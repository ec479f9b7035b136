#include "multistate/base/random.h"

#include <vector>

namespace multistate {
namespace {

std::vector<uint32_t> halves_of(std::initializer_list<uint64_t> words) {
  std::vector<uint32_t> halves;
  for (const uint64_t word : words) {
    halves.push_back(static_cast<uint32_t>(word));
    halves.push_back(static_cast<uint32_t>(word >> 32));
  }
  return halves;
}

}  // namespace

Random::Random(std::initializer_list<uint64_t> words) {
  const std::vector<uint32_t> halves = halves_of(words);
  std::seed_seq sequence(halves.begin(), halves.end());
  engine_.seed(sequence);
}

}  // namespace multistate
