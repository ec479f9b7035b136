// State analysis: which rows stay. The text is evaluated as by language_modeling; what is measured
// is when every row comes and goes, in every layer and set of rows.
//
// Paper: Oren et al., arXiv:2401.06104, section 7.3 and appendix H: the share of recent tokens, the
// first tokens (figure 9), the kept tokens over time (figure 8), and steps kept by part of speech
// (table 5). The paper leaves open what is recent; here:
//
//   recent      after step t: a position within the last k, t - k < position <= t. Counted after
//               every step from the one on at which the state is full (t >= k), after the eviction.
//   steps kept  queries that saw the row: from its own token's to that after which it was evicted,
//               or the last of the chunk, both included. A full state of k rows is seen by queries
//               that see k + 1 rows, so over all rows of a chunk of T tokens the steps add up to
//               sum_t min(t + 1, k + 1), whatever the policy, as long as it evicts one row a step
//               (lifetime_mean beside lifetime_law): what one kind of token gains another loses.
//
// Rows that are there at the end of the chunk count with the steps they have had. All counts are
// summed over layers and sets, and over chunks.
//
// output_error and local_kept_attention are local: attention over the rows that are kept against
// attention over every row so far, with the same queries, keys and values, those of the run under
// the policy. output_error is |o_policy - o_full| / |o_full| of a head's output o for a token,
// local_kept_attention the share of the full weights that falls on rows which the query saw; means
// over all tokens, heads and layers (experiment/local_attention.h). What the layers before have
// lost is in both sides of the comparison; language_modeling's option kept_attention takes the
// attention of a full run instead. The reference takes as long as the full cache does, in no cell's
// time.

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "multistate/base/sha256.h"
#include "multistate/experiment/chunk_workload.h"
#include "multistate/experiment/local_attention.h"
#include "multistate/experiment/registry.h"
#include "multistate/experiment/row_record.h"
#include "multistate/experiment/token_kinds.h"

namespace multistate {
namespace {

struct StateOptions : ChunkOptions {
  std::string tags;
  int64_t first_rows = 26;
  int64_t picture_layer = -1;
  int64_t picture_cells = 128;

  void visit(OptionVisitor& v) {
    ChunkOptions::visit(v);
    v("tags", tags,
      "tags of the words, from tools/tag_pos: a file, or a folder with <name>.tags.jsonl for every "
      "<name>.txt; empty: none");
    v("first_rows", first_rows, {1, 1024},
      "rows at the start of a chunk that are followed by position");
    v("picture_layer", picture_layer, {-1, 1024},
      "layer of which the first chunk's rows are drawn over time; -1: the last");
    v("picture_cells", picture_cells, {1, 512}, "columns and rows of that picture, at most");
  }

  void check(const Node& node) const {
    ChunkOptions::check(node);
    if (!tags.empty() && !std::filesystem::exists(tags)) {
      throw node.error(fmt::format(
          "experiment.tags: '{}' does not exist; a tag file, or a folder of them (tools/tag_pos "
          "makes one)",
          tags));
    }
  }
};

class StateWorkload final : public ChunkWorkload {
 public:
  StateWorkload(const StateOptions& options, const Tokenizer& tokenizer)
      : ChunkWorkload(options, 0, tokenizer),
        options_(options),
        kinds_(chunks(), tokenizer, options.tags) {}

  std::string data_sha256() const override {
    const std::string& tags = kinds_.tags_sha256();
    return tags.empty() ? chunks().data_sha256() : sha256_hex(chunks().data_sha256() + tags);
  }

  SampleRecord run_sample(int64_t sample, const RunContext& context) const override {
    const ComparedScan scan(context.model, length(sample));
    const Evaluator evaluator(context.model, context.policy, &scan);
    SampleState state = evaluator.start(
        {.seed = context.seed, .sample = static_cast<uint64_t>(sample)}, length(sample));
    Predictions predictions;
    PhaseSeconds seconds;
    evaluator.run(chunks().ids(sample), chunks().length(), state, predictions, seconds);

    // Of tokens after the prompt; the first token of a chunk is not predicted.
    const auto first = static_cast<size_t>(std::max<int64_t>(length(sample).prompt, 1));
    const std::span losses = std::span(predictions.losses).subspan(first - 1);
    nlohmann::json values =
        row_values(state, questions_of(sample, context.model.spec().layer_count()));
    values["nll_sum"] = number_to_json(std::accumulate(losses.begin(), losses.end(), 0.0));
    values["scored_tokens"] = losses.size();
    scan.write(values);
    SampleRecord record = record_at(sample, std::move(values));
    record.computed_tokens = chunks().length();
    record.state = use_of(state);
    record.seconds = seconds;
    record.seconds.scan -= scan.seconds();
    return record;
  }

  Summary summarize(std::span<const SampleRecord> records) const override {
    Summary summary = summarize_rows(records);
    add_local_attention(records, summary);
    return summary;
  }

 private:
  RowQuestions questions_of(int64_t sample, int64_t layers) const {
    const int64_t layer = options_.picture_layer < 0 ? layers - 1 : options_.picture_layer;
    return {.kinds = kinds_.of_chunk(sample),
            .first_rows = options_.first_rows,
            .picture_layer = sample == 0 ? layer : -1,
            .picture_cells = options_.picture_cells};
  }

  StateOptions options_;
  DocumentKinds kinds_;
};

class StateAnalysis final : public Experiment {
 public:
  using Options = StateOptions;

  explicit StateAnalysis(Options options) : options_(std::move(options)) {}

  int64_t context_length() const override { return options_.context_length; }
  void check_model(const DecoderSpec& spec) const override {
    if (options_.picture_layer >= spec.layer_count()) {
      throw InputError(fmt::format("experiment.picture_layer: {}; the model has layers 0 to {}",
                                   options_.picture_layer, spec.layer_count() - 1));
    }
  }
  std::vector<std::string> path_options() const override { return {"data", "tags"}; }
  std::unique_ptr<Workload> prepare(const Tokenizer& tokenizer) const override {
    return std::make_unique<StateWorkload>(options_, tokenizer);
  }
  std::vector<std::string> headline() const override {
    return {"recent_share", "first_row_share", "lifetime_mean",
            "lifetime_law", "output_error",    "local_kept_attention"};
  }

 private:
  Options options_;
};

const ExperimentRegistration<StateAnalysis> kRegistration{{
    .name = "state_analysis",
    .version = 1,
    .summary = "which rows stay, and how long: recent ones, the first ones, by kind of token; and "
               "what attention loses by it",
    .paper = "Oren et al. 2024, arXiv:2401.06104, section 7.3 and appendix H",
}};

}  // namespace
}  // namespace multistate
