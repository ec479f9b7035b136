#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace multistate::test {

/// Bytes of a safetensors file with this header, as it is, and this data.
std::string safetensors_bytes(std::string_view header, std::string_view data);

/// Puts the header together for tensors that follow each other.
class SafetensorsWriter {
 public:
  void add(const std::string& name, const std::string& type, const std::vector<int64_t>& shape,
           std::string_view bytes);
  std::string bytes() const;

 private:
  std::string entries_;
  std::string data_;
};

}  // namespace multistate::test
