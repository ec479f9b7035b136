// Recall: how well words that occurred before are completed, by the distance to where they stood.
//
// Scored are the tokens that continue a word (text/repeated_words.h: a token that begins within a
// word, after its first byte; a word is a longest run of letters, marks and numbers, and the same
// when its bytes are). Of a word that stood before in the chunk the last occurrence counts,
// wherever it lies, prompt included: the token's distance d is the number of tokens back to the one
// that held the same byte of the word there. A state without the rows of that place has nothing
// but the model's knowledge of words to go by, which the tokens that continue words that are new to
// the chunk show.
//
// Paper: none; in spirit the repeated n-grams of Arora et al., Zoology, arXiv:2312.04927.

#include <vector>

#include "multistate/experiment/chunk_workload.h"
#include "multistate/experiment/registry.h"
#include "multistate/experiment/sample_metrics.h"
#include "multistate/experiment/stretches.h"
#include "multistate/experiment/tally.h"
#include "multistate/text/repeated_words.h"

namespace multistate {
namespace {

constexpr const char* kDistance = "distance to the word's last occurrence (tokens)";

class RecallWorkload final : public ChunkWorkload {
 public:
  RecallWorkload(const ChunkOptions& options, const Tokenizer& tokenizer)
      : ChunkWorkload(options, 0, tokenizer) {
    for (int64_t sample = 0; sample < samples(); ++sample) {
      continuations_.push_back(find_continuations(pieces(sample, tokenizer)));
    }
  }

  SampleRecord run_sample(int64_t sample, const RunContext& context) const override {
    const EvaluatedChunk chunk = evaluate(sample, context);
    Tally all;
    for (int64_t place = chunk.first; place < chunk.size(); ++place) {
      all.add(chunk.loss(place), chunk.hit(place));
    }
    Tally recalled;
    Tally fresh;
    StretchSums losses(Stretches::doubling());
    StretchSums hits(Stretches::doubling());
    for (const auto& [token, distance] : continuations_[static_cast<size_t>(sample)]) {
      if (token < chunk.first) {
        continue;
      }
      const double loss = chunk.loss(token);
      const bool hit = chunk.hit(token);
      (distance ? recalled : fresh).add(loss, hit);
      if (distance) {
        losses.add(*distance, loss);
        hits.add(*distance, hit ? 1.0 : 0.0);
      }
    }
    nlohmann::json values = {{"nll_by_distance", losses.to_json()},
                             {"hits_by_distance", hits.to_json()}};
    all.write("all", values);
    recalled.write("recalled", values);
    fresh.write("new", values);
    return record_of(sample, chunk, std::move(values));
  }

  Summary summarize(std::span<const SampleRecord> records) const override {
    Summary summary;
    summary.metrics = {{"recall_nll", mean_loss(records, "recalled")},
                       {"recall_accuracy", accuracy(records, "recalled")},
                       {"new_word_nll", mean_loss(records, "new")},
                       {"new_word_accuracy", accuracy(records, "new")},
                       {"token_nll", mean_loss(records, "all")},
                       {"token_accuracy", accuracy(records, "all")}};
    const auto losses = parts(records, "nll_by_distance");
    const auto hits = parts(records, "hits_by_distance");
    const auto doubling = Stretches::doubling();
    summary.series["recall_nll_by_distance"] =
        mean_series(losses, doubling, {.unit = "nats/token", .axis = kDistance});
    summary.series["recall_accuracy_by_distance"] =
        mean_series(hits, doubling, {.higher_is_better = true, .axis = kDistance});
    summary.series["recalled_tokens_by_distance"] = count_series(losses, doubling, kDistance);
    return summary;
  }

 private:
  /// The bytes of a chunk's tokens; none of BOS, which is no text.
  std::vector<std::string> pieces(int64_t sample, const Tokenizer& tokenizer) const {
    std::vector<std::string> pieces;
    for (const int64_t id : chunks().ids(sample)) {
      const bool bos = static_cast<int64_t>(pieces.size()) < chunks().bos_tokens();
      pieces.push_back(bos ? "" : tokenizer.token_bytes(id));
    }
    return pieces;
  }

  std::vector<std::vector<WordContinuation>> continuations_;  ///< By sample.
};

class Recall final : public Experiment {
 public:
  using Options = ChunkOptions;

  explicit Recall(Options options) : options_(std::move(options)) {}

  int64_t context_length() const override { return options_.context_length; }
  std::unique_ptr<Workload> prepare(const Tokenizer& tokenizer) const override {
    return std::make_unique<RecallWorkload>(options_, tokenizer);
  }

  std::vector<std::string> headline() const override { return {"recall_nll", "recall_accuracy"}; }

 private:
  Options options_;
};

const ExperimentRegistration<Recall> kRegistration{{
    .name = "recall",
    .version = 1,
    .summary = "loss and accuracy on words that stood before, by how far back",
    .paper = "none",
}};

}  // namespace
}  // namespace multistate
