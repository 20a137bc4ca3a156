#pragma once
// Pending events in order of time; events of one time in the order in which they were pushed.

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/core/time.hpp"

namespace faasconf::sim {

// What an event is about: a kind below 16 and the index of whatever it concerns, packed in 30 bits.
class EventTag {
 public:
  static constexpr std::uint32_t kIndexLimit = 1U << 26;

  constexpr EventTag() = default;
  constexpr EventTag(std::uint32_t kind, std::uint32_t index) : bits_((kind << 26) | index) {
    assert(kind < 16 && index < kIndexLimit);
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

// A heap of arity four on one 128-bit integer per event: time, sequence and tag, most significant first, so that a
// comparison is one branch-free subtraction. Siblings share a cache line, and the places after the last event hold a
// key beyond all others, so that every event that has children has four. Times are not negative. Ties keep their order
// through 2^34 pushes.
class EventQueue {
 public:
  bool empty() const { return size() == 0; }
  std::size_t size() const { return size_ + (beside_ == kBeyond ? 0 : 1); }
  Time next_time() const { return time_of(std::min(beside_, families_.front().keys[kRoot])); }

  // Returns the event's sequence number, by which a stale event is told from the one that replaced it.
  std::uint64_t push(Time time, EventTag tag);
  // The same for one event at a time, which stays out of the heap: of arrivals, each brings the next.
  std::uint64_t push_beside(Time time, EventTag tag);
  EventTag next_tag() const { return event_of(families_.front().keys[kRoot]).tag; }  // in the heap
  Event pop();
  void clear();  // keeps the memory

  template <class Archive>
  void archive(Archive& a) {
    a(families_, size_, beside_, sequence_);
  }

 private:
  __extension__ using Key = unsigned __int128;
  static constexpr int kTagBits = 30;
  static constexpr std::uint64_t kSequenceMask = (1ULL << (64 - kTagBits)) - 1;
  static constexpr Key kBeyond = ~Key{0};
  static constexpr std::size_t kRoot = 3;  // the root is the last of its family, its children are the next family

  struct alignas(64) Family {
    Key keys[4] = {kBeyond, kBeyond, kBeyond, kBeyond};
  };

  static Time time_of(Key key) { return Time(Duration(static_cast<std::int64_t>(key >> 64))); }
  static std::uint64_t sequence_of(Key key) { return static_cast<std::uint64_t>(key) >> kTagBits; }
  static Event event_of(Key key);
  Key new_key(Time time, EventTag tag);
  Key* heap() { return reinterpret_cast<Key*>(families_.data()) + kRoot; }

  std::vector<Family> families_ = std::vector<Family>(4);  // never none, so that there is a root
  std::uint64_t size_ = 0;                                 // of the heap
  Key beside_ = kBeyond;
  std::uint64_t sequence_ = 0;
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
  return sequence_of(key);
}

inline std::uint64_t EventQueue::push_beside(Time time, EventTag tag) {
  assert(beside_ == kBeyond);
  beside_ = new_key(time, tag);
  return sequence_of(beside_);
}

// The hole sinks to the bottom and the last event rises from there: it belongs near the bottom, so that hardly a
// comparison is in doubt.
inline Event EventQueue::pop() {
  assert(!empty());
  Key* const keys = heap();
  const Key top = keys[0];
  if (beside_ < top) return event_of(std::exchange(beside_, kBeyond));
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
  return event_of(top);
}

inline void EventQueue::clear() {
  std::fill(families_.begin(), families_.end(), Family{});
  size_ = 0;
  beside_ = kBeyond;
}

}  // namespace faasconf::sim
