#pragma once
// The limit that event queues are measured against: nothing but a heap of arity four in a fixed block of memory.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace faasconf::benchmarks {

// An event is one integer: time, sequence, id, most significant first.
class BareHeap {
 public:
  __extension__ using Key = unsigned __int128;
  static constexpr int kIdBits = 26;

  explicit BareHeap(std::size_t capacity) : keys_(capacity) {}

  std::size_t size() const { return size_; }
  std::int64_t least_time() const { return time_of(keys_.front()); }
  static std::int64_t time_of(Key key) { return static_cast<std::int64_t>(key >> 64); }
  static std::uint32_t id_of(Key key) { return static_cast<std::uint32_t>(key) & ((1U << kIdBits) - 1); }

  void push(std::int64_t time, std::uint32_t id) {
    const Key key = (static_cast<Key>(time) << 64) | (sequence_++ << kIdBits) | id;
    Key* const keys = keys_.data();
    std::size_t hole = size_++;
    for (; hole > 0 && key < keys[(hole - 1) / 4]; hole = (hole - 1) / 4) keys[hole] = keys[(hole - 1) / 4];
    keys[hole] = key;
  }

  Key pop() {
    Key* const keys = keys_.data();
    const Key top = keys[0];
    const Key last = keys[--size_];
    std::size_t hole = 0;
    std::size_t child = 1;
    for (; child + 4 <= size_; child = 4 * hole + 1) {
      const std::size_t left = child + (keys[child + 1] < keys[child] ? 1 : 0);
      const std::size_t right = child + (keys[child + 3] < keys[child + 2] ? 3 : 2);
      const std::size_t least = keys[right] < keys[left] ? right : left;
      if (last < keys[least]) break;
      keys[hole] = keys[least];
      hole = least;
    }
    if (child < size_ && child + 4 > size_) {
      std::size_t least = child;
      for (std::size_t i = child + 1; i < size_; ++i) least = keys[i] < keys[least] ? i : least;
      if (keys[least] < last) {
        keys[hole] = keys[least];
        hole = least;
      }
    }
    keys[hole] = last;
    return top;
  }

 private:
  std::vector<Key> keys_;
  std::size_t size_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace faasconf::benchmarks
