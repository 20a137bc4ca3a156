#pragma once
// Where searches look: a point of the unit box.

#include <vector>

namespace faasconf::learner::search {

using Point = std::vector<double>;  // coordinates from 0 to 1

}  // namespace faasconf::learner::search
