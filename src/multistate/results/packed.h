#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace multistate {

/// The version of multistate.result that is written. Version 1 gave every point of a series all of
/// its members, and every row of a map a value for each column; both versions are read.
inline constexpr int kResultVersion = 2;

/// Series by name, each a list of points (series_point()), as result.json holds them. A series is
/// an object: what its points have in common (axis, unit, higher_is_better, timed, range) stands
/// there once, and of every other member there is a list with an entry for each point, null where a
/// point does not have it. Throws InputError when points differ in what they have in common.
nlohmann::json packed_series(const nlohmann::json& series);

/// The points of such an object; members that are not known are passed over. Throws InputError,
/// beginning with `source`, when its lists are not of one length.
nlohmann::json unpacked_series(const nlohmann::json& series, const std::string& source);

/// Maps by name (ValueMap) as result.json holds them: a row ends with its last value.
nlohmann::json packed_maps(nlohmann::json maps);

}  // namespace multistate
