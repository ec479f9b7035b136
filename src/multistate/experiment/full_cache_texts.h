#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "multistate/experiment/made_texts.h"

namespace multistate {

/// What the full cache generates for the samples of a workload: once, for whichever cell asks
/// first. Thread-safe: whoever asks for a text that is being made waits for it.
class FullCacheTexts {
 public:
  /// Makes the texts of samples, together.
  using Make = std::function<std::vector<MadeText>(std::span<const int64_t> samples)>;

  /// The texts of `samples` with this seed of the sweep, in their order. `make` is called for those
  /// that nobody has asked for, if any; what it throws, all that wait for them throw, and whoever
  /// asks later tries again.
  std::vector<std::shared_ptr<const MadeText>> get(std::span<const int64_t> samples, uint64_t seed,
                                                   const Make& make);

 private:
  using Text = std::shared_ptr<const MadeText>;

  struct Claim {
    std::vector<int64_t> mine;                    ///< Samples that the caller has to make.
    std::vector<std::promise<Text>> promises;     ///< Of these.
    std::vector<std::shared_future<Text>> texts;  ///< Of all.
  };

  Claim claim(std::span<const int64_t> samples, uint64_t seed);

  /// Keeps the promises of a claim, with what was made or with what went wrong.
  void fulfil(Claim& claim, uint64_t seed, const Make& make);

  std::mutex mutex_;
  std::map<std::pair<uint64_t, int64_t>, std::shared_future<Text>> texts_;
};

}  // namespace multistate
