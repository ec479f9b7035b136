// Equivalence: a decoder-only Transformer run as a recurrent network, one token after the other
// with the state as its only memory, is the Transformer run in parallel, step by step.
//
// Each chunk goes through the model twice (experiment/recurrence.h): by the definition of a step,
// and by whatever runs the policy everywhere else. Compared are the logits of every step and which
// row every layer gave up at it; how large the state is after a step is written down.
//
//     logit_difference         largest difference of two logits, over the vocabulary and all steps
//     agreeing_steps           steps before the first at which a layer evicts another row; where
//                              two rows have the same score up to rounding, either may go
//     agreeing_difference      largest difference of two logits over those steps
//     state_rows, state_bytes  rows of a layer (their mean; of several row sets a layer their mean,
//                              too) and bytes of all layers after the last step
//     row_fluctuation, byte_fluctuation
//                              between the most and the least that a layer, and the whole state,
//                              hold from the first step on at which every layer has evicted rows:
//                              0 for a bounded state that is full and stays so; of one that has not
//                              come to that there is none
//
// Paper: Oren et al., arXiv:2401.06104, sections 3.1 and 3.2: g(t) = t for the Transformer, min(t,
// k) for one whose state is bounded.

#include <algorithm>
#include <vector>

#include "multistate/base/largest_count.h"
#include "multistate/engine/finite.h"
#include "multistate/engine/logits.h"
#include "multistate/experiment/chunk_workload.h"
#include "multistate/experiment/recurrence.h"
#include "multistate/experiment/registry.h"
#include "multistate/experiment/sample_metrics.h"
#include "multistate/experiment/stretches.h"

namespace multistate {
namespace {

struct EquivalenceOptions : ChunkOptions {
  int64_t stretch = 1;

  EquivalenceOptions() {
    context_length = 512;
    max_chunks = 1;
  }

  void visit(OptionVisitor& v) {
    ChunkOptions::visit(v);
    v("stretch", stretch, {1, kLargestCount}, "steps of a point of the series");
  }
};

/// The rows of a layer after a step, on average over layers and their sets.
double mean_rows(const StateSize& size, const SampleState& state) {
  double sum = 0.0;
  for (size_t layer = 0; layer < size.rows.size(); ++layer) {
    sum += static_cast<double>(size.rows[layer]) /
           static_cast<double>(state.layers[layer].sets().size());
  }
  return sum / static_cast<double>(size.rows.size());
}

class EquivalenceWorkload final : public ChunkWorkload {
 public:
  EquivalenceWorkload(const EquivalenceOptions& options, const Tokenizer& tokenizer)
      : ChunkWorkload(options, 0, tokenizer),
        stretch_(options.stretch),
        stretches_(Stretches::of_width(options.stretch)) {}

  SampleRecord run_sample(int64_t sample, const RunContext& context) const override {
    const auto ids = chunks().ids(sample);
    const ModelInput input = {.ids = ids,
                              .length = length(sample),
                              .seed = {context.seed, static_cast<uint64_t>(sample)}};
    SampleRecord record = record_at(sample, nlohmann::json::object());
    std::vector<StateSize> sizes;
    const auto recurrent =
        run_recurrent(context.model, context.policy, input, record.seconds, sizes);
    const auto parallel = run_parallel(context.model, context.policy, input, record.seconds);
    const auto differences =
        largest_logit_differences(context.model, recurrent.hidden, parallel.hidden);
    check_scores(differences, {.sample = static_cast<uint64_t>(sample), .token = 0});
    const int64_t agreeing = first_different_step(recurrent.state, parallel.state);
    // The logits of a step come before what is evicted at it.
    const auto agreed = static_cast<size_t>(std::min(agreeing + 1, record.tokens));
    record.computed_tokens = 2 * record.tokens;
    record.state = use_of(recurrent.state);
    record.values["logit_difference"] = number_to_json(worst_of(differences, false));
    record.values["agreeing_steps"] = agreeing;
    record.values["agreeing_difference"] =
        number_to_json(worst_of(std::span(differences).first(agreed), false));
    record.values["difference_by_step"] = by_stretch(differences);
    note_state(sizes, recurrent.state, record.values);
    return record;
  }

  Summary summarize(std::span<const SampleRecord> records) const override {
    Summary summary;
    const auto add = [&](const char* name, const MetricInfo& info) {
      if (const auto metric = worst_metric(records, name, info)) {
        summary.metrics[name] = *metric;
      }
    };
    add("logit_difference", {});
    add("agreeing_difference", {});
    add("agreeing_steps", {.unit = "steps", .higher_is_better = true});
    add("state_rows", {.unit = "rows"});
    add("state_bytes", {.unit = "bytes"});
    add("row_fluctuation", {.unit = "rows"});
    add("byte_fluctuation", {.unit = "bytes"});
    const auto series = [&](const char* key, const char* unit) {
      return worst_series(parts(records, key), stretches_, {.unit = unit, .axis = "step"});
    };
    summary.series["logit_difference_by_step"] = series("difference_by_step", "");
    summary.series["state_rows_by_step"] = series("rows_by_step", "rows");
    summary.series["state_bytes_by_step"] = series("bytes_by_step", "bytes");
    return summary;
  }

 private:
  /// The largest number of each stretch of steps.
  nlohmann::json by_stretch(std::span<const double> steps) const {
    auto json = nlohmann::json::array();
    const auto width = static_cast<size_t>(stretch_);
    for (size_t first = 0; first < steps.size(); first += width) {
      json.push_back(number_to_json(
          worst_of(steps.subspan(first, std::min(width, steps.size() - first)), false)));
    }
    return json;
  }

  void note_state(std::span<const StateSize> sizes, const SampleState& state,
                  nlohmann::json& values) const {
    std::vector<double> rows;
    std::vector<double> bytes;
    for (const StateSize& size : sizes) {
      rows.push_back(mean_rows(size, state));
      bytes.push_back(static_cast<double>(size.bytes));
    }
    values["rows_by_step"] = by_stretch(rows);
    values["bytes_by_step"] = by_stretch(bytes);
    values["state_rows"] = rows.back();
    values["state_bytes"] = sizes.back().bytes;
    if (const auto fluctuation = fluctuation_of(sizes)) {
      values["row_fluctuation"] = fluctuation->rows;
      values["byte_fluctuation"] = fluctuation->bytes;
    }
  }

  int64_t stretch_;
  Stretches stretches_;
};

class Equivalence final : public Experiment {
 public:
  using Options = EquivalenceOptions;

  explicit Equivalence(Options options) : options_(std::move(options)) {}

  int64_t context_length() const override { return options_.context_length; }
  std::unique_ptr<Workload> prepare(const Tokenizer& tokenizer) const override {
    return std::make_unique<EquivalenceWorkload>(options_, tokenizer);
  }

  std::vector<std::string> headline() const override {
    return {"logit_difference", "agreeing_steps", "agreeing_difference", "row_fluctuation"};
  }

 private:
  Options options_;
};

const ExperimentRegistration<Equivalence> kRegistration{{
    .name = "equivalence",
    .version = 1,
    .summary = "the Transformer as a recurrence against the parallel run, step by step",
    .paper = "Oren et al. 2024, arXiv:2401.06104, section 3",
}};

}  // namespace
}  // namespace multistate
