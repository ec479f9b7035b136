#pragma once

#include <array>
#include <cstdint>

namespace multistate {

/// The Philox 4x32-10 generator: four random words, a function of counter and key alone. Salmon et
/// al., Parallel random numbers: as easy as 1, 2, 3 (SC 2011).
std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

/// Random numbers that are a function of where they are used, and of nothing else: of how many were
/// drawn before, in which order, or beside which other samples.
class CounterRandom {
 public:
  CounterRandom() = default;

  /// The numbers of one set of rows.
  CounterRandom(uint64_t seed, uint64_t sample, uint64_t layer, uint64_t set);

  /// Uniform in [0, 1), with 53 random bits. Three numbers below 2^32 say which one.
  double uniform(int64_t step, int64_t position, int64_t draw) const;

 private:
  std::array<uint32_t, 2> key_ = {};
};

}  // namespace multistate
