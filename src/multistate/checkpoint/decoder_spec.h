#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace multistate {

enum class Activation {
  kSilu,      ///< x / (1 + exp(-x))
  kGelu,      ///< x times the normal distribution function
  kGeluTanh,  ///< The same, approximated with tanh (Hendrycks and Gimpel, arXiv:1606.08415).
};

enum class NormKind {
  kRms,    ///< x / sqrt(mean(x^2) + epsilon) * weight (arXiv:1910.07467)
  kLayer,  ///< (x - mean) / sqrt(variance + epsilon) * weight + bias (arXiv:1607.06450)
};

/// What an RMS norm of queries and keys between projection and rotation runs over.
enum class QkNorm {
  kNone,
  kHead,        ///< Each head, with one weight [D] for all of them.
  kProjection,  ///< All heads of a token together, with a weight [H * D] or [G * D].
};

/// Rotary position embedding of one layer (arXiv:2104.09864): pair i of the first `size` elements
/// of a head, (i, i + size / 2), turns by frequency i from one position to the next. Other elements
/// stay as they are.
struct RotationSpec {
  double theta = 10000.0;
  int64_t size = 0;                        ///< Elements of a head that turn; 0: no rotation.
  std::vector<double> divisors = {};       ///< [size / 2] of the frequencies; empty: all 1.
  double magnitude = 1.0;                  ///< Factor of the elements that turn.
  std::optional<int64_t> limit = {};       ///< Most tokens for which these frequencies hold.
  std::vector<double> long_divisors = {};  ///< [size / 2], those of longer texts (longrope).
  std::optional<double> growth = {};       ///< Or how theta grows with them (dynamic NTK).
  std::string scaling = "none";            ///< How the divisors came about, for people: "llama3".

  /// The rotation of all tokens of a text of `tokens`, without a limit: this one up to the limit;
  /// beyond it with the long divisors, or with
  /// theta (growth tokens / limit - growth + 1)^(size / (size - 2)).
  RotationSpec of_text(int64_t tokens) const;

  /// Radians from one position to the next, [size / 2]: theta^(-2i/size) over its divisor.
  std::vector<double> frequencies() const;

  bool operator==(const RotationSpec&) const = default;
};

struct AttentionSpec {
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t head_size = 0;
  double scale = 0.0;  ///< Factor of the products of queries and keys.
  bool qkv_bias = false;
  bool output_bias = false;
  QkNorm qk_norm = QkNorm::kNone;
  std::optional<double> logit_cap = {};  ///< c: logits become c * tanh(logit / c).
  std::optional<int64_t> window = {};    ///< Newest tokens that a query sees, its own included.
  RotationSpec rotation = {};

  /// Query heads that share one key/value head.
  int64_t group_size() const { return heads / kv_heads; }
};

struct MlpSpec {
  int64_t size = 0;   ///< Inner elements.
  bool gated = true;  ///< down(activation(gate(x)) * up(x)), else down(activation(up(x))).
  Activation activation = Activation::kSilu;
  bool bias = false;
};

/// A layer: hidden += r * after(attention(before(hidden))), then the same with the MLP.
struct LayerSpec {
  AttentionSpec attention;
  MlpSpec mlp;
  bool norm_before = true;           ///< Of what attention and MLP read.
  bool norm_after = false;           ///< Of what they return.
  bool parallel = false;             ///< The MLP reads the hidden state from before attention.
  double residual_multiplier = 1.0;  ///< r
};

/// A decoder as data. Letters in shapes: H query heads, G key/value heads, D head size.
struct DecoderSpec {
  std::string architecture;  ///< The name under which it is registered.
  std::string name;          ///< As the file calls the model; may be empty.
  int64_t hidden_size = 0;
  int64_t vocabulary_size = 0;
  int64_t context_length = 0;  ///< Tokens the model was trained for.
  NormKind norm = NormKind::kRms;
  double norm_epsilon = 0.0;
  double embedding_multiplier = 1.0;
  double logit_multiplier = 1.0;         ///< Of the output head's products.
  std::optional<double> logit_cap = {};  ///< c: logits become c * tanh(logit / c).
  bool tied = false;                     ///< The embedding is the output head.
  std::vector<LayerSpec> layers;

  int64_t layer_count() const { return static_cast<int64_t>(layers.size()); }
  const LayerSpec& layer(int64_t index) const { return layers[static_cast<size_t>(index)]; }

  /// Whether the file's format has no place for windows, so that there may be some which it does
  /// not state; and the one that models of these sizes were trained with, if that is known.
  bool windows_unstated = false;
  std::optional<int64_t> likely_window = {};

  /// Gives every layer a window. Throws InputError, starting with `source`, unless the file may
  /// have left one out.
  void set_window(int64_t window, const std::string& source);

  /// The smallest window of a layer, if any has one.
  std::optional<int64_t> smallest_window() const;

  /// Bytes of a key and a value of all heads in all layers, `element` bytes each.
  int64_t row_bytes(int64_t element) const;

  /// Throws InputError, starting with `source`, when sizes are not positive, do not divide each
  /// other as they must, or multiply to more than the machine can address.
  void validate(const std::string& source) const;

  /// The first layer's rotation that is another one in texts of so many tokens than in short ones;
  /// nullptr where all are the same.
  const RotationSpec* rotation_of_long_texts(int64_t tokens) const;
};

/// Throws InputError for a number of layers that no model has: called before one object a layer is
/// made.
void check_layer_count(const std::string& source, int64_t layers);

}  // namespace multistate
