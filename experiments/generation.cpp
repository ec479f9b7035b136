// Generation: what a policy lets the model write. Texts go on from prompts, and are measured beside
// those that the full model writes for the same prompts and seeds.
//
// Paper: Oren et al., arXiv:2401.06104, section 5.3 and figure 6: stories, judged in pairs
// (`multistate export-pairs`).
//
// A sample is one text. The texts of one cell are decoded together, `batch` at a time.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "multistate/base/largest_count.h"
#include "multistate/experiment/full_cache_texts.h"
#include "multistate/experiment/generation_metrics.h"
#include "multistate/experiment/option_error.h"
#include "multistate/experiment/prompt_set.h"
#include "multistate/experiment/registry.h"

namespace multistate {
namespace {

struct GenerationSettings : PromptOptions {
  int64_t texts = 1;
  int64_t max_tokens = 256;
  Sampling sampling;
  std::vector<std::string> stop;
  bool ignore_eos = false;
  int64_t batch = 16;

  bool greedy() const { return sampling.temperature == 0.0; }

  void visit(OptionVisitor& v) {
    PromptOptions::visit(v);
    v("texts", texts, {1, kLargestCount},
      "texts from every prompt, each drawn with a seed of its own");
    v("max_tokens", max_tokens, {1, kLargestCount}, "tokens of a text at most");
    v("temperature", sampling.temperature, {0.0, 1e6},
      "0 takes the most likely token; above 0 draws one");
    v("top_k", sampling.top_k, {0, kLargestCount},
      "draw from the k most likely tokens; 0: from all");
    v("top_p", sampling.top_p, {1e-9, 1.0},
      "draw from the most likely tokens that together reach this probability");
    v("stop", stop, "strings before which a text ends, besides the tokens that end one");
    v("ignore_eos", ignore_eos,
      "go on past the tokens that end a text (EOS), and past the end of an answer");
    v("batch", batch, {1, kLargestCount}, "texts that are decoded together");
  }

  void check(const Node& node) const {
    PromptOptions::check(node);
    if (greedy() && texts > 1) {
      throw option_error(node, "texts",
                         "without a temperature above 0 all texts of a prompt are the same");
    }
    if (greedy() && sampling.top_k != 0) {
      throw option_error(node, "top_k", "nothing is drawn without a temperature above 0");
    }
    if (greedy() && sampling.top_p != 1.0) {
      throw option_error(node, "top_p", "nothing is drawn without a temperature above 0");
    }
    if (std::find(stop.begin(), stop.end(), "") != stop.end()) {
      throw option_error(node, "stop", "a stop string has at least one byte");
    }
  }
};

class GenerationWorkload final : public Workload {
 public:
  GenerationWorkload(const GenerationSettings& settings, const Tokenizer& tokenizer)
      : settings_(settings),
        set_(settings, tokenizer),
        rules_({.sampling = settings.sampling, .stop_ids = {}, .stops = settings.stop}) {
    if (!settings.ignore_eos) {
      rules_.stop_ids = set_.end_ids();
    }
  }

  /// All prompts once, then all of them again: a limit leaves none out before it must.
  int64_t samples() const override {
    return static_cast<int64_t>(set_.prompts().size()) * settings_.texts;
  }
  SampleLength length(int64_t sample) const override {
    const auto prompt = static_cast<int64_t>(prompt_of(sample).ids.size());
    return {.tokens = prompt + settings_.max_tokens, .prompt = prompt};
  }
  int64_t batch() const override { return settings_.batch; }
  nlohmann::json data_report() const override { return set_.data_report(); }
  std::string data_sha256() const override { return set_.data_sha256(); }
  std::vector<std::string> document_sha256s() const override { return set_.document_sha256s(); }
  nlohmann::json settled_options() const override { return set_.settled_options(); }

  std::vector<SampleRecord> run(std::span<const int64_t> samples,
                                const RunContext& context) const override {
    const auto texts = texts_of(samples, context);
    const auto full = full_cache_texts_of(samples, context);
    std::vector<SampleRecord> records;
    for (size_t i = 0; i < samples.size(); ++i) {
      records.push_back(record_of(samples[i], *texts[i], *full[i]));
    }
    return records;
  }

  /// Texts that go on from the same prompt are one unit.
  Resampling resampling() const override { return {.unit = "prompt", .key = "prompt_id"}; }

  Summary summarize(std::span<const SampleRecord> records) const override {
    return summarize_texts(records, resampling());
  }

 private:
  using Texts = std::vector<std::shared_ptr<const MadeText>>;

  const PreparedPrompt& prompt_of(int64_t sample) const {
    return set_.prompts()[static_cast<size_t>(sample) % set_.prompts().size()];
  }

  /// What the cell's policy generates: the full cache's text where it evicts nothing.
  Texts texts_of(std::span<const int64_t> samples, const RunContext& context) const {
    std::vector<int64_t> without_eviction;
    std::vector<int64_t> others;
    for (const int64_t sample : samples) {
      const SampleLength all = length(sample);
      (context.policy.tokens_before_first_eviction(all) == all.tokens ? without_eviction : others)
          .push_back(sample);
    }
    const auto full_texts = full_cache_texts_of(without_eviction, context);
    auto made = make(others, context, context.policy);
    Texts texts;
    size_t next_full = 0;
    size_t next_other = 0;
    for (const int64_t sample : samples) {
      const bool is_full =
          next_full < without_eviction.size() && without_eviction[next_full] == sample;
      texts.push_back(is_full ? full_texts[next_full++]
                              : std::make_shared<const MadeText>(std::move(made[next_other++])));
    }
    return texts;
  }

  Texts full_cache_texts_of(std::span<const int64_t> samples, const RunContext& context) const {
    // Without a temperature the seed makes no difference, so that there is one text for all seeds.
    const uint64_t seed = settings_.greedy() ? 0 : context.seed;
    return full_cache_texts_.get(samples, seed, [&](std::span<const int64_t> missing) {
      return make(missing, context, keep_all_setup());
    });
  }

  std::vector<MadeText> make(std::span<const int64_t> samples, const RunContext& context,
                             const PolicySetup& policy) const {
    std::vector<GenerationRequest> requests;
    for (const int64_t sample : samples) {
      requests.push_back({.prompt = prompt_of(sample).ids,
                          .max_tokens = settings_.max_tokens,
                          .seed = {.seed = context.seed, .sample = static_cast<uint64_t>(sample)}});
    }
    return make_texts(requests, rules_, context.model, policy, context.tokenizer);
  }

  SampleRecord record_of(int64_t sample, const MadeText& text, const MadeText& full) const {
    const PreparedPrompt& prompt = prompt_of(sample);
    SampleRecord record;
    record.tokens = text.tokens;
    record.computed_tokens = text.tokens;
    record.state = text.state;
    record.seconds = text.seconds;
    record.values = text_counts(prompt.ids, text, full);
    record.values["prompt_id"] = prompt.id;
    record.values["prompt"] = prompt.text;
    record.values["prompt_tokens"] = prompt.ids.size();
    record.values["text"] = text.text;
    record.values["ids"] = text.ids;
    record.values["end"] = name_of(text.reason);
    return record;
  }

  GenerationSettings settings_;
  PromptSet set_;
  TextRules rules_;
  mutable FullCacheTexts full_cache_texts_;
};

class GenerationExperiment final : public Experiment {
 public:
  using Options = GenerationSettings;

  explicit GenerationExperiment(Options options) : options_(std::move(options)) {}

  int64_t context_length() const override { return options_.prompt_tokens + options_.max_tokens; }
  bool draws() const override { return !options_.greedy(); }
  std::unique_ptr<Workload> prepare(const Tokenizer& tokenizer) const override {
    return std::make_unique<GenerationWorkload>(options_, tokenizer);
  }
  std::vector<std::string> headline() const override {
    return {"tokens", "repetition", "distinct_2", "common_prefix", "overlap_1"};
  }

 private:
  Options options_;
};

const ExperimentRegistration<GenerationExperiment> kRegistration{{
    .name = "generation",
    .version = 2,
    .summary = "texts that go on from prompts: length, repetition, distance to the full model's",
    .paper = "Oren et al. 2024, arXiv:2401.06104, section 5.3",
}};

}  // namespace
}  // namespace multistate
