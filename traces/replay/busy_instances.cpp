#include "traces/replay/busy_instances.hpp"

namespace faasconf::traces {

std::uint32_t SharedInstances::take_slot(sim::Time ready) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(instances_.size()));
    instances_.emplace_back();
  }
  const std::uint32_t id = free_.back();
  free_.pop_back();
  instances_[id] = {.ready = ready};
  ++busy_;
  return id;
}

void SharedInstances::become_ready(std::uint32_t id) {
  if (id == starting_) starting_ = kNone;
  if (has_slot(instances_[id])) link_open(id);
}

void SharedInstances::end_call(sim::Time now, std::uint32_t id, IdleInstances& idle) {
  Instance& instance = instances_[id];
  if (--instance.calls > 0) {
    if (!instance.is_open) link_open(id);
    return;
  }
  if (instance.is_open) unlink_open(id);
  busy_ns_ += static_cast<double>((now - instance.ready).count());
  free_.push_back(id);
  idle.put(now, --busy_ == 0);
}

void SharedInstances::link_open(std::uint32_t id) {
  Instance& instance = instances_[id];
  instance.is_open = true;
  instance.older = open_;
  instance.newer = kNone;
  if (open_ != kNone) instances_[open_].newer = id;
  open_ = id;
}

void SharedInstances::unlink_open(std::uint32_t id) {
  Instance& instance = instances_[id];
  instance.is_open = false;
  if (instance.older != kNone) instances_[instance.older].newer = instance.newer;
  (instance.newer == kNone ? open_ : instances_[instance.newer].older) = instance.older;
}

}  // namespace faasconf::traces
