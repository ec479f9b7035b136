#include "multistate/sweep/join_sweep.h"

#include <chrono>
#include <thread>

#include "multistate/results/manifest.h"
#include "multistate/sweep/signals.h"

namespace multistate {
namespace {

Manifest manifest_of(const SweepPlan& plan, const std::string& command) {
  Manifest manifest;
  manifest.name = plan.spec.name;
  manifest.command = command;
  manifest.axes = plan.spec.axes;
  for (const PlannedCell& cell : plan.cells) {
    manifest.cells.push_back({cell.id, "cells/" + cell.folder(), cell.spec->parameters});
  }
  return manifest;
}

}  // namespace

bool join_sweep(const SweepPlan& plan, const std::string& command, const nlohmann::json& config,
                Worker& worker) {
  constexpr std::chrono::milliseconds kWait(20);
  constexpr const char* kManifestLease = "sweep";
  while (!worker.claim(kManifestLease, kManifestFile)) {
    worker.held_by_others();  // Takes away the lease of a worker that has ended.
    if (stop_requested()) {
      return false;
    }
    std::this_thread::sleep_for(kWait);
  }
  write_manifest(plan.spec.output, manifest_of(plan, command), config, worker.others_at_work());
  plan.digests.keep();
  worker.join(plan.spec.name);
  worker.release(kManifestLease);
  return true;
}

}  // namespace multistate
