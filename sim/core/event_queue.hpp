#pragma once
// Pending events in order of time; events of one time in the order in which they were pushed.

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/core/event_calendar.hpp"
#include "sim/core/fifo.hpp"
#include "sim/core/time.hpp"

namespace faasconf::sim {

// What an event is about: its kind and the index of whatever it concerns, packed in 30 bits.
class EventTag {
 public:
  static constexpr std::uint32_t kIndexLimit = 1U << 26;
  static constexpr std::uint32_t kNoKind = 15;  // event kinds are smaller; this value means no event

  constexpr EventTag() = default;
  constexpr EventTag(std::uint32_t kind, std::uint32_t index) : bits_((kind << 26) | index) {
    assert(kind <= kNoKind && index < kIndexLimit);
  }
  static constexpr EventTag of_bits(std::uint32_t bits) {
    EventTag tag;
    tag.bits_ = bits;
    return tag;
  }
  constexpr std::uint32_t kind() const { return bits_ >> 26; }
  constexpr std::uint32_t index() const { return bits_ & (kIndexLimit - 1); }
  constexpr std::uint32_t bits() const { return bits_; }

 private:
  std::uint32_t bits_ = 0;
};

struct Event {
  Time time;
  std::uint64_t sequence = 0;
  EventTag tag;
};

// An event is one 128-bit integer: time, sequence and tag, most significant first, so that a comparison is one
// branch-free subtraction. Up to 32 events are kept sorted, so that taking the next one has no unpredictable branches.
// More are in a heap of arity four: siblings share a cache line, and the places after the last event hold a key beyond
// all others, so that every event that has children has four. With many events pending, the heap holds the near future
// alone and stays in the cache; the rest lies in a calendar. Times are not negative. Ties keep their order through 2^34
// pushes.
class EventQueue {
 public:
  bool empty() const { return next_key() == kBeyond; }
  std::size_t size() const;
  Time next_time() const { return time_of(next_key()); }

  // Returns the event's sequence number, which distinguishes a stale event from its replacement.
  std::uint64_t push(Time time, EventTag tag);
  // The same for a single pending event outside the heap, such as the next arrival.
  std::uint64_t push_beside(Time time, EventTag tag);
  // The same for events that are due in the order in which they are pushed, per lane, such as those after a constant
  // delay. They stay out of the heap as well.
  static constexpr std::size_t kLanes = 4;
  std::uint64_t push_in_order(std::size_t lane, Time time, EventTag tag);
  // Of the next event in the heap (0) and of those that may follow it (1 .. 4); of kNoKind where there are none.
  EventTag soon(std::size_t i) const { return event_of(heap()[i]).tag; }
  // The next event, if it comes at the horizon or before; false, and nothing happens, when there is none.
  bool pop_until(Time horizon, Event& event);
  Event pop() {
    Event event;
    [[maybe_unused]] const bool popped = pop_until(kNever, event);
    assert(popped);
    return event;
  }
  void clear();  // keeps the memory

  template <class Archive>
  void archive(Archive& a) {
    a(few_, few_count_, families_, size_, fronts_, lane_, beside_, outside_, sequence_, calendar_, near_end_,
      spread_at_);
    for (auto& lane : lanes_) a(lane);
  }

 private:
  using Key = EventCalendar::Key;
  static constexpr int kTagBits = 30;
  static constexpr std::uint64_t kSequenceMask = (1ULL << (64 - kTagBits)) - 1;
  static constexpr Key kBeyond = EventCalendar::kBeyond;
  static constexpr std::uint64_t kMostFew = 32;     // sorted before a heap pays
  static constexpr std::uint64_t kMostNear = 1024;  // in the heap before a calendar pays
  static constexpr std::uint64_t kLeastNear = 8;    // in the heap: soon() looks ahead
  static constexpr std::size_t kRoot = 3;  // the root is the last of its family, its children are the next family

  struct alignas(64) Family {
    Key keys[4] = {kBeyond, kBeyond, kBeyond, kBeyond};
  };

  static Time time_of(Key key) { return Time(Duration(static_cast<std::int64_t>(key >> 64))); }
  static std::uint64_t sequence_of(Key key) { return static_cast<std::uint64_t>(key) >> kTagBits; }
  static Event event_of(Key key);
  Key new_key(Time time, EventTag tag);
  Key* heap() { return reinterpret_cast<Key*>(families_.data()) + kRoot; }
  const Key* heap() const { return reinterpret_cast<const Key*>(families_.data()) + kRoot; }
  Event pop_outside();
  void pop_lane();
  Key next_inside() const { return few_count_ > 0 ? few_[few_count_ - 1] : heap()[0]; }
  Key next_key() const { return std::min(outside_, next_inside()); }
  Event pop_inside();
  Key pop_top();
  void push_few(Key key);
  void push_near(Key key);
  void leave_few();
  void return_to_few();
  void spread();
  void refill();

  std::array<Key, kMostFew> few_ = {};  // in order, the next one last; in the heap instead as soon as there are more
  std::uint64_t few_count_ = 0;
  std::vector<Family> families_ = std::vector<Family>(4);                  // never none, so that there is a root
  std::uint64_t size_ = 0;                                                 // of the heap
  std::array<Key, kLanes> fronts_ = {kBeyond, kBeyond, kBeyond, kBeyond};  // of the lanes
  std::array<Fifo<Key>, kLanes> lanes_;                                    // behind their fronts
  Key lane_ = kBeyond;                                                     // the least of the fronts
  Key beside_ = kBeyond;
  Key outside_ = kBeyond;  // the lesser of both: the next event outside the heap
  std::uint64_t sequence_ = 0;
  EventCalendar calendar_;
  Key near_end_ = kBeyond;  // events before it are in the heap
  std::uint64_t spread_at_ = kMostNear;
};

inline EventQueue::Key EventQueue::new_key(Time time, EventTag tag) {
  assert(time.time_since_epoch().count() >= 0);
  const std::uint64_t sequence = sequence_++ & kSequenceMask;
  return (static_cast<Key>(time.time_since_epoch().count()) << 64) | (sequence << kTagBits) | tag.bits();
}

inline Event EventQueue::event_of(Key key) {
  const auto tag = static_cast<std::uint32_t>(key & ((Key{1} << kTagBits) - 1));
  return {.time = time_of(key), .sequence = sequence_of(key), .tag = EventTag::of_bits(tag)};
}

inline std::uint64_t EventQueue::push(Time time, EventTag tag) {
  const Key key = new_key(time, tag);
  if (size_ == 0 && few_count_ < kMostFew) {
    push_few(key);
  } else if (key < near_end_) [[likely]] {
    if (size_ == 0) leave_few();
    push_near(key);
    if (size_ > spread_at_ && calendar_.empty()) [[unlikely]]
      spread();
  } else {
    calendar_.push(key);
  }
  return sequence_of(key);
}

inline void EventQueue::push_few(Key key) {
  std::uint64_t place = few_count_++;
  for (; place > 0 && few_[place - 1] < key; --place) few_[place] = few_[place - 1];
  few_[place] = key;
}

// What is in order is a heap.
inline void EventQueue::leave_few() {
  while (few_count_ > 0) push_near(few_[--few_count_]);
}

inline void EventQueue::return_to_few() {
  few_count_ = size_;
  for (std::uint64_t i = few_count_; i > 0; --i) few_[i - 1] = pop_top();
}

inline void EventQueue::push_near(Key key) {
  if (kRoot + size_ == 4 * families_.size()) [[unlikely]]
    families_.resize(2 * families_.size());
  Key* const keys = heap();
  std::size_t hole = size_++;
  while (hole > 0) {
    const std::size_t parent = (hole - 1) / 4;
    if (keys[parent] < key) break;
    keys[hole] = keys[parent];
    hole = parent;
  }
  keys[hole] = key;
}

inline std::uint64_t EventQueue::push_in_order(std::size_t lane, Time time, EventTag tag) {
  const Key key = new_key(time, tag);
  if (fronts_[lane] == kBeyond) {
    fronts_[lane] = key;
    lane_ = std::min(lane_, key);
    outside_ = std::min(outside_, key);
  } else {
    assert(key > fronts_[lane]);
    lanes_[lane].push(key);
  }
  return sequence_of(key);
}

inline std::uint64_t EventQueue::push_beside(Time time, EventTag tag) {
  assert(beside_ == kBeyond);
  beside_ = new_key(time, tag);
  outside_ = std::min(outside_, beside_);
  return sequence_of(beside_);
}

inline Event EventQueue::pop_outside() {
  const Key key = outside_;
  if (key == beside_) {
    beside_ = kBeyond;
  } else {
    pop_lane();
  }
  outside_ = std::min(beside_, lane_);
  return event_of(key);
}

inline void EventQueue::pop_lane() {
  std::size_t lane = 0;
  while (fronts_[lane] != lane_) ++lane;
  fronts_[lane] = kBeyond;
  if (!lanes_[lane].empty()) {
    fronts_[lane] = lanes_[lane].front();
    lanes_[lane].pop();
  }
  lane_ = std::min(std::min(fronts_[0], fronts_[1]), std::min(fronts_[2], fronts_[3]));
}

inline std::size_t EventQueue::size() const {
  std::size_t in_lanes = 0;
  for (std::size_t i = 0; i < kLanes; ++i) in_lanes += lanes_[i].size() + (fronts_[i] == kBeyond ? 0 : 1);
  return few_count_ + size_ + calendar_.size() + in_lanes + (beside_ == kBeyond ? 0 : 1);
}

inline bool EventQueue::pop_until(Time horizon, Event& event) {
  const Key end = (static_cast<Key>(horizon.time_since_epoch().count()) + 1) << 64;
  const Key next = next_inside();
  if (outside_ < next) {
    if (outside_ >= end) return false;
    event = pop_outside();
  } else {
    if (next >= end) return false;
    event = pop_inside();
  }
  return true;
}

inline Event EventQueue::pop_inside() {
  if (few_count_ > 0) return event_of(few_[--few_count_]);
  const Key key = pop_top();
  if (size_ < kLeastNear) [[unlikely]] {
    if (calendar_.empty()) {
      return_to_few();
    } else {
      refill();
    }
  }
  return event_of(key);
}

// The hole sinks to the bottom and the last event rises from there: it belongs near the bottom, so nearly every
// comparison is predictable.
inline EventQueue::Key EventQueue::pop_top() {
  Key* const keys = heap();
  const Key top = keys[0];
  const std::size_t size = --size_;
  const Key last = keys[size];
  keys[size] = kBeyond;
  if (size > 0) {
    std::size_t hole = 0;
    for (std::size_t first = 1; first < size; first = 4 * hole + 1) {
      const std::size_t left = keys[first + 1] < keys[first] ? first + 1 : first;
      const std::size_t right = keys[first + 3] < keys[first + 2] ? first + 3 : first + 2;
      const std::size_t least = keys[right] < keys[left] ? right : left;
      keys[hole] = keys[least];
      hole = least;
    }
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / 4;
      if (keys[parent] < last) break;
      keys[hole] = keys[parent];
      hole = parent;
    }
    keys[hole] = last;
  }
  return top;
}

// The heap has grown too large for the cache.
inline void EventQueue::spread() {
  calendar_.spread({heap(), size_});
  std::fill(families_.begin(), families_.end(), Family{});
  size_ = 0;
  refill();
  spread_at_ = std::max(kMostNear, 2 * size_);  // where most events are at one time, spreading does not help
}

inline void EventQueue::refill() {
  while (size_ < kLeastNear && !calendar_.empty()) {
    near_end_ = calendar_.take_bucket([this](Key key) { push_near(key); });
  }
}

inline void EventQueue::clear() {
  std::fill(families_.begin(), families_.end(), Family{});
  few_count_ = size_ = 0;
  fronts_.fill(kBeyond);
  for (auto& lane : lanes_) lane.clear();
  lane_ = beside_ = outside_ = kBeyond;
  calendar_.clear();
  near_end_ = kBeyond;
  spread_at_ = kMostNear;
}

}  // namespace faasconf::sim
