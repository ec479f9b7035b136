#include "multistate/base/process_identity.h"

#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <sstream>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

namespace multistate {
namespace {

constexpr size_t kLongestHost = 40;  // In names of files.

struct ProcessStat {
  char state = '?';
  int64_t start = 0;
};

/// Of /proc/<number>/stat, whose second field is the program's name and may hold anything.
std::optional<ProcessStat> stat_of(int64_t number) {
  std::ifstream file(fmt::format("/proc/{}/stat", number));
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) {
    return std::nullopt;
  }
  std::istringstream fields(text.substr(name_end + 1));
  ProcessStat stat;
  fields >> stat.state;
  std::string skipped;
  for (int field = 4; field < 22; ++field) {
    fields >> skipped;
  }
  fields >> stat.start;
  return fields ? std::optional(stat) : std::nullopt;
}

std::string read_scope() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string boot;
  std::error_code error;
  const auto numbers = std::filesystem::read_symlink("/proc/self/ns/pid", error);
  return std::getline(file, boot) && !error ? boot + "/" + numbers.string() : "";
}

/// A process stays where it is.
const std::string& own_scope() {
  static const std::string scope = read_scope();
  return scope;
}

}  // namespace

std::string host_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return host.data();
}

ProcessIdentity own_process() {
  const auto stat = stat_of(::getpid());
  return {::getpid(), stat ? stat->start : 0, own_scope()};
}

bool has_ended(const ProcessIdentity& process) {
  if (process.number <= 0 || process.scope.empty() || process.scope != own_scope()) {
    return false;
  }
  if (::kill(static_cast<pid_t>(process.number), 0) != 0 && errno == ESRCH) {
    return true;
  }
  const auto stat = stat_of(process.number);
  if (!stat) {
    return false;  // Somebody else's, and hidden.
  }
  const bool is_another = process.start != 0 && stat->start != process.start;
  return is_another || stat->state == 'Z' || stat->state == 'X';
}

std::string process_name() {
  static const auto token = static_cast<uint32_t>(std::random_device()());
  std::string host = host_name().substr(0, kLongestHost);
  for (char& c : host) {
    c = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' ? c : '_';
  }
  return fmt::format("{}.{}.{:08x}", host, ::getpid(), token);
}

}  // namespace multistate
