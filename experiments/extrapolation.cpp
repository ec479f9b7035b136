// Extrapolation: the loss on a text far longer than what the model was trained on, by position.
//
// A state of k rows never holds more than k tokens, but with `positions: original` RoPE still turns
// keys and queries by places that the model has not met; `in_cache` and `log_gap` keep them near.
// Nothing is cut off: a text is run to its end, whatever becomes of the loss. A context_length that
// is within the model's window is refused.
//
//     within_nll   mean loss of the tokens that are predicted from a text of at most the window
//     beyond_nll   mean loss of all after them
//
// and by stretch of `stretch` tokens the mean loss in it, and the perplexity of all tokens so far.
//
// Paper: Oren et al., arXiv:2401.06104, section 6.2 and figure 7 (70,000 tokens of PG-19 books with
// k = 512 and `log_gap`; each point is an average over all tokens so far).

#include <vector>

#include <fmt/format.h>

#include "multistate/base/largest_count.h"
#include "multistate/experiment/chunk_workload.h"
#include "multistate/experiment/registry.h"
#include "multistate/experiment/sample_metrics.h"
#include "multistate/experiment/stretches.h"
#include "multistate/experiment/tally.h"

namespace multistate {
namespace {

struct ExtrapolationOptions : ChunkOptions {
  int64_t stretch = 1024;

  ExtrapolationOptions() {
    context_length = 32768;
    max_chunks = 1;
  }

  void visit(OptionVisitor& v) {
    ChunkOptions::visit(v);
    v("stretch", stretch, {1, kLargestCount}, "tokens of a point of the loss by position");
  }
};

class ExtrapolationWorkload final : public ChunkWorkload {
 public:
  ExtrapolationWorkload(const ExtrapolationOptions& options, const Tokenizer& tokenizer)
      : ChunkWorkload(options, 0, tokenizer), stretches_(Stretches::of_width(options.stretch)) {}

  SampleRecord run_sample(int64_t sample, const RunContext& context) const override {
    const EvaluatedChunk chunk = evaluate(sample, context);
    const int64_t window = context.model.spec().context_length;
    Tally all;
    Tally within;
    Tally beyond;
    StretchSums by_position(stretches_);
    for (int64_t place = chunk.first; place < chunk.size(); ++place) {
      const double loss = chunk.loss(place);
      // A token at `place` is predicted from as many tokens.
      (place <= window ? within : beyond).add(loss, chunk.hit(place));
      all.add(loss, chunk.hit(place));
      by_position.add(place, loss);
    }
    nlohmann::json values = {{"nll_by_position", by_position.to_json()}};
    all.write("all", values);
    within.write("within", values);
    beyond.write("beyond", values);
    return record_of(sample, chunk, std::move(values));
  }

  Summary summarize(std::span<const SampleRecord> records) const override {
    Summary summary;
    summary.metrics = {{"nll", mean_loss(records, "all")},
                       {"perplexity", perplexity(records, "all")},
                       {"within_nll", mean_loss(records, "within")},
                       {"beyond_nll", mean_loss(records, "beyond")}};
    const auto losses = parts(records, "nll_by_position");
    const std::string axis = "position (tokens)";
    summary.series["nll_by_position"] =
        mean_series(losses, stretches_, {.unit = "nats/token", .axis = axis});
    summary.series["perplexity_so_far"] =
        cumulative_perplexity_series(losses, stretches_, {.axis = axis});
    return summary;
  }

 private:
  Stretches stretches_;
};

class Extrapolation final : public Experiment {
 public:
  using Options = ExtrapolationOptions;

  explicit Extrapolation(Options options) : options_(std::move(options)) {}

  int64_t context_length() const override { return options_.context_length; }

  void check_model(const DecoderSpec& spec) const override {
    if (options_.context_length <= spec.context_length) {
      throw InputError(
          fmt::format("experiment.context_length: {} tokens do not go beyond the {} that the model "
                      "was trained on; language_modeling measures within",
                      options_.context_length, spec.context_length));
    }
  }

  std::unique_ptr<Workload> prepare(const Tokenizer& tokenizer) const override {
    return std::make_unique<ExtrapolationWorkload>(options_, tokenizer);
  }

  std::vector<std::string> headline() const override {
    return {"perplexity", "within_nll", "beyond_nll"};
  }

 private:
  Options options_;
};

const ExperimentRegistration<Extrapolation> kRegistration{{
    .name = "extrapolation",
    .version = 1,
    .summary = "loss by position on a text beyond the model's window",
    .paper = "Oren et al. 2024, arXiv:2401.06104, section 6.2",
}};

}  // namespace
}  // namespace multistate
