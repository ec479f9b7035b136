#include "multistate/state/live_bytes.h"

namespace multistate {

void LiveBytes::begin(const RowSet& rows, int64_t to_come) {
  costs_ = rows.costs();
  bytes_ = rows.bytes() - to_come * costs_.row;
  left_.assign(rows.groups().begin(), rows.groups().end());
  group_of_row_.clear();
  for (size_t group = 0; group < left_.size(); ++group) {
    group_of_row_.insert(group_of_row_.end(), static_cast<size_t>(left_[group]), group);
  }
}

}  // namespace multistate
