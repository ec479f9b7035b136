// Language modelling: the loss on documents, cut into chunks that are evaluated by themselves,
// every token predicted from what the state still holds of those before it.
//
// Paper: Oren et al., arXiv:2401.06104, section 5.1 and appendix E (PG-19 in chunks of 4,096
// tokens). A chunk's first token is not predicted, unless a BOS token stands before it.

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "multistate/experiment/language_metrics.h"
#include "multistate/experiment/registry.h"
#include "multistate/experiment/text_chunks.h"

namespace multistate {
namespace {

struct ChunkOptions : TextOptions {
  int64_t stride = 0;
  double prompt_share = 0.0;

  void visit(OptionVisitor& v) {
    constexpr int64_t kMost = int64_t{1} << 40;
    TextOptions::visit(v);
    v("stride", stride, {0, kMost},
      "tokens from one chunk's start to the next, the overlap being context only; 0: no overlap");
    v("prompt_share", prompt_share, {0.0, 1.0},
      "share of a chunk that is its prompt: context only, and what `prompt: one_shot` cuts");
  }

  /// Rounded down.
  int64_t prompt_tokens() const {
    return static_cast<int64_t>(prompt_share * static_cast<double>(context_length));
  }
  int64_t stride_tokens() const { return stride == 0 ? text_tokens() : stride; }

  void check(const Node& node) const {
    TextOptions::check(node);
    if (prompt_tokens() >= context_length) {
      throw node.error(
          fmt::format("experiment.prompt_share: {} leaves no token of a chunk of {} to predict",
                      prompt_share, context_length));
    }
    if (stride > text_tokens()) {
      throw node.error(
          fmt::format("experiment.stride: {} would leave gaps between chunks of {} text tokens",
                      stride, text_tokens()));
    }
  }
};

class ChunkWorkload final : public Workload {
 public:
  ChunkWorkload(const ChunkOptions& options, const Tokenizer& tokenizer)
      : prompt_(options.prompt_tokens()), chunks_(options, options.stride_tokens(), tokenizer) {}

  int64_t samples() const override { return chunks_.size(); }
  SampleLength length(int64_t /*sample*/) const override {
    return {.tokens = chunks_.length(), .prompt = prompt_};
  }
  nlohmann::json data_report() const override { return chunks_.data_report(); }
  std::string data_sha256() const override { return chunks_.data_sha256(); }

  SampleRecord run(int64_t sample, const RunContext& context) const override {
    const Chunk& chunk = chunks_.chunk(sample);
    const auto ids = chunks_.ids(sample);
    const Evaluator evaluator(context.model, context.policy);
    const SampleSeed seed = {.seed = context.seed, .sample = static_cast<uint64_t>(sample)};
    const auto evaluation = evaluator.evaluate(ids, seed, prompt_, context.prefix);

    // Loss i is that of token i + 1 of `ids`; without BOS the first token of the chunk has none.
    const int64_t first =
        std::max({chunk.first_scored - chunk.begin + chunks_.bos_tokens(), prompt_, int64_t{1}});
    const std::span losses = std::span(evaluation.losses).subspan(static_cast<size_t>(first - 1));
    const auto text = context.tokenizer.decode(std::span(ids).subspan(static_cast<size_t>(first)));

    SampleRecord record;
    record.tokens = static_cast<int64_t>(ids.size());
    record.computed_tokens = evaluation.computed_tokens;
    record.values = ScoredText(losses, first, text).to_json();
    record.values["document"] = chunks_.document(sample).name;
    record.values["begin"] = chunk.begin;
    record.state = evaluation.state;
    record.seconds = evaluation.seconds;
    return record;
  }

  Summary summarize(std::span<const SampleRecord> records) const override {
    return summarize_language(records);
  }

 private:
  int64_t prompt_;
  TextChunks chunks_;
};

class LanguageModeling final : public Experiment {
 public:
  using Options = ChunkOptions;

  explicit LanguageModeling(Options options) : options_(std::move(options)) {}

  int64_t context_length() const override { return options_.context_length; }
  std::unique_ptr<Workload> prepare(const Tokenizer& tokenizer) const override {
    return std::make_unique<ChunkWorkload>(options_, tokenizer);
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
