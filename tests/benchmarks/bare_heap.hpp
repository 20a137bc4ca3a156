#pragma once
// The limit that event queues are measured against: nothing but a heap of arity four in a block of memory that is made
// once.

#include <cstddef>
#include <cstdint>
#include <memory>

namespace faasconf::benchmarks {

// An event is one integer: time, sequence, id, most significant first. Brothers share a cache line; beyond the last
// event lie keys that are never less, so that each event has four children or none. A pop sinks the hole to the bottom
// and lets the last event rise from there.
class BareHeap {
 public:
  __extension__ using Key = unsigned __int128;
  static constexpr int kIdBits = 26;

  explicit BareHeap(std::size_t capacity) : lines_(new Line[capacity / 4 + 3]), keys_(lines_[0].keys + 3) {}

  std::size_t size() const { return size_; }
  std::int64_t least_time() const { return time_of(keys_[0]); }
  static std::int64_t time_of(Key key) { return static_cast<std::int64_t>(key >> 64); }
  static std::uint32_t id_of(Key key) { return static_cast<std::uint32_t>(key) & ((1U << kIdBits) - 1); }

  void push(std::int64_t time, std::uint32_t id) {
    const Key key = (static_cast<Key>(time) << 64) | (sequence_++ << kIdBits) | id;
    rise(size_++, key);
  }

  Key pop() {
    Key* const keys = keys_;
    const Key top = keys[0];
    const std::size_t size = --size_;
    const Key last = keys[size];
    keys[size] = kBeyond;
    if (size == 0) return top;
    std::size_t hole = 0;
    for (std::size_t child = 1; child < size; child = 4 * hole + 1) {
      const std::size_t left = keys[child + 1] < keys[child] ? child + 1 : child;
      const std::size_t right = keys[child + 3] < keys[child + 2] ? child + 3 : child + 2;
      const std::size_t least = keys[right] < keys[left] ? right : left;
      keys[hole] = keys[least];
      hole = least;
    }
    rise(hole, last);
    return top;
  }

 private:
  static constexpr Key kBeyond = ~Key{0};
  struct alignas(64) Line {
    Key keys[4] = {kBeyond, kBeyond, kBeyond, kBeyond};
  };

  void rise(std::size_t hole, Key key) {
    Key* const keys = keys_;
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / 4;
      if (keys[parent] < key) break;
      keys[hole] = keys[parent];
      hole = parent;
    }
    keys[hole] = key;
  }

  std::unique_ptr<Line[]> lines_;
  Key* keys_;  // the root, last of its line: its children begin the next
  std::size_t size_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace faasconf::benchmarks
