#include "sim/core/fifo.hpp"

#include <deque>

#include <gtest/gtest.h>

#include "sim/core/archive.hpp"
#include "sim/core/random.hpp"

namespace faasconf::sim {
namespace {

TEST(Fifo, GivesBackInOrder) {
  Fifo<int> fifo;
  EXPECT_TRUE(fifo.empty());
  for (int i = 0; i < 100; ++i) fifo.push(i);
  EXPECT_EQ(fifo.size(), 100U);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(fifo.front(), i);
    fifo.pop();
  }
  EXPECT_TRUE(fifo.empty());
}

TEST(Fifo, AgreesWithADequeWhileItGrowsAndWraps) {
  Rng rng(1);
  Fifo<int> fifo;
  std::deque<int> model;
  for (int i = 0; i < 20'000; ++i) {
    // grows and shrinks in turns
    if (model.empty() || rng.uniform() < (i / 1000 % 2 == 0 ? 0.6 : 0.4)) {
      fifo.push(i);
      model.push_back(i);
    } else {
      ASSERT_EQ(fifo.front(), model.front());
      fifo.pop();
      model.pop_front();
    }
    ASSERT_EQ(fifo.size(), model.size());
  }
}

TEST(Fifo, IsEmptyAfterClear) {
  Fifo<int> fifo;
  for (int i = 0; i < 20; ++i) fifo.push(i);
  fifo.pop();
  fifo.clear();
  EXPECT_TRUE(fifo.empty());
  fifo.push(7);
  EXPECT_EQ(fifo.front(), 7);
}

TEST(Fifo, GoesThroughAnArchive) {
  Fifo<int> fifo;
  for (int i = 0; i < 20; ++i) fifo.push(i);
  for (int i = 0; i < 15; ++i) fifo.pop();
  for (int i = 20; i < 40; ++i) fifo.push(i);
  ArchiveWriter writer;
  writer(fifo);
  const auto bytes = writer.take();
  Fifo<int> copy;
  ArchiveReader reader(bytes);
  reader(copy);
  EXPECT_TRUE(reader.at_end());
  for (int i = 15; i < 40; ++i) {
    ASSERT_EQ(copy.front(), i);
    copy.pop();
  }
  EXPECT_TRUE(copy.empty());
}

}  // namespace
}  // namespace faasconf::sim
