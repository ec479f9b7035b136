#include "multistate/bench/workers.h"

#include <functional>
#include <thread>

#include "multistate/base/stopwatch.h"
#include "multistate/bench/random_ids.h"
#include "multistate/engine/threads.h"
#include "multistate/model/device_stream.h"

namespace multistate {
namespace {

/// Seconds until all workers have evaluated a sample each.
double seconds_side_by_side(const Transformer& model, const PrefillCase& one, int64_t workers) {
  const Evaluator evaluator(model, one.setup);
  std::vector<std::vector<int64_t>> samples;
  for (int64_t worker = 0; worker < workers; ++worker) {
    samples.push_back(random_ids(one.tokens, model.spec().vocabulary_size, worker));
  }
  const auto evaluate = [&](const std::vector<int64_t>& ids) {
    set_intra_op_threads(1);
    const DeviceStream stream(model.options().device());
    evaluator.evaluate(ids, {});
  };
  return seconds_of([&] {
    std::vector<std::jthread> threads;
    threads.reserve(samples.size());
    for (const std::vector<int64_t>& ids : samples) {
      threads.emplace_back(evaluate, std::cref(ids));
    }
  });
}

}  // namespace

std::vector<WorkersResult> measure_workers(const Transformer& model,
                                           const std::vector<PrefillCase>& cases,
                                           const std::vector<int64_t>& workers,
                                           int64_t repetitions) {
  struct Timings {
    std::vector<double> seconds;
    std::vector<double> speedups;
  };
  std::vector<Timings> timings(cases.size() * workers.size());
  for (int64_t repetition = 0; repetition < repetitions; ++repetition) {
    auto timing = timings.begin();
    for (const PrefillCase& one : cases) {
      const double alone = seconds_side_by_side(model, one, 1);
      for (const int64_t count : workers) {
        const double together = seconds_side_by_side(model, one, count);
        timing->seconds.push_back(together);
        timing->speedups.push_back(static_cast<double>(count) * alone / together);
        ++timing;
      }
    }
  }
  std::vector<WorkersResult> results;
  for (const PrefillCase& one : cases) {
    for (const int64_t count : workers) {
      const Timings& timing = timings[results.size()];
      results.push_back(
          {.measured = &one,
           .workers = count,
           .tokens_per_second = rate_of(static_cast<double>(count * one.tokens), timing.seconds),
           .speedup = spread_of(timing.speedups)});
    }
  }
  return results;
}

}  // namespace multistate
