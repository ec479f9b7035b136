#include "multistate/config/options.h"

namespace multistate {

void OptionWriter::operator()(const char* name, int64_t& value, Range<int64_t> /*range*/,
                              const char* /*help*/) {
  json_[name] = value;
}

void OptionWriter::operator()(const char* name, double& value, Range<double> /*range*/,
                              const char* /*help*/) {
  json_[name] = value;
}

void OptionWriter::operator()(const char* name, bool& value, const char* /*help*/) {
  json_[name] = value;
}

void OptionWriter::operator()(const char* name, std::string& value, const char* /*help*/) {
  json_[name] = value;
}

void OptionWriter::operator()(const char* name, RowCount& value, const char* /*help*/) {
  json_[name] = std::visit([](auto number) { return nlohmann::json(number); }, value.value);
}

void OptionWriter::operator()(const char* name, std::vector<int64_t>& values,
                              Range<int64_t> /*range*/, const char* /*help*/) {
  json_[name] = values;
}

void OptionWriter::operator()(const char* name, std::vector<double>& values,
                              Range<double> /*range*/, const char* /*help*/) {
  json_[name] = values;
}

void OptionWriter::operator()(const char* name, std::vector<std::string>& values,
                              const char* /*help*/) {
  json_[name] = values;
}

bool OptionWriter::part(const char* name, bool in_map,
                        const std::function<void(OptionVisitor&)>& visit) {
  if (in_map) {
    OptionWriter writer;
    visit(writer);
    json_[name] = writer.json();
  }
  return in_map;
}

void OptionWriter::choose(const char* name, size_t& index, std::span<const std::string> names,
                          const char* /*help*/) {
  json_[name] = names[index];
}

}  // namespace multistate
