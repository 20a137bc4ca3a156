#pragma once
// Sets up a process for training.

namespace faasconf::learner::nets {

// To be called first in main(), with its argv. Torch gets one thread, since shards and ranks run in parallel. Freed
// memory of large tensors stays with the process. OpenBLAS gets kernels for this processor: it chooses them by the
// processor's name when it is loaded, and falls back to those of 2004 for a name that it does not know, so that Debian
// 12's multiplies at half the speed on processors of 2023. In that case the program restarts with the same arguments
// and with OPENBLAS_CORETYPE set to kernels for the instructions that the processor has, unless the user has set it
// already.
void prepare_process(char** argv);

}  // namespace faasconf::learner::nets
