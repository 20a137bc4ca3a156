#pragma once
// First in, first out, in one block of memory that grows with the longest queue and is reused.

#include <cstddef>
#include <vector>

namespace faasconf::sim {

template <class T>
class Fifo {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  const T& front() const { return ring_[first_]; }
  void push(const T& value) {
    if (size_ == ring_.size()) grow();
    ring_[(first_ + size_++) & (ring_.size() - 1)] = value;
  }
  void pop() {
    first_ = (first_ + 1) & (ring_.size() - 1);
    --size_;
  }
  void clear() { first_ = size_ = 0; }

  template <class Archive>
  void archive(Archive& a) {
    a(ring_, first_, size_);
  }

 private:
  void grow() {
    std::vector<T> larger(ring_.empty() ? 16 : 2 * ring_.size());
    for (std::size_t i = 0; i < size_; ++i) larger[i] = ring_[(first_ + i) & (ring_.size() - 1)];
    ring_.swap(larger);
    first_ = 0;
  }

  std::vector<T> ring_;  // of 2^k, or none
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace faasconf::sim
