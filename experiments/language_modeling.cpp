// Language modelling: the loss on documents, cut into chunks that are evaluated by themselves,
// every token predicted from what the state still holds of those before it.
//
// Paper: Oren et al., arXiv:2401.06104, section 5.1 and appendix E (PG-19 in chunks of 4,096
// tokens). A chunk's first token is not predicted, unless a BOS token stands before it.

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "multistate/experiment/chunks.h"
#include "multistate/experiment/documents.h"
#include "multistate/experiment/language_metrics.h"
#include "multistate/experiment/registry.h"

namespace multistate {
namespace {

struct ChunkOptions {
  std::string data;
  int64_t context_length = 2048;
  int64_t max_chunks = 0;
  int64_t skip_tokens = 0;
  bool add_bos = false;
  int64_t stride = 0;
  double prompt_share = 0.0;

  void visit(OptionVisitor& v) {
    constexpr int64_t kMost = int64_t{1} << 40;
    v("data", data, "a text file, or a folder of .txt files");
    v("context_length", context_length, {2, kMost}, "tokens of a chunk, BOS included");
    v("max_chunks", max_chunks, {0, kMost},
      "chunks at most, taken from the documents in turn; 0: all");
    v("skip_tokens", skip_tokens, {0, kMost}, "tokens passed over at the start of every document");
    v("add_bos", add_bos, "start every chunk with the model's BOS token");
    v("stride", stride, {0, kMost},
      "tokens from one chunk's start to the next, the overlap being context only; 0: no overlap");
    v("prompt_share", prompt_share, {0.0, 1.0},
      "share of a chunk that is its prompt: context only, and what `prompt: one_shot` cuts");
  }

  /// Rounded down.
  int64_t prompt_tokens() const {
    return static_cast<int64_t>(prompt_share * static_cast<double>(context_length));
  }
  int64_t text_tokens() const { return context_length - (add_bos ? 1 : 0); }

  void check(const Node& node) const {
    check_data_path(data, node);
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
  ChunkWorkload(const ChunkOptions& options, const DocumentSet& set, const Tokenizer& tokenizer)
      : rule_({.length = options.text_tokens(),
               .stride = options.stride == 0 ? options.text_tokens() : options.stride,
               .skip = options.skip_tokens}),
        prompt_(options.prompt_tokens()),
        ignored_(set.ignored),
        data_sha256_(documents_sha256(set)) {
    if (options.add_bos) {
      bos_ = require_bos(tokenizer);
    }
    std::vector<int64_t> sizes;
    for (const Document& document : set.documents) {
      names_.push_back(document.name);
      tokens_.push_back(encode(document, tokenizer));
      sizes.push_back(static_cast<int64_t>(tokens_.back().size()));
    }
    plan_ = plan_chunks(sizes, rule_, options.max_chunks);
    if (plan_.chunks.empty()) {
      throw InputError(fmt::format(
          "{}: no document is long enough for one chunk of {} tokens after skip_tokens ({}); the "
          "longest has {}",
          options.data, rule_.length, rule_.skip, *std::max_element(sizes.begin(), sizes.end())));
    }
  }

  int64_t samples() const override { return static_cast<int64_t>(plan_.chunks.size()); }
  SampleLength length(int64_t /*sample*/) const override {
    return {.tokens = rule_.length + (bos_ ? 1 : 0), .prompt = prompt_};
  }

  nlohmann::json data_report() const override {
    auto documents = nlohmann::json::array();
    for (size_t i = 0; i < names_.size(); ++i) {
      const DocumentUse& use = plan_.documents[i];
      documents.push_back({{"name", names_[i]},
                           {"tokens", use.tokens},
                           {"skipped_tokens", use.skipped},
                           {"chunks", use.chunks},
                           {"chunks_used", use.selected},
                           {"left_over_tokens", use.left_over},
                           {"too_short", use.chunks == 0}});
    }
    return {{"documents", documents}, {"ignored_files", ignored_}};
  }

  std::string data_sha256() const override { return data_sha256_; }

  SampleRecord run(int64_t sample, const RunContext& context) const override {
    const Chunk& chunk = plan_.chunks[static_cast<size_t>(sample)];
    const auto& document = tokens_[static_cast<size_t>(chunk.document)];
    std::vector<int64_t> ids;
    if (bos_) {
      ids.push_back(*bos_);
    }
    ids.insert(ids.end(), document.begin() + chunk.begin,
               document.begin() + chunk.begin + rule_.length);

    const Evaluator evaluator(context.model, context.policy);
    const SampleSeed seed = {.seed = context.seed, .sample = static_cast<uint64_t>(sample)};
    const auto evaluation = evaluator.evaluate(ids, seed, prompt_, context.prefix);

    // Loss i is that of token i + 1 of `ids`; without BOS the first token of the chunk has none.
    const int64_t offset = bos_ ? 1 : 0;
    const int64_t first =
        std::max({chunk.first_scored - chunk.begin + offset, prompt_, int64_t{1}});
    const std::span losses = std::span(evaluation.losses).subspan(static_cast<size_t>(first - 1));
    const auto text = context.tokenizer.decode(std::span(ids).subspan(static_cast<size_t>(first)));

    SampleRecord record;
    record.tokens = static_cast<int64_t>(ids.size());
    record.computed_tokens = evaluation.computed_tokens;
    record.values = ScoredText(losses, first, text).to_json();
    record.values["document"] = names_[static_cast<size_t>(chunk.document)];
    record.values["begin"] = chunk.begin;
    record.state = evaluation.state;
    record.seconds = evaluation.seconds;
    return record;
  }

  Summary summarize(std::span<const SampleRecord> records) const override {
    return summarize_language(records);
  }

 private:
  static int64_t require_bos(const Tokenizer& tokenizer) {
    if (!tokenizer.bos_id()) {
      throw InputError("experiment.add_bos: the model's tokenizer names no BOS token");
    }
    return *tokenizer.bos_id();
  }

  static std::vector<int64_t> encode(const Document& document, const Tokenizer& tokenizer) {
    try {
      return tokenizer.encode(document.text);
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}: {}", document.name, error.what()));
    }
  }

  ChunkRule rule_;
  int64_t prompt_;
  std::vector<std::string> ignored_;
  std::string data_sha256_;
  std::optional<int64_t> bos_;
  std::vector<std::string> names_;
  std::vector<std::vector<int64_t>> tokens_;
  ChunkPlan plan_;
};

class LanguageModeling final : public Experiment {
 public:
  using Options = ChunkOptions;

  explicit LanguageModeling(Options options) : options_(std::move(options)) {}

  int64_t context_length() const override { return options_.context_length; }
  std::unique_ptr<Workload> prepare(const Tokenizer& tokenizer) const override {
    return std::make_unique<ChunkWorkload>(options_, read_documents(options_.data), tokenizer);
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
