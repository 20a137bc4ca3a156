#pragma once
// How a process that learns is set up.

namespace faasconf::learner::nets {

// To be called first in main(), with its argv. One thread of torch: shards and ranks are the parallel ones. Memory of
// large tensors, which come and go, stays with the process. And the matrix products of this processor: OpenBLAS chooses
// its kernels by the processor's name when it is loaded, and takes one whose name it does not know for one of 2004, so
// that Debian 12's multiplies at half the speed on those of 2023. Then the program starts again with the same
// arguments, and with the kernels for the instructions that there are in OPENBLAS_CORETYPE; a choice of the user's
// stays.
void prepare_process(char** argv);

}  // namespace faasconf::learner::nets
