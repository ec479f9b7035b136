// CaM (cache merging): what a base policy evicts leaves its value to the next m rows that stay, a
// part in m to each, with a probability that is the attention it has received over the mean of
// theirs, at most 1. Its key is lost.
//
// Paper: Zhang et al., CaM: Cache Merging for Memory-efficient LLMs Inference, ICML 2024
// (openreview.net/forum?id=LCTmppB165), and the authors' streaming code: attention is accumulated
// over steps, m is 16, and the base keeps 4 sinks and the newest rows. Over other bases, and where
// several rows go at once, as in kvpress; rows that stay long then gather more and more.

#include <algorithm>
#include <cmath>

#include "multistate/policy/policy_over_base.h"
#include "multistate/policy/registry.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class Cam final : public PolicyOverBase, public ScoringPolicy, public MergingPolicy {
 public:
  struct Options {
    BasePolicy base{"window"};
    int64_t into = 16;

    void visit(OptionVisitor& v) {
      base.visit(v);
      v("into", into, {1, 1 << 20}, "rows that the value of an evicted one is merged into");
    }
  };

  explicit Cam(const Options& options)
      : PolicyOverBase(options.base), base_needs_(base().needs()), into_(options.into) {}

  Needs needs() const override {
    return base_needs_ | Needs{.attention = true, .random = true, .memory = 1, .scratch = 1};
  }

  void observe(const StepView& step) const override {
    base_faces().observe(step);
    const auto now = step.scratch(base_needs_.scratch);
    mean_attention(step, now);
    add_scaled(1.0F, now, step.memory(base_needs_.memory));
  }

  void score(const StepView& step, std::span<float> scores) const override {
    base_faces().score(step, scores);
  }

  float tie_tolerance() const override { return base_faces().tie_tolerance; }

  void merge(const StepView& step, std::span<const int64_t> rows,
             RowEditor& editor) const override {
    const auto received = step.memory(base_needs_.memory);
    for (const int64_t row : rows) {
      const Followers followers = followers_of(step, rows, row);
      for (int64_t head = 0; head < step.kv_heads() && followers.count > 0; ++head) {
        if (static_cast<float>(step.uniform(row, head)) * followers.mean <
            received[static_cast<size_t>(row)]) {
          add_to(followers, step, rows, editor.value(head, row), head, editor);
        }
      }
    }
  }

 private:
  /// Rows that another is merged into: those that stay from `first` up to, but not including,
  /// `end`.
  struct Followers {
    int64_t first;
    int64_t end;
    int64_t count = 0;
    float mean = 0.0F;  ///< Of the attention that they received.
  };

  Followers followers_of(const StepView& step, std::span<const int64_t> going, int64_t row) const {
    const auto received = step.memory(base_needs_.memory);
    Followers found = {row + 1, row + 1};
    float total = 0.0F;
    for (; found.end < step.rows() && found.count < into_; ++found.end) {
      if (stays(step, going, found.end)) {
        total += received[static_cast<size_t>(found.end)];
        ++found.count;
      }
    }
    found.mean = found.count > 0 ? total / static_cast<float>(found.count) : 0.0F;
    return found;
  }

  static void add_to(const Followers& followers, const StepView& step,
                     std::span<const int64_t> going, std::span<const float> value, int64_t head,
                     RowEditor& editor) {
    for (int64_t row = followers.first; row < followers.end; ++row) {
      if (stays(step, going, row)) {
        add_scaled(1.0F / static_cast<float>(followers.count), value, editor.value(head, row));
      }
    }
  }

  static bool stays(const StepView& step, std::span<const int64_t> going, int64_t row) {
    return step.live(row) && !std::binary_search(going.begin(), going.end(), row);
  }

  Needs base_needs_;
  int64_t into_;
};

const PolicyRegistration<Cam> kRegistration{{
    .name = "cam",
    .display_name = "CaM",
    .version = 1,
    .summary = "merge the value of what a base policy evicts into the rows that follow",
    .paper = "Zhang et al. 2024, ICML, openreview LCTmppB165",
    .deviations =
        "the heads of a group draw once, by the mean of their attention, where every query head "
        "has values of its own in the authors' code; keys keep their original positions unless "
        "`positions: in_cache`, which is what their code does",
    .defaults = {.sinks = 4, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
