#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace multistate {

/// The bytes that `text` stands for in base64 (RFC 4648, section 4, padding required); nothing when
/// it is not that.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace multistate
