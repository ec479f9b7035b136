#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/naive_decoder.h"

namespace multistate::test {

/// A small random model of one architecture: what a Hugging Face folder and a GGUF file of it would
/// hold, and by which rules it is computed.
struct ArchitectureModel {
  std::string name;
  nlohmann::json config;  ///< config.json
  NaiveRules rules;
  NaiveTensors tensors;  ///< By Hugging Face's names.
  std::string gguf;      ///< "" where there is no such GGUF file, or it cannot say the same.
  /// Keys of the GGUF file beside the sizes, without "<architecture>.".
  std::vector<std::pair<std::string, nlohmann::json>> gguf_keys;
  /// Parts of names and what stands for them in GGUF, replaced in this order.
  std::vector<std::pair<std::string, std::string>> gguf_names;
  bool interleaved = false;  ///< GGUF interleaves the halves of the heads of queries and keys.
};

/// One a kind of model.
std::vector<ArchitectureModel> architecture_models();

constexpr int64_t kModelTokens = 24;   ///< In the vocabulary.
constexpr int64_t kModelContext = 64;  ///< Positions.
constexpr int64_t kModelHidden = 32;
constexpr int64_t kModelInner = 40;

}  // namespace multistate::test
