#include "multistate/base/counter_random.h"

namespace multistate {
namespace {

constexpr int kRounds = 10;
constexpr std::array<uint32_t, 2> kMultipliers = {0xD2511F53, 0xCD9E8D57};
constexpr std::array<uint32_t, 2> kKeySteps = {0x9E3779B9, 0xBB67AE85};

constexpr uint32_t low(uint64_t word) {
  return static_cast<uint32_t>(word);
}

constexpr uint32_t high(uint64_t word) {
  return static_cast<uint32_t>(word >> 32);
}

}  // namespace

std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t first = uint64_t{kMultipliers[0]} * counter[0];
    const uint64_t second = uint64_t{kMultipliers[1]} * counter[2];
    counter = {high(second) ^ counter[1] ^ key[0], low(second), high(first) ^ counter[3] ^ key[1],
               low(first)};
    key = {key[0] + kKeySteps[0], key[1] + kKeySteps[1]};
  }
  return counter;
}

CounterRandom::CounterRandom(uint64_t seed, uint64_t sample, uint64_t layer, uint64_t set) {
  const auto words =
      philox({low(sample), high(sample), low(layer), low(set)}, {low(seed), high(seed)});
  key_ = {words[0], words[1]};
}

double CounterRandom::uniform(int64_t step, int64_t position, int64_t draw) const {
  const auto words = philox({static_cast<uint32_t>(step), static_cast<uint32_t>(position),
                             static_cast<uint32_t>(draw), 0},
                            key_);
  const uint64_t bits = uint64_t{words[0]} << 32 | words[1];
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

}  // namespace multistate
