#include "learner/marl/communicator.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <exception>

#include "sim/core/error.hpp"

#ifdef FAASCONF_WITH_MPI
#include <mpi.h>
#endif

namespace faasconf::learner::marl {
namespace {

// Open MPI, then MPICH and Slurm's PMI, tell their children so.
bool under_mpirun() { return std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr || std::getenv("PMI_SIZE") != nullptr; }

#ifdef FAASCONF_WITH_MPI

class MpiCommunicator final : public Communicator {
 public:
  MpiCommunicator() {
    MPI_Init(nullptr, nullptr);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks_);
  }
  // A rank that fails says why and ends without this: mpirun then ends the others, which would wait for it for ever.
  ~MpiCommunicator() override {
    if (std::uncaught_exceptions() == 0) MPI_Finalize();
  }

  std::size_t rank() const override { return static_cast<std::size_t>(rank_); }
  std::size_t ranks() const override { return static_cast<std::size_t>(ranks_); }

  std::vector<double> gather(std::span<const double> mine) override {
    const Places places = places_of(static_cast<int>(mine.size()));
    std::vector<double> all(static_cast<std::size_t>(places.total));
    MPI_Allgatherv(mine.data(), static_cast<int>(mine.size()), MPI_DOUBLE, all.data(), places.sizes.data(),
                   places.first.data(), MPI_DOUBLE, MPI_COMM_WORLD);
    return all;
  }

  std::vector<std::vector<std::byte>> collect(std::span<const std::byte> mine) override {
    // in pieces, since MPI counts with int
    constexpr std::size_t kPiece = std::size_t{1} << 28;
    std::vector<std::vector<std::byte>> all(rank_ == 0 ? ranks() : 0);
    if (rank_ == 0) all[0].assign(mine.begin(), mine.end());
    for (int from = 1; from < ranks_; ++from) {
      std::uint64_t size = mine.size();
      transfer(from, &size, sizeof(size));
      if (rank_ != 0 && rank_ != from) continue;
      if (rank_ == 0) all[static_cast<std::size_t>(from)].resize(size);
      std::byte* const bytes =
          rank_ == 0 ? all[static_cast<std::size_t>(from)].data() : const_cast<std::byte*>(mine.data());
      for (std::uint64_t done = 0; done < size; done += kPiece) {
        transfer(from, bytes + done, std::min<std::uint64_t>(kPiece, size - done));
      }
    }
    return all;
  }

  bool any(bool mine) override {
    int all = 0, one = mine ? 1 : 0;
    MPI_Allreduce(&one, &all, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return all != 0;
  }

 private:
  struct Places {
    std::vector<int> sizes, first;
    int total = 0;
  };
  Places places_of(int mine) {
    Places places{std::vector<int>(ranks()), {}, 0};
    MPI_Allgather(&mine, 1, MPI_INT, places.sizes.data(), 1, MPI_INT, MPI_COMM_WORLD);
    for (const int size : places.sizes) {
      places.first.push_back(places.total);
      places.total += size;
    }
    return places;
  }
  // From a rank to rank 0.
  void transfer(int from, void* bytes, std::size_t size) {
    const int count = static_cast<int>(size);
    if (rank_ == from) MPI_Send(bytes, count, MPI_BYTE, 0, 0, MPI_COMM_WORLD);
    if (rank_ == 0) MPI_Recv(bytes, count, MPI_BYTE, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  }

  int rank_ = 0;
  int ranks_ = 1;
};

#endif

}  // namespace

std::unique_ptr<Communicator> make_communicator() {
  if (!under_mpirun()) return std::make_unique<Communicator>();
#ifdef FAASCONF_WITH_MPI
  return std::make_unique<MpiCommunicator>();
#else
  throw sim::Error(
      "mpirun started this program, which was built without MPI; build it where libopenmpi-dev is installed");
#endif
}

}  // namespace faasconf::learner::marl
