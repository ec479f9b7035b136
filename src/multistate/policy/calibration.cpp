#include "multistate/policy/calibration.h"

namespace multistate {

CalibrationData LayerCalibration::heads_from(int64_t first_head, int64_t first_kv_head) const {
  return {.query_directions = {query_directions.data() + first_head * head_size, head_size, 0},
          .query_means = {query_means.data() + first_head * head_size, head_size, 0},
          .query_lengths = {query_lengths.data() + first_head * pairs, pairs, 0},
          .key_means = {key_means.data() + first_kv_head * head_size, head_size, 0}};
}

}  // namespace multistate
