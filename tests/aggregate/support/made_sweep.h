#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace multistate::test {

/// What a line of samples.jsonl says of a chunk.
struct MadeSample {
  double nll_sum = 0.0;
  int64_t scored_tokens = 100;
  int64_t bytes = 400;
  int64_t words = 80;
};

/// A cell to be written as `multistate run` writes it, with the metrics that the samples make: nll
/// (nats/token), perplexity, bits_per_byte; each says how.
struct MadeCell {
  std::string policy = "tova";
  std::optional<int64_t> state_size = std::nullopt;  ///< None: the full state.
  std::vector<MadeSample> samples = {};
  nlohmann::json options = nlohmann::json::object();  ///< Further members of config.policy.
  std::optional<int64_t> seed = std::nullopt;
  std::string model = "model.gguf";
  bool limited = false;
  bool says_how = true;  ///< Whether metrics have their "samples".
  double tokens_per_s = 100.0;
  nlohmann::json changes = nlohmann::json::object();  ///< Merge patch to result.json.
};

/// A sweep's folder, made by hand. The manifest is written by write_manifest() (or never).
class MadeSweep {
 public:
  explicit MadeSweep(std::filesystem::path folder, std::string name = "made");

  /// Each plans a cell and returns its id.
  std::string done(const MadeCell& cell);
  std::string failed(const MadeCell& cell, const std::string& message);
  std::string partial(const MadeCell& cell);
  std::string missing(const MadeCell& cell);

  void write_manifest() const;

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path cell_folder(const std::string& id) const;

 private:
  std::string plan(const MadeCell& cell);

  std::filesystem::path folder_;
  std::string name_;
  nlohmann::json cells_ = nlohmann::json::array();
};

/// Makes folders as needed.
void write_text(const std::filesystem::path& path, std::string_view text);
std::string read_text(const std::filesystem::path& path);

}  // namespace multistate::test
