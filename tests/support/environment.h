#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace multistate::test {

/// Sets an environment variable for a while; nullptr unsets it. What was there comes back.
class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const char* value) : name_(name) {
    if (const char* const before = std::getenv(name); before != nullptr) {
      before_ = before;
    }
    assign(value);
  }
  EnvironmentVariable(const char* name, const std::string& value)
      : EnvironmentVariable(name, value.c_str()) {}
  ~EnvironmentVariable() { assign(before_ ? before_->c_str() : nullptr); }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

 private:
  void assign(const char* value) {
    if (value == nullptr) {
      ::unsetenv(name_);
    } else {
      ::setenv(name_, value, 1);
    }
  }

  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace multistate::test
