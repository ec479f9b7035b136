// A plug-in whose author forgot the registration.

namespace multistate {

extern const int kNothing;
const int kNothing = 0;

}  // namespace multistate
