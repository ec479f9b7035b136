// What of GenerationSweep runs the program.

#include <stdexcept>

#include "support/generation_sweep.h"
#include "support/program.h"

namespace multistate::test {

void GenerationSweep::run(const std::string& experiment, const std::string& rest,
                          std::vector<std::string> words, const std::string& data) const {
  std::filesystem::remove_all(output());
  words.insert(words.begin(), {"run", file(experiment, rest, data)});
  const auto run = run_program(words);
  if (run.exit_code != 0) {
    throw std::runtime_error(run.err);
  }
}

}  // namespace multistate::test
