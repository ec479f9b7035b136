// Language modelling: the loss on documents, cut into chunks that are evaluated by themselves,
// every token predicted from what the state still holds of those before it.
//
// Paper: Oren et al., arXiv:2401.06104, section 5.1 and appendix E (PG-19 in chunks of 4,096
// tokens). A chunk's first token is not predicted, unless a BOS token stands before it.

#include <vector>

#include <fmt/format.h>

#include "multistate/experiment/chunk_workload.h"
#include "multistate/experiment/language_metrics.h"
#include "multistate/experiment/registry.h"

namespace multistate {
namespace {

struct LanguageOptions : ChunkOptions {
  int64_t stride = 0;

  void visit(OptionVisitor& v) {
    constexpr int64_t kMost = int64_t{1} << 40;
    ChunkOptions::visit(v);
    v("stride", stride, {0, kMost},
      "tokens from one chunk's start to the next, the overlap being context only; 0: no overlap");
  }

  int64_t stride_tokens() const { return stride == 0 ? text_tokens() : stride; }

  void check(const Node& node) const {
    ChunkOptions::check(node);
    if (stride > text_tokens()) {
      throw node.error(
          fmt::format("experiment.stride: {} would leave gaps between chunks of {} text tokens",
                      stride, text_tokens()));
    }
  }
};

class LanguageWorkload final : public ChunkWorkload {
 public:
  LanguageWorkload(const LanguageOptions& options, const Tokenizer& tokenizer)
      : ChunkWorkload(options, options.stride_tokens(), tokenizer) {}

  SampleRecord run(int64_t sample, const RunContext& context) const override {
    const EvaluatedChunk chunk = evaluate(sample, context);
    const auto first = static_cast<size_t>(chunk.first);
    const std::span losses = std::span(chunk.evaluation.losses).subspan(first - 1);
    const auto text = context.tokenizer.decode(std::span(chunk.ids).subspan(first));
    return record_of(sample, chunk, ScoredText(losses, chunk.first, text).to_json());
  }

  Summary summarize(std::span<const SampleRecord> records) const override {
    return summarize_language(records);
  }
};

class LanguageModeling final : public Experiment {
 public:
  using Options = LanguageOptions;

  explicit LanguageModeling(Options options) : options_(std::move(options)) {}

  int64_t context_length() const override { return options_.context_length; }
  std::unique_ptr<Workload> prepare(const Tokenizer& tokenizer) const override {
    return std::make_unique<LanguageWorkload>(options_, tokenizer);
  }

  std::vector<std::string> headline() const override { return {"nll", "perplexity"}; }

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
