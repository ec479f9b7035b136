#include "aggregate/support/made_generation.h"

#include <fmt/format.h>

namespace multistate::test {

std::string add_generation(MadeSweep& sweep, const MadeGeneration& cell) {
  // A made cell's id follows from its policy: here it has to from what the experiment does, too.
  nlohmann::json options = nlohmann::json::object();
  if (!cell.experiment.empty() || cell.data_sha256.front() != 'c') {
    options["of_experiment"] = cell.experiment.dump() + cell.data_sha256.front();
  }
  nlohmann::json experiment = {{"name", "generation"}, {"temperature", 0.8}};
  experiment.update(cell.experiment);
  const nlohmann::json changes = {{"config", {{"experiment", experiment}}},
                                  {"context", {{"inputs", {{"data_sha256", cell.data_sha256}}}}}};
  const std::string id = sweep.done({.policy = cell.policy,
                                     .state_size = cell.state_size,
                                     .samples = {{200.0}},
                                     .options = options,
                                     .seed = cell.seed,
                                     .changes = changes});
  std::string lines;
  for (size_t i = 0; i < cell.texts.size(); ++i) {
    const std::string prompt = cell.prompts.empty() ? fmt::format("prompt {}", i) : cell.prompts[i];
    lines +=
        nlohmann::json{{"sample", i}, {"values", {{"prompt", prompt}, {"text", cell.texts[i]}}}}
            .dump() +
        "\n";
  }
  write_text(sweep.cell_folder(id) / "samples.jsonl", lines);
  return id;
}

}  // namespace multistate::test
