#include "multistate/base/work_record.h"

namespace multistate {

constinit thread_local WorkRecord* own_work_record = nullptr;
constinit thread_local StopQuestion stop_of_work = nullptr;

}  // namespace multistate
