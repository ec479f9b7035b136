#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/config/options.h"
#include "multistate/engine/evaluator.h"
#include "multistate/experiment/resampling.h"
#include "multistate/results/metric.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// What a sample is run with. References live longer than the call.
struct RunContext {
  const Transformer& model;
  const Tokenizer& tokenizer;
  const PolicySetup& policy;
  uint64_t seed = 0;
  SharedPrefix* prefix = nullptr;  ///< Of this sample, when other cells run it as well.
};

/// What a sample gave. Survives as one line of samples.jsonl, so that an interrupted cell can go
/// on; metrics are computed from these alone.
struct SampleRecord {
  int64_t sample = 0;
  int64_t tokens = 0;
  int64_t computed_tokens = 0;  ///< Those the model has run for it; others were shared.
  nlohmann::json values;        ///< The experiment's own; numbers in float64.
  StateUse state;
  PhaseSeconds seconds;

  nlohmann::json to_json() const;
  static SampleRecord from_json(const nlohmann::json& json);
};

/// Metrics of a cell, and for figures series of them (loss by position) and maps, by name; see
/// results/series.h.
struct Summary {
  Metrics metrics;
  nlohmann::json series = nlohmann::json::object();
  nlohmann::json maps = nlohmann::json::object();
};

/// The samples of an experiment, made for one tokenizer. Immutable; threads share it.
class Workload {
 public:
  virtual ~Workload() = default;
  virtual int64_t samples() const = 0;

  /// Tokens the model will run, and which of them are a prompt.
  virtual SampleLength length(int64_t sample) const = 0;

  /// What was read and what of it is used: documents with their tokens, chunks, and tokens left
  /// over.
  virtual nlohmann::json data_report() const = 0;

  /// Digest of all data that affects the result.
  virtual std::string data_sha256() const = 0;

  /// The SHA-256 of each text that samples are taken from, after normalisation. A policy must not
  /// be calibrated on any of them.
  virtual std::vector<std::string> document_sha256s() const = 0;

  /// Samples that gain from being run together, as rows of a batch, at most; 1: none do.
  virtual int64_t batch() const { return 1; }

  /// Runs up to batch() samples of one cell, ascending; one record each, in their order, with
  /// `record.sample` left to the caller. What a sample gives does not depend on those beside it,
  /// but for rounding. Where batch() is more than 1, samples have no prefix. Called from several
  /// threads at once.
  virtual std::vector<SampleRecord> run(std::span<const int64_t> samples,
                                        const RunContext& context) const = 0;

  /// The units that standard errors and tests have to resample. Every sample is one unless said
  /// otherwise: chunks of texts are, so that what follows from them holds for these texts.
  virtual Resampling resampling() const { return {}; }

  /// `records` in order of sample, at least one.
  virtual Summary summarize(std::span<const SampleRecord> records) const = 0;

  /// What options came to that were left to the model's tokenizer, by name: results and identities
  /// hold these values, and leave out an option that is null here.
  virtual nlohmann::json settled_options() const { return nlohmann::json::object(); }
};

/// A workload whose samples run by themselves.
class SampleWorkload : public Workload {
 public:
  std::vector<SampleRecord> run(std::span<const int64_t> samples,
                                const RunContext& context) const final {
    std::vector<SampleRecord> records;
    for (const int64_t sample : samples) {
      records.push_back(run_sample(sample, context));
    }
    return records;
  }

 private:
  virtual SampleRecord run_sample(int64_t sample, const RunContext& context) const = 0;
};

/// A workload with its options, before any model is known.
class Experiment {
 public:
  virtual ~Experiment() = default;

  /// Tokens of a sample: what `state_fraction` is a fraction of.
  virtual int64_t context_length() const = 0;

  /// Throws InputError when this model cannot be measured with these options.
  virtual void check_model(const DecoderSpec& /*spec*/) const {}

  /// Bytes of what all cells of a sample are compared with, beside their states, for a model whose
  /// activations have `dtype`; 0: nothing.
  virtual int64_t comparison_bytes(const DecoderSpec& /*spec*/, at::ScalarType /*dtype*/) const {
    return 0;
  }

  /// Whether samples draw random numbers of their own: the sweep's seed then matters to a cell
  /// whatever its policy.
  virtual bool draws() const { return false; }

  /// Reads the data. Throws InputError when it cannot, or when they do not hold one sample.
  virtual std::unique_ptr<Workload> prepare(const Tokenizer& tokenizer) const = 0;

  /// Names of the options that say where something lies: in the identity of a cell its content
  /// stands for them (Workload::data_sha256).
  virtual std::vector<std::string> path_options() const { return {"data"}; }

  /// Metrics to show first, by name; those that no cell has are left out.
  virtual std::vector<std::string> headline() const = 0;
};

struct ExperimentInfo {
  std::string name;
  int64_t version = 1;  ///< Goes up when the same options would give other numbers.
  std::string summary;
  std::string paper;
};

using ExperimentFactory =
    std::function<std::unique_ptr<Experiment>(std::span<OptionVisitor* const>, const Node*)>;

}  // namespace multistate
