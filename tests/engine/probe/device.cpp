// What a device computes, for tools/check_device. The argument is a model file. Reads JSON {"ids":
// [...], "prompt": N, "dtype": "float32", "device": "cuda", "runs": [{"policy", "options" (YAML),
// "state_size"}, ...]} from standard input; writes for each run {"losses": [...], "kept": ...}: the
// losses of the ids, and the positions of the rows that are left, by layer and set.

#include <iostream>

#include <c10/core/InferenceMode.h>
#include <nlohmann/json.hpp>

#include "multistate/engine/evaluator.h"
#include "multistate/engine/threads.h"
#include "multistate/model/dtype.h"

namespace multistate::test {
namespace {

nlohmann::json run_policy(const Transformer& model, const std::vector<int64_t>& ids, int64_t prompt,
                          const nlohmann::json& run) {
  const auto setup =
      set_up_policy(run.at("policy").get<std::string>(), run.at("state_size").get<int64_t>(),
                    run.at("options").get<std::string>());
  const auto tokens = static_cast<int64_t>(ids.size());
  const Evaluator evaluator(model, setup);
  SampleState state = evaluator.start({}, {.tokens = tokens, .prompt = prompt});
  Predictions predictions;
  PhaseSeconds seconds;
  evaluator.run(ids, tokens, state, predictions, seconds);
  auto layers = nlohmann::json::array();
  for (const LayerState& layer : state.layers) {
    nlohmann::json& sets = layers.emplace_back(nlohmann::json::array());
    for (const LayerState::Set& set : layer.sets()) {
      const auto positions = set.rows.positions();
      sets.push_back(std::vector<int64_t>(positions.begin(), positions.end()));
    }
  }
  return {{"losses", predictions.losses}, {"kept", layers}};
}

}  // namespace
}  // namespace multistate::test

int main(int /*count*/, char** arguments) {
  using namespace multistate;
  try {
    const c10::InferenceMode inference;
    set_intra_op_threads(1);
    const auto request = nlohmann::json::parse(std::cin);
    const auto ids = request.at("ids").get<std::vector<int64_t>>();
    const auto options = tensor_options(request.at("dtype"), request.at("device"), "");
    const auto model = Transformer::load(*ModelFile::open(arguments[1]), options);
    auto all = nlohmann::json::array();
    for (const nlohmann::json& run : request.at("runs")) {
      all.push_back(test::run_policy(*model, ids, request.at("prompt"), run));
    }
    std::cout << all << '\n';
  } catch (const InputError& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
  return 0;
}
