#include "multistate/checkpoint/decoder_spec.h"

#include <functional>
#include <limits>

#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::decoder_spec_test {
namespace {

DecoderSpec valid() {
  LayerSpec layer;
  layer.attention.heads = 6;
  layer.attention.kv_heads = 2;
  layer.attention.head_size = 8;
  layer.attention.scale = 0.5;
  layer.attention.rotation.size = 8;
  layer.mlp.size = 48;
  DecoderSpec spec;
  spec.architecture = "none";
  spec.hidden_size = 32;
  spec.vocabulary_size = 100;
  spec.context_length = 64;
  spec.norm_epsilon = 1e-5;
  spec.layers = {layer, layer};
  return spec;
}

/// Of the second layer, since each is looked at.
AttentionSpec& attention(DecoderSpec& spec) {
  return spec.layers.back().attention;
}

struct Impossible {
  std::string message;
  std::function<void(DecoderSpec&)> spoil;
};

}  // namespace

TEST_CASE("sizes that fit together are accepted") {
  CHECK_NOTHROW(valid().validate("m"));
  CHECK(valid().layers.front().attention.group_size() == 3);
}

TEST_CASE("sizes that do not fit together are refused") {
  const int64_t huge = int64_t{1} << 31;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<Impossible> all = {
      {"m: the number of layers is 0; allowed are 1 to 10000", [](auto& s) { s.layers.clear(); }},
      {"m: the number of query heads is -6; allowed are 1 to 2147483648",
       [](auto& s) { attention(s).heads = -6; }},
      {"m: the number of key/value heads is 0; allowed are 1 to 2147483648",
       [](auto& s) { attention(s).kv_heads = 0; }},
      {"m: the head size is 0; allowed are 1 to 8192", [](auto& s) { attention(s).head_size = 0; }},
      {"m: the hidden size is 0; allowed are 1 to 2147483648", [](auto& s) { s.hidden_size = 0; }},
      {"m: the intermediate size is 0; allowed are 1 to 2147483648",
       [](auto& s) { s.layers.back().mlp.size = 0; }},
      {"m: the vocabulary size is 2147483649; allowed are 1 to 2147483648",
       [=](auto& s) { s.vocabulary_size = huge + 1; }},
      {"m: the context length is 0; allowed are 1 to 2147483648",
       [](auto& s) { s.context_length = 0; }},
      {"m: the epsilon of the norms is -1e-05; expected a positive number",
       [](auto& s) { s.norm_epsilon = -1e-5; }},
      {"m: the epsilon of the norms is nan; expected a positive number",
       [=](auto& s) { s.norm_epsilon = nan; }},
      {"m: the factor of the embedding is 0; expected a positive number",
       [](auto& s) { s.embedding_multiplier = 0.0; }},
      {"m: the factor of the logits is inf; expected a positive number",
       [=](auto& s) { s.logit_multiplier = infinity; }},
      {"m: the factor of the residual is -1; expected a positive number",
       [](auto& s) { s.layers.back().residual_multiplier = -1.0; }},
      {"m: the cap of the logits is 0; expected a positive number",
       [](auto& s) { s.logit_cap = 0.0; }},
      {"m: the cap of attention logits is nan; expected a positive number",
       [=](auto& s) { attention(s).logit_cap = nan; }},
      {"m: the scale of attention is 0; expected a positive number",
       [](auto& s) { attention(s).scale = 0.0; }},
      {"m: the sliding window is 1; expected 2 or more tokens",
       [](auto& s) { attention(s).window = 1; }},
      {"m: the RoPE theta is 0; expected a positive number",
       [](auto& s) { attention(s).rotation.theta = 0.0; }},
      {"m: the RoPE theta is inf; expected a positive number",
       [=](auto& s) { attention(s).rotation.theta = infinity; }},
      {"m: the factor of rotated elements is 0; expected a positive number",
       [](auto& s) { attention(s).rotation.magnitude = 0.0; }},
      {"m: 3 factors of RoPE's frequencies, which are 4",
       [](auto& s) {
         attention(s).rotation.divisors = {1.0, 1.0, 1.0};
       }},
      {"m: a factor of RoPE's frequencies is 0; expected a positive number",
       [](auto& s) {
         attention(s).rotation.divisors = {1.0, 1.0, 0.0, 1.0};
       }},
      {"m: 6 query heads cannot be shared out among 4 key/value heads",
       [](auto& s) { attention(s).kv_heads = 4; }},
      {"m: RoPE turns 7 of 8 elements of a head; expected an even number of them",
       [](auto& s) { attention(s).rotation.size = 7; }},
      {"m: RoPE turns 10 of 8 elements of a head; expected an even number of them",
       [](auto& s) { attention(s).rotation.size = 10; }},
      {"m: the embedding would take more than 2^63 bytes",
       [=](auto& s) { s.vocabulary_size = s.hidden_size = huge; }},
      {"m: the query weights of all layers would take more than 2^63 bytes",
       [=](auto& s) { s.layers.front().attention.heads = s.hidden_size = huge; }},
      {"m: the MLP weights of all layers would take more than 2^63 bytes",
       [=](auto& s) { s.hidden_size = 1 << 28, s.layers.front().mlp.size = huge; }},
  };
  for (const Impossible& impossible : all) {
    DecoderSpec config = valid();
    impossible.spoil(config);
    CHECK(input_error([&] { config.validate("m"); }) == impossible.message);
  }
}

TEST_CASE("a longer text than the limit rotates in its own way") {
  DecoderSpec spec = valid();
  RotationSpec& rotation = attention(spec).rotation;
  rotation.divisors.assign(static_cast<size_t>(rotation.size / 2), 2.0);
  CHECK(spec.rotation_of_long_texts(1 << 20) == nullptr);
  CHECK(rotation.of_text(1 << 20) == rotation);
  rotation.limit = 32;
  rotation.long_divisors.assign(rotation.divisors.size(), 8.0);
  CHECK(spec.rotation_of_long_texts(32) == nullptr);
  CHECK(spec.rotation_of_long_texts(33) == &rotation);
  CHECK(rotation.of_text(32).frequencies()[0] == approx(0.5));
  CHECK(rotation.of_text(33).frequencies()[0] == approx(0.125));
  // NTK (dynamic): (4 * 64 / 32 - 3) = 5 times theta to the power of size / (size - 2).
  RotationSpec grown = {.theta = 100.0, .size = 8, .limit = 32, .growth = 4.0};
  CHECK(grown.of_text(32).theta == approx(100.0));
  CHECK(grown.of_text(64).theta == approx(100.0 * std::pow(5.0, 8.0 / 6.0)));
}

TEST_CASE("a window can be set where the file has no place for one") {
  DecoderSpec spec = valid();
  CHECK(input_error([&] { spec.set_window(16, "m"); }) ==
        "m: model.sliding_window is 16, but the file states its windows itself: it has none");
  spec.windows_unstated = true;
  CHECK(input_error([&] { spec.set_window(1, "m"); }) ==
        "m: model.sliding_window is 1; expected 2 or more tokens");
  spec.set_window(16, "m");
  CHECK(spec.smallest_window() == 16);
  spec.windows_unstated = false;
  CHECK(input_error([&] { spec.set_window(8, "m"); }) ==
        "m: model.sliding_window is 8, but the file states its windows itself: 16 tokens");
}

}  // namespace multistate::test::decoder_spec_test
