#pragma once

#include <cstdint>
#include <string>

namespace multistate {

/// Tells a process from every other, also from a later one with the same number.
struct ProcessIdentity {
  int64_t number = 0;

  /// When it started, in ticks since the boot of the machine (/proc); 0: unknown.
  int64_t start = 0;

  /// Where its number means this process: the machine's boot and the namespace of numbers, so that
  /// containers with the same host name are told apart. Empty: unknown.
  std::string scope;

  bool operator==(const ProcessIdentity&) const = default;
};

std::string host_name();

ProcessIdentity own_process();

/// Whether the process has ended, a zombie included. False when that cannot be told from here: on
/// another machine, or in another container.
bool has_ended(const ProcessIdentity& process);

/// A name that no other process has, on any machine: "host.1234.0a1b2c3d", fit for a file's name.
std::string process_name();

}  // namespace multistate
