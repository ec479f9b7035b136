#include "multistate/base/text.h"
#include "multistate/config/option_text.h"
#include "multistate/config/options.h"

namespace multistate {

void OptionLister::operator()(const char* name, int64_t& value, Range<int64_t> range,
                              const char* help) {
  options_.push_back({name, "integer", value, range_text(range), help});
}

void OptionLister::operator()(const char* name, double& value, Range<double> range,
                              const char* help) {
  options_.push_back({name, "number", value, range_text(range), help});
}

void OptionLister::operator()(const char* name, bool& value, const char* help) {
  options_.push_back({name, "boolean", value, "true | false", help});
}

void OptionLister::operator()(const char* name, std::string& value, const char* help) {
  options_.push_back({name, "string", value, "", help});
}

void OptionLister::operator()(const char* name, RowCount& value, const char* help) {
  const nlohmann::json default_value =
      std::visit([](auto number) { return nlohmann::json(number); }, value.value);
  options_.push_back(
      {name, "rows or share", default_value, "rows: 0 or more; share: above 0, below 1", help});
}

void OptionLister::operator()(const char* name, std::vector<int64_t>& values, Range<int64_t> range,
                              const char* help) {
  options_.push_back({name, "integers", values, range_text(range), help});
}

void OptionLister::operator()(const char* name, std::vector<double>& values, Range<double> range,
                              const char* help) {
  options_.push_back({name, "numbers", values, range_text(range), help});
}

void OptionLister::operator()(const char* name, std::vector<std::string>& values,
                              const char* help) {
  options_.push_back({name, "strings", values, "", help});
}

void OptionLister::choose(const char* name, size_t& index, std::span<const std::string> names,
                          const char* help) {
  options_.push_back({name, "choice", names[index], join(names, " | "), help});
}

}  // namespace multistate
