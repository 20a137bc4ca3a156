#pragma once
// Puts large tables into huge pages, where the system has them: with 100,000 instances most of the time would
// otherwise go into page-table lookups.

#include <cstddef>
#include <cstdlib>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace faasconf::sim {

// An allocator for vectors of any alignment; small ones come from the heap as usual.
template <class T>
class HugePageAllocator {
 public:
  using value_type = T;

  HugePageAllocator() = default;
  template <class Other>
  HugePageAllocator(const HugePageAllocator<Other>&) {}

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < kLarge) return static_cast<T*>(::operator new(bytes, std::align_val_t(alignof(T))));
    const std::size_t whole_pages = (bytes + kHugePage - 1) / kHugePage * kHugePage;
    void* const memory = ::operator new(whole_pages, std::align_val_t(kHugePage));
#ifdef __linux__
    madvise(memory, whole_pages, MADV_HUGEPAGE);  // may be ignored
#endif
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) {
    const bool large = count * sizeof(T) >= kLarge;
    ::operator delete(memory, std::align_val_t(large ? kHugePage : alignof(T)));
  }
  friend bool operator==(const HugePageAllocator&, const HugePageAllocator&) { return true; }

 private:
  static constexpr std::size_t kHugePage = 2U << 20;
  static constexpr std::size_t kLarge = 2 * kHugePage;
};

}  // namespace faasconf::sim
