#include "multistate/results/verdict.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "multistate/base/text.h"

namespace multistate {
namespace {

class Judge {
 public:
  Judge(std::span<const Candidate> candidates, const PairedDifferences& differences,
        const VerdictOptions& options)
      : candidates_(candidates), differences_(differences), options_(options) {}

  Verdict decide();

 private:
  bool is_better(size_t a, size_t b) const {
    const double left = candidates_[a].value;
    const double right = candidates_[b].value;
    return *options_.higher_is_better ? left > right : left < right;
  }
  bool is_rejected(const Duel& duel) const {
    return duel.p_adjusted && *duel.p_adjusted < kSignificant;
  }
  const std::string& label(size_t candidate) const { return candidates_[candidate].label; }

  void rank();
  void test();
  /// Why the duels cannot say anything; empty when they can.
  std::string reason() const;
  void conclude();
  std::string names_of(std::span<const size_t> candidates) const;
  /// Units of the duel that has fewest.
  std::string samples() const;

  std::span<const Candidate> candidates_;
  const PairedDifferences& differences_;
  const VerdictOptions& options_;
  std::vector<size_t> order_;  ///< Candidates with a value, the best first.
  Verdict verdict_;
};

Verdict Judge::decide() {
  if (!options_.higher_is_better) {
    verdict_.sentence = "neither more nor less of it is better";
    return verdict_;
  }
  rank();
  if (!verdict_.leader) {
    verdict_.sentence = "no policy to compare";
    return verdict_;
  }
  if (order_.size() < 2) {
    verdict_.sentence = fmt::format("{} has nothing to be compared with", label(*verdict_.leader));
    return verdict_;
  }
  test();
  verdict_.sentence = reason();
  if (verdict_.sentence.empty()) {
    conclude();
  }
  return verdict_;
}

void Judge::rank() {
  for (size_t i = 0; i < candidates_.size(); ++i) {
    if (!std::isnan(candidates_[i].value)) {
      order_.push_back(i);
    }
  }
  std::stable_sort(order_.begin(), order_.end(),
                   [&](size_t a, size_t b) { return is_better(a, b); });
  const auto leader = std::find_if(order_.begin(), order_.end(),
                                   [&](size_t i) { return !candidates_[i].is_control; });
  if (leader == order_.end()) {
    return;
  }
  verdict_.leader = *leader;
  for (const size_t other : order_) {
    if (other != *leader && !verdict_.runner_up) {
      verdict_.runner_up = other;
    }
  }
}

void Judge::test() {
  const size_t tests = order_.size() - 1;
  std::vector<double> p_values;
  for (size_t other = 0; other < candidates_.size(); ++other) {
    if (other == *verdict_.leader || std::isnan(candidates_[other].value)) {
      continue;
    }
    Duel duel = {other, {}, std::nullopt};
    if (const auto differences = differences_(*verdict_.leader, other)) {
      duel.test = paired_test(*differences, tests, options_.tests);
    }
    p_values.push_back(duel.test.p.value_or(1.0));
    verdict_.duels.push_back(duel);
  }
  const auto adjusted = hochberg(p_values);
  for (size_t i = 0; i < adjusted.size(); ++i) {
    if (verdict_.duels[i].test.p) {
      verdict_.duels[i].p_adjusted = adjusted[i];
    }
  }
}

std::string Judge::reason() const {
  for (const Duel& duel : verdict_.duels) {
    if (duel.test.n == 0) {
      return fmt::format("{} and {} have fewer than 2 common samples with finite values",
                         label(*verdict_.leader), label(duel.other));
    }
  }
  for (const Duel& duel : verdict_.duels) {
    if (!is_rejected(duel) && !can_reject(duel.test, 1, options_.tests)) {
      return fmt::format("{} cannot show which policy is best",
                         count_of(duel.test.n, options_.unit));
    }
  }
  for (const Duel& duel : verdict_.duels) {
    if (is_rejected(duel) && is_better(duel.other, *verdict_.leader)) {
      return fmt::format("no policy is better than the control, {}", label(duel.other));
    }
  }
  return "";
}

void Judge::conclude() {
  std::vector<size_t> tied = {*verdict_.leader};
  for (const size_t other : order_) {
    for (const Duel& duel : verdict_.duels) {
      if (duel.other == other && !is_rejected(duel)) {
        tied.push_back(other);
      }
    }
  }
  if (tied.size() == 1) {
    verdict_.kind = Verdict::Kind::kBest;
    const auto next = std::find_if(verdict_.duels.begin(), verdict_.duels.end(),
                                   [&](const Duel& d) { return d.other == *verdict_.runner_up; });
    verdict_.sentence =
        fmt::format("{} is best (next: {}, p = {:.2g}, {})", label(*verdict_.leader),
                    label(*verdict_.runner_up), *next->p_adjusted, samples());
    return;
  }
  verdict_.kind = Verdict::Kind::kTied;
  verdict_.tied = std::move(tied);
  verdict_.sentence = fmt::format("no best policy: {} tell {} apart", samples() + " do not",
                                  names_of(verdict_.tied));
}

std::string Judge::names_of(std::span<const size_t> candidates) const {
  std::vector<std::string> names;
  for (const size_t candidate : candidates) {
    names.push_back(label(candidate) + (candidates_[candidate].is_control ? " (control)" : ""));
  }
  const std::string last = names.back();
  names.pop_back();
  return join(names) + " and " + last;
}

std::string Judge::samples() const {
  const auto fewest =
      std::min_element(verdict_.duels.begin(), verdict_.duels.end(),
                       [](const Duel& a, const Duel& b) { return a.test.n < b.test.n; });
  return count_of(fewest->test.n, options_.unit);
}

}  // namespace

const char* name_of(Verdict::Kind kind) {
  switch (kind) {
    case Verdict::Kind::kBest:
      return "best";
    case Verdict::Kind::kTied:
      return "tied";
    case Verdict::Kind::kCannotTell:
      return "cannot tell";
  }
  throw std::logic_error("no such verdict");
}

Verdict judge(std::span<const Candidate> candidates, const PairedDifferences& differences,
              const VerdictOptions& options) {
  return Judge(candidates, differences, options).decide();
}

std::string count_of(size_t n, const std::string& unit) {
  return fmt::format("{} {}{}", n, unit, n == 1 ? "" : "s");
}

}  // namespace multistate
