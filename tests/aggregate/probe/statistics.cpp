// Statistics of the numbers on standard input, for tools/oracle_statistics, which computes them a
// second time in Python.

#include <iostream>

#include <nlohmann/json.hpp>

#include "multistate/aggregate/interval.h"
#include "multistate/results/distributions.h"
#include "multistate/results/metric.h"
#include "multistate/results/paired_test.h"
#include "multistate/results/power.h"

#include "aggregate/statistics/shares.h"
#include "aggregate/statistics/trade_off.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;
using Numbers = std::vector<double>;

constexpr size_t kReplicates = 9999;
constexpr size_t kDraws = 9999;
constexpr uint64_t kSeed = 1;

Json interval_json(const std::optional<Interval>& interval) {
  return interval ? Json{interval->low, interval->high} : Json();
}

Json bootstrap_of(const RatioScores& scores, const RatioForm& form) {
  auto replicates = BootstrapPlan(scores.size(), kReplicates, kSeed).ratios(scores);
  for (double& replicate : replicates) {
    replicate = form.value(replicate);
  }
  return interval_json(percentile_interval(replicates, scores.size()));
}

Json pair_of(const Json& input) {
  const auto numbers = [&](const char* key) { return input.at(key).get<Numbers>(); };
  const Numbers ya = numbers("ya");
  const Numbers xa = numbers("xa");
  const Numbers yb = numbers("yb");
  const Numbers xb = numbers("xb");
  const RatioForm form = {input.at("scale"), input.at("exponential")};
  const RatioScores a{ya, xa};
  const RatioScores b{yb, xb};
  const Estimate estimate = estimate_of(a, form);
  const Estimate difference = difference_of(a, b, form);
  const auto differences = paired_differences(a, b, form);
  return {{"value", estimate.value},
          {"stderr", *estimate.standard_error},
          {"t", interval_json(t_interval(a, form))},
          {"bootstrap", bootstrap_of(a, form)},
          {"difference", difference.value},
          {"difference_stderr", *difference.standard_error},
          {"p", sign_flip_p(differences, kDraws, kSeed)},
          {"effect", cohens_dz(differences)}};
}

Json answer(const Json& input) {
  Json output = {{"pairs", Json::array()},    {"holm", Json::array()},
                 {"hochberg", Json::array()}, {"power", Json::array()},
                 {"student", Json::array()},  {"fronts", Json::array()},
                 {"smallest", Json::array()}, {"wins", Json::array()}};
  for (const Json& pair : input.at("pairs")) {
    output["pairs"].push_back(pair_of(pair));
  }
  for (const Json& p_values : input.at("holm")) {
    output["holm"].push_back(holm(p_values.get<Numbers>()));
    output["hochberg"].push_back(hochberg(p_values.get<Numbers>()));
  }
  for (const Json& one : input.at("power")) {
    output["power"].push_back(paired_t_power(one.at(0), one.at(1), one.at(2)));
  }
  for (const Json& point : input.at("student")) {
    output["student"].push_back(student_quantile(point.at(0), point.at(1)));
  }
  for (const Json& json : input.at("fronts")) {
    std::vector<Costs> candidates;
    for (const Json& candidate : json) {
      candidates.push_back({candidate.at(0), candidate.at(1)});
    }
    output["fronts"].push_back(pareto_front(candidates));
  }
  for (const Json& json : input.at("smallest")) {
    output["smallest"].push_back(*smallest_state(
        json.at("sizes").get<Numbers>(), json.at("gaps").get<Numbers>(), json.at("tolerance")));
  }
  for (const Json& one : input.at("wins")) {
    const int64_t wins = one.at(0);
    const int64_t losses = one.at(1);
    output["wins"].push_back(
        {{"p", sign_test_p(wins, losses)},
         {"interval", interval_json(wilson_interval(static_cast<double>(wins),
                                                    static_cast<double>(wins + losses)))}});
  }
  return output;
}

}  // namespace
}  // namespace multistate::aggregate

int main() {
  std::cout << multistate::aggregate::answer(nlohmann::json::parse(std::cin)).dump() << '\n';
  return 0;
}
