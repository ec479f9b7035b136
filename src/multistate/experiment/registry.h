#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "multistate/config/registry.h"
#include "multistate/experiment/experiment.h"

namespace multistate {

struct ExperimentEntry {
  ExperimentInfo info;
  ExperimentFactory make;

  const std::string& name() const { return info.name; }
  std::vector<OptionInfo> options() const;
};

/// All experiments of the program, by name.
Registry<ExperimentEntry>& experiment_registry();

/// Registers E while the program starts, at the end of its file. E has a struct Options with
/// `visit` and `void check(const Node&) const`, which throws InputError where options contradict
/// each other or the data is not there (the node is for the mark in the message), and a constructor
/// that takes it.
template <class E>
class ExperimentRegistration {
 public:
  explicit ExperimentRegistration(ExperimentInfo info) {
    experiment_registry().add({std::move(info), &make});
  }

 private:
  static std::unique_ptr<Experiment> make(std::span<OptionVisitor* const> visitors,
                                          const Node* node) {
    typename E::Options options;
    for (OptionVisitor* visitor : visitors) {
      options.visit(*visitor);
    }
    if (node != nullptr) {
      options.check(*node);
    }
    return std::make_unique<E>(std::move(options));
  }
};

/// An experiment with its options read from a map node: checked, and ready for a model.
struct ExperimentSetup {
  const ExperimentEntry* entry = nullptr;
  std::shared_ptr<const Experiment> experiment;
  nlohmann::json options;  ///< Every option with its value.
};

ExperimentSetup set_up_experiment(const ExperimentEntry& entry, const Node& options);

}  // namespace multistate
