#include "multistate/experiment/calibrate.h"

#include "multistate/engine/calibrating_scan.h"
#include "multistate/engine/evaluator.h"

namespace multistate {

Calibration calibrate(const Transformer& model, const TextChunks& chunks,
                      const std::function<void(int64_t)>& progress) {
  const CalibratingScan scan(model.spec().layer_count());
  const Evaluator evaluator(model, keep_all_setup(), &scan);
  Calibration calibration;
  for (int64_t chunk = 0; chunk < chunks.size(); ++chunk) {
    const auto ids = chunks.ids(chunk);
    evaluator.read(ids, {.seed = 0, .sample = static_cast<uint64_t>(chunk)},
                   {.tokens = chunks.length()});
    calibration.tokens += chunks.length();
    if (progress) {
      progress(chunk + 1);
    }
  }
  calibration.layers = scan.layers();
  calibration.text_sha256 = chunks.data_sha256();
  calibration.document_sha256s = chunks.document_sha256s();
  return calibration;
}

}  // namespace multistate
