#include "multistate/bench/prefill.h"

#include <map>

#include "multistate/base/stopwatch.h"
#include "multistate/bench/linears.h"
#include "multistate/bench/random_ids.h"
#include "multistate/bench/resident_memory.h"

namespace multistate {
namespace {

/// The measurements of one case, repetition by repetition.
struct Timings {
  std::vector<double> seconds;
  std::vector<double> linears;
};

void run_once(const Transformer& model, const PrefillCase& one, PrefillResult& result,
              Timings& timings) {
  const auto ids = random_ids(one.tokens, model.spec().vocabulary_size, 0);
  const Evaluator evaluator(model, one.setup);
  const bool counts_memory = reset_peak_resident();
  Evaluation evaluation;
  timings.seconds.push_back(seconds_of([&] { evaluation = evaluator.evaluate(ids, {}); }));
  if (counts_memory) {
    result.peak_resident_bytes = peak_resident_bytes();
  }
  result.seconds = evaluation.seconds;
  result.state = evaluation.state;
}

void summarize(const Timings& timings, PrefillResult& result) {
  const auto tokens = static_cast<double>(result.measured->tokens);
  result.tokens_per_second = rate_of(tokens, timings.seconds);
  result.linears_tokens_per_second = rate_of(tokens, timings.linears);
  result.of_linears = ratio_of(timings.linears, timings.seconds);
}

}  // namespace

std::vector<PrefillResult> measure_prefill(const Transformer& model,
                                           const std::vector<PrefillCase>& cases,
                                           int64_t repetitions) {
  std::vector<PrefillResult> results(cases.size());
  std::vector<Timings> timings(cases.size());
  linears_seconds(model, 1);  // Loads libraries and weights.
  for (int64_t repetition = 0; repetition < repetitions; ++repetition) {
    std::map<int64_t, double> linears;
    for (size_t i = 0; i < cases.size(); ++i) {
      const int64_t tokens = cases[i].tokens;
      if (!linears.contains(tokens)) {
        linears[tokens] = linears_seconds(model, tokens);
      }
      run_once(model, cases[i], results[i], timings[i]);
      timings[i].linears.push_back(linears[tokens]);
    }
  }
  for (size_t i = 0; i < cases.size(); ++i) {
    results[i].measured = &cases[i];
    summarize(timings[i], results[i]);
  }
  return results;
}

}  // namespace multistate
