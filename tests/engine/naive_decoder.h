#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace multistate::test {

/// A stored tensor, row-major.
struct NaiveTensor {
  std::vector<int64_t> shape;
  std::vector<float> values;
};

using NaiveTensors = std::map<std::string, NaiveTensor>;

/// What differs between decoders, in the words of their papers and of Hugging Face's tensors. A
/// bias is added wherever a tensor of that name is there.
struct NaiveRules {
  int64_t layers = 2;
  int64_t heads = 4;
  int64_t kv_heads = 2;
  int64_t head_size = 8;
  double epsilon = 1e-5;
  double scale = 0.0;  ///< Of attention.

  std::string prefix = "model.layers.";
  std::string embedding = "model.embed_tokens";
  std::string final_norm = "model.norm";
  std::string head = "lm_head";  ///< The embedding where it is the head as well.
  std::string attention_norm = "input_layernorm";
  std::string attention_post_norm = {};
  std::string mlp_norm = "post_attention_layernorm";
  std::string mlp_post_norm = {};
  std::string output = "self_attn.o_proj";
  std::string gate = "mlp.gate_proj";  ///< "" without gates.
  std::string up = "mlp.up_proj";
  std::string down = "mlp.down_proj";
  std::string joined_gates = {};  ///< Gates, then ups, in one tensor.

  enum class Qkv { kApart, kJoined, kByHead };
  Qkv qkv = Qkv::kApart;
  std::string joined = {};

  double norm_plus = 0.0;   ///< Added to the weights of norms.
  bool layer_norm = false;  ///< With mean and bias.
  enum class QkNorm { kNone, kHead, kAll };
  QkNorm qk_norm = QkNorm::kNone;
  bool parallel = false;
  std::function<double(double)> activation = {};

  double embedding_factor = 1.0;
  double residual_factor = 1.0;
  double logit_factor = 1.0;
  double attention_cap = 0.0;  ///< 0: none
  double logit_cap = 0.0;

  std::vector<int64_t> windows = {};                  ///< By layer; 0: none.
  std::vector<std::vector<double>> frequencies = {};  ///< By layer.
  double magnitude = 1.0;                             ///< Of cosines and sines.
};

/// Losses of ids[1..] under full attention, by loops in double precision over the stored tensors:
/// nothing of the model's code, nothing of the engine.
std::vector<double> naive_losses(const NaiveRules& rules, const NaiveTensors& tensors,
                                 std::span<const int64_t> ids);

double silu(double x);
double gelu(double x);
double gelu_tanh(double x);

/// theta^(-2i/size), one for each pair of elements.
std::vector<double> naive_frequencies(int64_t size, double theta);

}  // namespace multistate::test
