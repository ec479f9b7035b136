#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <c10/core/ScalarType.h>

#include "multistate/checkpoint/decoder_spec.h"
#include "multistate/policy/setup.h"
#include "multistate/recommend/search.h"

namespace multistate::recommend {

/// A policy with its options, without a size.
struct PolicyChoice {
  std::string text;  ///< "h2o:{scope: layer}", as --policy of other commands takes it.

  /// Throws InputError.
  PolicySetup set_up(int64_t state_size) const;

  const PolicyEntry& entry() const;

  /// The options as a YAML map: "{}" where there are none.
  std::string options() const;
};

/// A policy at a size.
struct Contender {
  PolicyChoice choice;
  int64_t state_size = 0;  ///< 0: the policy takes none.
  int64_t bytes = 0;       ///< expected_peak_bytes() of a sample.
  int64_t inputs = 0;

  std::string label() const;  ///< "h2o k=61".
};

/// A policy that is not compared, and why.
struct LeftOut {
  std::string policy;
  std::string reason;
};

/// What a sample is run on.
struct SampleShape {
  const DecoderSpec& model;
  SampleLength length;
  at::ScalarType dtype;

  /// Gives a setup what it has to know of the model (kinds of tokens, a calibration). Throws
  /// InputError where there is none. Empty: nothing.
  std::function<void(PolicySetup&)> tell = {};
};

/// How many kinds of things a policy reads beyond the positions of tokens: attention, queries,
/// keys, ... A policy that reads fewer is simpler, and runs where an attention kernel does not
/// hand out its weights.
int64_t inputs_read(const Needs& needs);

/// All registered policies that could be deployed (Role::kPolicy), by name.
std::vector<PolicyChoice> deployable_policies();

/// Those that --policies names. Throws InputError for one that is unknown, there twice, or no
/// policy to deploy.
std::vector<PolicyChoice> choose_policies(const std::vector<std::string>& texts);

/// The policy with the largest size whose cache takes at most `bytes` at its peak; below the length
/// of a sample. Or why there is none.
struct Fit {
  std::optional<Contender> contender;
  std::string reason;
};
Fit fit(const PolicyChoice& choice, const SampleShape& shape, int64_t bytes);

/// What is compared.
struct Field {
  std::vector<Contender> contenders;
  Ladder ladder;  ///< Of contenders by level and policy.
  std::vector<LeftOut> left_out;
};

/// All policies at each amount of memory, the largest amount first. Left out are policies that fit
/// into none.
Field make_field(const std::vector<PolicyChoice>& choices, const SampleShape& shape,
                 const std::vector<int64_t>& levels);

}  // namespace multistate::recommend
