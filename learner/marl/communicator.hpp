#pragma once
// How shards of a training that run in several processes exchange numbers.

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace faasconf::learner::marl {

// The shards are dealt to the ranks in order, as evenly as possible. What is computed does not depend on how many ranks
// there are: numbers are combined in the order of the shards.
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual std::size_t rank() const { return 0; }
  virtual std::size_t ranks() const { return 1; }

  // mine: the same count of numbers for each of this rank's shards, one shard after the other. All shards' numbers in
  // the order of the shards, on every rank.
  virtual std::vector<double> gather(std::span<const double> mine) { return {mine.begin(), mine.end()}; }
  // Bytes of each rank, in order, on rank 0; elsewhere nothing.
  virtual std::vector<std::vector<std::byte>> collect(std::span<const std::byte> mine) {
    return {{mine.begin(), mine.end()}};
  }
  // True where it is true on any rank.
  virtual bool any(bool mine) { return mine; }

  std::size_t first_shard(std::size_t shards) const { return rank() * shards / ranks(); }
  std::size_t end_shard(std::size_t shards) const { return (rank() + 1) * shards / ranks(); }
};

// Of the processes that mpirun started, or of this one alone: without MPI at build time, or outside mpirun.
// Throws sim::Error when mpirun started this program and it was built without MPI.
std::unique_ptr<Communicator> make_communicator();

}  // namespace faasconf::learner::marl
