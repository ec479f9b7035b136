#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/temporary_folder.h"

namespace multistate::test {

/// A tiny model ("model.gguf"), five prompts ("prompts.txt"), a text ("text.txt", some 3,000
/// tokens), and sweeps of the experiment `generation` over them.
class GenerationSweep {
 public:
  GenerationSweep();

  /// Writes a sweep file and returns its path. `experiment`: options beside name and data, as they
  /// stand in braces; `rest`: policy and what follows.
  std::string file(const std::string& experiment, const std::string& rest,
                   const std::string& data = "prompts.txt") const;

  /// Runs one from nothing, with more words of the command line.
  void run(const std::string& experiment, const std::string& rest,
           std::vector<std::string> words = {}, const std::string& data = "prompts.txt") const;

  std::filesystem::path folder() const { return folder_.path(); }
  std::filesystem::path output() const { return folder_ / "out"; }

  /// The folder of the cell whose name begins so, its samples and its result.
  std::filesystem::path cell(const std::string& slug) const;
  std::vector<nlohmann::json> samples(const std::string& slug) const;
  nlohmann::json result(const std::string& slug) const;

  /// Policies of most tests: tova with 8 rows, and the full model.
  static const char* tova_and_full();

 private:
  TemporaryFolder folder_;
};

/// The lines of a file of JSON lines.
std::vector<nlohmann::json> json_lines(const std::filesystem::path& path);

/// "values" of samples.
std::vector<nlohmann::json> values_of(const std::vector<nlohmann::json>& samples);

}  // namespace multistate::test
