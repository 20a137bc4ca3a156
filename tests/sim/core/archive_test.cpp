#include "sim/core/archive.hpp"

#include <cmath>
#include <limits>
#include <optional>

#include <gtest/gtest.h>

#include "sim/core/random.hpp"
#include "sim/core/time.hpp"

namespace faasconf::sim {
namespace {

template <class T>
std::vector<std::byte> saved(T value) {
  ArchiveWriter writer;
  writer(value);
  return writer.take();
}

template <class T>
T restored(std::span<const std::byte> bytes) {
  T value{};
  ArchiveReader reader(bytes);
  reader(value);
  EXPECT_TRUE(reader.at_end());
  return value;
}

template <class T>
T round_trip(const T& value) {
  return restored<T>(saved(value));
}

class Queue {
 public:
  Queue() = default;
  explicit Queue(std::vector<int> waiting) : waiting_(std::move(waiting)), served_(3) {}
  template <class A>
  void archive(A& a) {
    a(waiting_, served_);
  }
  friend bool operator==(const Queue&, const Queue&) = default;

 private:
  std::vector<int> waiting_;
  int served_ = 0;
};

TEST(Archive, RestoresNumbersBitForBit) {
  EXPECT_EQ(round_trip(std::numeric_limits<double>::denorm_min()), std::numeric_limits<double>::denorm_min());
  EXPECT_TRUE(std::signbit(round_trip(-0.0)));
  EXPECT_EQ(round_trip(std::uint64_t{0xfedcba9876543210}), 0xfedcba9876543210);
}

TEST(Archive, RestoresTimesAndTheirAbsence) {
  EXPECT_EQ(round_trip(kNever), kNever);
  EXPECT_EQ(round_trip(std::optional(Time{} + Duration(5))), Time{} + Duration(5));
  EXPECT_EQ(round_trip(std::optional<Time>()), std::nullopt);
}

TEST(Archive, RestoresVectors) {
  EXPECT_EQ(round_trip(std::vector<double>{1.5, -2, 1e300}), (std::vector<double>{1.5, -2, 1e300}));
  EXPECT_EQ(round_trip(std::vector<double>()), std::vector<double>());
}

TEST(Archive, RestoresVectorsOfVectors) {
  const std::vector<std::vector<int>> nested = {{1, 2}, {}, {3}};
  EXPECT_EQ(round_trip(nested), nested);
}

TEST(Archive, ReplacesWhatAVectorHeldBefore) {
  const auto bytes = saved(std::vector<int>{7});
  std::vector<int> value = {1, 2, 3};
  ArchiveReader reader(bytes);
  reader(value);
  EXPECT_EQ(value, std::vector<int>{7});
}

TEST(Archive, RestoresClassesByTheirArchiveMember) {
  const std::vector<Queue> queues = {Queue({1, 2, 3}), Queue()};
  EXPECT_EQ(round_trip(queues), queues);
}

TEST(Archive, ResumesARandomStreamWhereItStood) {
  Rng rng(1);
  for (int i = 0; i < 100; ++i) rng.normal();
  Rng resumed = round_trip(rng);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(resumed.next(), rng.next());
}

TEST(Archive, ReadsMembersInTheOrderInWhichTheyWereWritten) {
  int first = 1;
  double second = 2;
  ArchiveWriter writer;
  writer(first, second);
  writer(first);
  const auto bytes = writer.take();

  int a = 0;
  double b = 0;
  int c = 0;
  ArchiveReader reader(bytes);
  reader(a);
  reader(b, c);
  EXPECT_EQ(a, 1);
  EXPECT_EQ(b, 2);
  EXPECT_EQ(c, 1);
}

TEST(Archive, IsNotAtItsEndWhileBytesRemain) {
  const auto bytes = saved(std::uint64_t{1});
  std::uint32_t half = 0;
  ArchiveReader reader(bytes);
  reader(half);
  EXPECT_FALSE(reader.at_end());
}

TEST(Archive, ThrowsWhereverItIsTruncated) {
  const auto bytes = saved(std::vector<Queue>{Queue({1, 2, 3}), Queue({4})});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::vector<Queue> value;
    ArchiveReader reader(std::span<const std::byte>(bytes).first(size));
    EXPECT_THROW(reader(value), Error) << size << " bytes of " << bytes.size();
  }
}

TEST(Archive, ThrowsWhenADamagedSizeIsBeyondTheBytes) {
  const auto bytes = saved(std::numeric_limits<std::uint64_t>::max());
  std::vector<int> value;
  ArchiveReader reader(bytes);
  EXPECT_THROW(reader(value), Error);
}

}  // namespace
}  // namespace faasconf::sim
