#include "aggregate/tables/request.h"

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate::aggregate {

Filter parse_filter(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    throw InputError(fmt::format("--filter: {} is not KEY=VALUE[,VALUE...]", in_quotes(text)));
  }
  Filter filter = {text.substr(0, equals), {}};
  for (size_t start = equals + 1; start <= text.size();) {
    const size_t comma = std::min(text.find(',', start), text.size());
    filter.values.push_back(text.substr(start, comma - start));
    start = comma + 1;
  }
  return filter;
}

}  // namespace multistate::aggregate
