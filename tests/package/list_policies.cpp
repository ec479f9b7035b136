#include <iostream>

#include "multistate/policy/registry.h"

int main() {
  for (const auto& name : multistate::policy_registry().names()) {
    std::cout << name << '\n';
  }
}
