// What a policy says of all rows after the last token of a layer's input, nothing having been
// evicted: for tools/oracle_kvpress. Reads JSON {"policy", "options" (YAML), "heads", "kv_heads",
// "head_size", "tokens", "queries" [H][T][D], "keys" and "values" [G][T][D], each flat} from
// standard input; writes [[score, ...], ...] by row set.

#include <iostream>

#include <nlohmann/json.hpp>

#include "multistate/conformance/naive_selection.h"
#include "multistate/conformance/naive_set.h"

namespace multistate::test {
namespace {

std::vector<double> scores_of_set(const NaiveInputs& inputs, const PolicySetup& setup,
                                  const Heads& heads) {
  const auto& policy = *setup.faces.scoring;
  NaiveSet set(inputs, setup, true, heads, CounterRandom());
  NaiveResult result;
  result.attended.resize(static_cast<size_t>(inputs.tokens * inputs.heads * inputs.head_size), 0.0);
  for (int64_t t = 0; t < inputs.tokens; ++t) {
    set.attend(t, naive_rows_read(inputs, setup, t, 0), result);
    const StepView view(set.describe(t, 0), setup.needs);
    policy.observe(view);
    if (t + 1 == inputs.tokens) {
      policy.score(view, set.scores());
    }
    set.evict({});
  }
  return {set.scores().begin(), set.scores().end()};
}

nlohmann::json scores_of(const nlohmann::json& request) {
  NaiveInputs inputs;
  inputs.heads = request.at("heads");
  inputs.kv_heads = request.at("kv_heads");
  inputs.head_size = request.at("head_size");
  inputs.tokens = request.at("tokens");
  inputs.queries = request.at("queries").get<std::vector<double>>();
  inputs.keys = request.at("keys").get<std::vector<double>>();
  inputs.values = request.at("values").get<std::vector<double>>();
  const auto setup = set_up_policy(request.at("policy").get<std::string>(), inputs.tokens + 1,
                                   request.at("options").get<std::string>());
  const bool by_head = setup.common.scope == Scope::kKvHead;
  const int64_t sets = by_head ? inputs.kv_heads : 1;
  nlohmann::json scores;
  for (int64_t set = 0; set < sets; ++set) {
    const int64_t heads = inputs.heads / sets;
    const int64_t kv_heads = inputs.kv_heads / sets;
    scores.push_back(scores_of_set(
        inputs, setup, {set * heads, (set + 1) * heads, set * kv_heads, (set + 1) * kv_heads}));
  }
  return scores;
}

}  // namespace
}  // namespace multistate::test

int main() {
  std::cout << multistate::test::scores_of(nlohmann::json::parse(std::cin)) << '\n';
  return 0;
}
