// A second real model: layers with windows, norms of queries and keys, two rotations. Figures:
// gemma3_losses.json, written by tools/oracle_gemma.

#include <cmath>
#include <fstream>

#include <nlohmann/json.hpp>

#include "multistate/checkpoint/model_file.h"
#include "multistate/engine/evaluator.h"
#include "multistate/engine/threads.h"

#include "support/real_data.h"
#include "support/torch.h"

namespace multistate::test::gemma_test {
namespace {

double mean_of(const std::vector<double>& losses) {
  double sum = 0.0;
  for (const double loss : losses) {
    sum += loss;
  }
  return sum / static_cast<double>(losses.size());
}

}  // namespace

TEST_CASE("Gemma 3 270M under policies has the losses of loops over tokens in PyTorch", "[slow]") {
  set_intra_op_threads(1);
  std::ifstream file(MULTISTATE_SOURCE_DIR "/tests/engine/gemma3_losses.json");
  const auto figures = nlohmann::json::parse(file);
  const auto ids = figures.at("ids").get<std::vector<int64_t>>();
  const auto model =
      Transformer::load(*ModelFile::open(real_file("models/gemma-3-270m.gguf")), at::kFloat);
  for (const auto& run : figures.at("runs")) {
    const std::string policy = run.at("policy");
    const int64_t k = run.at("state_size").is_null() ? 0 : run.at("state_size").get<int64_t>();
    INFO(policy << ", k = " << k);
    const auto setup = set_up_policy(policy, k);
    const auto losses = Evaluator(*model, setup).evaluate(ids, {}).losses;
    CHECK(std::abs(mean_of(losses) - run.at("nll").get<double>()) < 1e-3);
  }
}

}  // namespace multistate::test::gemma_test
