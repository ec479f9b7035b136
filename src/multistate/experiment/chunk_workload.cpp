#include "multistate/experiment/chunk_workload.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace multistate {

void ChunkOptions::visit(OptionVisitor& v) {
  TextOptions::visit(v);
  v("prompt_share", prompt_share, {0.0, 1.0},
    "share of a chunk that is its prompt: context only, and what `prompt: one_shot` cuts");
}

void ChunkOptions::check(const Node& node) const {
  TextOptions::check(node);
  if (prompt_tokens() >= context_length) {
    throw node.error(
        fmt::format("experiment.prompt_share: {} leaves no token of a chunk of {} to predict",
                    prompt_share, context_length));
  }
}

int64_t ChunkOptions::prompt_tokens() const {
  return static_cast<int64_t>(prompt_share * static_cast<double>(context_length));
}

ChunkWorkload::ChunkWorkload(const ChunkOptions& options, int64_t stride,
                             const Tokenizer& tokenizer)
    : prompt_(options.prompt_tokens()),
      skip_chunks_(options.skip_chunks),
      chunks_(options, stride, tokenizer) {}

nlohmann::json ChunkWorkload::settled_options() const {
  nlohmann::json settled = {{"add_bos", chunks_.bos_tokens() > 0}, {"skip_chunks", nullptr}};
  if (skip_chunks_ > 0) {
    settled["skip_chunks"] = skip_chunks_;
  }
  return settled;
}

ChunkWorkload::EvaluatedChunk ChunkWorkload::evaluate(int64_t sample,
                                                      const RunContext& context) const {
  const SampleSeed seed = {.seed = context.seed, .sample = static_cast<uint64_t>(sample)};
  return chunk_with(sample, Evaluator(context.model, context.policy)
                                .evaluate(chunks_.ids(sample), seed, prompt_, context.prefix));
}

ChunkWorkload::EvaluatedChunk ChunkWorkload::chunk_with(int64_t sample,
                                                        Evaluation evaluation) const {
  const Chunk& chunk = chunks_.chunk(sample);
  EvaluatedChunk evaluated;
  evaluated.ids = chunks_.ids(sample);
  // Without BOS the first token of the chunk is not predicted.
  evaluated.first =
      std::max({chunk.first_scored - chunk.begin + chunks_.bos_tokens(), prompt_, int64_t{1}});
  evaluated.evaluation = std::move(evaluation);
  return evaluated;
}

SampleRecord ChunkWorkload::record_at(int64_t sample, nlohmann::json values) const {
  SampleRecord record;
  record.tokens = chunks_.length();
  record.values = std::move(values);
  record.values["document"] = chunks_.document(sample).name;
  record.values["begin"] = chunks_.chunk(sample).begin;
  return record;
}

SampleRecord ChunkWorkload::record_of(int64_t sample, const EvaluatedChunk& chunk,
                                      nlohmann::json values) const {
  SampleRecord record = record_at(sample, std::move(values));
  record.computed_tokens = chunk.evaluation.computed_tokens;
  record.state = chunk.evaluation.state;
  record.seconds = chunk.evaluation.seconds;
  return record;
}

}  // namespace multistate
