#include "multistate/model/transformer_config.h"

#include <functional>
#include <limits>

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test {
namespace {

TransformerConfig valid() {
  TransformerConfig config;
  config.architecture = "llama";
  config.layers = 2;
  config.heads = 6;
  config.kv_heads = 2;
  config.head_size = 8;
  config.hidden_size = 32;
  config.intermediate_size = 48;
  config.vocabulary_size = 100;
  config.context_length = 64;
  config.norm_epsilon = 1e-5;
  config.rope_theta = 10000.0;
  return config;
}

struct Impossible {
  std::string message;
  std::function<void(TransformerConfig&)> spoil;
};

}  // namespace

TEST_CASE("sizes that fit together are accepted") {
  CHECK_NOTHROW(valid().validate("m"));
  CHECK(valid().group_size() == 3);
}

TEST_CASE("sizes that do not fit together are refused") {
  const int64_t huge = int64_t{1} << 31;
  const std::vector<Impossible> all = {
      {"m: the number of layers is 0; allowed are 1 to 2147483648", [](auto& c) { c.layers = 0; }},
      {"m: the number of query heads is -6; allowed are 1 to 2147483648",
       [](auto& c) { c.heads = -6; }},
      {"m: the number of key/value heads is 0; allowed are 1 to 2147483648",
       [](auto& c) { c.kv_heads = 0; }},
      {"m: the head size is 0; allowed are 1 to 2147483648", [](auto& c) { c.head_size = 0; }},
      {"m: the hidden size is 0; allowed are 1 to 2147483648", [](auto& c) { c.hidden_size = 0; }},
      {"m: the intermediate size is 0; allowed are 1 to 2147483648",
       [](auto& c) { c.intermediate_size = 0; }},
      {"m: the vocabulary size is 2147483649; allowed are 1 to 2147483648",
       [=](auto& c) { c.vocabulary_size = huge + 1; }},
      {"m: the context length is 0; allowed are 1 to 2147483648",
       [](auto& c) { c.context_length = 0; }},
      {"m: the epsilon of the norms is -1e-05; expected a positive number",
       [](auto& c) { c.norm_epsilon = -1e-5; }},
      {"m: the epsilon of the norms is nan; expected a positive number",
       [](auto& c) { c.norm_epsilon = std::numeric_limits<double>::quiet_NaN(); }},
      {"m: the RoPE theta is 0; expected a positive number", [](auto& c) { c.rope_theta = 0.0; }},
      {"m: the RoPE theta is inf; expected a positive number",
       [](auto& c) { c.rope_theta = std::numeric_limits<double>::infinity(); }},
      {"m: 6 query heads cannot be shared out among 4 key/value heads",
       [](auto& c) { c.kv_heads = 4; }},
      {"m: the head size is 7; RoPE needs an even one", [](auto& c) { c.head_size = 7; }},
      {"m: the embedding would take more than 2^63 bytes",
       [=](auto& c) { c.vocabulary_size = c.hidden_size = huge; }},
      {"m: the query weights of all layers would take more than 2^63 bytes",
       [=](auto& c) { c.layers = c.head_size = huge; }},
      {"m: the MLP weights of all layers would take more than 2^63 bytes",
       [=](auto& c) { c.hidden_size = 4096, c.layers = 1 << 20, c.intermediate_size = huge; }},
  };
  for (const Impossible& impossible : all) {
    TransformerConfig config = valid();
    impossible.spoil(config);
    CHECK(input_error([&] { config.validate("m"); }) == impossible.message);
  }
}

}  // namespace multistate::test
