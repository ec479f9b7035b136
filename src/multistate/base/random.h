#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>

namespace multistate {

/// A seeded stream of random numbers that is the same on every platform: the engine is the
/// standard's mt19937_64, whose output the standard fixes; the distributions of <random> are not
/// used, since it does not.
class Random {
 public:
  /// Streams with different words (seed, sample, layer, ...) are independent of each other.
  Random(std::initializer_list<uint64_t> words);

  uint64_t bits() { return engine_(); }

  /// Uniform in [0, 1), with 53 random bits.
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace multistate
