#pragma once

#include <cstdint>
#include <exception>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "multistate/conformance/cases.h"
#include "multistate/conformance/scan_run.h"

namespace multistate {

/// A case on a layer of some shape.
struct LayerCase {
  const NaiveInputs* inputs = nullptr;
  PolicyCase policy;
  std::string name;  ///< "heads 4/2, state_size 5, ..."
};

/// A run in plain loops, and what was seen of the policy on the way.
struct NaiveRun {
  NaiveResult result;
  bool scores_differ = false;   ///< Some set had candidates with different scores.
  bool memory_written = false;  ///< Some field of some row was not 0 after a step.
};

/// A policy under its checks: the cases that most of them judge, and one run of each case, which
/// they share.
class Session {
 public:
  /// Tokens of a run.
  static constexpr int64_t kTokens = 24;

  /// How many of them are the prompt, and how many at its end its question.
  static constexpr int64_t kPrompt = 16;
  static constexpr int64_t kQuestion = 5;

  /// A state larger than a run is long.
  static constexpr int64_t kBeyond = kTokens + 5;

  /// A size at which a policy that reads rows page by page can, in most cases.
  static constexpr int64_t kPage = 16;

  /// The seed of all runs unless a check is about seeds.
  static constexpr SampleSeed kSeed = {.seed = 3, .sample = 5};

  /// The policy of `subject`, from one row to more than there are tokens, over all shapes; small
  /// states and simple options first.
  explicit Session(Subject subject);

  const Subject& subject() const { return subject_; }
  const PolicyInfo& info() const { return subject_.entry->info; }
  const std::vector<LayerCase>& cases() const { return cases_; }

  /// Cases with this state size (all of a policy that keeps every row).
  std::vector<const LayerCase*> cases_of(std::initializer_list<int64_t> state_sizes) const;

  /// The run of a case by the scan made for its policy; made once. Throws what the run threw, each
  /// time.
  const ScanRun& run(const LayerCase& one);

  /// The same in plain loops, by an object of the policy of its own.
  const NaiveRun& naive(const LayerCase& one);

 private:
  template <class Run>
  struct Memory {
    std::optional<Run> run;
    std::exception_ptr error;
  };

  /// What `memory` holds for the case, made by `make` if nothing is there.
  template <class Run, class Make>
  const Run& remembered(std::vector<Memory<Run>>& memory, const LayerCase& one, const Make& make);

  Subject subject_;
  std::vector<NaiveInputs> inputs_;
  std::vector<LayerCase> cases_;
  std::vector<Memory<ScanRun>> runs_;
  std::vector<Memory<NaiveRun>> naive_runs_;
};

/// "heads 4/2".
std::string shape_name(const NaiveInputs& inputs);

}  // namespace multistate
