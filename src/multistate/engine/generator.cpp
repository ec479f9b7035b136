#include "multistate/engine/generator.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <c10/core/InferenceMode.h>

#include "multistate/base/all_finite.h"
#include "multistate/base/stopwatch.h"
#include "multistate/engine/finite.h"

namespace multistate {
namespace {

/// A sample that is being decoded.
struct Active {
  size_t request = 0;
  SampleState state;
  Random random;
  int64_t last = 0;  ///< The newest token; the model has not seen it yet.
};

/// One call of Generator::run.
class Run {
 public:
  Run(const Transformer& model, const Evaluator& evaluator, const GenerationOptions& options,
      std::span<const GenerationRequest> requests, const Generator::Sink& sink)
      : model_(model),
        evaluator_(evaluator),
        options_(options),
        requests_(requests),
        sink_(sink),
        results_(requests.size()) {}

  std::vector<Generation> all() {
    size_t next = 0;
    while (next < requests_.size() || !active_.empty()) {
      if (next < requests_.size() && static_cast<int64_t>(active_.size()) < options_.batch) {
        begin(next++);
      } else {
        decode();
      }
    }
    return std::move(results_);
  }

  const GenerationTimes& times() const { return times_; }

 private:
  void begin(size_t request) {
    const GenerationRequest& asked = requests_[request];
    const auto tokens = static_cast<int64_t>(asked.prompt.size());
    const SampleSeed seed = asked.seed;
    Active sample = {.request = request,
                     .state = asked.context != nullptr
                                  ? *asked.context
                                  : evaluator_.start(seed, {.tokens = tokens + asked.max_tokens,
                                                            .prompt = tokens,
                                                            .open = true}),
                     .random = Random({seed.seed, seed.sample, kSamplingStream}),
                     .last = 0};
    if (asked.length) {
      sample.state.expect(*asked.length);
    }
    const int64_t beside = sample.state.tokens_beside;
    at::Tensor first;
    times_.prompts += seconds_of(
        [&] { first = logits(evaluator_.prefill(asked.prompt, sample.state, times_.phases)); });
    times_.prompt_tokens += tokens;
    times_.tokens_beside += sample.state.tokens_beside - beside;
    if (asked.after_prompt) {
      asked.after_prompt(sample.state);
    }
    if (accept(sample, first)) {
      active_.push_back(std::move(sample));
    }
  }

  void decode() {
    std::vector<int64_t> ids;
    std::vector<SampleState*> states;
    for (Active& sample : active_) {
      ids.push_back(sample.last);
      states.push_back(&sample.state);
    }
    at::Tensor all;
    times_.decode +=
        seconds_of([&] { all = logits(evaluator_.advance_each(ids, states, times_.phases)); });
    times_.decoded_tokens += static_cast<int64_t>(ids.size());
    std::vector<Active> left;
    for (size_t i = 0; i < active_.size(); ++i) {
      if (accept(active_[i], all.narrow(0, static_cast<int64_t>(i), 1))) {
        left.push_back(std::move(active_[i]));
      }
    }
    active_ = std::move(left);
  }

  at::Tensor logits(const at::Tensor& hidden) {
    const Stopwatch watch(times_.phases.logits);
    return model_.logits(model_.normalize(hidden), 0, model_.spec().vocabulary_size);
  }

  /// Chooses the sample's next token from logits [1, V]. Returns false when that ended it.
  bool accept(Active& sample, const at::Tensor& logits) {
    Generation& result = results_[sample.request];
    const auto row = std::span(logits.data_ptr<float>(), static_cast<size_t>(logits.numel()));
    if (!all_finite(row)) {
      throw_non_finite_logits({sample.state.sample, sample.state.tokens - 1});
    }
    sample.last = multistate::sample(row, options_.sampling, sample.random);
    const auto& stops = options_.stop_ids;
    if (std::find(stops.begin(), stops.end(), sample.last) != stops.end()) {
      return end(sample, EndReason::kStopId);
    }
    result.ids.push_back(sample.last);
    if (!sink_(sample.request, sample.last)) {
      return end(sample, EndReason::kRefused);
    }
    const auto made = static_cast<int64_t>(result.ids.size());
    return made < requests_[sample.request].max_tokens || end(sample, EndReason::kLength);
  }

  bool end(Active& sample, EndReason reason) {
    results_[sample.request].reason = reason;
    results_[sample.request].state = use_of(sample.state);
    return false;
  }

  /// Tells the stream of a sample's tokens from those of its policies, which have layer and set in
  /// this place.
  static constexpr uint64_t kSamplingStream = UINT64_MAX;

  const Transformer& model_;
  const Evaluator& evaluator_;
  const GenerationOptions& options_;
  std::span<const GenerationRequest> requests_;
  const Generator::Sink& sink_;
  std::vector<Generation> results_;
  std::vector<Active> active_;
  GenerationTimes times_;
};

}  // namespace

Generator::Generator(const Transformer& model, const PolicySetup& setup, GenerationOptions options)
    : model_(model), setup_(setup), options_(std::move(options)) {
  refuse_future(setup);
  if (options_.batch < 1) {
    throw std::invalid_argument("a batch holds one sample or more");
  }
}

std::vector<Generation> Generator::run(std::span<const GenerationRequest> requests,
                                       const Sink& sink, GenerationTimes* times) const {
  for (const GenerationRequest& request : requests) {
    if (request.prompt.empty() || request.max_tokens < 1) {
      throw std::invalid_argument("a request needs a prompt and at least one token to make");
    }
  }
  const c10::InferenceMode inference;
  const Evaluator evaluator(model_, setup_);
  Run run(model_, evaluator, options_, requests, sink);
  auto results = run.all();
  if (times != nullptr) {
    *times = run.times();
  }
  return results;
}

}  // namespace multistate
