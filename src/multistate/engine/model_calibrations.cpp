#include "multistate/engine/model_calibrations.h"

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/output_file.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/model_digest.h"
#include "multistate/policy/calibration_file.h"

namespace multistate {

void ModelCalibrations::tell(PolicySetup& setup) {
  if (!setup.needs.calibration) {
    return;
  }
  if (setup.layers.empty()) {
    setup.calibration = of_file(setup);
  }
  for (LayerRange& range : setup.layers) {
    PolicySetup told = *range.setup;
    tell(told);
    range.setup = std::make_shared<const PolicySetup>(std::move(told));
  }
}

std::shared_ptr<const Calibration> ModelCalibrations::of_file(const PolicySetup& setup) {
  const std::string& file = setup.calibration_file;
  if (file.empty() || !is_there(file)) {
    throw InputError(fmt::format(
        "policy.{}: {}; policy {} reads statistics of the model's queries and keys, which "
        "`multistate calibrate {} --data TEXT --output {}` measures",
        CalibrationOption::kName, file.empty() ? "is missing" : in_quotes(file) + " does not exist",
        setup.entry->name(), model_.source(), file.empty() ? "FILE" : file));
  }
  auto& calibration = by_file_[file];
  if (calibration == nullptr) {
    auto read = read_calibration(file);
    check(*read, file);
    calibration = std::move(read);
  }
  return calibration;
}

void ModelCalibrations::check(const Calibration& calibration, const std::string& file) const {
  if (calibration.model_sha256 != model_sha256_) {
    throw InputError(fmt::format(
        "policy.{}: {} was made with another model than {}: the SHA-256 of its model "
        "is {}, that of this one {}",
        CalibrationOption::kName, file, model_.source(), calibration.model_sha256, model_sha256_));
  }
  const DecoderSpec& spec = model_.spec();
  if (std::ssize(calibration.layers) != spec.layer_count()) {
    throw InputError(fmt::format("policy.{}: {} has {} layers; the model has {}",
                                 CalibrationOption::kName, file, calibration.layers.size(),
                                 spec.layer_count()));
  }
  for (int64_t layer = 0; layer < spec.layer_count(); ++layer) {
    const LayerCalibration& found = calibration.layers[static_cast<size_t>(layer)];
    const AttentionSpec& expected = spec.layer(layer).attention;
    if (found.heads != expected.heads || found.kv_heads != expected.kv_heads ||
        found.head_size != expected.head_size || found.pairs != expected.rotation.size / 2) {
      throw InputError(fmt::format(
          "policy.{}: {}: layer {} has {} query heads, {} key/value heads, {} elements a head and "
          "{} pairs that turn; the model has {}, {}, {} and {}",
          CalibrationOption::kName, file, layer, found.heads, found.kv_heads, found.head_size,
          found.pairs, expected.heads, expected.kv_heads, expected.head_size,
          expected.rotation.size / 2));
    }
  }
}

void tell_calibration(const ModelFile& model, PolicySetup& setup) {
  if (setup.needs.calibration) {
    FileDigests digests;
    ModelCalibrations(model, model_digest(model, digests)).tell(setup);
  }
}

std::vector<const PolicySetup*> calibrated(const PolicySetup& setup) {
  std::vector<const PolicySetup*> found;
  if (setup.calibration != nullptr) {
    found.push_back(&setup);
  }
  for (const LayerRange& range : setup.layers) {
    if (range.setup->calibration != nullptr) {
      found.push_back(range.setup.get());
    }
  }
  return found;
}

}  // namespace multistate
