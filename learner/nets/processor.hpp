#pragma once
// The matrix products of this processor.

namespace faasconf::learner {

// OpenBLAS chooses its kernels by the processor's name when it is loaded, and one that does not know the name takes it
// for a processor of 2004: Debian 12's multiplies at half to a third of the speed on those of 2023. Starts this program
// again, from main() and with the same arguments, with kernels for the instructions that the processor has; returns
// where the choice was good, or was made by OPENBLAS_CORETYPE.
void restart_with_fast_kernels(char** argv);

}  // namespace faasconf::learner
