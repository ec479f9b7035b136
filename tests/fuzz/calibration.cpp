// A file of `multistate calibrate`, which is a safetensors file.

#include "multistate/policy/calibration_file.h"

#include "fuzz/scratch.h"
#include "fuzz/target.h"

namespace multistate::fuzz {

void read(std::string_view input) {
  read_calibration(scratch().write("calibration.safetensors", input));
}

std::vector<std::string> seeds() {
  LayerCalibration layer = {.heads = 4, .kv_heads = 2, .head_size = 4, .pairs = 2};
  layer.query_directions.assign(16, 0.5F);
  layer.query_means.assign(16, 0.25F);
  layer.query_lengths.assign(8, 2.0F);
  layer.key_means.assign(8, -1.0F);
  const Calibration calibration = {.layers = {layer, layer},
                                   .sha256 = "",
                                   .model_sha256 = std::string(64, 'a'),
                                   .text_sha256 = std::string(64, 'b'),
                                   .document_sha256s = {std::string(64, 'c')},
                                   .tokens = 512};
  return {calibration_bytes(calibration)};
}

}  // namespace multistate::fuzz
