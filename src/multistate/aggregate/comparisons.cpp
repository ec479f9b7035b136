#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/aggregate/comparer.h"
#include "multistate/base/text.h"
#include "multistate/results/candidates.h"

namespace multistate::aggregate {
namespace {

using Labels = std::map<std::string, Seeds>;

/// The options of protection and scope, with their values in cells that were run before the option
/// was there.
const std::vector<std::pair<std::string, nlohmann::json>>& treatment() {
  static const std::vector<std::pair<std::string, nlohmann::json>> options = {
      {"scope", nullptr},
      {"sinks", nullptr},
      {"recent", nullptr},
      {"protect_special", false},
      {"every", nullptr},
      {"protect_positions", nlohmann::json::array()},
      {"prompt", nullptr},
      {"positions", nullptr},
      {"windowed_layers", "native"},
  };
  return options;
}

/// Whether the options of two cells, which begin with these prefixes, are the same.
bool options_alike(const Cell& one, const std::string& prefix, const Cell& other,
                   const std::string& other_prefix) {
  return std::all_of(treatment().begin(), treatment().end(), [&](const auto& option) {
    const auto value = [&](const Cell& cell, const std::string& start) {
      const nlohmann::json& held = cell.parameter(start + option.first);
      return held.is_null() ? option.second : held;
    };
    return value(one, prefix) == value(other, other_prefix);
  });
}

/// The same ranges of layers with the same protection and scope, whatever the policies in them.
bool treated_alike(const Cell& one, const Cell& other) {
  const auto parts = policy_parts(one);
  const auto others = policy_parts(other);
  return std::equal(parts.begin(), parts.end(), others.begin(), others.end(),
                    [&](const PolicyPart& part, const PolicyPart& other_part) {
                      return part.layers == other_part.layers &&
                             options_alike(one, part.prefix, other, other_part.prefix);
                    });
}

/// A control with the protection and scope of `policy`; null when none was run.
const Seeds* matched_control(const Seeds& policy, const Labels& labels,
                             const Collection& collection) {
  const Cell& cell = collection.cells[policy.front()];
  for (const auto& [label, seeds] : labels) {
    const Cell& other = collection.cells[seeds.front()];
    if (other.role == Role::kControl && treated_alike(cell, other)) {
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

/// Policies of a state size that have a metric.
struct Present {
  std::vector<Entrant> entrants;
  std::vector<const Seeds*> seeds;
  std::vector<double> values;
};

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
        find(size, labels, metric);
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
    comparer_.test(std::move(family), group_.comparisons);
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

  Present present_in(const Labels& labels, const std::string& metric) const {
    Present present;
    for (const auto& [label, seeds] : labels) {
      if (const auto value = mean_metric(work_.collection, seeds, metric)) {
        std::vector<const StoredCell*> cells;
        for (const size_t cell : seeds) {
          cells.push_back(&work_.collection.cells[cell]);
        }
        const std::string& name = work_.collection.cells[seeds.front()].name;
        present.entrants.push_back(entrant_of(name, cells));
        present.seeds.push_back(&seeds);
        present.values.push_back(*value);
      }
    }
    return present;
  }

  /// What may be said of a metric at a state size.
  void find(const StateSize& size, const Labels& labels, size_t metric) {
    const MetricInfo& info = work_.headline[metric];
    const Present present = present_in(labels, info.name);
    const Field field = choose_field(present.entrants);
    Finding finding;
    finding.state_size = size;
    finding.metric = info.name;
    finding.policies = present.entrants.size();
    for (const auto& [entrant, why] : field.not_ranked) {
      finding.not_ranked.push_back(fmt::format("{}: {}", present.entrants[entrant].label, why));
      finding.not_ranked_cells.push_back(present.seeds[entrant]->front());
    }
    std::vector<Candidate> candidates;
    std::vector<const Seeds*> seeds;  // By candidate.
    for (const size_t entrant : field.ranked) {
      candidates.push_back({present.entrants[entrant].label, present.values[entrant],
                            present.entrants[entrant].role == "control"});
      seeds.push_back(present.seeds[entrant]);
    }
    decide(candidates, seeds, metric, finding);
    if (finding.cell || !info.higher_is_better) {
      group_.findings.push_back(std::move(finding));
    }  // Else no policy that could be ranked has the metric at this size.
  }

  /// The comparison of a cell with the full cache, where there is one.
  std::optional<Comparison> versus_full(size_t cell, const std::string& metric) const {
    const auto full = std::find_if(
        group_.comparisons.begin(), group_.comparisons.end(), [&](const Comparison& one) {
          return one.question == Question::kFull && one.a == cell && one.metric == metric;
        });
    return full == group_.comparisons.end() ? std::nullopt : std::optional(*full);
  }

  /// Fills in the verdict, and adds the comparisons with the leader.
  void decide(const std::vector<Candidate>& candidates, const std::vector<const Seeds*>& seeds,
              size_t metric, Finding& finding) {
    std::map<size_t, Untested> versus;  // By candidate, against the leader.
    const auto differences = [&](size_t a, size_t b) -> std::optional<std::vector<double>> {
      auto estimate = comparer_.estimate(Question::kBest, *seeds[b], *seeds[a], metric);
      if (!estimate) {
        return std::nullopt;
      }
      auto found = estimate->differences;
      versus.emplace(b, std::move(*estimate));
      return found.empty() ? std::nullopt : std::optional(std::move(found));
    };
    VerdictOptions options;
    options.higher_is_better = work_.headline[metric].higher_is_better;
    if (!seeds.empty()) {
      const size_t first = seeds.front()->front();
      const CellScores* scores = work_.table.find(first, metric);
      options.tests = comparer_.options_for(scores == nullptr ? 0 : scores->by_unit.size());
      options.unit = work_.collection.cells[first].unit;
    }
    const Verdict verdict = judge(candidates, differences, options);
    finding.kind = verdict.kind;
    finding.sentence = verdict.sentence;
    for (const size_t one : verdict.tied) {
      finding.tied.push_back(seeds[one]->front());
    }
    for (const Duel& duel : verdict.duels) {
      if (const auto found = versus.find(duel.other); found != versus.end()) {
        Comparison& comparison = found->second.comparison;
        comparison.method = duel.test.method;
        comparison.p = duel.test.p;
        comparison.p_adjusted = duel.p_adjusted;
        finding.versus_runner_up =
            duel.other == verdict.runner_up ? comparison : finding.versus_runner_up;
        group_.comparisons.push_back(std::move(comparison));
      }
    }
    if (verdict.leader) {
      finding.cell = seeds[*verdict.leader]->front();
      finding.value = candidates[*verdict.leader].value;
      finding.versus_full = versus_full(*finding.cell, finding.metric);
    }
  }

  void note_unmatched(const StateSize& size, const Labels& labels) {
    for (const auto& [label, seeds] : labels) {
      const Cell& cell = work_.collection.cells[seeds.front()];
      has_control_ = has_control_ || cell.role == Role::kControl;
      if (size && cell.role == Role::kPolicy &&
          matched_control(seeds, labels, work_.collection) == nullptr) {
        unmatched_[cell.name].push_back(std::to_string(*size));
      }
    }
  }

  void note_controls() {
    if (!has_control_) {
      group_.notes.emplace_back(
          "no random control was run: what scores add to protection and scope is unknown");
      return;
    }
    for (const auto& [name, sizes] : unmatched_) {
      group_.notes.push_back(
          fmt::format("{}: no control with the same scope and protection was run at cache size {}",
                      name, join(sizes)));
    }
  }

  Group& group_;
  Workspace& work_;
  Comparer& comparer_;
  Layout layout_;
  bool has_control_ = false;
  std::map<std::string, std::vector<std::string>> unmatched_;  ///< State sizes by policy.
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
