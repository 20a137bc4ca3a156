#pragma once
// Events of the distant future, in unsorted buckets by time. An event queue with many pending events keeps these out of
// its heap. After the ladder queue (Tang, Goh and Thng, 2005), with one rung.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "sim/core/huge_pages.hpp"

namespace faasconf::sim {

// An event is one integer whose upper 64 bits are its time in nanoseconds, not negative. Buckets of equal width, a
// power of two, begin at the earliest event; later events wait until all buckets are empty and are then distributed
// again. So each event is moved a few times in all, however many are pending.
class EventCalendar {
 public:
  __extension__ using Key = unsigned __int128;
  static constexpr Key kBeyond = ~Key{0};

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  // Fills the empty calendar with these events. Reorders the span.
  void spread(std::span<Key> keys);
  // The event must not lie before the end of the bucket taken last.
  void push(Key key) {
    ++size_;
    const std::uint64_t bucket = (time_of(key) - base_) >> shift_;
    append(bucket < heads_.size() ? heads_[bucket] : beyond_, key);
  }
  // Passes the events of the earliest bucket to take(key), unless it is empty; returns a key that no remaining event
  // precedes.
  template <class Take>
  Key take_bucket(Take take);
  void clear();  // keeps the memory

  template <class Archive>
  void archive(Archive& a) {
    a(chunks_, heads_, keys_, free_, beyond_, base_, shift_, next_, size_);
  }

 private:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t kPerBucket = 16;  // in the mean, of the buckets that hold most

  // A bucket is a list of chunks, four cache lines each.
  struct alignas(64) Chunk {
    Key keys[15];
    std::uint32_t next = kNone;
    std::uint32_t used = 0;
  };

  static std::uint64_t time_of(Key key) { return static_cast<std::uint64_t>(key >> 64); }

  void append(std::uint32_t& head, Key key) {
    if (head == kNone || chunks_[head].used == std::size(chunks_[head].keys)) head = new_chunk(head);
    Chunk& chunk = chunks_[head];
    chunk.keys[chunk.used++] = key;
  }
  std::uint32_t new_chunk(std::uint32_t next) {
    std::uint32_t index = free_;
    if (index == kNone) {
      index = static_cast<std::uint32_t>(chunks_.size());
      chunks_.emplace_back();
    } else {
      free_ = chunks_[index].next;
    }
    chunks_[index].next = next;
    chunks_[index].used = 0;
    return index;
  }
  template <class Take>
  void empty_list(std::uint32_t& head, Take take);
  void prefetch(std::size_t bucket) const {
    if (bucket >= heads_.size() || heads_[bucket] == kNone) return;
    const auto* chunk = reinterpret_cast<const char*>(&chunks_[heads_[bucket]]);
    for (std::size_t line = 0; line < sizeof(Chunk); line += 64) __builtin_prefetch(chunk + line);
  }

  std::vector<Chunk, HugePageAllocator<Chunk>> chunks_;
  std::vector<std::uint32_t> heads_;  // of the buckets
  std::vector<Key> keys_;             // on their way from beyond into buckets
  std::uint32_t free_ = kNone;        // chunks
  std::uint32_t beyond_ = kNone;
  std::uint64_t base_ = 0;
  std::uint64_t shift_ = 0;  // a bucket is 2^shift_ ns wide
  std::uint64_t next_ = 0;   // bucket
  std::uint64_t size_ = 0;
};

template <class Take>
void EventCalendar::empty_list(std::uint32_t& head, Take take) {
  while (head != kNone) {
    Chunk& chunk = chunks_[head];
    for (std::uint32_t i = 0; i < chunk.used; ++i) take(chunk.keys[i]);
    const std::uint32_t emptied = head;
    head = chunk.next;
    chunk.next = free_;
    free_ = emptied;
  }
}

template <class Take>
EventCalendar::Key EventCalendar::take_bucket(Take take) {
  while (next_ < heads_.size() && heads_[next_] == kNone) ++next_;
  if (next_ == heads_.size()) {
    keys_.clear();
    empty_list(beyond_, [this](Key key) { keys_.push_back(key); });
    spread(keys_);
  }
  prefetch(next_ + 1);
  prefetch(next_ + 2);
  empty_list(heads_[next_], [&](Key key) {
    --size_;
    take(key);
  });
  ++next_;
  const Key end = base_ + (Key{next_} << shift_);
  return size_ == 0 || end >= (Key{1} << 63) ? kBeyond : end << 64;
}

inline void EventCalendar::spread(std::span<Key> keys) {
  // outliers do not widen the buckets of the others
  const auto median = keys.begin() + static_cast<std::ptrdiff_t>(keys.size() / 2);
  std::nth_element(keys.begin(), median, keys.end());
  base_ = time_of(*std::min_element(keys.begin(), median + 1));
  const std::size_t buckets = std::bit_ceil(keys.size() / kPerBucket + 1);
  const std::uint64_t width = (time_of(*median) - base_) / buckets * 2 + 1;
  shift_ = std::min<std::uint64_t>(63, static_cast<std::uint64_t>(std::bit_width(width)));  // up to all of time
  heads_.assign(buckets, kNone);
  next_ = 0;
  size_ = 0;
  for (const Key key : keys) push(key);
}

inline void EventCalendar::clear() {
  chunks_.clear();
  heads_.clear();
  free_ = beyond_ = kNone;
  next_ = size_ = 0;
}

}  // namespace faasconf::sim
