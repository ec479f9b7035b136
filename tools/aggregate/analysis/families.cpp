#include "aggregate/analysis/families.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>

#include <fmt/format.h>

#include "multistate/base/text.h"

#include "aggregate/analysis/findings.h"

namespace multistate::aggregate {
namespace {

using Labels = std::map<std::string, Seeds>;

/// A control with the protection and scope of `policy`; null when none was run.
const Seeds* matched_control(const Seeds& policy, const Labels& labels,
                             const Collection& collection) {
  constexpr std::array kTreatment = {"scope", "sinks",  "recent",          "protect",
                                     "every", "prompt", "windowed_layers", "positions"};
  const Cell& cell = collection.cells[policy.front()];
  for (const auto& [label, seeds] : labels) {
    const Cell& other = collection.cells[seeds.front()];
    if (other.role == Role::kControl &&
        std::all_of(kTreatment.begin(), kTreatment.end(), [&](const char* option) {
          const std::string key = std::string("policy.") + option;
          return parameter_of(cell, key) == parameter_of(other, key);
        })) {
      return &seeds;
    }
  }
  return nullptr;
}

/// The cells of a label at a state size, else at none.
const Seeds* reference_of(const std::string& label, const StateSize& size, const Layout& layout) {
  for (const StateSize& place : {size, StateSize()}) {
    const auto labels = layout.find(place);
    if (labels != layout.end() && labels->second.contains(label)) {
      return &labels->second.at(label);
    }
  }
  return nullptr;
}

/// Compares the policies of one group.
class Families {
 public:
  Families(Group& group, Workspace& work, Comparer& comparer)
      : group_(group),
        work_(work),
        comparer_(comparer),
        layout_(layout_of(group, work.collection)) {}

  void compare() {
    for (const auto& [size, labels] : layout_) {
      for (size_t metric = 0; metric < work_.headline.size(); ++metric) {
        compare_with_full(labels, metric);
        compare_with_controls(labels, metric);
        compare_with_reference(size, labels, metric);
        find({size, labels}, metric);
      }
      note_unmatched(size, labels);
    }
    note_controls();
  }

 private:
  using Other = std::function<const Seeds*(const Seeds&)>;

  /// Tests each policy with what `other` names for it (or nothing) as one family.
  void add_family(Question question, const Labels& labels, size_t metric, const Other& other) {
    std::vector<Untested> family;
    for (const auto& [label, seeds] : labels) {
      const Seeds* compared = other(seeds);
      if (compared == nullptr || compared->front() == seeds.front()) {
        continue;
      }
      if (auto estimate = comparer_.estimate(question, seeds, *compared, metric)) {
        family.push_back(std::move(*estimate));
      }
    }
    auto tested = comparer_.test(std::move(family));
    std::move(tested.begin(), tested.end(), std::back_inserter(group_.comparisons));
  }

  void compare_with_full(const Labels& labels, size_t metric) {
    if (group_.baseline) {
      const Seeds full = {*group_.baseline};
      add_family(Question::kFull, labels, metric, [&](const Seeds&) { return &full; });
    }
  }

  void compare_with_controls(const Labels& labels, size_t metric) {
    const auto control = [&](const Seeds& seeds) -> const Seeds* {
      const bool asks = work_.collection.cells[seeds.front()].role == Role::kPolicy;
      return asks ? matched_control(seeds, labels, work_.collection) : nullptr;
    };
    add_family(Question::kControl, labels, metric, control);
  }

  void compare_with_reference(const StateSize& size, const Labels& labels, size_t metric) {
    const std::string& label = work_.options.reference;
    if (label.empty() || label == work_.options.baseline) {
      return;
    }
    const Seeds* reference = reference_of(label, size, layout_);
    add_family(Question::kReference, labels, metric, [&](const Seeds&) { return reference; });
  }

  void find(const SizeCells& cells, size_t metric) {
    Finding finding = find_best(cells, metric, work_, comparer_, group_.comparisons);
    if (!finding.cell && work_.headline[metric].higher_is_better) {
      return;  // No policy that could be ranked has the metric at this size.
    }
    const auto full = std::find_if(group_.comparisons.begin(), group_.comparisons.end(),
                                   [&](const Comparison& one) {
                                     return one.question == Question::kFull &&
                                            one.a == finding.cell && one.metric == finding.metric;
                                   });
    if (full != group_.comparisons.end()) {
      finding.versus_full = *full;
    }
    group_.findings.push_back(std::move(finding));
  }

  void note_unmatched(const StateSize& size, const Labels& labels) {
    for (const auto& [label, seeds] : labels) {
      const Cell& cell = work_.collection.cells[seeds.front()];
      has_control_ = has_control_ || cell.role == Role::kControl;
      if (size && cell.role == Role::kPolicy &&
          matched_control(seeds, labels, work_.collection) == nullptr) {
        unmatched_[label].push_back(std::to_string(*size));
      }
    }
  }

  void note_controls() {
    if (!has_control_) {
      group_.notes.emplace_back(
          "no control was run: what a score is worth beyond protection and scope is not known");
      return;
    }
    for (const auto& [label, sizes] : unmatched_) {
      group_.notes.push_back(
          fmt::format("{}: no control with the same scope and protection was run at state size {}",
                      label, join(sizes)));
    }
  }

  Group& group_;
  Workspace& work_;
  Comparer& comparer_;
  Layout layout_;
  bool has_control_ = false;
  std::map<std::string, std::vector<std::string>> unmatched_;  ///< State sizes by label.
};

}  // namespace

void compare_groups(std::vector<Group>& groups, Workspace& work) {
  size_t planned = 0;
  for (const Group& group : groups) {
    for (const auto& [size, labels] : layout_of(group, work.collection)) {
      planned += 4 * labels.size() * work.headline.size();
    }
  }
  Comparer comparer(work, planned);
  for (Group& group : groups) {
    Families(group, work, comparer).compare();
  }
  comparer.warn();
}

}  // namespace multistate::aggregate
