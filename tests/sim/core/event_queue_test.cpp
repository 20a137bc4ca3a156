#include "sim/core/event_queue.hpp"

#include <chrono>
#include <limits>
#include <map>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/core/archive.hpp"
#include "sim/core/random.hpp"

namespace faasconf::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

std::vector<std::uint32_t> drained(EventQueue& queue) {
  std::vector<std::uint32_t> indices;
  while (!queue.empty()) indices.push_back(queue.pop().tag.index());
  return indices;
}

TEST(EventTag, CarriesKindAndIndexUpToTheirLimits) {
  for (const std::uint32_t kind : {0U, 1U, 15U}) {
    for (const std::uint32_t index : {0U, 1U, 12345U, EventTag::kIndexLimit - 1}) {
      const EventTag tag(kind, index);
      EXPECT_EQ(tag.kind(), kind);
      EXPECT_EQ(tag.index(), index);
      EXPECT_EQ(EventTag::of_bits(tag.bits()).bits(), tag.bits());
      EXPECT_LT(tag.bits(), 1U << 30);
    }
  }
}

TEST(EventQueue, GivesTheEarliestFirst) {
  EventQueue queue;
  queue.push(Time(3s), {0, 3});
  queue.push(Time(1s), {0, 1});
  queue.push(Time(2s), {0, 2});
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(queue.next_time(), Time(1s));
  EXPECT_THAT(drained(queue), ElementsAre(1, 2, 3));
  EXPECT_TRUE(queue.empty());
}

TEST(EventQueue, KeepsTheOrderOfEventsAtOneTime) {
  EventQueue queue;
  // indices and kinds against the order of pushing
  for (std::uint32_t i = 0; i < 1000; ++i) queue.push(Time(1s), {15 - i % 16, 1000 - i});
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const Event event = queue.pop();
    ASSERT_EQ(event.tag.index(), 1000 - i);
    ASSERT_EQ(event.tag.kind(), 15 - i % 16);
  }
}

TEST(EventQueue, TellsTheSequenceNumberThatPushGave) {
  EventQueue queue;
  const std::uint64_t later = queue.push(Time(2s), {1, 7});
  const std::uint64_t earlier = queue.push(Time(1s), {2, 8});
  EXPECT_NE(later, earlier);
  EXPECT_EQ(queue.pop().sequence, earlier);
  EXPECT_EQ(queue.pop().sequence, later);
}

TEST(EventQueue, TakesTheFirstAndTheLastTime) {
  EventQueue queue;
  queue.push(kNever, {15, EventTag::kIndexLimit - 1});
  queue.push(Time{}, {0, 0});
  queue.push(kNever - 1ns, {1, 1});
  EXPECT_EQ(queue.pop().time, Time{});
  EXPECT_EQ(queue.pop().time, kNever - 1ns);
  const Event last = queue.pop();
  EXPECT_EQ(last.time, kNever);
  EXPECT_EQ(last.tag.kind(), 15U);
  EXPECT_EQ(last.tag.index(), EventTag::kIndexLimit - 1);
}

TEST(EventQueue, GoesOnCountingWhenItIsCleared) {
  EventQueue queue;
  const std::uint64_t before = queue.push(Time(1s), {0, 0});
  queue.clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_GT(queue.push(Time(1s), {0, 0}), before);
}

// Against std::multimap, which keeps the order of equal keys too.
TEST(EventQueue, AgreesWithAMultimap) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    EventQueue queue;
    std::multimap<Time, std::uint32_t> model;
    Time now{};
    const std::uint32_t horizon_ns = 1U << (1 + rng.below(20));  // few different times, or many
    double growth = 0.5;
    for (std::uint32_t i = 0; i < 5000; ++i) {
      if (i % 500 == 0) growth = 0.3 + 0.4 * rng.uniform();
      if (model.empty() || rng.uniform() < growth) {
        const Time time = now + Duration(rng.below(horizon_ns));
        queue.push(time, {i % 16, i});
        model.emplace(time, i);
      } else {
        ASSERT_EQ(queue.next_time(), model.begin()->first);
        const Event event = queue.pop();
        ASSERT_EQ(event.time, model.begin()->first);
        ASSERT_EQ(event.tag.index(), model.begin()->second);
        ASSERT_EQ(event.tag.kind(), model.begin()->second % 16);
        now = event.time;
        model.erase(model.begin());
      }
      ASSERT_EQ(queue.size(), model.size());
    }
    for (const auto& [time, index] : model) {
      const Event event = queue.pop();
      ASSERT_EQ(event.time, time);
      ASSERT_EQ(event.tag.index(), index);
    }
  }
}

// Between a few, which are sorted, and more, which are in a heap: to and fro many times.
TEST(EventQueue, AgreesWithAMultimapWhereAHeapBeginsToPay) {
  Rng rng(5);
  EventQueue queue;
  std::multimap<Time, std::uint32_t> model;
  Time now{};
  std::uint32_t pushed = 0;
  for (int swing = 0; swing < 200; ++swing) {
    const std::size_t most = 30 + rng.below(8);
    while (model.size() < most) {
      const Time time = now + Duration(rng.below(100));
      queue.push(time, {0, pushed});
      model.emplace(time, pushed++);
    }
    const std::size_t least = rng.below(12);
    while (model.size() > least) {
      ASSERT_EQ(queue.next_time(), model.begin()->first);
      ASSERT_EQ(queue.pop().tag.index(), model.begin()->second);
      now = model.begin()->first;
      model.erase(model.begin());
    }
    ASSERT_EQ(queue.size(), model.size());
    ASSERT_EQ(queue.empty(), model.empty());
  }
}

// Enough of them that most lie in the calendar: near and far, at one time or at many, some of them never.
TEST(EventQueue, AgreesWithAMultimapWhenManyArePending) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    EventQueue queue;
    std::multimap<Time, std::uint32_t> model;
    Time now{};
    const std::uint32_t horizon_ns = 1U << (1 + rng.below(30));
    double growth = 0.8;
    for (std::uint32_t i = 0; i < 20'000; ++i) {
      if (i % 4000 == 0) growth = 0.25 + 0.6 * rng.uniform();
      if (model.empty() || rng.uniform() < growth) {
        const std::int64_t far = rng.below(50) == 0 ? 100'000 : 1;
        const bool never = rng.below(2000) == 0;
        const Time time = never ? kNever : now + far * Duration(rng.below(horizon_ns));
        queue.push(time, {i % 15, i});
        model.emplace(time, i);
      } else {
        const Event event = queue.pop();
        ASSERT_EQ(event.time, model.begin()->first);
        ASSERT_EQ(event.tag.index(), model.begin()->second);
        if (event.time != kNever) now = event.time;
        model.erase(model.begin());
      }
      ASSERT_EQ(queue.size(), model.size());
    }
  }
}

// Lanes whose events come in order, arrivals beside them, and the heap: one order of time, ties by pushing.
TEST(EventQueue, AgreesWithAMultimapOverLanesAndHeap) {
  Rng rng(1);
  EventQueue queue;
  std::multimap<Time, std::uint32_t> model;
  Time now{};
  bool arrival_pending = false;
  constexpr std::uint32_t kArrival = 1;
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    const std::uint32_t where = rng.below(12);
    if (model.size() > 300 || where > 7) {
      if (model.empty()) continue;
      ASSERT_EQ(queue.next_time(), model.begin()->first);
      const Event event = queue.pop();
      ASSERT_EQ(event.time, model.begin()->first);
      ASSERT_EQ(event.tag.index(), model.begin()->second);
      arrival_pending = arrival_pending && event.tag.kind() != kArrival;
      now = event.time;
      model.erase(model.begin());
    } else if (where < EventQueue::kLanes) {
      const Time time = now + Duration(10 * (1 + where));
      queue.push_in_order(where, time, {0, i});
      model.emplace(time, i);
    } else {
      const Time time = now + Duration(rng.below(60));
      const bool beside = where == 7 && !arrival_pending;
      beside ? queue.push_beside(time, {kArrival, i}) : queue.push(time, {0, i});
      arrival_pending = arrival_pending || beside;
      model.emplace(time, i);
    }
    ASSERT_EQ(queue.size(), model.size());
    ASSERT_EQ(queue.empty(), model.empty());
  }
}

TEST(EventQueue, StopsAtTheHorizon) {
  EventQueue queue;
  queue.push(Time(2s), {0, 2});
  queue.push_beside(Time(1s), {0, 1});
  queue.push_in_order(0, Time(3s), {0, 3});
  Event event;
  EXPECT_FALSE(queue.pop_until(Time(1s) - 1ns, event));
  EXPECT_TRUE(queue.pop_until(Time(1s), event));
  EXPECT_EQ(event.tag.index(), 1U);
  EXPECT_TRUE(queue.pop_until(Time(2s), event));
  EXPECT_FALSE(queue.pop_until(Time(2s), event));
  EXPECT_TRUE(queue.pop_until(kNever, event));
  EXPECT_FALSE(queue.pop_until(kNever, event));
}

TEST(EventQueue, GoesThroughAnArchiveWithManyPending) {
  Rng rng(3);
  EventQueue queue;
  for (std::uint32_t i = 0; i < 5000; ++i) queue.push(Time(Duration(rng.below(1U << 30))), {0, i});
  for (std::uint32_t i = 0; i < 100; ++i) queue.pop();
  ArchiveWriter writer;
  writer(queue);
  const auto bytes = writer.take();
  EventQueue copy;
  ArchiveReader reader(bytes);
  reader(copy);
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(drained(copy), drained(queue));
}

TEST(EventQueue, GoesThroughAnArchive) {
  EventQueue queue;
  for (std::uint32_t i = 0; i < 100; ++i) queue.push(Time(Duration(i * 37 % 10)), {0, i});
  queue.pop();
  ArchiveWriter writer;
  writer(queue);
  const auto bytes = writer.take();
  EventQueue copy;
  ArchiveReader reader(bytes);
  reader(copy);
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(copy.push(Time(Duration(5)), {0, 100}), queue.push(Time(Duration(5)), {0, 100}));
  EXPECT_EQ(drained(copy), drained(queue));
}

}  // namespace
}  // namespace faasconf::sim
