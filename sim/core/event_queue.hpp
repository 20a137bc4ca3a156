#pragma once
// Pending events in order of time; events of one time in the order in which they were pushed.

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
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
// comparison is one branch-free subtraction. Times are not negative. Ties keep their order through 2^34 pushes.
class EventQueue {
 public:
  bool empty() const { return keys_.empty(); }
  std::size_t size() const { return keys_.size(); }
  Time next_time() const { return time_of(keys_.front()); }

  // Returns the event's sequence number, by which a stale event is told from the one that replaced it.
  std::uint64_t push(Time time, EventTag tag);
  Event pop();
  void clear() { keys_.clear(); }

  template <class Archive>
  void archive(Archive& a) {
    a(keys_, sequence_);
  }

 private:
  __extension__ using Key = unsigned __int128;
  static constexpr int kTagBits = 30;
  static constexpr std::uint64_t kSequenceMask = (1ULL << (64 - kTagBits)) - 1;

  static Time time_of(Key key) { return Time(Duration(static_cast<std::int64_t>(key >> 64))); }

  std::vector<Key> keys_;
  std::uint64_t sequence_ = 0;
};

inline std::uint64_t EventQueue::push(Time time, EventTag tag) {
  assert(time.time_since_epoch().count() >= 0);
  const std::uint64_t sequence = sequence_++ & kSequenceMask;
  const Key key = (static_cast<Key>(time.time_since_epoch().count()) << 64) | (sequence << kTagBits) | tag.bits();
  std::size_t hole = keys_.size();
  keys_.push_back(key);
  while (hole > 0) {
    const std::size_t parent = (hole - 1) / 4;
    if (keys_[parent] < key) break;
    keys_[hole] = keys_[parent];
    hole = parent;
  }
  keys_[hole] = key;
  return sequence;
}

inline Event EventQueue::pop() {
  const Key top = keys_.front();
  const Key last = keys_.back();
  keys_.pop_back();
  const std::size_t size = keys_.size();
  if (size > 0) {
    Key* const keys = keys_.data();
    std::size_t hole = 0;
    for (;;) {
      const std::size_t first = 4 * hole + 1;
      if (first + 4 <= size) {
        const std::size_t left = keys[first + 1] < keys[first] ? first + 1 : first;
        const std::size_t right = keys[first + 3] < keys[first + 2] ? first + 3 : first + 2;
        const std::size_t least = keys[right] < keys[left] ? right : left;
        if (last < keys[least]) break;
        keys[hole] = keys[least];
        hole = least;
        continue;
      }
      if (first < size) {
        std::size_t least = first;
        for (std::size_t child = first + 1; child < size; ++child) {
          if (keys[child] < keys[least]) least = child;
        }
        if (keys[least] < last) {
          keys[hole] = keys[least];
          hole = least;
        }
      }
      break;
    }
    keys[hole] = last;
  }
  const auto low = static_cast<std::uint64_t>(top);
  return {.time = time_of(top),
          .sequence = low >> kTagBits,
          .tag = EventTag::of_bits(static_cast<std::uint32_t>(low & ((1ULL << kTagBits) - 1)))};
}

}  // namespace faasconf::sim
