// host_memory.h: how a process that computes asks for the memory of its tensors.
#pragma once

namespace rad {

// Once, before the first tensor: what tensors give back is kept by the process, and the next of that size
// gets it.
void KeepTensorMemory();

}  // namespace rad
