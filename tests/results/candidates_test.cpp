#include "multistate/results/candidates.h"

#include "support/catch.h"

namespace multistate::test::candidates_test {

TEST_CASE("baselines and references are not ranked, controls are") {
  const std::vector<Entrant> entrants = {{"tova", "policy", std::nullopt, false},
                                         {"full", "baseline", std::nullopt, false},
                                         {"random", "control", std::nullopt, false},
                                         {"oracle", "reference", std::nullopt, false}};
  const Field field = choose_field(entrants);
  CHECK(field.ranked == std::vector<size_t>{0, 2});
  CHECK(field.not_ranked ==
        std::vector<std::pair<size_t, std::string>>{{1, "a baseline"}, {3, "an upper reference"}});
}

TEST_CASE("what holds a tenth more than the one in the middle is not ranked") {
  // The middle of 64, 64, 70 and 95 KiB is the lower of the two in it, 64: 70.4 is the limit.
  const std::vector<Entrant> entrants = {{"a", "policy", 64.0 * 1024, false},
                                         {"b", "policy", 70.0 * 1024, false},
                                         {"c", "policy", 95.0 * 1024, false},
                                         {"d", "policy", 64.0 * 1024, false},
                                         {"oracle", "reference", 1.0, false}};
  const Field field = choose_field(entrants);
  CHECK(field.ranked == std::vector<size_t>{0, 1, 3});
  CHECK(field.not_ranked.at(0) ==
        std::pair<size_t, std::string>(
            2, "holds 95.0 KiB at its peak, the policy in the middle 64.0 KiB"));
  // Less memory is no advantage.
  CHECK(choose_field(std::vector<Entrant>{{"a", "policy", 1.0, false},
                                          {"b", "policy", 100.0, false},
                                          {"c", "policy", 100.0, false}})
            .ranked.size() == 3);
}

TEST_CASE("a limited run competes with limited ones only") {
  std::vector<Entrant> entrants = {{"a", "policy", std::nullopt, true},
                                   {"b", "policy", std::nullopt, false},
                                   {"full", "baseline", std::nullopt, false}};
  CHECK(choose_field(entrants).ranked == std::vector<size_t>{1});
  entrants[1].limited = true;
  CHECK(choose_field(entrants).ranked == std::vector<size_t>{0, 1});
}

}  // namespace multistate::test::candidates_test
