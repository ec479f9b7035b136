#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "multistate/checkpoint/model_file.h"
#include "multistate/policy/setup.h"

namespace multistate {

/// The calibrations of a model for the setups that need them: each file is read once, when the
/// first one asks.
class ModelCalibrations {
 public:
  /// Keeps a reference. `model_sha256`: model_digest() of it.
  ModelCalibrations(const ModelFile& model, std::string model_sha256)
      : model_(model), model_sha256_(std::move(model_sha256)) {}

  /// Gives its calibration to a setup that needs one, and to those of its layers. Throws InputError
  /// when the option `calibration` is missing, or names a file that is no calibration of this
  /// model.
  void tell(PolicySetup& setup);

 private:
  std::shared_ptr<const Calibration> of_file(const PolicySetup& setup);
  void check(const Calibration& calibration, const std::string& file) const;

  const ModelFile& model_;
  std::string model_sha256_;
  std::map<std::string, std::shared_ptr<const Calibration>> by_file_;
};

/// The same for one setup; the model is hashed only if it needs a calibration.
void tell_calibration(const ModelFile& model, PolicySetup& setup);

/// The setups that read a calibration: itself, or those of its layers.
std::vector<const PolicySetup*> calibrated(const PolicySetup& setup);

}  // namespace multistate
