// Throughput: what a policy at a state size costs on this machine, beside its loss in another
// sweep: speed of evaluation and of decoding, bytes of state, and the batch that a given memory
// holds.
//
// Paper: Oren et al., arXiv:2401.06104, table 1 (memory, largest batch, relative throughput).
//
// A sample is one repetition of all measurements, so repetitions of the cells of a sweep take
// turns. Samples run alone, whatever --jobs says: in parallel they would measure each other.

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "multistate/base/largest_count.h"
#include "multistate/base/sha256.h"
#include "multistate/bench/decision.h"
#include "multistate/bench/decode.h"
#include "multistate/experiment/exclusive_experiment.h"
#include "multistate/experiment/registry.h"
#include "multistate/results/statistics.h"

namespace multistate {
namespace {

struct ThroughputOptions {
  int64_t context_length = 4096;
  int64_t repetitions = 3;
  int64_t decode_batch = 1;
  int64_t decode_memory_mib = 1024;
  int64_t decode_steps = 16;

  void visit(OptionVisitor& v) {
    v("context_length", context_length, {2, kLargestCount},
      "tokens that are evaluated, random ones");
    v("repetitions", repetitions, {1, kLargestCount}, "of everything; each is a sample");
    v("decode_batch", decode_batch, {1, kLargestCount}, "samples that are decoded together");
    v("decode_memory_mib", decode_memory_mib, {1, kLargestCount},
      "MiB of state that another batch may take: as many samples as fit are decoded together");
    v("decode_steps", decode_steps, {1, kLargestCount}, "tokens that each sample decodes");
  }

  void check(const Node& /*node*/) const {}
};

/// A number that every repetition measures.
struct Measure {
  const char* name;
  const char* unit;
  bool higher_is_better;
};

constexpr std::array kMeasures = {
    Measure{"tokens_per_s", "tokens/s", true},
    Measure{"of_linears", "", true},
    Measure{"decode_tokens_per_s", "tokens/s", true},
    Measure{"fitting_batch", "samples", true},
    Measure{"fitting_batch_tokens_per_s", "tokens/s", true},
    Measure{"sample_state_bytes", "bytes", false},
    Measure{"peak_resident_bytes", "bytes", false},
};

constexpr const char* kDecision = "decision_us";
constexpr const char* kDecisionUnit = "us/token/layer";

/// The cost of decisions is a difference of two times. Where it is less than two standard errors it
/// is below the noise: what is known is a bound, decision_us_at_most. One repetition that gives no
/// positive difference says nothing.
void note_decision(const std::vector<double>& differences, Summary& summary) {
  if (differences.empty()) {
    return;  // Nothing is decided without a bound.
  }
  const Estimate mean = mean_of(differences);
  const double noise = 2.0 * mean.standard_error.value_or(0.0);
  Metric metric = {.value = mean.value,
                   .standard_error = mean.standard_error,
                   .n = static_cast<int64_t>(differences.size()),
                   .higher_is_better = false,
                   .unit = kDecisionUnit,
                   .samples = SampleRatio{.numerator = kDecision},
                   .timed = true};
  if (mean.value > noise) {
    summary.metrics[kDecision] = std::move(metric);
  } else if (noise > 0.0) {
    metric.value = std::max(mean.value, 0.0) + noise;
    metric.standard_error = std::nullopt;
    metric.samples = std::nullopt;
    summary.metrics["decision_us_at_most"] = std::move(metric);
  }
}

std::vector<double> values_of(std::span<const SampleRecord> records, const char* name) {
  std::vector<double> values;
  for (const SampleRecord& record : records) {
    if (record.values.contains(name)) {
      values.push_back(record.values.at(name));
    }
  }
  return values;
}

void note_prefill(const Transformer& model, const PrefillCase& one, SampleRecord& record) {
  const auto result = measure_prefill(model, {one}, 1).front();
  record.state = result.state;
  record.seconds = result.seconds;
  nlohmann::json& values = record.values;
  values["tokens_per_s"] = result.tokens_per_second.median;
  values["of_linears"] = result.of_linears.median;
  if (result.peak_resident_bytes) {
    values["peak_resident_bytes"] = *result.peak_resident_bytes;
  }
}

void note_decode(const Transformer& model, const PrefillCase& one, const ThroughputOptions& options,
                 nlohmann::json& values) {
  constexpr int64_t kMebi = int64_t{1024} * 1024;
  const auto results = measure_decode(model, {one},
                                      {.batches = {options.decode_batch},
                                       .memory_bytes = options.decode_memory_mib * kMebi,
                                       .steps = options.decode_steps,
                                       .repetitions = 1});
  values["decode_tokens_per_s"] = results.front().tokens_per_second.median;
  const DecodeResult& fitting = results.back();
  values["fitting_batch"] = fitting.batch;
  values["fitting_batch_tokens_per_s"] = fitting.tokens_per_second.median;
  values["sample_state_bytes"] = fitting.state_bytes / fitting.batch;
}

class ThroughputWorkload final : public SampleWorkload {
 public:
  explicit ThroughputWorkload(const ThroughputOptions& options) : options_(options) {}

  int64_t samples() const override { return options_.repetitions; }
  SampleLength length(int64_t /*sample*/) const override {
    return {.tokens = options_.context_length};
  }
  nlohmann::json data_report() const override { return {{"tokens", "random"}}; }
  std::string data_sha256() const override { return sha256_hex("random tokens, version 1"); }
  std::vector<std::string> document_sha256s() const override { return {}; }

  SampleRecord run_sample(int64_t /*sample*/, const RunContext& context) const override {
    const PrefillCase one = {context.policy.entry->info.name, context.policy,
                             options_.context_length};
    SampleRecord record;
    record.values = nlohmann::json::object();
    note_prefill(context.model, one, record);
    note_decode(context.model, one, options_, record.values);
    if (context.policy.bounded()) {
      constexpr double kMicro = 1e6;
      const auto cost = measure_decision(context.model.spec(), context.policy, one.tokens, 1);
      record.values[kDecision] = cost.decision.median * kMicro;
    }
    record.tokens = options_.context_length;
    record.computed_tokens = options_.context_length;
    return record;
  }

  Summary summarize(std::span<const SampleRecord> records) const override {
    Summary summary;
    for (const Measure& measure : kMeasures) {
      const std::vector<double> values = values_of(records, measure.name);
      if (values.empty()) {
        continue;  // No peak where the system does not say.
      }
      const Estimate mean = mean_of(values);
      summary.metrics[measure.name] = {.value = mean.value,
                                       .standard_error = mean.standard_error,
                                       .n = static_cast<int64_t>(values.size()),
                                       .higher_is_better = measure.higher_is_better,
                                       .unit = measure.unit,
                                       .samples = SampleRatio{.numerator = measure.name},
                                       .timed = true};
    }
    note_decision(values_of(records, kDecision), summary);
    return summary;
  }

 private:
  ThroughputOptions options_;
};

class Throughput final : public ExclusiveExperiment {
 public:
  using Options = ThroughputOptions;

  explicit Throughput(Options options) : options_(options) {}

  int64_t context_length() const override { return options_.context_length; }
  std::unique_ptr<Workload> prepare(const Tokenizer& /*tokenizer*/) const override {
    return std::make_unique<ThroughputWorkload>(options_);
  }
  std::vector<std::string> headline() const override {
    return {"tokens_per_s", "fitting_batch", "fitting_batch_tokens_per_s"};
  }

 private:
  Options options_;
};

const ExperimentRegistration<Throughput> kRegistration{{
    .name = "throughput",
    .version = 1,
    .summary = "speed of evaluation and decoding, bytes of state, the batch that a memory holds",
    .paper = "Oren et al. 2024, arXiv:2401.06104, table 1",
}};

}  // namespace
}  // namespace multistate
