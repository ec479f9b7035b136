// my_policy: evict the row that received the least attention lately.
//
// Paper: none yet. (Here belongs the idea in a few lines, where it was published, and how this file
// differs from the publication.)
//
// A row is one token that the layer still remembers: its key and its value. Whenever the state
// holds more rows than it may, some row has to go, and a policy says which. This one adds up the
// attention that every row receives, and lets what it received in the past fade: with decay 0 only
// the newest token's attention counts (as in TOVA), with decay 1 all of it (as in H2O).

#include <cstdint>
#include <span>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class MyPolicyRule final : public ScoringPolicy {
 public:
  // What a user can set, in a sweep file `policy: {name: my_policy, decay: 0.5}`. Every option is
  // declared once, with its name, the values that are allowed and a line of help.
  struct Options {
    double decay = 0.9;

    void visit(OptionVisitor& v) {
      v("decay", decay, {0.0, 1.0}, "share of the attention received so far that a step leaves");
    }
  };

  explicit MyPolicyRule(const Options& options) : decay_(static_cast<float>(options.decay)) {}

  // What this policy reads: the attention of the newest token, and one number that it remembers for
  // every row. What is not declared here is not computed, and reading it is an error.
  Needs needs() const override { return {.attention = true, .memory = 1}; }

  // Called at every token, after it has attended to the rows: the place to update what is
  // remembered. The numbers belong to their rows: they start at 0 when a row comes and go with it.
  void observe(const StepView& step) const override {
    const std::span<float> received = step.memory();
    for (float& sum : received) {
      sum *= decay_;
    }
    // The query heads that share this set of rows, and for each of them one weight a row; the
    // weights of a head add up to 1.
    const float share = 1.0F / static_cast<float>(step.heads());
    for (int64_t head = 0; head < step.heads(); ++head) {
      const std::span<const float> weights = step.attention(head);
      for (size_t row = 0; row < received.size(); ++row) {
        received[row] += share * weights[row];
      }
    }
  }

  // Called when a row has to go: how important is each? The row with the lowest score is evicted,
  // the oldest among equals. Rows run from the oldest to the newest.
  void score(const StepView& step, std::span<float> scores) const override {
    const std::span<const float> received = step.memory();
    for (size_t row = 0; row < scores.size(); ++row) {
      scores[row] = received[row];
    }
  }

 private:
  float decay_;
};

// Makes the policy known under its name. Raise `version` when the same options would evict other
// rows than before: results of the old version are then not taken for the new one's.
const PolicyRegistration<MyPolicyRule> kRegistration{{
    .name = "my_policy",
    .version = 1,
    .summary = "evict the row that received the least attention lately",
    .paper = "none",
    .deviations = "",
    // One set of rows a layer (kLayer), or one a key/value head (kKvHead).
    .defaults = {.scope = Scope::kLayer},
}};

}  // namespace
}  // namespace multistate
