#pragma once
// Slots that are taken and given back, addressed by index; memory grows with the largest number in use at once.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "sim/core/event_queue.hpp"
#include "sim/core/huge_pages.hpp"

namespace faasconf::sim {

template <class T>
class Pool {
 public:
  // The slot still holds the values of its previous owner. Throws std::length_error beyond the indices that an event
  // can carry.
  std::uint32_t take() {
    if (free_count_ == 0) [[unlikely]]
      add_slot();
    return free_[--free_count_];
  }
  void give_back(std::uint32_t index) { free_[free_count_++] = index; }
  void clear() {
    slots_.clear();
    free_.clear();
    free_count_ = 0;
  }

  T& operator[](std::uint32_t index) { return slots_[index]; }
  const T& operator[](std::uint32_t index) const { return slots_[index]; }
  std::size_t taken() const { return slots_.size() - free_count_; }
  std::size_t slots() const { return slots_.size(); }  // taken or free

  template <class Archive>
  void archive(Archive& a) {
    a(slots_, free_, free_count_);
  }

 private:
  void add_slot() {
    if (slots_.size() >= EventTag::kIndexLimit)
      throw std::length_error("more than 2^26 things at once in a simulation");
    slots_.emplace_back();
    free_.push_back(0);
    free_[free_count_++] = static_cast<std::uint32_t>(slots_.size() - 1);
  }

  std::vector<T, HugePageAllocator<T>> slots_;
  std::vector<std::uint32_t> free_;  // as long as slots_; a stack of which free_count_ are in use
  std::size_t free_count_ = 0;
};

}  // namespace faasconf::sim
