#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/engine/layer_scan.h"
#include "multistate/experiment/experiment.h"

namespace multistate {

/// Runs a policy's scan and beside it attention over every row there has been, for the same
/// queries, keys and values: those of the run under the policy. What differs is what one layer
/// loses with the input that it gets; what the layers before have lost is in both. Positions of the
/// reference are those of the tokens, which `in_cache` and `log_gap` leave alone as long as nothing
/// is evicted.
///
/// Holds every key and value of one sample, and takes as long as the full cache does beside the
/// policy. For one sample.
class ComparedScan final : public LayerScan {
 public:
  ComparedScan(const Transformer& model, const SampleLength& length);

  at::Tensor attend(const Qkv& qkv, LayerState& state) const override;

  /// Seconds of what is done beside the policy's scan.
  double seconds() const { return seconds_; }

  /// Puts sums over tokens into a record's values. Of a head and a token let o be the attention
  /// output, and w_i the weights over every row so far:
  ///
  ///     local_attention    {"output_error": |o_policy - o_full| / |o_full|,
  ///                         "kept": sum of w_i over the rows that the query saw under the policy},
  ///                        for each a list of heads for every layer
  ///     output_error_sum, local_kept_sum  the same over all heads and layers
  ///     attention_outputs                 their number: tokens, heads, layers
  void write(nlohmann::json& values) const;

 private:
  /// Sums over tokens, by head.
  struct Sums {
    std::vector<double> output_error;
    std::vector<double> kept;
  };

  /// Queries [first, first + count) of the call, which see the first `rows` rows.
  struct Block {
    int64_t first = 0;
    int64_t count = 0;
    int64_t rows = 0;
  };

  void compare(const Qkv& qkv, const at::Tensor& attended, const LayerState& state) const;
  void compare_block(const Qkv& qkv, const at::Tensor& attended, const LayerState& state,
                     int64_t kv_head, const Block& block) const;

  mutable std::vector<LayerState> full_;  ///< By layer: every row.
  mutable std::vector<Sums> sums_;        ///< By layer.
  mutable double seconds_ = 0.0;
};

/// Metrics of records with such values: "output_error" and "local_kept_attention", means over
/// tokens, heads and layers; of each a series "<name>_by_layer" and a map "<name>", layers by
/// heads. None without them.
void add_local_attention(std::span<const SampleRecord> records, Summary& summary);

}  // namespace multistate
