// Language modelling: the loss on documents, cut into chunks that are evaluated by themselves,
// every token predicted from what the state still holds of those before it.
//
// Paper: Oren et al., arXiv:2401.06104, section 5.1 and appendix E (PG-19 in chunks of 4,096
// tokens). A chunk's first token is not predicted, unless a BOS token stands before it.
//
// With the option `fidelity` every scored token is also predicted by the full cache, and the two
// predictions are compared; with `kept_attention` so are the rows that are left. What is measured
// is in experiment/fidelity_metrics.h. The full cache runs once for all cells, in no cell's time.

#include <vector>

#include <fmt/format.h>

#include "multistate/base/largest_count.h"
#include "multistate/experiment/chunk_workload.h"
#include "multistate/experiment/fidelity_metrics.h"
#include "multistate/experiment/language_metrics.h"
#include "multistate/experiment/registry.h"

namespace multistate {
namespace {

struct LanguageOptions : ChunkOptions {
  int64_t stride = 0;
  FidelityOptions fidelity;

  void visit(OptionVisitor& v) {
    ChunkOptions::visit(v);
    v("stride", stride, {0, kLargestCount},
      "tokens from one chunk's start to the next, the overlap being context only; 0: no overlap");
    fidelity.visit(v);
  }

  void check(const Node& node) const {
    ChunkOptions::check(node);
    if (stride > most_text_tokens()) {
      throw node.error(
          fmt::format("experiment.stride: {} would leave gaps between chunks of {} text tokens",
                      stride, most_text_tokens()));
    }
  }
};

class LanguageWorkload final : public ChunkWorkload {
 public:
  LanguageWorkload(const LanguageOptions& options, const Tokenizer& tokenizer)
      : ChunkWorkload(options, options.stride, tokenizer), fidelity_(options.fidelity) {}

  SampleRecord run_sample(int64_t sample, const RunContext& context) const override {
    if (!fidelity_.measures()) {
      const EvaluatedChunk chunk = evaluate(sample, context);
      return record_of(sample, chunk, losses_of(chunk, context.tokenizer));
    }
    auto compared =
        fidelity_.evaluate(sample, chunks().ids(sample), length(sample).prompt, context);
    const EvaluatedChunk chunk = chunk_with(sample, std::move(compared.evaluation));
    auto values = losses_of(chunk, context.tokenizer);
    write_divergences(compared, chunk, values);
    write_kept_attention(compared, values);
    return record_of(sample, chunk, std::move(values));
  }

  Summary summarize(std::span<const SampleRecord> records) const override {
    Summary summary = summarize_language(records);
    summarize_fidelity(records, summary);
    return summary;
  }

 private:
  static nlohmann::json losses_of(const EvaluatedChunk& chunk, const Tokenizer& tokenizer) {
    const auto first = static_cast<size_t>(chunk.first);
    const std::span losses = std::span(chunk.evaluation.losses).subspan(first - 1);
    const auto text = tokenizer.decode(std::span(chunk.ids).subspan(first));
    return ScoredText(losses, chunk.first, text).to_json();
  }

  static void write_divergences(const ComparedEvaluation& compared, const EvaluatedChunk& chunk,
                                nlohmann::json& values) {
    if (compared.divergences.empty()) {
      return;
    }
    ChunkDivergences divergences;
    for (int64_t place = chunk.first; place < chunk.size(); ++place) {
      divergences.add(place, compared.divergence(place));
    }
    divergences.write(values);
  }

  Fidelity fidelity_;
};

class LanguageModeling final : public Experiment {
 public:
  using Options = LanguageOptions;

  explicit LanguageModeling(Options options) : options_(std::move(options)) {}

  int64_t context_length() const override { return options_.context_length; }
  void check_model(const DecoderSpec& spec) const override {
    options_.fidelity.check_model(spec, options_.context_length);
  }
  int64_t comparison_bytes(const DecoderSpec& spec, at::ScalarType dtype) const override {
    return options_.fidelity.bytes(spec, options_.context_length, dtype);
  }
  std::unique_ptr<Workload> prepare(const Tokenizer& tokenizer) const override {
    return std::make_unique<LanguageWorkload>(options_, tokenizer);
  }

  std::vector<std::string> headline() const override {
    return {"nll", "perplexity", "kl", "same_top", "kept_attention"};
  }

 private:
  Options options_;
};

const ExperimentRegistration<LanguageModeling> kRegistration{{
    .name = "language_modeling",
    .version = 1,
    .summary = "loss and perplexity of documents, chunk by chunk",
    .paper = "Oren et al. 2024, arXiv:2401.06104, section 5.1",
}};

}  // namespace
}  // namespace multistate
