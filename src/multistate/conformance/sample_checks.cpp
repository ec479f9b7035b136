#include <utility>

#include <fmt/format.h>

#include "multistate/conformance/checks.h"
#include "multistate/conformance/differences.h"
#include "multistate/conformance/random_model.h"
#include "multistate/conformance/session.h"
#include "multistate/engine/evaluator.h"

namespace multistate {
namespace {

constexpr SampleSeed kOtherSeed = {.seed = Session::kSeed.seed,
                                   .sample = Session::kSeed.sample + 1};

constexpr int64_t kFew = 3;

/// Two runs by one object of the policy, a few tokens at a time in turn; the first is returned.
ScanRun run_beside(SteppedScan run, SteppedScan other) {
  for (int64_t token = 0; token < Session::kTokens; token += kFew) {
    other.advance(kFew);
    run.advance(kFew);
  }
  return std::move(run).result();
}

/// A sample alone, after another, beside another, and beside another layer.
std::string sample_leak(const LayerCase& one) {
  const NaiveInputs& inputs = *one.inputs;
  const auto others = NaiveInputs::random(inputs.heads, inputs.kv_heads, inputs.tokens, 8);
  const PolicySetup fresh = one.policy.set_up_anew();
  const LayerScan& scan = scan_for(fresh);
  const ScanRun alone = run_scan(scan, inputs, fresh, Session::kSeed);

  const PolicySetup setup = one.policy.set_up_anew();
  run_scan(scan, others, setup, kOtherSeed);
  const std::string by_itself = "when the sample is run alone";
  auto difference = run_difference(run_scan(scan, inputs, setup, Session::kSeed),
                                   "after another sample", alone, by_itself);
  if (!difference.empty()) {
    return difference;
  }
  if (setup.needs.future) {
    return "";  // Its samples are run whole, so never in turn.
  }
  // In the same pieces: what blocks of tokens change is for another check to find.
  const PolicySetup anew = one.policy.set_up_anew();
  const ScanRun pieces = run_scan(scan, inputs, anew, Session::kSeed, Session::kTokens / kFew);
  for (const int64_t layer : {0, 1}) {
    const auto beside =
        run_beside(SteppedScan(scan, inputs, setup, Session::kSeed, inputs.layer),
                   SteppedScan(scan, others, setup, kOtherSeed, inputs.layer + layer));
    difference = run_difference(
        beside, layer == 0 ? "with another sample in turn" : "with another layer in turn", pieces,
        by_itself);
    if (!difference.empty()) {
      return difference;
    }
  }
  return "";
}

void check_samples(Session& session, Findings& findings) {
  for (const LayerCase* one : session.cases_of({1, 2, 5, Session::kPage})) {
    findings.judge(one->name, [&] { return sample_leak(*one); });
  }
}

/// A sample of the batch.
struct BatchSample {
  std::vector<int64_t> ids;
  size_t prompt = 0;  ///< Tokens that come before the batch begins.
  SampleSeed seed;
};

SampleLength length_of(const BatchSample& sample) {
  return {.tokens = static_cast<int64_t>(sample.ids.size()),
          .prompt = static_cast<int64_t>(sample.prompt)};
}

std::vector<BatchSample> batch_samples() {
  std::vector<BatchSample> samples;
  for (uint64_t sample = 0; sample < 3; ++sample) {
    BatchSample& one = samples.emplace_back();
    one.prompt = 1 + 4 * sample;
    one.seed = {.seed = 5, .sample = sample};
    // All different: equal tokens would have equal keys in the first layer, and so ties, which fall
    // by the rounding of products of different sizes.
    for (uint64_t i = 0; i < one.prompt + 10; ++i) {
      one.ids.push_back(static_cast<int64_t>((i * 7 + 11 * sample) % 64));
    }
  }
  return samples;
}

/// Rows of all layers of each sample, decoded together.
std::vector<SampleState> run_together(const Evaluator& evaluator,
                                      const std::vector<BatchSample>& samples) {
  std::vector<SampleState> states;
  std::vector<SampleState*> pointers;
  PhaseSeconds seconds;
  states.reserve(samples.size());
  for (const BatchSample& sample : samples) {
    states.push_back(evaluator.start(sample.seed, length_of(sample)));
    evaluator.prefill(std::span(sample.ids).first(sample.prompt), states.back(), seconds);
    pointers.push_back(&states.back());
  }
  for (size_t step = 0; step + samples.front().prompt < samples.front().ids.size(); ++step) {
    std::vector<int64_t> next;
    next.reserve(samples.size());
    for (const BatchSample& sample : samples) {
      next.push_back(sample.ids[sample.prompt + step]);
    }
    evaluator.advance_each(next, pointers, seconds);
  }
  return states;
}

std::string batch_difference(const Transformer& model, const PolicyCase& policy) {
  const auto samples = batch_samples();
  const PolicySetup setup = policy.set_up_anew();
  const Evaluator evaluator(model, setup);
  const auto together = run_together(evaluator, samples);
  for (size_t i = 0; i < samples.size(); ++i) {
    const PolicySetup fresh = policy.set_up_anew();
    const Evaluator single(model, fresh);
    PhaseSeconds seconds;
    SampleState alone = single.start(samples[i].seed, length_of(samples[i]));
    single.prefill(samples[i].ids, alone, seconds);
    for (size_t layer = 0; layer < alone.layers.size(); ++layer) {
      const auto difference =
          row_difference({"in a batch", fates_of(together[i].layers[layer].sets())},
                         {"when run alone", fates_of(alone.layers[layer].sets())});
      if (!difference.empty()) {
        return fmt::format("sample {} of a batch, layer {}: {}", i, layer, difference);
      }
    }
  }
  return "";
}

void check_batch(Session& session, Findings& findings) {
  if (session.subject().entry->needs().future) {
    findings.does_not_apply("it sees the future of a sample, which a batch makes");
    return;
  }
  // Of two rows some policies have no reason to prefer one, so that rounding decides.
  for (const LayerCase* one : session.cases_of({2, 5, Session::kPage})) {
    const Shape shape = {one->inputs->heads, one->inputs->kv_heads};
    findings.judge(one->name,
                   [&] { return batch_difference(*random_transformer(shape, 1), one->policy); });
  }
}

}  // namespace

std::vector<Check> sample_checks() {
  return {{"samples",
           "takes nothing from one sample, layer or set of rows into another",
           {},
           &check_samples,
           {"scores", "determinism"}},
          {"batch",
           "keeps the same rows of a sample in a batch and alone",
           {},
           &check_batch,
           {"scores", "determinism", "samples"}}};
}

}  // namespace multistate
