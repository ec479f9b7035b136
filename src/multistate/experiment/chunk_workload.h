#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "multistate/experiment/experiment.h"
#include "multistate/experiment/text_chunks.h"

namespace multistate {

/// Options of every experiment that evaluates chunks of texts.
struct ChunkOptions : TextOptions {
  double prompt_share = 0.0;

  void visit(OptionVisitor& v);

  /// Throws InputError with the node's mark: no data, or nothing left to predict.
  void check(const Node& node) const;

  /// Rounded down.
  int64_t prompt_tokens() const;
};

/// Samples are chunks, evaluated from an empty state, token by token of their own text.
class ChunkWorkload : public SampleWorkload {
 public:
  /// `stride`: see ChunkRule. Throws InputError as TextChunks does.
  ChunkWorkload(const ChunkOptions& options, int64_t stride, const Tokenizer& tokenizer);

  int64_t samples() const override { return chunks_.size(); }
  SampleLength length(int64_t /*sample*/) const override {
    return {.tokens = chunks_.length(), .prompt = prompt_};
  }
  nlohmann::json data_report() const override { return chunks_.data_report(); }
  std::string data_sha256() const override { return chunks_.data_sha256(); }
  std::vector<std::string> document_sha256s() const override { return chunks_.document_sha256s(); }
  nlohmann::json settled_options() const override;

 protected:
  /// A chunk and how it was predicted.
  struct EvaluatedChunk {
    std::vector<int64_t> ids;  ///< BOS included.
    int64_t first = 0;  ///< The first of `ids` that is scored: it and all after it are predicted,
                        ///< of no prompt, and in no earlier chunk.
    Evaluation evaluation;

    /// Of the token at `place` of `ids`, which is `first` or later.
    double loss(int64_t place) const { return evaluation.losses[static_cast<size_t>(place - 1)]; }

    /// Whether no other token was likelier.
    bool hit(int64_t place) const {
      return evaluation.likeliest[static_cast<size_t>(place - 1)] ==
             ids[static_cast<size_t>(place)];
    }

    int64_t size() const { return static_cast<int64_t>(ids.size()); }
  };

  EvaluatedChunk evaluate(int64_t sample, const RunContext& context) const;

  /// The chunk with what somebody else has evaluated.
  EvaluatedChunk chunk_with(int64_t sample, Evaluation evaluation) const;

  /// The record of a sample: where it lies, its tokens, and `values`.
  SampleRecord record_at(int64_t sample, nlohmann::json values) const;

  /// The same with what evaluating it took.
  SampleRecord record_of(int64_t sample, const EvaluatedChunk& chunk, nlohmann::json values) const;

  const TextChunks& chunks() const { return chunks_; }

 private:
  int64_t prompt_;
  int64_t skip_chunks_;
  TextChunks chunks_;
};

}  // namespace multistate
