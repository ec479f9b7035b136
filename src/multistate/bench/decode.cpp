#include "multistate/bench/decode.h"

#include <map>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/bench/linears.h"
#include "multistate/bench/random_ids.h"
#include "multistate/engine/generator.h"

namespace multistate {
namespace {

/// A case with the state that all its samples start from.
class DecodeCase {
 public:
  DecodeCase(const Transformer& model, const PrefillCase& measured, int64_t steps)
      : model_(model),
        measured_(measured),
        steps_(steps),
        context_(Evaluator(model, measured.setup)
                     .start({}, {.tokens = measured.tokens + steps, .prompt = measured.tokens})) {
    auto ids = random_ids(measured.tokens, model.spec().vocabulary_size, 0);
    ids.pop_back();  // The last token of every sample is its own.
    PhaseSeconds seconds;
    Evaluator(model, measured.setup).prefill(ids, context_, seconds);
    sample_bytes_ = decode(1).state_bytes;
  }

  const PrefillCase& measured() const { return measured_; }

  /// Of one sample, when it ends.
  int64_t sample_bytes() const { return sample_bytes_; }

  struct Outcome {
    double seconds = 0.0;  ///< A decoded token.
    int64_t state_bytes = 0;
  };

  Outcome decode(int64_t batch) const {
    std::vector<GenerationRequest> requests;
    for (int64_t sample = 0; sample < batch; ++sample) {
      requests.push_back({.context = &context_,
                          .prompt = random_ids(1, model_.spec().vocabulary_size, sample),
                          .max_tokens = steps_ + 1,
                          .seed = {.seed = 0, .sample = static_cast<uint64_t>(sample)}});
    }
    const Generator generator(model_, measured_.setup,
                              {.sampling = {}, .batch = batch, .stop_ids = {}});
    GenerationTimes times;
    const auto generations = generator.run(
        requests, [](size_t /*request*/, int64_t /*id*/) { return true; }, &times);
    Outcome outcome;
    for (const Generation& generation : generations) {
      outcome.state_bytes += generation.state.peak_bytes;
    }
    outcome.seconds = times.decode / static_cast<double>(times.decoded_tokens);
    return outcome;
  }

 private:
  const Transformer& model_;
  const PrefillCase& measured_;
  int64_t steps_;
  SampleState context_;
  int64_t sample_bytes_ = 0;
};

/// The mean of some steps of a batch: one alone is too short to be measured well.
double linears_seconds_of_step(const Transformer& model, int64_t batch) {
  constexpr int64_t kSteps = 5;
  double seconds = 0.0;
  for (int64_t step = 0; step < kSteps; ++step) {
    seconds += linears_seconds(model, batch);
  }
  return seconds / static_cast<double>(kSteps);
}

int64_t batch_that_fits(const DecodeCase& one, int64_t memory_bytes) {
  const int64_t batch = memory_bytes / one.sample_bytes();
  if (batch == 0) {
    throw InputError(fmt::format(
        "--decode-memory: {} does not hold the state of one sample of {}, which takes {}",
        human_bytes(static_cast<double>(memory_bytes)), one.measured().label,
        human_bytes(static_cast<double>(one.sample_bytes()))));
  }
  return batch;
}

std::vector<DecodeResult> results_to_fill(const DecodeCase& one, const DecodePlan& plan) {
  std::vector<DecodeResult> results;
  DecodeResult result;
  result.measured = &one.measured();
  for (const int64_t batch : plan.batches) {
    result.batch = batch;
    results.push_back(result);
  }
  if (plan.memory_bytes) {
    result.batch = batch_that_fits(one, *plan.memory_bytes);
    result.fills_memory = true;
    results.push_back(result);
  }
  return results;
}

}  // namespace

std::vector<DecodeResult> measure_decode(const Transformer& model,
                                         const std::vector<PrefillCase>& cases,
                                         const DecodePlan& plan) {
  struct Row {
    const DecodeCase* decoded;
    std::vector<double> seconds;  ///< A decoded token.
    std::vector<double> linears;  ///< Products alone, a token.
  };
  std::vector<DecodeCase> decoded;
  decoded.reserve(cases.size());
  std::vector<DecodeResult> results;
  std::vector<Row> rows;
  for (const PrefillCase& one : cases) {
    decoded.emplace_back(model, one, plan.steps);
    for (const DecodeResult& result : results_to_fill(decoded.back(), plan)) {
      results.push_back(result);
      rows.push_back({&decoded.back(), {}, {}});
    }
  }
  for (int64_t repetition = 0; repetition < plan.repetitions; ++repetition) {
    std::map<int64_t, double> linears;  // By batch.
    for (size_t i = 0; i < results.size(); ++i) {
      const int64_t batch = results[i].batch;
      if (!linears.contains(batch)) {
        linears[batch] = linears_seconds_of_step(model, batch) / static_cast<double>(batch);
      }
      rows[i].linears.push_back(linears[batch]);
      const auto outcome = rows[i].decoded->decode(batch);
      rows[i].seconds.push_back(outcome.seconds);
      results[i].state_bytes = outcome.state_bytes;
    }
  }
  for (size_t i = 0; i < results.size(); ++i) {
    results[i].tokens_per_second = rate_of(1.0, rows[i].seconds);
    results[i].linears_tokens_per_second = rate_of(1.0, rows[i].linears);
    results[i].of_linears = ratio_of(rows[i].linears, rows[i].seconds);
  }
  return results;
}

}  // namespace multistate
