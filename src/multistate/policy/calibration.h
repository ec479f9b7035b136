#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "multistate/config/options.h"
#include "multistate/policy/step_view.h"

namespace multistate {

/// What a model's queries and keys were like in one layer while it read a text. Letters: H query
/// heads, G key/value heads, D head size, R elements of a head that RoPE turns. All row-major.
struct LayerCalibration {
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t head_size = 0;
  int64_t pairs = 0;  ///< R/2

  /// [H][D]: the direction of length 1 along which the head's queries, after RoPE, are longest: the
  /// first right singular vector of all of them, not centred (Godey et al., arXiv:2503.02812,
  /// section 3), on the side of their mean.
  std::vector<float> query_directions = {};

  /// [H][D]: the mean query before RoPE.
  std::vector<float> query_means = {};

  /// [H][R/2]: the mean length of the pair (i, i + R/2) of a query, which RoPE does not change.
  std::vector<float> query_lengths = {};

  /// [G][D]: the mean key before RoPE.
  std::vector<float> key_means = {};

  /// What a set of rows sees of it whose query and key/value heads begin with these.
  CalibrationData heads_from(int64_t first_head, int64_t first_kv_head) const;
};

/// What `multistate calibrate` measures of a model, for policies with Needs::calibration. It has to
/// be of the model that runs, and not of a text that is evaluated.
struct Calibration {
  std::vector<LayerCalibration> layers = {};
  std::string sha256 = {};        ///< Of its file: what a run's identity holds of it.
  std::string model_sha256 = {};  ///< Of the model's files.
  std::string text_sha256 = {};   ///< As results name that of data.
  std::vector<std::string> document_sha256s = {};  ///< Of each text that `text_sha256` is made of.
  int64_t tokens = 0;                              ///< That the model has read.
};

/// The option `calibration` that a policy with Needs::calibration has.
struct CalibrationOption {
  static constexpr const char* kName = "calibration";

  std::string file;

  void visit(OptionVisitor& v) {
    v(kName, file, "file of `multistate calibrate`: statistics of this model's queries");
  }
};

}  // namespace multistate
