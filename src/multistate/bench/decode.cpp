#include "multistate/bench/decode.h"

#include "multistate/bench/random_ids.h"
#include "multistate/engine/generator.h"

namespace multistate {
namespace {

/// Returns seconds a decoded token.
double run_once(const Transformer& model, DecodeResult& result, int64_t steps) {
  const PrefillCase& one = *result.measured;
  std::vector<GenerationRequest> requests;
  for (int64_t sample = 0; sample < result.batch; ++sample) {
    requests.push_back({random_ids(one.tokens, model.config().vocabulary_size, sample),
                        steps + 1,
                        {.seed = 0, .sample = static_cast<uint64_t>(sample)}});
  }
  const Generator generator(model, one.setup,
                            {.sampling = {}, .batch = result.batch, .stop_ids = {}});
  GenerationTimes times;
  const auto generations = generator.run(
      requests, [](size_t /*request*/, int64_t /*id*/) { return true; }, &times);
  result.state_bytes = 0;
  for (const Generation& generation : generations) {
    result.state_bytes += generation.state.peak_bytes;
  }
  return times.decode / static_cast<double>(times.decoded_tokens);
}

}  // namespace

std::vector<DecodeResult> measure_decode(const Transformer& model,
                                         const std::vector<PrefillCase>& cases,
                                         const std::vector<int64_t>& batches, int64_t steps,
                                         int64_t repetitions) {
  std::vector<DecodeResult> results;
  for (const PrefillCase& one : cases) {
    for (const int64_t batch : batches) {
      results.push_back(
          {.measured = &one, .batch = batch, .tokens_per_second = {}, .state_bytes = 0});
    }
  }
  std::vector<std::vector<double>> seconds(results.size());
  for (int64_t repetition = 0; repetition < repetitions; ++repetition) {
    for (size_t i = 0; i < results.size(); ++i) {
      seconds[i].push_back(run_once(model, results[i], steps));
    }
  }
  for (size_t i = 0; i < results.size(); ++i) {
    results[i].tokens_per_second = rate_of(1.0, seconds[i]);
  }
  return results;
}

}  // namespace multistate
