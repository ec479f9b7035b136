#include "multistate/experiment/registry.h"

#include <array>

namespace multistate {

std::vector<OptionInfo> ExperimentEntry::options() const {
  OptionLister lister;
  const std::array<OptionVisitor*, 1> visitors = {&lister};
  make(visitors, nullptr);
  return lister.options();
}

Registry<ExperimentEntry>& experiment_registry() {
  static Registry<ExperimentEntry> registry("experiment");
  return registry;
}

ExperimentSetup set_up_experiment(const ExperimentEntry& entry, const Node& options) {
  OptionReader reader(&options, "experiment.");
  OptionWriter writer;
  const std::array<OptionVisitor*, 2> visitors = {&reader, &writer};
  ExperimentSetup setup;
  setup.entry = &entry;
  setup.experiment = entry.make(visitors, &options);
  setup.options = writer.json();
  return setup;
}

}  // namespace multistate
