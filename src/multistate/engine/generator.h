#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "multistate/engine/evaluator.h"
#include "multistate/engine/sampler.h"

namespace multistate {

struct GenerationOptions {
  Sampling sampling;
  int64_t batch = 1;              ///< Samples that are decoded together.
  std::vector<int64_t> stop_ids;  ///< A sample ends before any of these.
};

struct GenerationRequest {
  /// What the prompt follows, of the same model and setup; nothing unless given. The sample goes on
  /// from a copy, so that any number of requests may share it.
  const SampleState* context = nullptr;
  /// Of the whole sample, where it goes on from a context that did not know it.
  std::optional<SampleLength> length = std::nullopt;
  std::vector<int64_t> prompt;  ///< At least one token.
  int64_t max_tokens = 0;       ///< New ones at most, 1 or more.
  SampleSeed seed;              ///< Of the policy, too, where there is no context.

  /// Is shown the state once the prompt has been read, unless it is empty.
  std::function<void(const SampleState&)> after_prompt = {};
};

enum class EndReason {
  kLength,   ///< max_tokens were made.
  kStopId,   ///< The next token was one of stop_ids; it is not part of the sample.
  kRefused,  ///< The sink wanted no more.
};

struct Generation {
  std::vector<int64_t> ids;  ///< The new tokens.
  EndReason reason = EndReason::kLength;
  StateUse state;
};

/// Seconds of all samples together, and the tokens made in them.
struct GenerationTimes {
  double prompts = 0.0;
  double decode = 0.0;
  PhaseSeconds phases;  ///< Of both.
  int64_t prompt_tokens = 0;
  int64_t tokens_beside = 0;   ///< Run beside these: SampleState::tokens_beside.
  int64_t decoded_tokens = 0;  ///< Without the first of every sample, which its prompt gives.
};

/// Text that goes on from prompts, several samples at a time.
///
/// The state holds from the first token on: a prompt is run step by step like any other text, at
/// the speed of the block scan. Then the samples are decoded together: linears as products over the
/// batch, attention and eviction for each over its own rows. A sample that ends makes room for the
/// next at once, and what a sample becomes does not depend on those beside it.
class Generator {
 public:
  /// Called for every new token, in order within a sample; false ends the sample after it.
  using Sink = std::function<bool(size_t request, int64_t id)>;

  /// Keeps references to model and setup.
  Generator(const Transformer& model, const PolicySetup& setup, GenerationOptions options);

  /// Runs all requests, in order of `requests`. Throws NonFiniteError (engine/finite.h) when the
  /// model computes numbers that are not finite.
  std::vector<Generation> run(std::span<const GenerationRequest> requests, const Sink& sink,
                              GenerationTimes* times = nullptr) const;

 private:
  const Transformer& model_;
  const PolicySetup& setup_;
  GenerationOptions options_;
};

}  // namespace multistate
