#include "multistate/results/distributions.h"

#include <cmath>
#include <stdexcept>

#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

namespace multistate {
namespace {

namespace math = boost::math;

void require_probability(double p) {
  if (!(p > 0.0 && p < 1.0)) {
    throw std::invalid_argument("a quantile is of a probability between 0 and 1");
  }
}

double require_freedom(int64_t freedom) {
  if (freedom < 1) {
    throw std::invalid_argument("Student's t needs a degree of freedom");
  }
  return static_cast<double>(freedom);
}

}  // namespace

double normal_cdf(double x) {
  return math::cdf(math::normal(), x);
}

double normal_quantile(double p) {
  require_probability(p);
  return math::quantile(math::normal(), p);
}

double student_quantile(double p, int64_t freedom) {
  require_probability(p);
  return math::quantile(math::students_t(require_freedom(freedom)), p);
}

double student_two_sided(double t, int64_t freedom) {
  const math::students_t distribution(require_freedom(freedom));
  return std::isinf(t) ? 0.0 : 2.0 * math::cdf(math::complement(distribution, std::abs(t)));
}

double noncentral_t_beyond(double limit, int64_t freedom, double delta) {
  const math::non_central_t distribution(require_freedom(freedom), delta);
  return math::cdf(distribution, -limit) + math::cdf(math::complement(distribution, limit));
}

}  // namespace multistate
