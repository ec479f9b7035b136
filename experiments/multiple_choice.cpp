// Multiple choice: which of several continuations of a prompt the model finds most likely, by the
// sum of its tokens' log-likelihoods or by that divided by the continuation's length.
//
// Paper: Brown et al., arXiv:2005.14165, section 2.4 (choice by likelihood). The length is in
// characters, as lm-evaluation-harness takes it for acc_norm; blanks at the end of the prompt are
// scored with the choice, as there (TaskSet::choices). Of ZeroSCROLLS there is QuALITY, by
// the letters of its options, which the benchmark itself has models generate.

#include <algorithm>
#include <numeric>

#include "multistate/experiment/registry.h"
#include "multistate/experiment/sample_metrics.h"
#include "multistate/experiment/task_metrics.h"
#include "multistate/experiment/task_set.h"
#include "multistate/scoring/unicode.h"

namespace multistate {
namespace {

using Ids = std::vector<int64_t>;

struct ChoiceOptions : TaskOptions {
  ChoiceOptions() { prompt = "{context}\n\nQuestion: {question}\nAnswer:"; }
};

size_t place_of_least(const std::vector<double>& values) {
  return static_cast<size_t>(std::min_element(values.begin(), values.end()) - values.begin());
}

class ChoiceWorkload final : public SampleWorkload {
 public:
  ChoiceWorkload(const ChoiceOptions& options, const Tokenizer& tokenizer)
      : set_(options, Purpose::kChoice, 0, 0, tokenizer), prompt_end_(options.question) {}

  int64_t samples() const override { return set_.size(); }
  SampleLength length(int64_t sample) const override {
    const Parts parts = parts_of(sample);
    return length_of(parts.context, parts.continuations);
  }

  nlohmann::json data_report() const override { return set_.data_report(); }
  std::string data_sha256() const override { return set_.file().sha256; }
  std::vector<std::string> document_sha256s() const override { return set_.document_sha256s(); }
  nlohmann::json settled_options() const override { return set_.settled_options(); }

  SampleRecord run_sample(int64_t sample, const RunContext& context) const override {
    const TaskRow& row = set_.row(sample);
    const Parts parts = parts_of(sample);
    Likelihoods result = likelihoods(parts.context, parts.continuations, sample, context);
    std::vector<double> losses;
    std::vector<double> by_character;
    for (size_t i = 0; i < result.losses.size(); ++i) {
      const auto& all = result.losses[i];
      // The question, where it goes with the continuation, is scored with none.
      const auto first = all.end() - static_cast<std::ptrdiff_t>(set_.choices(sample)[i].size());
      losses.push_back(std::accumulate(first, all.end(), 0.0));
      by_character.push_back(losses.back() /
                             static_cast<double>(code_points(row.choices[i]).size()));
    }
    nlohmann::json& values = result.record.values;
    values = {{"id", row.id},
              {"right", row.right},
              {"choice", place_of_least(losses)},
              {"choice_norm", place_of_least(by_character)},
              {"accuracy", place_of_least(losses) == row.right ? 1 : 0},
              {"accuracy_norm", place_of_least(by_character) == row.right ? 1 : 0},
              {"nll_sum", number_to_json(losses[row.right])},
              {"scored_tokens", set_.choices(sample)[row.right].size()},
              {"choice_nll", nlohmann::json::array()}};
    for (const double loss : losses) {
      values["choice_nll"].push_back(number_to_json(loss));
    }
    note_prompt(row, set_.prompt(sample).removed_tokens, values);
    return result.record;
  }

  Resampling resampling() const override { return task_resampling(); }
  Summary summarize(std::span<const SampleRecord> records) const override {
    Summary summary;
    summary.metrics = cut_metrics(records);
    summary.metrics["accuracy"] =
        ratio_metric(records, {.numerator = "accuracy"},
                     {.higher_is_better = true, .range = kShare}, resampling());
    summary.metrics["accuracy_norm"] =
        ratio_metric(records, {.numerator = "accuracy_norm"},
                     {.higher_is_better = true, .range = kShare}, resampling());
    summary.metrics["right_nll"] =
        ratio_metric(records, {.numerator = "nll_sum", .denominator = "scored_tokens"},
                     {.unit = "nats/token"}, resampling());
    return summary;
  }

 private:
  /// What a sample is run as: the prompt that is cut once, and what follows it.
  struct Parts {
    Ids context;
    std::vector<Ids> continuations;
  };

  Parts parts_of(int64_t sample) const {
    const TokenizedPrompt& prompt = set_.prompt(sample);
    Parts parts = {.context = prompt.context, .continuations = set_.choices(sample)};
    if (prompt_end_ == PromptEnd::kQuestion) {
      parts.context.insert(parts.context.end(), prompt.question.begin(), prompt.question.end());
      return parts;
    }
    for (Ids& continuation : parts.continuations) {
      continuation.insert(continuation.begin(), prompt.question.begin(), prompt.question.end());
    }
    return parts;
  }

  TaskSet set_;
  PromptEnd prompt_end_;
};

class MultipleChoice final : public Experiment {
 public:
  using Options = ChoiceOptions;

  explicit MultipleChoice(Options options) : options_(std::move(options)) {}

  int64_t context_length() const override { return options_.context_length; }
  std::unique_ptr<Workload> prepare(const Tokenizer& tokenizer) const override {
    return std::make_unique<ChoiceWorkload>(options_, tokenizer);
  }

  std::vector<std::string> path_options() const override { return {"data", "templates"}; }
  std::vector<std::string> headline() const override {
    return {"accuracy", "accuracy_norm", "right_nll", "truncated"};
  }

 private:
  Options options_;
};

const ExperimentRegistration<MultipleChoice> kRegistration{{
    .name = "multiple_choice",
    .version = 2,
    .summary = "the likeliest of several continuations: own rows, QuALITY of ZeroSCROLLS",
    .paper = "Brown et al. 2020, arXiv:2005.14165, section 2.4",
}};

}  // namespace
}  // namespace multistate
