#include "support/safetensors_writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace multistate::test {

std::string safetensors_bytes(std::string_view header, std::string_view data) {
  const uint64_t size = header.size();
  return std::string(reinterpret_cast<const char*>(&size), sizeof(size)) + std::string(header) +
         std::string(data);
}

void SafetensorsWriter::add(const std::string& name, const std::string& type,
                            const std::vector<int64_t>& shape, std::string_view bytes) {
  entries_ += fmt::format(R"({}"{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                          entries_.empty() ? "" : ",", name, type, fmt::join(shape, ","),
                          data_.size(), data_.size() + bytes.size());
  data_ += bytes;
}

std::string SafetensorsWriter::bytes() const {
  return safetensors_bytes("{" + entries_ + "}", data_);
}

}  // namespace multistate::test
