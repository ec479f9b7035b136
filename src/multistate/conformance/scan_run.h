#pragma once

#include <cstdint>
#include <vector>

#include "multistate/conformance/naive_scan.h"
#include "multistate/engine/layer_scan.h"

namespace multistate {

struct ScanRun {
  std::vector<float> attended;  ///< [T][H][D]
  std::vector<LayerState::Set> sets;
};

/// One layer on its way through a sample, a few tokens at a time. Keeps references to all.
class SteppedScan {
 public:
  SteppedScan(const LayerScan& scan, const NaiveInputs& inputs, const PolicySetup& setup,
              SampleSeed seed = {}, int64_t layer = 0, const at::TensorOptions& rows = at::kFloat);

  /// Lets `count` tokens follow; there are as many left.
  void advance(int64_t count);

  /// What MeasuredBudgets says of the layer's sets at its next token, the last one of its prompt.
  std::vector<float> measure() const;

  /// Takes note of what the prompt is looked up for when it is read again at that token: with the
  /// queries, keys and values that it has, without an instruction.
  void read_again();

  ScanRun result() &&;

 private:
  /// Of the next `count` tokens over `state`.
  at::Tensor attend(int64_t count, LayerState& state) const;

  const LayerScan& scan_;
  Qkv all_;
  LayerState state_;
  int64_t tokens_ = 0;
  std::vector<at::Tensor> pieces_;
};

/// One layer of `scan` from an empty state. `calls`: the tokens are handed over in that many
/// pieces. `rows`: the type in which keys and values are stored, and the device that multiplies.
ScanRun run_scan(const LayerScan& scan, const NaiveInputs& inputs, const PolicySetup& setup,
                 SampleSeed seed = {}, int64_t calls = 1,
                 const at::TensorOptions& rows = at::kFloat);

}  // namespace multistate
