// The rows that policies keep of a prompt of a real model: for tools/oracle_kvpress. The argument
// is a model file. Reads JSON {"ids": [...], "question": N, "runs": [{"policy", "options" (YAML),
// "state_size"}, ...]} from standard input; writes the kept positions of each run by layer and set.

#include <iostream>

#include <c10/core/InferenceMode.h>
#include <nlohmann/json.hpp>

#include "multistate/engine/evaluator.h"
#include "multistate/engine/model_calibrations.h"
#include "multistate/engine/model_tokens.h"

namespace multistate::test {
namespace {

nlohmann::json kept_rows(const ModelFile& file, const Transformer& model,
                         const std::vector<int64_t>& ids, int64_t question,
                         const nlohmann::json& run) {
  auto setup =
      set_up_policy(run.at("policy").get<std::string>(), run.at("state_size").get<int64_t>(),
                    run.at("options").get<std::string>());
  tell_calibration(file, setup);
  ModelTokens(file).tell(setup);
  const auto tokens = static_cast<int64_t>(ids.size());
  const auto state = Evaluator(model, setup)
                         .read(ids, {}, {.tokens = tokens, .prompt = tokens, .question = question})
                         .state;
  nlohmann::json layers;
  for (const LayerState& layer : state.layers) {
    nlohmann::json& sets = layers.emplace_back(nlohmann::json::array());
    for (const LayerState::Set& set : layer.sets()) {
      const auto positions = set.rows.positions();
      sets.push_back(std::vector<int64_t>(positions.begin(), positions.end()));
    }
  }
  return layers;
}

}  // namespace
}  // namespace multistate::test

int main(int /*count*/, char** arguments) {
  using namespace multistate;
  const c10::InferenceMode inference;
  const auto request = nlohmann::json::parse(std::cin);
  const auto ids = request.at("ids").get<std::vector<int64_t>>();
  const auto file = ModelFile::open(arguments[1]);
  const auto model = Transformer::load(*file, at::kFloat);
  nlohmann::json all;
  for (const nlohmann::json& run : request.at("runs")) {
    all.push_back(test::kept_rows(*file, *model, ids, request.at("question"), run));
  }
  std::cout << all << '\n';
  return 0;
}
