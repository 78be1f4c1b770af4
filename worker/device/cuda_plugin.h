// cuda_plugin.h: the C interface of librad_cuda.so. It is loaded at run time, so that a program built here
// runs on machines that have none of CUDA's libraries.
#pragma once

extern "C" {

// Writes NCCL's version number (21809 for 2.18.9) and the number of devices that libtorch_cuda sees.
void rad_cuda_versions(int* nccl_version, int* device_count);

// Runs a kernel on the device and compares its result. Writes the device's name (cut to name_bytes) and
// returns 0, or CUDA's error code, or -1 for a wrong result.
int rad_cuda_check_device(int device, char* name, int name_bytes);
}
