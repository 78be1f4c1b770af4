// cuda_report.h: what the CUDA side of this build can do on this machine. No torch, no CUDA in this header.
#pragma once

#include <string>
#include <vector>

namespace rad {

struct CudaReport {
  bool built = false;                // librad_cuda.so lies beside the program and could be loaded
  std::string nccl_version;          // "2.28.9"; empty unless built
  std::vector<std::string> devices;  // names of those on which a kernel of ours ran and gave the right answer
  std::string problem;               // why there is no usable device; empty when there is one
};

// Loads librad_cuda.so (made by the `cuda` preset) when it is there. Never fails: what is wrong is in
// `problem`.
CudaReport DescribeCuda();

}  // namespace rad
