// LongPPL: the loss on the tokens that need the long context, and on the others.
//
// Which tokens those are is found out with the full model of the cell's own model, by contrasting
// long and short context (experiment/key_tokens.h), once for every chunk and alike for all cells;
// what that takes is in no cell's time. Tokens with fewer than `short_context` tokens of text
// before them are not judged and do not count.
//
//     long_perplexity   exp(mean loss of key tokens)
//     key_nll           mean loss of key tokens
//     key_accuracy      share of key tokens that no other token is likelier than
//     other_nll         mean loss of the tokens that were judged and are no key tokens
//     all_nll           mean loss of both
//     gain_kept         of what the long context gives on key tokens, the share that the policy
//                       keeps: (short loss - loss) / (short loss - long loss), of sums; the full
//                       model has 1, a model that only sees the short context 0
//     key_share         share of key tokens; the same for all cells
//
// With the option `fidelity` the predictions of all judged tokens are compared with the full
// cache's (experiment/fidelity_metrics.h), those of key tokens as means too: key_kl, key_same_top
// and key_probability_change. With `kept_attention` so are the rows that are left. The full cache
// runs once for all cells, in no cell's time.
//
// Paper: Fang et al., arXiv:2410.23771. Its weights are 0 and 1, as here (the soft ones of its
// LongCE are for training). It takes 4,096 tokens for short, and judges with one strong model.

#include <vector>

#include <fmt/format.h>

#include "multistate/base/largest_count.h"
#include "multistate/experiment/chunk_workload.h"
#include "multistate/experiment/fidelity_metrics.h"
#include "multistate/experiment/key_tokens.h"
#include "multistate/experiment/per_sample.h"
#include "multistate/experiment/registry.h"
#include "multistate/experiment/sample_metrics.h"
#include "multistate/experiment/stretches.h"
#include "multistate/experiment/tally.h"

namespace multistate {
namespace {

struct LongOptions : ChunkOptions {
  KeyTokenRule rule;
  FidelityOptions fidelity;

  void visit(OptionVisitor& v) {
    constexpr double kLargest = 1e6;
    ChunkOptions::visit(v);
    v("short_context", rule.short_context, {1, kLargestCount},
      "tokens of a short context, at least");
    v("short_stride", rule.short_stride, {1, kLargestCount},
      "tokens that share a run of the model: their short contexts grow by one each");
    v("lsd_threshold", rule.lsd_threshold, {-kLargest, kLargest},
      "nats that the long context has to give a key token, more than");
    v("lcl_threshold", rule.lcl_threshold, {-kLargest, kLargest},
      "log-probability that a key token has to have with the long context, more than");
    fidelity.visit(v);
  }

  void check(const Node& node) const {
    ChunkOptions::check(node);
    if (rule.short_context >= most_text_tokens()) {
      throw node.error(fmt::format(
          "experiment.short_context: {} leaves no token of a chunk with {} text tokens to judge",
          rule.short_context, most_text_tokens()));
    }
  }
};

class LongWorkload final : public ChunkWorkload {
 public:
  LongWorkload(const LongOptions& options, const Tokenizer& tokenizer)
      : ChunkWorkload(options, 0, tokenizer),
        rule_(options.rule),
        fidelity_(options.fidelity),
        contrasts_(samples()) {
    if (rule_.short_context >= chunks().text_tokens()) {
      throw InputError(fmt::format(
          "experiment.short_context: {} leaves no token of a chunk with {} text tokens to judge",
          rule_.short_context, chunks().text_tokens()));
    }
  }

  SampleRecord run_sample(int64_t sample, const RunContext& context) const override {
    const auto& contrasts = contrasts_.get(sample, [&] {
      return contrast_contexts(context.model, chunks().ids(sample), chunks().bos_tokens(), rule_);
    });
    if (!fidelity_.measures()) {
      const EvaluatedChunk chunk = evaluate(sample, context);
      return record_of(sample, chunk, losses_of(chunk, contrasts));
    }
    auto compared =
        fidelity_.evaluate(sample, chunks().ids(sample), length(sample).prompt, context);
    const EvaluatedChunk chunk = chunk_with(sample, std::move(compared.evaluation));
    auto values = losses_of(chunk, contrasts);
    write_divergences(compared, chunk, contrasts, values);
    write_kept_attention(compared, values);
    return record_of(sample, chunk, std::move(values));
  }

  Summary summarize(std::span<const SampleRecord> records) const override {
    Summary summary;
    summary.metrics = {
        {"long_perplexity", perplexity(records, "key")},
        {"key_nll", mean_loss(records, "key")},
        {"key_accuracy", accuracy(records, "key")},
        {"other_nll", mean_loss(records, "other")},
        {"all_nll", mean_loss(records, "all")},
        {"gain_kept", ratio_metric(records, {.numerator = "kept_sum", .denominator = "gain_sum"},
                                   {.higher_is_better = true})},
        {"key_share",
         ratio_metric(records, {.numerator = "key_tokens", .denominator = "all_tokens"}, {})}};
    summary.series["key_nll_by_place"] = mean_series(parts(records, "key_nll_by_place"),
                                                     Stretches::doubling(), {.unit = "nats/token"});
    summarize_fidelity(records, summary);
    if (records.front().values.contains("key_kl_sum")) {
      DivergenceSums::summarize(records, "key_", "key_tokens", summary.metrics);
    }
    return summary;
  }

 private:
  using Contrasts = std::vector<std::optional<Contrast>>;

  nlohmann::json losses_of(const EvaluatedChunk& chunk, const Contrasts& contrasts) const {
    Tally keys;
    Tally others;
    Tally all;
    double short_sum = 0.0;
    double long_sum = 0.0;
    StretchSums by_place(Stretches::doubling());
    for (int64_t place = chunk.first; place < chunk.size(); ++place) {
      const auto& contrast = contrasts[static_cast<size_t>(place)];
      if (!contrast) {
        continue;
      }
      const double loss = chunk.loss(place);
      const bool is_key = contrast->is_key(rule_);
      (is_key ? keys : others).add(loss, chunk.hit(place));
      all.add(loss, chunk.hit(place));
      if (is_key) {
        by_place.add(place, loss);
        short_sum += contrast->short_loss;
        long_sum += contrast->long_loss;
      }
    }
    nlohmann::json values = {{"kept_sum", number_to_json(short_sum - keys.nll_sum())},
                             {"gain_sum", number_to_json(short_sum - long_sum)},
                             {"key_nll_by_place", by_place.to_json()}};
    keys.write("key", values);
    others.write("other", values);
    all.write("all", values);
    return values;
  }

  void write_divergences(const ComparedEvaluation& compared, const EvaluatedChunk& chunk,
                         const Contrasts& contrasts, nlohmann::json& values) const {
    if (compared.divergences.empty()) {
      return;
    }
    ChunkDivergences judged;
    DivergenceSums keys;
    for (int64_t place = chunk.first; place < chunk.size(); ++place) {
      const auto& contrast = contrasts[static_cast<size_t>(place)];
      if (contrast) {
        judged.add(place, compared.divergence(place));
      }
      if (contrast && contrast->is_key(rule_)) {
        keys.add(compared.divergence(place));
      }
    }
    judged.write(values);
    keys.write("key_", values);
  }

  KeyTokenRule rule_;
  Fidelity fidelity_;
  mutable PerSample<Contrasts> contrasts_;
};

class LongPerplexity final : public Experiment {
 public:
  using Options = LongOptions;

  explicit LongPerplexity(Options options) : options_(std::move(options)) {}

  int64_t context_length() const override { return options_.context_length; }
  void check_model(const DecoderSpec& spec) const override {
    options_.fidelity.check_model(spec, options_.context_length);
  }
  int64_t comparison_bytes(const DecoderSpec& spec, at::ScalarType dtype) const override {
    return options_.fidelity.bytes(spec, options_.context_length, dtype);
  }
  std::unique_ptr<Workload> prepare(const Tokenizer& tokenizer) const override {
    return std::make_unique<LongWorkload>(options_, tokenizer);
  }

  std::vector<std::string> headline() const override {
    return {"long_perplexity", "key_nll",       "other_nll", "gain_kept", "kl",
            "same_top",        "kept_attention"};
  }

 private:
  Options options_;
};

const ExperimentRegistration<LongPerplexity> kRegistration{{
    .name = "long_perplexity",
    .version = 1,
    .summary = "loss on the tokens that need the long context, and on the others",
    .paper = "Fang et al. 2024, arXiv:2410.23771",
}};

}  // namespace
}  // namespace multistate
